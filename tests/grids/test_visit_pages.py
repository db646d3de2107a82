"""The visit form and the lists of visits: three taps, nothing lost, nothing of the neighbour's."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PersonalAccess, User
from grids.models import Target, Visit
from incidents.models import Hazard
from shared.dates import today
from tests.cast import Cast

AsUser = Callable[[User], Client]


def fields(html: str) -> dict[str, Any]:
    """What a browser would send of the visit form as it stands."""
    form = re.search(r'<form class="sec".*?</form>', html, re.S)
    assert form
    body = form.group(0)
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if not name or (kind and kind.group(1) == "file"):
            continue
        if kind and kind.group(1) in {"radio", "checkbox"} and not re.search(r"\schecked\b", tag):
            continue
        sent.setdefault(name.group(1), []).append(value.group(1) if value else "")
    sent.pop("csrfmiddlewaretoken", None)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def address(target: Target) -> str:
    return f"/visits/new/?target={target.pk}"


def test_all_well_is_open_normal_save(cast: Cast, as_user: AsUser) -> None:
    """Three taps: the worker adds nothing but 正常 to the form as it came."""
    target = cast.target()
    client = as_user(cast.worker)
    page = client.get(address(target)).content.decode()
    sent = fields(page)
    assert "result" not in sent
    answer = client.post(address(target), {**sent, "result": "normal"}, follow=True)
    visit = Visit.objects.get()
    assert (visit.target, visit.visitor, visit.met, visit.result) == (
        target,
        cast.worker,
        "principal",
        "normal",
    )
    assert answer.redirect_chain == [("/", 302)]
    due_on = today() + timedelta(days=14)
    assert f"已保存：走访老渡口烧烤，正常。下次在 {due_on.month}月{due_on.day}日前" in answer.content.decode()


def test_nothing_is_preselected_but_last_times_chips(cast: Cast, as_user: AsUser) -> None:
    target = cast.target(chips=["提醒22点后静音"])
    cast.visit(target, today() - timedelta(days=14), chips=["extinguisher", "提醒22点后静音"])
    sent = fields(as_user(cast.worker).get(address(target)).content.decode())
    assert sorted(sent["chips"]) == ["extinguisher", "提醒22点后静音"]
    assert "result" not in sent


def test_without_a_tap_the_form_says_what_is_missing_and_keeps_what_was_typed(
    cast: Cast, as_user: AsUser
) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    first = fields(client.get(address(target)).content.decode())
    answer = client.post(
        address(target),
        {**first, "note": "老板不在<b>", "hazard_description": "通道堵了", "chips": ["quiet"]},
    )
    page = answer.content.decode()
    again = fields(page)
    assert answer.status_code == 400
    assert "请点一下情况怎么样" in page
    assert "请选择是什么隐患" in page
    assert "老板不在&lt;b&gt;</textarea>" in page
    assert "通道堵了</textarea>" in page
    assert again["client_id"] == first["client_id"]
    assert again["chips"] == "quiet"
    assert not Visit.objects.exists()


def test_nobody_met_needs_no_result(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    sent = fields(client.get(address(target)).content.decode())
    answer = client.post(address(target), {**sent, "met": "nobody"}, follow=True)
    assert "没见到人" in answer.content.decode()
    assert not Visit.objects.get().is_valid
    assert Target.objects.get().due_on == today()


def test_the_same_form_twice_is_one_visit(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    sent = {**fields(client.get(address(target)).content.decode()), "result": "normal"}
    client.post(address(target), sent)
    again = client.post(address(target), sent, follow=True)
    assert "没有重复登记" in again.content.decode()
    assert Visit.objects.count() == 1


def test_another_content_under_the_same_id_is_told_with_a_way_to_the_first(
    cast: Cast, as_user: AsUser
) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    sent = {**fields(client.get(address(target)).content.decode()), "result": "normal"}
    client.post(address(target), sent)
    page = client.post(address(target), {**sent, "note": "补一句"}).content.decode()
    assert "内容不一样" in page
    assert f"/visits/{Visit.objects.get().pk}/" in page


def test_a_hazard_is_raised_in_the_same_form(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    sent = fields(client.get(address(target)).content.decode())
    assert sent["hazard_address"] == target.address
    hazard = {"hazard_type": "egress", "hazard_level": "serious", "hazard_description": "楼道停了三辆电动车"}
    for _ in range(2):
        client.post(address(target), {**sent, "result": "action", **hazard})
    found = Hazard.objects.get()
    assert (found.hazard_type, found.level, found.description) == ("egress", "serious", "楼道停了三辆电动车")
    assert (found.visit, found.target, found.matter.area) == (Visit.objects.get(), target, cast.grid_a)


@pytest.mark.parametrize(
    "garbage",
    [
        {"client_id": "x"},
        {"met": "everybody"},
        {"result": "fine"},
        {"chips": ["'; drop table"]},
        {"latitude": "nan", "longitude": "nan"},
        {"latitude": "91", "longitude": "0"},
        {"visited_at": "2026-13-45T99:99"},
        {"note": "长" * 1001},
        {"hazard_type": "nothing", "hazard_description": "x"},
        {"hazard_level": "huge"},
    ],
)
def test_garbage_is_refused_field_by_field(cast: Cast, as_user: AsUser, garbage: dict[str, Any]) -> None:
    target = cast.target()
    sent = {"client_id": str(uuid4()), "met": "principal", "result": "normal", "target": target.pk, **garbage}
    answer = as_user(cast.worker).post(address(target), sent)
    assert answer.status_code == 400
    assert not Visit.objects.exists()


@pytest.mark.parametrize("who", ["neighbour", "far_worker", "other_officer"])
def test_a_target_of_another_grid_is_not_there(cast: Cast, as_user: AsUser, who: str) -> None:
    target = cast.target()
    client = as_user(cast.people[who])
    sent = {"client_id": str(uuid4()), "met": "principal", "result": "normal"}
    assert client.get(address(target)).status_code == 404
    assert client.post(address(target), sent).status_code == 404
    assert client.post("/visits/new/", {**sent, "target": target.pk}).status_code == 404
    assert not Visit.objects.exists()


@pytest.mark.parametrize("given", ["x", "-1", "99999999999999999999", "0", "1 or 1=1"])
def test_a_target_that_is_no_number_is_not_there(cast: Cast, as_user: AsUser, given: str) -> None:
    assert as_user(cast.worker).get("/visits/new/", {"target": given}).status_code == 404


def test_without_a_target_one_chooses_first(cast: Cast, as_user: AsUser) -> None:
    assert as_user(cast.worker).get("/visits/new/").headers["Location"] == "/targets/"


def test_numbers_are_masked_and_a_call_is_logged(cast: Cast, as_user: AsUser) -> None:
    target = cast.target(phone="13912345776")
    client = as_user(cast.worker)
    page = client.get(address(target)).content.decode()
    assert "13912345776" not in page
    assert "139****5776" in page
    call = client.post(f"/targets/{target.pk}/call/")
    assert "tel:13912345776" in call.content.decode()
    assert call.headers["Cache-Control"] == "no-store"
    seen = PersonalAccess.objects.get()
    assert (seen.user, seen.subject_id, seen.reason, seen.fields) == (
        cast.worker,
        target.pk,
        "走访联系",
        "电话",
    )


def test_nobody_else_calls(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    assert as_user(cast.neighbour).post(f"/targets/{target.pk}/call/").status_code == 404
    assert as_user(cast.leader).post(f"/targets/{target.pk}/call/").status_code == 403
    assert not PersonalAccess.objects.exists()


def test_a_call_reloaded_leads_back_to_the_target(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    again = as_user(cast.worker).get(f"/targets/{target.pk}/call/")
    assert (again.status_code, again.headers["Location"]) == (302, f"/targets/{target.pk}/")
    assert as_user(cast.neighbour).get(f"/targets/{target.pk}/call/").status_code == 404
    assert not PersonalAccess.objects.exists()


def test_a_call_is_logged_with_the_address_behind_the_proxy(
    cast: Cast, as_user: AsUser, settings: Any
) -> None:
    settings.PROXY_HOPS = 1
    client = as_user(cast.worker)
    client.post(f"/targets/{cast.target().pk}/call/", headers={"X-Forwarded-For": "10.9.9.9, 192.0.2.7"})
    assert PersonalAccess.objects.get().address == "192.0.2.7"


def test_the_list_shows_the_territory_newest_first_with_persons_masked(cast: Cast, as_user: AsUser) -> None:
    person = cast.target(kind="person", category="elder_alone", name="林阿婆")
    cast.visit(person, today() - timedelta(days=2))
    cast.visit(cast.target(name="后岸出租房"), today() - timedelta(days=1))
    cast.visit(cast.target(cast.grid_b, name="楼山小店"))
    page = as_user(cast.worker).get("/visits/").content.decode()
    assert page.index("后岸出租房") < page.index("林**")
    assert "林阿婆" not in page
    assert "楼山小店" not in page
    assert "楼山小店" in as_user(cast.leader).get("/visits/").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "lyk"}, {"老渡口烧烤"}),
        ({"category": "lodging"}, {"如意旅馆"}),
        ({"result": "action"}, {"如意旅馆"}),
        ({"result": "nobody"}, {"老渡口烧烤"}),
        ({"since": "today-1"}, {"老渡口烧烤"}),
        ({"until": "today-1"}, {"如意旅馆"}),
        ({"area": "grid_a2"}, {"如意旅馆"}),
        ({"area": "village"}, {"如意旅馆", "老渡口烧烤"}),
        ({"area": "other_village"}, {"如意旅馆", "老渡口烧烤"}),
    ],
)
def test_filters(cast: Cast, as_user: AsUser, query: dict[str, str], expected: set[str]) -> None:
    """An area outside the officer's village is no choice: the filter says so and narrows nothing."""
    cast.visit(cast.target(initials="lykj"), today(), met="nobody", result="", is_valid=False)
    inn = cast.target(cast.grid_a2, name="如意旅馆", category="lodging")
    cast.visit(inn, today() - timedelta(days=3), result="action")
    for name, value in query.items():
        if value == "today-1":
            query = {name: str(today() - timedelta(days=1))}
        elif name == "area":
            query = {name: str(cast.__dict__[value].pk)}
    rows = as_user(cast.officer).get("/visits/", query).content.decode().partition("<tbody>")[2]
    assert {name for name in ("老渡口烧烤", "如意旅馆") if name in rows} == expected


