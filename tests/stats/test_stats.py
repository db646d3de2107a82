"""Statistics: every rate with its parts, links down to the named gaps, the same numbers on page and API."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from grids.models import Area, Target
from grids.queries.coverage import Period
from matters.models import Matter, Obligation
from shared.dates import at
from stats import queries
from tests.cast import Cast
from tests.incidents.made import incident

pytestmark = pytest.mark.servers

AsUser = Callable[[User], Client]
Api = Callable[[User], APIClient]
ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=ZONE)
WEEK: dict[str, Any] = {"from": "2026-11-16", "to": "2026-11-22"}


@pytest.fixture
def street(cast: Cast) -> Cast:
    """Last week in three grids: A has one in time and one late by a day, A2 one gap, B nothing due."""
    enrolled = date(2026, 9, 1)

    def made(grid: Area, due: date, visited: date | None, **fields: Any) -> Target:
        target = cast.target(grid, enrolled_on=enrolled, due_on=due, **fields)
        if visited:
            cast.visit(target, visited)
            Target.objects.filter(pk=target.pk).update(due_on=visited + timedelta(14), last_visit_on=visited)
        return target

    made(cast.grid_a, date(2026, 11, 17), date(2026, 11, 17))
    made(cast.grid_a, date(2026, 11, 18), date(2026, 11, 19), category="bar")
    made(cast.grid_a2, date(2026, 11, 20), None, name="林阿婆", kind="person", category="elder_alone")
    made(cast.grid_b, date(2026, 12, 20), None)
    return cast


def owe(area: Area, day: date, state: str, *, late: bool = False, n: int = 0) -> None:
    answered = None if state == "open" else at(day, time(22 if late else 10))
    Obligation.objects.create(
        area=area,
        kind="visit",
        source=f"x:{n}",
        title="x",
        business_date=day,
        due_at=at(day, time(20)),
        state=state,
        answered_at=answered,
        late=late,
    )


def test_coverage_by_the_api(street: Cast, api: Api) -> None:
    client = api(street.leader)
    answer = client.get("/api/v1/stats/coverage/", {**WEEK, "by": "village", "gaps": "1"}).json()
    assert answer["coverage"] == {"numerator": 2, "denominator": 3, "rate": 2 / 3}
    assert answer["timeliness"] == {"numerator": 1, "denominator": 3, "rate": 1 / 3}
    assert [(row["name"], row["coverage"]["denominator"]) for row in answer["rows"]] == [("河边村", 3)]
    assert [row["name"] for row in answer["gaps"]] == ["林**"]
    by_grid = client.get("/api/v1/stats/coverage/", {**WEEK, "by": "grid"}).json()["rows"]
    assert {row["name"]: row["coverage"]["numerator"] for row in by_grid} == {
        "河边村第一网格": 2,
        "河边村第二网格": 0,
    }
    by_category = client.get("/api/v1/stats/coverage/", {**WEEK, "by": "category"}).json()["rows"]
    assert {row["key"]: row["coverage"]["rate"] for row in by_category} == {
        "bar": 1,
        "elder_alone": 0,
        "food_stall": 1,
    }
    one = client.get("/api/v1/stats/coverage/", {**WEEK, "area": street.grid_a2.pk}).json()
    assert one["coverage"] == {"numerator": 0, "denominator": 1, "rate": 0}
    none = client.get("/api/v1/stats/coverage/", {**WEEK, "area": street.grid_b.pk}).json()
    assert none["coverage"] == {"numerator": 0, "denominator": 0, "rate": None}


def test_who_may_ask_what(street: Cast, api: Api, as_user: AsUser) -> None:
    path = "/api/v1/stats/coverage/"
    assert api(street.worker).get(path).status_code == 403
    assert api(street.officer).get(path, {"area": street.grid_b.pk}).status_code == 404
    assert api(street.program).get(path, WEEK).json()["coverage"]["denominator"] == 3
    assert api(street.other_officer).get(path, WEEK).json()["coverage"]["denominator"] == 0
    assert as_user(street.officer).get(f"/stats/coverage/?area={street.grid_b.pk}").status_code == 404
    assert as_user(street.worker).get("/stats/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": "x"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"from": "2024-01-01", "to": "2026-01-01"}, "from"),
        ({"category": "nothing"}, "category"),
        ({"by": "street; drop table"}, "by"),
    ],
)
def test_wrong_questions_name_the_field(cast: Cast, api: Api, wrong: dict[str, str], field: str) -> None:
    answer = api(cast.leader).get("/api/v1/stats/coverage/", wrong)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_the_page_leads_from_the_street_to_the_named_gap(street: Cast, as_user: AsUser) -> None:
    client = as_user(street.leader)
    where = "/stats/coverage/?from=2026-11-16&to=2026-11-22"
    for _ in range(2):
        page = client.get(where).content.decode()
        assert "走访率 66.7%" in page
        assert "2/3" in page
        down = re.search(r'<th scope="row"><a href="([^"]+area=\d+[^"]*)">河边村(第二网格)?</a>', page)
        assert down
        where = "/stats/coverage/" + down.group(1).replace("&amp;", "&")
    grid = client.get(where).content.decode()
    assert "走访率 0%" in grid
    assert f'href="/targets/{Target.objects.get(kind="person").pk}/"' in grid
    assert "林**" in grid
    assert "林阿婆" not in grid
    timely = client.get(f"{where}&measure=timeliness").content.decode()
    assert "没有按时走访的" in timely


def test_nothing_due_shows_a_dash(cast: Cast, as_user: AsUser) -> None:
    page = as_user(cast.leader).get("/stats/coverage/").content.decode()
    assert "走访率 —" in page
    assert "这段时间没有到期的走访" in page


def test_the_week_counts_finished_days_against_the_same_days(street: Cast, as_user: AsUser) -> None:
    """On Wednesday 25 November the page shows Monday and Tuesday, and last week whole on request."""
    owe(street.grid_a, date(2026, 11, 17), "done", n=1)
    owe(street.grid_a, date(2026, 11, 17), "done", late=True, n=2)
    owe(street.grid_a2, date(2026, 11, 18), "excused", n=3)
    owe(street.grid_b, date(2026, 11, 18), "open", n=4)
    client = as_user(street.leader)
    with time_machine.travel(WEDNESDAY, tick=False):
        now, last = (client.get(f"/stats/{query}").content.decode() for query in ("", "?week=2026-11-18"))
    assert "第48周" in now
    assert "11月23日至11月24日" in now
    assert "0/1" in now
    assert "11月16日至11月22日" in last
    for parts in ("2/3", "1/3", "2/4"):
        assert f">{parts}" in re.sub(r"\s+", "", last), parts
    assert "还有 1 户没走访到" in last
    assert "下一周" in last


@pytest.mark.parametrize("week", ["x", "2026-02-30", "9999-99-99", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none(cast: Cast, as_user: AsUser, week: str) -> None:
    assert as_user(cast.leader).get("/stats/", {"week": week}).status_code in {200, 404}


def test_response_is_answered_by_cut_off_of_raised(cast: Cast, api: Api) -> None:
    """Late answers and open ones fail; what is open and not yet due is not counted yet."""
    day = date(2026, 11, 24)
    for n, (state, late) in enumerate([("done", False), ("done", True), ("excused", False), ("open", False)]):
        owe(cast.grid_a if n else cast.grid_b, day, state, late=late, n=n)
    client = api(cast.leader)
    asked = {"from": "2026-11-24", "to": "2026-11-25", "by": "village"}
    with time_machine.travel(WEDNESDAY, tick=False):
        owe(cast.grid_a, WEDNESDAY.date(), "open", n=9)
        answer = client.get("/api/v1/stats/response/", asked).json()
    assert answer["response"] == {"numerator": 2, "denominator": 4, "rate": 0.5}
    assert answer["excused"] == 1
    assert {row["name"]: row["response"]["denominator"] for row in answer["rows"]} == {
        "河边村": 3,
        "楼山村": 1,
    }
    assert client.get("/api/v1/stats/response/", {"by": "grid"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/stats/", "/stats/coverage/?from=2026-11-01", "/stats/answers/?from=2026-11-01"]
)
def test_queries_do_not_grow(
    cast: Cast, as_user: AsUser, count_queries: Callable[[], Any], path: str
) -> None:
    client = as_user(cast.leader)

    def cost() -> int:
        with count_queries() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    def fill(count: int) -> None:
        for n in range(count):
            grid = (cast.grid_a, cast.grid_a2, cast.grid_b)[n % 3]
            cast.visit(cast.target(grid, due_on=date(2026, 11, 20)), date(2026, 11, 10 + n % 10))
            incident(cast, grid, at=at(date(2026, 11, 20), time(9)))
            owe(grid, date(2026, 11, 20), "open", n=Obligation.objects.count() + 100)

    fill(4)
    client.get(path)
    few = cost()
    fill(30)
    assert cost() == few <= 20


def due(area: Area, day: date, closed: date | None, outcome: str = "settled") -> Matter:
    """A hazard whose term is the end of a day, ended on another."""
    return Matter.objects.create(
        kind="hazard",
        number=f"YH{Matter.objects.count():06d}",
        title="通道堵塞",
        area=area,
        state="assigned" if closed is None else "cancelled" if outcome == "cancelled" else "closed",
        occurred_at=at(day - timedelta(days=7), time(9)),
        due_at=at(day, time(18)),
        closed_at=closed and at(closed, time(12)),
        outcome=outcome if closed else "",
        answer="已清理" if closed else "",
    )


def test_kept_terms_of_matters(cast: Cast, api: Api, as_user: AsUser) -> None:
    """Ended by the term; open and late ones fail; withdrawn before its term is not counted."""
    in_week, later = date(2026, 11, 18), date(2026, 11, 20)
    due(cast.grid_a, in_week, in_week)
    due(cast.grid_a, in_week, later)
    due(cast.grid_a2, in_week, None)
    due(cast.grid_b, in_week, date(2026, 11, 17), "cancelled")
    due(cast.grid_b, in_week, later, "cancelled")
    due(cast.grid_b, date(2026, 11, 23), in_week)
    due(cast.far_grid, in_week, in_week)
    with time_machine.travel(WEDNESDAY, tick=False):
        answer = api(cast.leader).get("/api/v1/stats/kept/", {**WEEK, "by": "village"}).json()
        page = as_user(cast.leader).get("/stats/?week=2026-11-18").content.decode()
        rows = "/matters/?view=all&due_after=2026-11-16&due_before=2026-11-22"
        assert rows.replace("&", "&amp;") in page
        listed = as_user(cast.leader).get(rows).content.decode()
        missed = as_user(cast.leader).get(f"{rows}&kept=no").content.decode()
        done = as_user(cast.leader).get(f"{rows}&kept=yes").content.decode()
    assert answer["kept"] == {"numerator": 1, "denominator": 4, "rate": 0.25}
    assert {row["name"]: row["kept"]["denominator"] for row in answer["rows"]} == {"河边村": 3, "楼山村": 1}
    links = [len(set(re.findall(r'href="/matters/(\d+)/', text))) for text in (listed, missed, done)]
    assert links == [4, 3, 1]


def test_repeated_incidents_and_their_rows(cast: Cast, api: Api, as_user: AsUser) -> None:
    here: dict[str, Any] = {"address_key": "河边村一区26号"}
    for day in (3, 17, 18):
        incident(cast, at=at(date(2026, 11, day), time(9)), **here)
    incident(cast, cast.grid_b, at=at(date(2026, 11, 19), time(9)))
    incident(cast, cast.grid_b, at=at(date(2026, 11, 23), time(9)), **here)
    with time_machine.travel(WEDNESDAY, tick=False):
        answer = api(cast.leader).get("/api/v1/stats/repeats/", {**WEEK, "by": "village"}).json()
        page = as_user(cast.leader).get("/stats/?week=2026-11-18").content.decode()
        rows = "/incidents/?repeat=again&after=2026-11-16&before=2026-11-22"
        assert rows.replace("&", "&amp;") in page
        listed = as_user(cast.leader).get(rows).content.decode()
    assert answer["repeated"] == {"numerator": 2, "denominator": 3, "rate": 2 / 3}
    assert {row["name"]: row["repeated"]["numerator"] for row in answer["rows"]} == {"河边村": 2, "楼山村": 0}
    assert listed.count('class="quiet"') == 2
    assert api(cast.leader).get("/api/v1/stats/repeats/", {"by": "grid"}).status_code == 400


def test_what_was_not_answered_in_time_is_named(cast: Cast, as_user: AsUser) -> None:
    day = date(2026, 11, 18)
    owe(cast.grid_a, day, "done", n=1)
    owe(cast.grid_a, day, "done", late=True, n=2)
    owe(cast.grid_b, day, "open", n=3)
    owe(cast.far_grid, day, "open", n=4)
    with time_machine.travel(WEDNESDAY, tick=False):
        client = as_user(cast.leader)
        rows = "/stats/answers/?from=2026-11-16&to=2026-11-22"
        assert rows.replace("&", "&amp;") in client.get("/stats/?week=2026-11-18").content.decode()
        page = client.get(rows).content.decode()
        village = client.get(f"{rows}&area={cast.other_village.pk}").content.decode()
        assert client.get(f"{rows}&area={cast.far_grid.pk}").status_code == 404
    assert "1/3" in page
    assert (page.count("逾时"), page.count("没回应</span>")) == (1, 1)
    assert village.count("<tr>") == 2


def test_weeks_and_their_days() -> None:
    found = queries.weeks(date(2026, 11, 25), 3)
    assert found == [
        Period(date(2026, 11, 9), date(2026, 11, 15)),
        Period(date(2026, 11, 16), date(2026, 11, 22)),
        Period(date(2026, 11, 23), date(2026, 11, 25)),
    ]
    assert queries.same_days_before(found[-1]) == Period(date(2026, 11, 16), date(2026, 11, 18))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (None, "上周同期没有数"),
        (0.0, "持平"),
        (0.04, "持平"),
        (1.3, "向好 1.3 个百分点"),
        (-12.0, "变差 12 个百分点"),
    ],
)
def test_a_change_is_told_in_words(change: float | None, told: str) -> None:
    assert queries.told_change(change)["change"] == told


def test_fewer_repeats_are_better() -> None:
    assert queries.told_change(1.3, less_is_better=True) == {
        "change": "变差 1.3 个百分点",
        "kind": "worse",
        "way": "up",
    }
    assert queries.told_change(-2.0, less_is_better=True)["change"] == "向好 2 个百分点"
