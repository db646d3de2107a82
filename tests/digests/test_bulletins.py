"""Bulletins: right figures, exactly once, to every village, frozen, read and reminded."""

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test import Client

from accounts.models import User
from chengdong.sweep import JOBS
from digests.bulletins.content import compose
from digests.bulletins.figures import Figures, enter, monday
from digests.bulletins.models import Bulletin, BulletinCopy, BulletinReading, Registration
from digests.bulletins.workflow import due_streets, issue, issue_due, issue_weekly, mark_read, remind
from digests.models import Schedule
from grids.imports import engine
from grids.imports.workflow import receive
from grids.models import ImportBatch, Parameter, Post, Role
from matters.models import Notice
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, hour, incident

SignIn = Callable[[User], Client]
LAST_WEEK = date(2026, 11, 16)
SINCE, UNTIL = date(2026, 11, 16), date(2026, 11, 22)


def figures(cast: Cast, **fields: Any) -> Figures:
    return Figures(**{"village": cast.village, "living": 1520, "registered": 1488, "moved_in": 23, **fields})


def issued(cast: Cast, **fields: Any) -> Bulletin:
    given: dict[str, Any] = {"since": SINCE, "until": UNTIL, "client_id": uuid4(), "actor": cast.command}
    made, _ = issue(street=cast.street, **{**given, **fields})
    return made


def schedules(cast: Cast) -> None:
    for street in (cast.street, cast.far_street):
        Schedule.objects.create(street=street, kind="morning", at="08:00", starts_on=date(2026, 11, 1))


def disputes(cast: Cast) -> None:
    """In the period: 3 at one address of 河边村 (the third red), 1 at 楼山村, one theft, one before."""
    for day in (16, 18, 20):
        incident(
            cast.grid_a,
            hour("10:00", date(2026, 11, day)),
            address_key="一区26号",
            attended_result="现场调解",
        )
    incident(cast.grid_b, hour("23:59", UNTIL), incident_type="domestic_violence", address="楼山路3号")
    incident(cast.grid_a, hour("12:00", SINCE), incident_type="theft")
    incident(cast.grid_a, hour("12:00", SINCE - timedelta(days=2)))
    incident(cast.far_grid, hour("12:00", SINCE))


def test_each_village_has_its_figures_and_the_street_their_sums(cast: Cast, clock: Clock) -> None:
    enter(week=LAST_WEEK, figures=[figures(cast)], actor=cast.officer)
    disputes(cast)
    told = compose(cast.street, SINCE, UNTIL)
    near, other = told["villages"]
    assert (near["name"], near["living"], near["registered"], near["moved_in"]) == ("河边村", 1520, 1488, 23)
    assert (near["disputes"], near["before"]) == (3, 1)
    assert (other["living"], other["disputes"]) == (None, 1)
    assert told["missing"] == ["楼山村"]
    assert told["sums"]["disputes"] == 4
    assert told["sums"]["living"] == 1520
    by_times = [(item["times"], item["card"], item["kind"]) for item in told["items"]]
    assert by_times == [(3, "red", "纠纷"), (2, "yellow", "纠纷"), (1, "", "家暴")]
    assert told["items"][0]["done"] == "现场调解，待办理"
    assert told["unlisted"] == 0


def test_more_than_fit_are_counted(cast: Cast, clock: Clock) -> None:
    Parameter.objects.filter(code="bulletin_items").update(value=1)
    disputes(cast)
    told = compose(cast.street, SINCE, UNTIL)
    assert (len(told["items"]), told["unlisted"]) == (1, 2)


def test_every_village_gets_its_copy_and_its_officers_a_notice(cast: Cast, clock: Clock) -> None:
    made = issued(cast, remark=" 请重视。 ")
    assert (str(made), made.remark) == ("2026年第1期", "请重视。")
    assert set(made.copies.values_list("village", flat=True)) == {cast.village.pk, cast.other_village.pk}
    told = Notice.objects.filter(kind="bulletin", channel="inbox")
    assert {n.recipient_id for n in told} == {cast.officer.pk, cast.other_officer.pk}
    assert str(issued(cast)) == "2026年第2期"


