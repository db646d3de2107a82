"""My day for everybody: what must be answered first, one tap from its form; nobody stands before a wall."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chengdong.day import Sum
from digests.models import Schedule
from grids.models import Area, Target
from incidents.models import PoliceIncident
from matters.models import Matter, Obligation
from matters.workflow import open_matter
from shared.dates import at, today
from tests.cast import POSTS, Cast

pytestmark = pytest.mark.servers

AsUser = Callable[[User], Client]


def owe(
    area: Area,
    *,
    target: Target | None = None,
    matter: Matter | None = None,
    kind: str = "visit",
    **more: Any,
) -> Obligation:
    """A row as the morning alert makes it."""
    source = f"target:{target.pk}" if target else f"matter:{matter.pk}" if matter else "x"
    title = f"走访{target.shown}" if target else matter.title if matter else "x"
    fields: dict[str, Any] = {"business_date": today(), "due_at": at(today(), time(20)), **more}
    return Obligation.objects.create(
        area=area, kind=kind, source=source, target=target, matter=matter, title=title, **fields
    )


def incident(cast: Cast, title: str = "夜间施工", due_at: datetime | None = None) -> Matter:
    """A police incident in grid A, being handled."""
    matter = open_matter(
        kind="police_incident",
        title=title,
        area=cast.grid_a,
        occurred_at=timezone.now(),
        actor=None,
        state="assigned",
        due_at=due_at,
    )
    PoliceIncident.objects.create(
        matter=matter,
        police_number=matter.number,
        incident_type="noise",
        level="一般",
        address="一区1号",
        placed="hand",
    )
    return matter


def heading(client: Client, path: str = "/") -> str:
    found = re.search(r"<h1>(.*?)</h1>", client.get(path).content.decode(), re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found.group(1)).split())


@pytest.mark.parametrize("who", [*POSTS, "nobody"])
def test_everybody_has_a_home_without_dead_links(cast: Cast, as_user: AsUser, who: str) -> None:
    owe(cast.grid_a, target=cast.target())
    owe(cast.grid_a, matter=incident(cast), kind="incident")
    client = as_user(cast.people[who])
    page = client.get("/")
    assert page.status_code == 200
    for link in sorted(set(re.findall(r'<a [^>]*href="(/[^"#]*)"', page.content.decode()))):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_before_any_alert_the_due_visits_are_there_overdue_on_top(cast: Cast, as_user: AsUser) -> None:
    cast.target(name="今天的店")
    cast.target(name="超期的店", due_on=today() - timedelta(days=2))
    cast.target(name="明天的店", due_on=today() + timedelta(days=1))
    cast.target(name="停业的店", suspended_on=today())
    cast.target(cast.grid_b, name="隔壁的店")
    client = as_user(cast.worker)
    page = client.get("/").content.decode()
    assert heading(client) == "今天有 2 户要走访"
    assert page.index("超期的店") < page.index("今天的店")
    for name in ("明天的店", "停业的店", "隔壁的店"):
        assert name not in page
    next_panel = page[page.index('class="next"') : page.index("</section>")]
    assert "超期的店" in next_panel
    assert f"/visits/new/?target={Target.objects.get(name='超期的店').pk}" in next_panel


def test_the_sum_adds_up_and_goes_down_with_each_answer(cast: Cast, as_user: AsUser) -> None:
    grill, house = cast.target(), cast.target(name="后岸出租房")
    owe(cast.grid_a, target=grill)
    excused = owe(cast.grid_a, target=house)
    owe(cast.grid_a, matter=incident(cast), kind="incident")
    owe(cast.grid_b, target=cast.target(cast.grid_b))
    client = as_user(cast.worker)
    assert heading(client) == "还有 3 件要回应"
    client.post(f"/today/{excused.pk}/excuse/", {"reason": "外出务工，已电话联系家属"})
    assert heading(client) == "还有 2 件要回应"
    sent = {"client_id": "5f1f3a86-1c6f-4d27-9d6e-0c6b7d1f0a11", "met": "principal", "result": "normal"}
    answer = client.post(f"/visits/new/?target={grill.pk}", sent, follow=True).content.decode()
    assert "已保存：走访老渡口烧烤" in answer
    assert heading(client) == "还有 1 件要回应"
    numbers = re.findall(r"<dd>(\d+)</dd>", answer)
    assert numbers == ["3", "1", "1", "1"]
    assert "已回应 1 件，已说明 1 件" in answer
    assert "外出务工，已电话联系家属" in answer


def test_the_most_urgent_comes_next(cast: Cast, as_user: AsUser) -> None:
    """An incident due in an hour before visits due tonight; a visit overdue since yesterday before both."""
    owe(cast.grid_a, matter=incident(cast, due_at=timezone.now() + timedelta(minutes=1)), kind="incident")
    owe(cast.grid_a, target=cast.target(name="今晚的店"))
    client = as_user(cast.worker)

    def next_title() -> str:
        page = client.get("/").content.decode()
        found = re.search(r'class="next__title"[^>]*>(.*?)</h2>', page)
        assert found
        return found.group(1)

    assert next_title() == "夜间施工"
    owe(cast.grid_a, target=cast.target(name="昨天的店", due_on=today() - timedelta(days=1)))
    assert next_title() == "走访昨天的店"


def test_what_the_alert_names_is_not_named_again_below(cast: Cast, as_user: AsUser) -> None:
    alarm, other = incident(cast, "争车位"), incident(cast, "求助")
    owe(cast.grid_a, target=cast.target(due_on=today() - timedelta(days=1)))
    owe(cast.grid_a, matter=alarm, kind="incident")
    page = as_user(cast.worker).get("/").content.decode()
    assert page.count("争车位") == 1
    assert page.index("昨夜警情") < page.index("争车位") < page.index("等着办的事项") < page.index("求助")
    assert f"/matters/{other.pk}/" in page


def test_persons_are_masked(cast: Cast, as_user: AsUser) -> None:
    for n, name in enumerate(("林阿婆", "张三多")):
        person = cast.target(
            kind="person", category="elder_alone", name=name, due_on=today() - timedelta(days=n)
        )
        owe(cast.grid_a, target=person)
    for who in ("worker", "officer", "leader"):
        page = as_user(cast.people[who]).get("/").content.decode()
        assert "林**" in page
        assert "林阿婆" not in page
        assert "13900005776" not in page


def test_before_the_alert_the_last_days_gaps_still_stand(cast: Cast, as_user: AsUser) -> None:
    yesterday = today() - timedelta(days=1)
    owe(cast.grid_a, target=cast.target(), business_date=yesterday, due_at=at(yesterday, time(20)))
    assert heading(as_user(cast.worker)) == "昨天还有 1 件要回应"
    assert heading(as_user(cast.officer)) == "昨天还有 1 件没回应"


def test_an_excuse_needs_a_reason_and_ones_own_territory(cast: Cast, as_user: AsUser) -> None:
    owed = owe(cast.grid_a, target=cast.target())
    path = f"/today/{owed.pk}/excuse/"
    client = as_user(cast.worker)
    assert client.post(path, {"reason": "忙"}).status_code == 400
    assert client.post(path, {"reason": ""}).status_code == 400
    assert as_user(cast.neighbour).post(path, {"reason": "不是我的"}).status_code == 404
    assert as_user(cast.landlord).get(path).status_code == 403
    assert client.post(path, {"reason": "停业整顿一周"}).status_code == 302
    again = client.post(path, {"reason": "另一个理由"})
    assert again.status_code == 400
    owed.refresh_from_db()
    assert (owed.state, owed.answer, owed.answered_by) == ("excused", "停业整顿一周", cast.worker)


def test_a_street_sees_villages_and_a_village_its_grids(cast: Cast, as_user: AsUser) -> None:
    for grid in (cast.grid_a, cast.grid_a2, cast.grid_b):
        owe(grid, target=cast.target(grid, name=f"{grid.name}的店", due_on=today() - timedelta(days=1)))
    leader, officer = as_user(cast.leader), as_user(cast.officer)
    assert heading(leader) == "还有 3 件没回应"
    street = leader.get("/").content.decode()
    assert f'<a href="/?area={cast.village.pk}">河边村</a></th>' in re.sub(r"\s*\n\s*", "", street)
    assert heading(leader, f"/?area={cast.village.pk}") == "还有 2 件没回应"
    assert heading(officer) == "还有 2 件没回应"
    village = officer.get("/").content.decode()
    assert f'<a href="/?area={cast.grid_a2.pk}">第二网格</a></th>' in village
    assert f'<a href="/?area={cast.grid_a2.pk}#gaps">1</a>' in village, "an open number opens what is open"
    assert "楼山" not in village
    assert officer.get(f"/?area={cast.other_village.pk}").status_code == 404
    assert officer.get("/?area=x").status_code == 404


def test_long_lists_are_cut_and_open_on_demand(cast: Cast, as_user: AsUser) -> None:
    for n in range(14):
        owe(cast.grid_a, target=cast.target(name=f"第{n:02}家店"))
    client = as_user(cast.command)
    assert "还有 4 件，全部列出" in client.get("/").content.decode()
    assert client.get("/?all=1").content.decode().count("家店") == 14


def test_the_evening_is_announced(cast: Cast, as_user: AsUser) -> None:
    Schedule.objects.create(street=cast.street, kind="evening", at=time(19, 30), starts_on=today())
    page = as_user(cast.worker).get("/").content.decode()
    assert "19:30" in page


@pytest.mark.parametrize("who", ["worker", "officer", "leader", "police", "landlord"])
def test_queries_are_few_and_the_same_at_any_size(
    cast: Cast, as_user: AsUser, count_queries: Callable[[], Any], who: str
) -> None:
    client = as_user(cast.people[who])

    def cost() -> int:
        with count_queries() as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    def fill(count: int) -> None:
        for n in range(count):
            grid = (cast.grid_a, cast.grid_a2, cast.grid_b)[n % 3]
            owe(grid, target=cast.target(grid, due_on=today() - timedelta(days=n % 5)))
            owe(cast.grid_a, matter=incident(cast), kind="incident")
            incident(cast)

    fill(3)
    client.get("/")
    few = cost()
    fill(30)
    assert cost() == few
    assert few <= 10


def test_a_sum_cannot_fail_to_add_up() -> None:
    total = Sum()
    for state, n in (("done", 2), ("open", 3), ("excused", 4), ("done", 1)):
        total.add(state, n)
    assert (total.expected, total.done, total.excused, total.open) == (10, 3, 4, 3)


def test_the_service_worker_is_at_the_root_and_names_this_release(cast: Cast) -> None:
    answer = Client().get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content.decode().startswith('const PORTAL = {"release":"')
    assert "js/outbox.js" in answer.content.decode()