def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    rows = [cast.visit(target, today() - timedelta(days=n // 3)) for n in range(120)]
    client = as_user(cast.worker)
    seen: list[int] = []
    where = "/visits/"
    while where:
        page = client.get(where).content.decode()
        seen += [int(pk) for pk in re.findall(r'href="/visits/(\d+)/"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        where = "/visits/" + following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120
    assert seen == [row.pk for row in sorted(rows, key=lambda row: (row.visited_on, row.pk), reverse=True)]


@pytest.mark.parametrize("path", ["/visits/", "/targets/", "/targets/?state=over"])
def test_lists_cost_the_same_at_any_size(
    cast: Cast, as_user: AsUser, count_queries: Callable[[], Any], path: str
) -> None:
    client = as_user(cast.officer)

    def cost() -> int:
        with count_queries() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    cast.visit(cast.target(due_on=today() - timedelta(days=1)))
    client.get(path)
    few = cost()
    for n in range(40):
        grid = cast.grid_a if n % 2 else cast.grid_a2
        cast.visit(cast.target(grid, name=f"店{n}", due_on=today() - timedelta(days=n)))
    assert cost() == few
    assert few <= 10


def test_one_visit_with_everything(cast: Cast, as_user: AsUser) -> None:
    visit = cast.visit(
        cast.target(), chips=["quiet", "自编事项"], note="<i>老板</i>", latitude=28.4, longitude=121.4
    )
    page = as_user(cast.officer).get(f"/visits/{visit.pk}/").content.decode()
    assert "提醒夜间静音、自编事项" in page
    assert "&lt;i&gt;老板&lt;/i&gt;" in page
    assert "28.40000" in page
    assert as_user(cast.neighbour).get(f"/visits/{visit.pk}/").status_code == 404
    assert as_user(cast.police).get(f"/visits/{visit.pk}/").status_code == 403


def test_a_later_time_can_be_told(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    moment = timezone.localtime(timezone.now() - timedelta(days=2)).replace(second=0, microsecond=0)
    sent = fields(client.get(address(target)).content.decode())
    client.post(
        address(target), {**sent, "result": "normal", "visited_at": moment.strftime("%Y-%m-%dT%H:%M")}
    )
    assert Visit.objects.get().visited_at == moment
    answer = client.post(
        address(target), {**sent, "client_id": uuid4(), "result": "normal", "visited_at": "2020-01-01T08:00"}
    )
    assert answer.status_code == 400
    assert "7 天内" in answer.content.decode()