def test_the_same_one_sent_twice_is_one(cast: Cast, clock: Clock) -> None:
    given: dict[str, Any] = {"client_id": uuid4(), "since": SINCE, "until": UNTIL, "actor": cast.command}
    first, new = issue(street=cast.street, **given)
    again, renewed = issue(street=cast.street, **given)
    assert (new, renewed, again) == (True, False, first)
    with pytest.raises(Conflict):
        issue(street=cast.street, **{**given, "remark": "别的"})


def test_an_odd_period_or_a_foreign_street_is_refused(cast: Cast, clock: Clock) -> None:
    for since, until in ((UNTIL, SINCE), (SINCE, today() + timedelta(days=1)), (date(2026, 1, 1), UNTIL)):
        with pytest.raises(InvalidInput):
            issued(cast, since=since, until=until)
    for actor, street in (
        (cast.officer, cast.street),
        (cast.command, cast.far_street),
        (cast.command, cast.village),
    ):
        with pytest.raises(NotFound):
            issue(street=street, since=SINCE, until=UNTIL, client_id=uuid4(), actor=actor)


def test_what_was_issued_stands(cast: Cast, clock: Clock) -> None:
    made = issued(cast)
    copy = made.copies.get(village=cast.village)
    mark_read(copy=copy, reader=cast.officer)
    for row in (made, copy, BulletinReading.objects.get()):
        for write in (lambda row=row: type(row).objects.filter(pk=row.pk).update(id=row.pk), row.delete):
            with pytest.raises((InternalError, ProgrammingError, IntegrityError)), transaction.atomic():
                write()


def test_the_sweep_issues_once_a_week_at_its_hour(cast: Cast, clock: Clock) -> None:
    schedules(cast)
    clock(hour("08:59", date(2026, 11, 23)))
    assert JOBS["bulletins"]() == 0
    clock(hour("09:00", date(2026, 11, 23)))
    assert JOBS["bulletins"]() == 2
    assert JOBS["bulletins"]() == 0
    made = Bulletin.objects.get(street=cast.street)
    assert (made.kind, made.since, made.until, made.issued_by) == ("weekly", SINCE, UNTIL, None)
    clock(hour("09:00", date(2026, 11, 29)))
    assert JOBS["bulletins"]() == 0
    clock(hour("10:00", date(2026, 11, 30)))
    assert JOBS["bulletins"]() == 2


def test_a_late_sweep_makes_up_within_the_week(cast: Cast, clock: Clock) -> None:
    schedules(cast)
    clock(hour("22:00", date(2026, 11, 27)))
    assert issue_due(hour("22:00", date(2026, 11, 27))) == 2
    assert Bulletin.objects.filter(since=SINCE, until=UNTIL).count() == 2


def test_the_turn_of_the_year_starts_the_numbers_anew(cast: Cast, clock: Clock) -> None:
    issued(cast)
    clock(hour("09:00", date(2027, 1, 4)))
    schedules(cast)
    issue_due(hour("09:00", date(2027, 1, 4)))
    made = Bulletin.objects.get(street=cast.street, year=2027)
    assert (made.number, made.since, made.until) == (1, date(2026, 12, 28), date(2027, 1, 3))


def test_a_street_that_began_today_has_no_bulletin_yet(cast: Cast, clock: Clock) -> None:
    Schedule.objects.create(street=cast.street, kind="morning", at="08:00", starts_on=DAY)
    assert due_streets(hour("20:00")) == []


