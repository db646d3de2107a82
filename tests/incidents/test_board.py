"""两室融合: lanes, clocks, the double alert, repeats, and the fragment that is asked for every 15 seconds."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Post
from incidents.board import SHOWN
from incidents.boards import lanes as board_lanes
from incidents.boards.asked import Asked, asked_by
from incidents.boards.chart import chart
from incidents.boards.lanes import Job, Lane, sums
from matters.models import Matter, Obligation
from matters.workflow import advance
from shared.dates import today
from tests.cast import Cast
from tests.incidents.made import hazard, incident

SignIn = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def owe(area: Area, state: str = "open", day: Any = None) -> Obligation:
    answered = {} if state == "open" else {"answered_at": timezone.now()}
    return Obligation.objects.create(
        kind="incident",
        area=area,
        business_date=day or today(),
        source=f"matter:{Obligation.objects.count()}",
        title="昨夜警情",
        due_at=timezone.now(),
        state=state,
        **answered,
    )


def lanes(asked: Asked) -> list[Lane]:
    return board_lanes.lanes(asked, sums(asked), SHOWN)


def by_lane(cast: Cast, person: str = "command", village: str = "", kind: str = "") -> dict[str, list[str]]:
    asked = asked_by(cast.people[person], village, kind)
    return {lane.code: [job.title for job in lane.jobs] for lane in lanes(asked)}


def only_job(cast: Cast, lane: str = "doing") -> Job:
    (job,) = next(found for found in lanes(asked_by(cast.command)) if found.code == lane).jobs
    return job


def test_each_matter_is_in_the_lane_of_what_happens_now(cast: Cast) -> None:
    incident(cast, cast.street, title="待落格", state="reported", placed="tray")
    incident(cast, title="待办理")
    handled = incident(cast, title="办理中")
    advance(matter=handled, action="handle", actor=cast.worker)
    echoed = incident(cast, title="待审核")
    advance(matter=echoed, action="echo", actor=cast.worker, note="到场")
    closed = incident(cast, title="今天销号")
    advance(matter=closed, action="echo", actor=cast.worker, note="到场")
    advance(
        matter=closed, action="verify", actor=cast.officer, evidence={"outcome": "settled", "answer": "好了"}
    )
    old = incident(cast, title="昨天销号")
    Matter.objects.filter(pk=old.pk).update(
        state="closed", closed_at=timezone.now() - timedelta(days=1), outcome="settled", answer="好了"
    )
    late = incident(cast, title="超期")
    Matter.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    expected = {
        "new": ["待落格"],
        "doing": ["待办理", "办理中"],
        "over": ["超期"],
        "echoed": ["待审核"],
        "done": ["今天销号"],
    }
    assert by_lane(cast) == by_lane(cast, "police") == expected


def test_a_lane_shows_the_most_urgent_and_counts_all(cast: Cast) -> None:
    now = timezone.now()
    for hours in (48, -5, 30, -50, 72, 96, 120):
        matter = hazard(cast, description=str(hours)).matter
        Matter.objects.filter(pk=matter.pk).update(due_at=now + timedelta(hours=hours), title=str(hours))
    Matter.objects.filter(pk=incident(cast, title="无期限").pk).update(due_at=None)
    found = {lane.code: lane for lane in lanes(asked_by(cast.command))}
    assert (found["doing"].count, found["over"].count) == (6, 2)
    assert [job.title for job in found["over"].jobs] == ["-50", "-5"]
    assert [job.title for job in found["doing"].jobs] == ["30", "48", "72", "96", "120"]


def test_the_clock_of_a_job(cast: Cast) -> None:
    matter = hazard(cast).matter
    now = timezone.now()
    Matter.objects.filter(pk=matter.pk).update(
        occurred_at=now - timedelta(days=5), due_at=now + timedelta(days=5, minutes=1)
    )
    job = only_job(cast)
    assert (job.state, job.told, job.span.days) == ("open", "还剩", 5)
    assert job.part == pytest.approx(0.5, abs=0.01)
    Matter.objects.filter(pk=matter.pk).update(warn_at=now)
    assert only_job(cast).state == "soon"
    Matter.objects.filter(pk=matter.pk).update(due_at=now - timedelta(hours=3))
    job = only_job(cast, "over")
    assert (job.state, job.told, job.part) == ("over", "超期", 1.0)
    assert job.span >= timedelta(hours=3)


def test_a_job_without_term_says_how_long_nothing_happened(cast: Cast) -> None:
    matter = incident(cast)
    Matter.objects.filter(pk=matter.pk).update(due_at=None, moved_at=timezone.now() - timedelta(hours=7))
    job = only_job(cast)
    assert (job.state, job.told) == ("open", "无进展")
    assert timedelta(hours=7) <= job.span < timedelta(hours=8)


def test_filters_by_village_and_kind(cast: Cast, as_user: SignIn) -> None:
    incident(cast, title="甲")
    incident(cast, cast.grid_b, title="乙")
    hazard(cast)
    assert by_lane(cast, village=str(cast.village.pk))["doing"] == ["甲", "疏散通道堵塞隐患"]
    assert by_lane(cast, kind="hazard")["doing"] == ["疏散通道堵塞隐患"]
    page = text_of(
        as_user(cast.command).get(f"/incidents/board/?village={cast.other_village.pk}&kind=police_incident")
    )
    assert "1 件在办" in page
    for rubbish in ("village=x", f"village={cast.far_street.pk}", "kind=x", "village=99999999999999999999"):
        assert "3 件在办" in text_of(as_user(cast.command).get(f"/incidents/board/?{rubbish}"))


def test_the_sum_adds_up_and_names_who_still_owes(cast: Cast, as_user: SignIn) -> None:
    for state in ("done", "done", "excused", "open"):
        owe(cast.grid_a, state)
    owe(cast.grid_b)
    owe(cast.village)
    owe(cast.far_grid)
    owe(cast.grid_a, day=today() - timedelta(days=1))
    page = as_user(cast.command).get("/incidents/board/")
    text = text_of(page)
    assert "6 件中已回应 2 件，已说明 1 件，待回应 3 件" in page.content.decode()
    assert "应回应 6 已回应 2 已说明 1 待回应 3" in text
    assert re.findall(r"(河边村|楼山村) 应 (\d) 差 (\d)", text) == [
        ("河边村", "5", "2"),
        ("楼山村", "1", "1"),
    ]
    assert f'href="/incidents/board/gaps/?village={cast.village.pk}"' in page.content.decode()
    assert "太平" not in text


def test_each_village_opens_what_is_still_owed(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, title="噪音扰民：夜宵摊")
    Obligation.objects.filter(pk=owe(cast.grid_a).pk).update(
        matter=matter, title="噪音扰民：夜宵摊", carried=2
    )
    owe(cast.grid_a, "done")
    owe(cast.grid_b)
    owe(cast.far_grid)
    client = as_user(cast.police)
    page = client.get(f"/incidents/board/gaps/?village={cast.village.pk}")
    assert page.content.decode().count("<tr>") == 2
    assert f'href="/matters/{matter.pk}/"' in page.content.decode()
    assert "河边村还没有回应的" in text_of(page)
    assert "昨夜警情 第 3 天 河边村第一网格" in text_of(page)
    assert client.get("/incidents/board/gaps/").content.decode().count("<tr>") == 3
    assert as_user(cast.far_command).get("/incidents/board/gaps/").content.decode().count("<tr>") == 2
    assert client.get("/incidents/board/gaps/?cursor=x").status_code == 400


def test_before_the_morning_alert_the_last_day_is_shown(cast: Cast, as_user: SignIn) -> None:
    owe(cast.grid_a, day=today() - timedelta(days=1))
    owe(cast.grid_a, day=today() - timedelta(days=2))
    assert "应回应 1 已回应 0 已说明 0 待回应 1" in text_of(as_user(cast.police).get("/incidents/board/"))


def test_repeats_are_listed_once_red_first(cast: Cast, as_user: SignIn) -> None:
    now = timezone.now()
    for ago in (1, 2, 3):
        incident(cast, at=now - timedelta(days=ago), address="一区1号", address_key="一区1号")
    for ago in (1, 2):
        incident(cast, at=now - timedelta(days=ago), address=f"二区{ago}号", caller_phone="13900000001")
    page = text_of(as_user(cast.command).get("/incidents/board/"))
    assert re.findall(r"(红牌|黄牌) 第(\d)次 (同一\S+) (\S+)", page) == [
        ("红牌", "3", "同一地址", "一区1号"),
        ("黄牌", "2", "同一报警人", "二区1号"),
    ]


def test_nobody_is_named_on_the_board(cast: Cast, as_user: SignIn) -> None:
    for ago in (1, 2):
        incident(
            cast, at=timezone.now() - timedelta(days=ago), caller_name="欧阳长风", caller_phone="13912345678"
        )
    page = as_user(cast.command).get("/incidents/board/").content.decode()
    assert "欧阳长风" not in page
    assert "13912345678" not in page


def test_the_fragment_is_not_sent_again_while_nothing_changed(
    cast: Cast, as_user: SignIn, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now(), tick=False)  # its mark changes with the minute
    matter = incident(cast)
    client = as_user(cast.command)
    first = client.get("/incidents/board/live/")
    mark = first.headers["ETag"]
    assert first.status_code == 200
    assert "no-cache" in first.headers["Cache-Control"]
    assert "private" in first.headers["Cache-Control"]
    assert "<html" not in first.content.decode()
    again = client.get("/incidents/board/live/", headers={"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    weak = client.get("/incidents/board/live/", headers={"If-None-Match": f"W/{mark}"})
    assert weak.status_code == 304
    advance(matter=matter, action="handle", actor=cast.worker)
    changed = client.get("/incidents/board/live/", headers={"If-None-Match": mark})
    assert changed.status_code == 200
    owe(cast.grid_a)
    assert (
        client.get("/incidents/board/live/", headers={"If-None-Match": changed.headers["ETag"]}).status_code
        == 200
    )
    now = client.get("/incidents/board/live/").headers["ETag"]
    assert client.get("/incidents/board/live/", headers={"If-None-Match": now}).status_code == 304
    assert client.get("/incidents/board/live/?kind=hazard", headers={"If-None-Match": now}).status_code == 200
    Post.objects.filter(user=cast.command).update(area=cast.other_village)
    assert client.get("/incidents/board/live/", headers={"If-None-Match": now}).status_code == 200
    Post.objects.filter(user=cast.command).update(area=cast.street)
    assert client.get("/incidents/board/live/", headers={"If-None-Match": now}).status_code == 304
    time_machine.shift(61)
    assert client.get("/incidents/board/live/", headers={"If-None-Match": now}).status_code == 200


def test_the_page_polls_its_own_filters_and_grows_on_a_wall(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.command)
    page = client.get("/incidents/board/?kind=hazard").content.decode()
    assert 'hx-get="/incidents/board/live/?kind=hazard"' in page
    assert 'hx-trigger="every 15s"' in page
    assert "Refresh" not in client.get("/incidents/board/").headers
    assert 'class="is-screen"' in client.get("/incidents/board/?screen=1").content.decode()
    assert client.get("/incidents/board/?auto=1").headers["Refresh"] == "30"


@pytest.mark.parametrize("path", ["/incidents/board/", "/incidents/board/live/", "/incidents/board/gaps/"])
def test_the_board_is_for_the_two_rooms(cast: Cast, as_user: SignIn, path: str) -> None:
    statuses = {person: as_user(user).get(path).status_code for person, user in cast.people.items()}
    assert {person for person, status in statuses.items() if status == 200} == {
        "leader",
        "command",
        "police",
        "far_command",
    }
    assert set(statuses.values()) == {200, 403}


@pytest.mark.parametrize("path", ["/incidents/board/", "/incidents/board/live/", "/incidents/board/gaps/"])
@pytest.mark.parametrize("narrowed", [False, True])
def test_the_board_costs_the_same_at_any_size(
    cast: Cast, as_user: SignIn, count_queries: Any, path: str, narrowed: bool
) -> None:
    client, seen = as_user(cast.command), []
    path += f"?village={cast.village.pk}&kind=hazard" if narrowed else ""
    for _ in range(2):
        for ago in range(1, 9):
            incident(cast, at=timezone.now() - timedelta(days=ago), address_key="同一处")
            incident(cast, cast.grid_b, at=timezone.now() - timedelta(days=ago))
            hazard(cast)
            owe(cast.grid_a)
            owe(cast.grid_b)
        client.get(path)
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        seen.append(len(queries))
    assert seen[0] == seen[1] <= 14, [*seen, *queries]


def test_the_wall_shows_less_and_asks_for_the_same_again(cast: Cast, as_user: SignIn) -> None:
    for n in range(5):
        incident(cast, title=f"第{n}件")
    client = as_user(cast.command)
    for path in ("/incidents/board/?screen=1", "/incidents/board/live/?screen=1"):
        wall = client.get(path)
        assert wall.content.decode().count('class="job__title"') == 3
        assert "另有 2 件" in text_of(wall)
    assert 'live/?screen=1"' in client.get("/incidents/board/?screen=1").content.decode()
    assert client.get("/incidents/board/").content.decode().count('class="job__title"') == 5


def box(x: float) -> dict[str, Any]:
    ring = [[x, 28.3], [x + 0.01, 28.3], [x + 0.01, 28.31], [x, 28.31], [x, 28.3]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_the_map_counts_what_its_links_open(cast: Cast, as_user: SignIn) -> None:
    for n, area in enumerate((cast.village, cast.other_village, cast.grid_a, cast.grid_a2)):
        Area.objects.filter(pk=area.pk).update(outline=box(121.3 + n / 50))
    late = incident(cast)
    Matter.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    incident(cast, cast.village)
    hazard(cast)
    incident(cast, cast.grid_b)
    client = as_user(cast.command)
    page = client.get("/incidents/board/").content.decode()
    assert "河边村在办 3 件，超期 1 件" in page
    assert "楼山村在办 1 件" in page
    rows = client.get(f"/matters/?view=open&area={cast.village.pk}").content.decode()
    assert rows.count('class="quiet"') == 3
    asked = asked_by(cast.command, str(cast.village.pk), "police_incident")
    drawn = chart(asked, sums(asked))
    assert drawn is not None
    assert {spot.name: (spot.open, spot.late) for spot in drawn.spots} == {
        "河边村第一网格": (1, 1),
        "河边村第二网格": (0, 0),
    }
    assert chart(asked_by(cast.far_command), []) is None


def test_a_key_offers_what_state_and_rights_leave_open(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, incident_type="dispute")
    jobs = {
        person: next(job for lane in lanes(asked_by(cast.people[person])) for job in lane.jobs)
        for person in ("command", "police", "leader")
    }
    assert {person: set(job.moves) for person, job in jobs.items()} == {
        "command": {"divert", "sign", "assign"},
        "police": {"divert"},
        "leader": {"assign"},
    }
    page = as_user(cast.police).get("/incidents/board/").content.decode()
    assert 'data-moves="divert" data-version="1"' in page
    form = (
        as_user(cast.police).get(f"/matters/{matter.pk}/?do=divert&next=/incidents/board/").content.decode()
    )
    assert 'id="id_divert_receiver"' in form
    sent = {"action": "divert", "version": "1", "receiver": "command", "next": "/incidents/board/"}
    answer = as_user(cast.police).post(f"/matters/{matter.pk}/", sent)
    assert answer.headers["Location"] == "/incidents/board/"
    assert as_user(cast.command).get("/incidents/board/").content.decode().count("data-moves") == 1