def test_a_week_that_is_issued_late_is_that_week(cast: Cast) -> None:
    schedules(cast)
    last, this = today() - timedelta(days=7), today()
    assert [issue_weekly(street=cast.street, day=day) for day in (last, last, this, this)] == [
        True, False, True, False,
    ]  # fmt: skip
    weeks = Bulletin.objects.order_by("number").values_list("week", "until")
    assert list(weeks) == [(monday(day), day - timedelta(days=1)) for day in (last, this)]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_issue_one(cast: Cast) -> None:
    schedules(cast)
    start, made = threading.Barrier(2), []

    def run() -> None:
        try:
            start.wait(10)
            made.append(issue_weekly(street=cast.street, day=date(2026, 11, 23)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [False, True]
    assert Bulletin.objects.count() == 1


def test_who_opened_it_is_noted_once_and_only_for_the_villages_own(
    cast: Cast, clock: Clock, as_user: SignIn
) -> None:
    made = issued(cast)
    copy = made.copies.get(village=cast.village)
    address = f"/digests/bulletins/copies/{copy.pk}/"
    for user in (cast.leader, cast.command, cast.officer, cast.officer):
        assert as_user(user).get(address).status_code == 200
    assert as_user(cast.other_officer).get(address).status_code == 404
    assert as_user(cast.worker).get(address).status_code == 403
    assert list(BulletinReading.objects.values_list("reader", flat=True)) == [cast.officer.pk]
    page = as_user(cast.command).get(f"/digests/bulletins/{made.pk}/").content.decode()
    assert "已读 1/2" in page
    assert "提醒没读的 1 个村社" in page
    assert as_user(cast.far_command).get(f"/digests/bulletins/{made.pk}/").status_code == 404


def test_a_rate_stands_with_its_parts_and_days_as_people_write_them(
    cast: Cast, clock: Clock, as_user: SignIn
) -> None:
    enter(week=LAST_WEEK, figures=[figures(cast)], actor=cast.officer)
    disputes(cast)
    page = as_user(cast.command).get(f"/digests/bulletins/{issued(cast).pk}/").content.decode()
    assert "<td>97.9%</td><td>1488/1520</td>" in page
    told = re.findall(r'class="line__sub">河边村，([^<]+)<', page)
    assert told == ["11月20日 10:00", "11月18日 10:00"]
    assert "11-20" not in page


def test_those_who_did_not_read_are_reminded_once_a_day(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    made = issued(cast)
    mark_read(copy=made.copies.get(village=cast.village), reader=cast.officer)
    client = as_user(cast.command)
    assert client.post(f"/digests/bulletins/{made.pk}/remind/").status_code == 302
    assert remind(bulletin=made, actor=cast.command) == 0
    told = Notice.objects.filter(subject__startswith="请阅读", channel="inbox")
    assert [n.recipient_id for n in told] == [cast.other_officer.pk]
    clock(hour("09:00", DAY + timedelta(days=1)))
    assert remind(bulletin=made, actor=cast.command) == 1
    with pytest.raises(NotFound):
        remind(bulletin=made, actor=cast.leader)


def test_figures_are_entered_on_one_page_and_stale_ones_refused(
    cast: Cast, clock: Clock, as_user: SignIn
) -> None:
    client, pk = as_user(cast.officer), cast.village.pk
    page = client.get(f"/digests/bulletins/registration/?week={LAST_WEEK}").content.decode()
    assert "河边村" in page
    assert "楼山村" not in page
    row = {"week": str(LAST_WEEK), f"{pk}-living": 100, f"{pk}-registered": 98, f"{pk}-version": 0}
    address = "/digests/bulletins/registration/"
    assert client.post(address, row).status_code == 302
    assert client.post(address, row).status_code == 302, "the same again"
    stored = Registration.objects.get()
    assert (stored.living, stored.registered, stored.entered_by, stored.version) == (100, 98, cast.officer, 1)
    stale = client.post(address, {**row, f"{pk}-registered": 99})
    assert stale.status_code == 409
    assert "现在是：应登记 100，已登记 98" in stale.content.decode()
    assert client.post(address, {**row, f"{pk}-registered": 101, f"{pk}-version": 1}).status_code == 400
    assert client.post(address, {**row, f"{pk}-registered": ""}).status_code == 400
    assert client.post(address, {**row, f"{pk}-living": -1}).status_code == 400
    assert Registration.objects.get().registered == 98


def test_figures_of_a_foreign_village_or_of_the_future_are_refused(cast: Cast, clock: Clock) -> None:
    with pytest.raises(NotFound):
        enter(week=LAST_WEEK, figures=[figures(cast)], actor=cast.other_officer)
    for week in (LAST_WEEK + timedelta(days=1), monday(DAY) + timedelta(days=7)):
        with pytest.raises(InvalidInput):
            enter(week=week, figures=[figures(cast)], actor=cast.officer)
    assert not Registration.objects.exists()


def test_the_street_issues_from_its_page(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    client = as_user(cast.command)
    given = {"street": cast.street.pk, "since": str(SINCE), "until": str(UNTIL), "client_id": str(uuid4())}
    assert "发临时通报" in client.get("/digests/bulletins/new/").content.decode()
    assert client.post("/digests/bulletins/new/", {**given, "since": "2026-11-30"}).status_code == 400
    answer = client.post("/digests/bulletins/new/", given)
    assert answer.headers["Location"] == f"/digests/bulletins/{Bulletin.objects.get().pk}/"
    assert client.post("/digests/bulletins/new/", given).status_code == 302
    assert Bulletin.objects.count() == 1
    assert as_user(cast.officer).get("/digests/bulletins/new/").status_code == 403


def test_programs_issue_and_read_them(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    client = as_user(cast.command)
    given = {"street": cast.street.pk, "since": str(SINCE), "until": str(UNTIL), "client_id": str(uuid4())}
    answers = [client.post("/api/v1/bulletins/", given, content_type="application/json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    body = answers[0].json()
    assert (body["number"], body["sent"], body["read"], len(body["receipts"])) == (1, 2, 0, 2)
    other = client.post("/api/v1/bulletins/", {**given, "remark": "x"}, content_type="application/json")
    assert other.status_code == 409
    assert [row["id"] for row in client.get("/api/v1/bulletins/").json()["results"]] == [body["id"]]
    assert as_user(cast.far_command).get(f"/api/v1/bulletins/{body['id']}/").status_code == 404


@pytest.mark.parametrize("many", [2, 12])
def test_lists_and_pages_cost_the_same_at_any_size(
    cast: Cast, clock: Clock, as_user: SignIn, count_queries: Any, many: int
) -> None:
    disputes(cast)
    role = Role.objects.get(code="village_officer")
    for n in range(many):
        made = issued(cast)
        reader = User.objects.create(username=f"r{n}", name="干部示例")
        Post.objects.create(user=reader, area=cast.village, role=role, starts_on=date(2026, 1, 1))
        for copy in BulletinCopy.objects.filter(village=cast.village):
            mark_read(copy=copy, reader=reader)
    client = as_user(cast.command)
    client.get("/digests/bulletins/")
    for address, most in (("/digests/bulletins/", 6), (f"/digests/bulletins/{made.pk}/", 6)):
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most


def test_a_sheet_states_figures_and_says_what_it_could_not_take(cast: Cast, clock: Clock) -> None:
    def take(*rows: str) -> ImportBatch:
        data = "\n".join(("村社,统计日期,流动人口数,登记数,新增", *rows)).encode()
        given: dict[str, Any] = {"kind": "registration", "area": cast.street, "name": "周报.csv"}
        return engine.run_batch(receive(data=data, actor=cast.command, dry_run=False, **given).pk)

    first = take("河边村,2026-11-20,1520,1488,23", "楼山,,900,880,", "外村,,1,1,", "楼山村,2026-11-20,10,11,")
    assert (first.created, first.updated, first.rejected) == (2, 0, 2)
    stored = Registration.objects.get(village=cast.village)
    assert (stored.week, stored.living, stored.moved_in, stored.moved_out) == (LAST_WEEK, 1520, 23, 0)
    assert Registration.objects.get(village=cast.other_village).week == LAST_WEEK, "no day: last week"
    again = take("河边村,2026-11-22,1520,1490,23", "楼山村,2026-11-16,900,880,")
    assert (again.created, again.updated, again.unchanged) == (0, 1, 1)
    stored.refresh_from_db()
    assert (stored.registered, stored.version) == (1490, 2)
