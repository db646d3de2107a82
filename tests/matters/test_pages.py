"""The list of matters and the page of one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from matters import pages
from matters.loop import KINDS
from matters.models import Matter
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.made import hazard, incident

SignIn = Callable[[User], Client]


def text_of(answer: Any) -> str:
    """The page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def shown(answer: Any) -> list[str]:
    """Titles of the listed matters, top to bottom."""
    return re.findall(r'class="quiet" href="[^"]+">([^<]+)<', answer.content.decode())


def posted(matter: Matter, action: str, **fields: Any) -> dict[str, Any]:
    return {"action": action, "version": matter.version, **fields}


def test_the_list_shows_the_territory_and_nothing_else(cast: Cast, as_user: SignIn) -> None:
    incident(cast, title="甲")
    incident(cast, cast.grid_a2, title="乙")
    incident(cast, cast.grid_b, title="丙")
    assert shown(as_user(cast.worker).get("/matters/")) == ["甲"]
    assert set(shown(as_user(cast.officer).get("/matters/?view=all"))) == {"甲", "乙"}
    assert set(shown(as_user(cast.police).get("/matters/"))) == {"甲", "乙", "丙"}
    assert shown(as_user(cast.far_command).get("/matters/")) == []
    assert as_user(cast.captain).get("/matters/").status_code == 403
    assert "login" in Client().get("/matters/").headers["Location"]


def test_what_waits_for_whom(cast: Cast, as_user: SignIn) -> None:
    incident(cast, title="待办理")
    hazard(cast, cast.manager, source="citizen", description="楼道堆物")
    mine = incident(cast, title="我回应的")
    advance(matter=mine, action="echo", actor=cast.worker, note="到场了")
    his = incident(cast, title="干部回应的")
    advance(matter=his, action="echo", actor=cast.officer, note="到场了")
    waiting = {
        person: set(shown(as_user(cast.people[person]).get("/matters/?view=waiting")))
        for person in ("worker", "officer", "command", "police")
    }
    assert waiting == {
        "worker": {"待办理"},
        "officer": {"待办理", "疏散通道堵塞隐患", "我回应的"},
        "command": {"干部回应的"},  # the rest is the village's, until it is overdue
        "police": set(),
    }
    Matter.objects.filter(title="我回应的").update(due_at=timezone.now() - timedelta(days=1))
    late = shown(as_user(cast.command).get("/matters/?view=waiting"))
    assert late == ["我回应的", "干部回应的"]
    assert "还有 3 件等您处理" in text_of(as_user(cast.officer).get("/matters/"))


def test_the_longest_overdue_stands_on_top_of_what_waits(cast: Cast, as_user: SignIn) -> None:
    now = timezone.now()
    for title, due in [
        ("不急", None),
        ("明天", now + timedelta(days=1)),
        ("超三天", now - timedelta(days=3)),
        ("超一天", now - timedelta(days=1)),
    ]:
        Matter.objects.filter(pk=incident(cast, title=title).pk).update(due_at=due)
    client = as_user(cast.worker)
    assert shown(client.get("/matters/?view=waiting")) == ["超三天", "超一天", "明天", "不急"]
    assert shown(client.get("/matters/?view=overdue")) == ["超三天", "超一天"]
    assert "超期3天" in text_of(client.get("/matters/?view=overdue"))


def test_the_list_opens_on_what_waits_for_the_reader(cast: Cast, as_user: SignIn) -> None:
    now = timezone.now()
    old = incident(cast, title="旧的超期", at=now - timedelta(days=5))
    Matter.objects.filter(pk=old.pk).update(due_at=now - timedelta(days=3))
    incident(cast, title="刚来的")
    done = incident(cast, title="已回应的", at=now)
    advance(matter=done, action="echo", actor=cast.worker, note="到场")
    worker, police = as_user(cast.worker), as_user(cast.police)
    opened = worker.get("/matters/")
    assert shown(opened) == ["旧的超期", "刚来的"]
    assert re.search(r'view=waiting" aria-current="page"', opened.content.decode())
    everything = ["已回应的", "刚来的", "旧的超期"]
    for asked in ("/matters/?view=all", "/matters/?view=", "/matters/?q="):
        assert shown(worker.get(asked)) == everything
    assert shown(police.get("/matters/")) == everything  # nothing waits for the police


def test_filters_narrow_by_kind_state_words_number_and_area(cast: Cast, as_user: SignIn) -> None:
    found = incident(cast, title="噪音扰民：夜宵摊")
    incident(cast, cast.grid_b, title="盗窃：电瓶", state="reported")
    hazard(cast)
    client = as_user(cast.command)
    assert shown(client.get("/matters/?kind=hazard")) == ["疏散通道堵塞隐患"]
    assert shown(client.get("/matters/?state=reported")) == ["盗窃：电瓶"]
    assert shown(client.get("/matters/?q=夜宵 噪音")) == ["噪音扰民：夜宵摊"]
    assert shown(client.get(f"/matters/?q={found.number}")) == ["噪音扰民：夜宵摊"]
    assert shown(client.get(f"/matters/?area={cast.other_village.pk}")) == ["盗窃：电瓶"]
    assert shown(client.get(f"/matters/?area={cast.far_street.pk}")) == []
    assert "没有符合条件的事项" in text_of(client.get("/matters/?q=没有这个词"))


@pytest.mark.parametrize(
    "query",
    [
        "cursor=xx",
        "cursor=~W10",
        "q=%00",
        "kind=x",
        "state=x",
        "view=x",
        "area=x",
        "area=1e400",
        "area=99999999999999999999",
    ],
)
def test_garbage_in_the_address_is_never_a_crash(cast: Cast, as_user: SignIn, query: str) -> None:
    incident(cast)
    answer = as_user(cast.command).get(f"/matters/?{query}")
    assert answer.status_code == (400 if query.startswith("cursor") else 200)


@pytest.mark.parametrize("path", ["/matters/", "/matters/?view=waiting", "/api/v1/matters/"])
def test_the_list_costs_the_same_at_any_size(
    cast: Cast, as_user: SignIn, count_queries: Any, path: str
) -> None:
    client = as_user(cast.command)
    seen = []
    for _ in range(2):
        for _ in range(5):
            incident(cast)
            hazard(cast)
        client.get(path)
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        seen.append(len(queries))
    assert seen[0] == seen[1] <= 10, queries


def test_pages_of_the_list_meet_without_gap_or_repeat(cast: Cast, as_user: SignIn) -> None:
    now = timezone.now()
    for i in range(120):
        incident(cast, title=f"第{i}件", at=now - timedelta(minutes=i // 3))
    client, url, titles = as_user(cast.worker), "/matters/", []
    for _ in range(3):
        answer = client.get(url)
        titles += shown(answer)
        following = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        url = "/matters/" + following[1].replace("&amp;", "&") if following else ""
    assert len(titles) == len(set(titles)) == 120
    assert url == ""


def test_a_worker_answers_from_the_page(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    client = as_user(cast.worker)
    page = client.get(f"/matters/{matter.pk}/")
    assert "下一步 回应" in text_of(page)
    answer = client.post(
        f"/matters/{matter.pk}/", posted(matter, "echo", note="已到场，双方和好"), follow=True
    )
    assert answer.redirect_chain == [(f"/matters/{matter.pk}/", 302)]
    matter.refresh_from_db()
    assert (matter.state, matter.handler) == ("echoed", cast.worker)
    assert "已到场，双方和好" in text_of(answer)
    assert "等河边村审核销号" in text_of(answer)
    assert 'name="action"' not in answer.content.decode()
    assert '已回应，现在是“待审核”。<a class="btn" href="/">回到今天</a>' in answer.content.decode()


def test_who_came_from_my_day_goes_back_there(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, title="噪音<扰民>")
    client, url = as_user(cast.worker), f"/matters/{matter.pk}/?next=/"
    assert '<input type="hidden" name="next" value="/">' in client.get(url).content.decode()
    refused = client.post(f"/matters/{matter.pk}/", posted(matter, "echo", next="/"))
    assert refused.status_code == 400
    assert '<input type="hidden" name="next" value="/">' in refused.content.decode()
    answer = client.post(f"/matters/{matter.pk}/", posted(matter, "echo", note="到场", next="/"), follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "已回应：噪音&lt;扰民&gt;。" in answer.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_a_move_never_leads_to_another_site(cast: Cast, as_user: SignIn, elsewhere: str) -> None:
    matter = incident(cast)
    client = as_user(cast.worker)
    assert elsewhere not in client.get(f"/matters/{matter.pk}/", {"next": elsewhere}).content.decode()
    answer = client.post(f"/matters/{matter.pk}/", posted(matter, "echo", note="到场", next=elsewhere))
    assert answer.headers["Location"] == f"/matters/{matter.pk}/"


def test_the_page_works_all_the_way_to_the_end(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast, cast.manager, source="citizen").matter
    officer, worker, command = as_user(cast.officer), as_user(cast.worker), as_user(cast.command)
    way: list[tuple[Client, str, dict[str, Any]]] = [
        (officer, "accept", {}),
        (officer, "assign", {"area": cast.grid_a.pk}),
        (worker, "handle", {}),
        (worker, "echo", {"note": "已清出通道"}),
        (officer, "redo", {"note": "二楼还有一辆"}),
        (worker, "echo", {"note": "全清了"}),
        (command, "verify", {"outcome": "settled", "answer": "通道已清空"}),
    ]
    for client, action, fields in way:
        matter.refresh_from_db()
        answer = client.post(f"/matters/{matter.pk}/", posted(matter, action, **fields))
        assert answer.status_code == 302, (action, text_of(answer))
    matter.refresh_from_db()
    assert (matter.state, matter.outcome, matter.answer, matter.version) == (
        "closed",
        "settled",
        "通道已清空",
        8,
    )
    assert "通道已清空" in text_of(worker.get(f"/matters/{matter.pk}/"))


def ticks(matter: Matter) -> list[str]:
    matter.refresh_from_db()
    marks = {"done": "✓", "now": "→", "": ""}
    return [marks[mark] + name for name, _, mark in pages.steps(matter, list(matter.events.order_by("id")))]


def test_the_steps_tick_only_what_happened(cast: Cast) -> None:
    matter = incident(cast)
    assert ticks(matter) == ["✓登记", "→办理", "反馈", "审核", "销号"]
    advance(matter=matter, action="echo", actor=cast.worker, note="到场")
    assert ticks(matter) == ["✓登记", "✓办理", "✓反馈", "→审核", "销号"]
    advance(matter=matter, action="redo", actor=cast.officer, note="再去")
    assert ticks(matter) == ["✓登记", "→办理", "反馈", "审核", "销号"]
    advance(matter=matter, action="send_back", actor=cast.worker, note="不是我们网格")
    assert ticks(matter) == ["✓登记", "→流转", "办理", "反馈", "审核", "销号"]
    advance(matter=matter, action="cancel", actor=cast.officer, note="重复登记")
    assert ticks(matter) == ["✓登记", "✓撤销"]


def test_the_steps_of_a_hazard_name_its_own_review(cast: Cast) -> None:
    matter = hazard(cast, cast.manager, source="citizen").matter
    assert ticks(matter) == ["✓登记", "→受理", "流转", "办理", "反馈", "复查", "销号"]
    advance(matter=matter, action="accept", actor=cast.officer)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    advance(matter=matter, action="echo", actor=cast.worker, note="清了")
    evidence = {"outcome": "settled", "answer": "已清空"}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=evidence)
    assert ticks(matter) == ["✓登记", "✓受理", "✓流转", "✓办理", "✓反馈", "✓复查", "✓销号"]


def test_missing_evidence_comes_back_at_its_field_with_what_was_typed(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    advance(matter=matter, action="echo", actor=cast.worker, note="到场")
    answer = as_user(cast.officer).post(
        f"/matters/{matter.pk}/", posted(matter, "verify", answer="写了一半的答复")
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "请选择办理结果" in page
    assert "写了一半的答复" in page
    matter.refresh_from_db()
    assert matter.state == "echoed"


def test_an_illegal_move_is_a_409_that_names_what_is_allowed(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    for action in ("verify", "bogus", ""):
        answer = as_user(cast.officer).post(f"/matters/{matter.pk}/", posted(matter, action))
        assert answer.status_code == 409
        assert "“待办理”状态下不能这样操作。现在可以：流转、回应、开始办理、退回、" in text_of(answer)
    matter.refresh_from_db()
    assert matter.version == 1


def test_a_stale_page_shows_what_others_did_and_keeps_the_text(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    stale = posted(matter, "echo", note="我也到过现场")
    advance(matter=matter, action="handle", actor=cast.officer)
    answer = as_user(cast.worker).post(f"/matters/{matter.pk}/", stale)
    page = text_of(answer)
    assert answer.status_code == 409
    assert f"{cast.officer.name}：开始办理，现在是“办理中”" in page
    assert "我也到过现场" in page
    matter.refresh_from_db()
    assert (matter.state, matter.version) == ("handling", 2)
    again = re.findall(r'name="version" value="(\d+)"', answer.content.decode())
    assert set(again) == {"2"}


def test_a_move_without_the_right_is_a_403_and_outside_a_404(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    assert (
        as_user(cast.police).post(f"/matters/{matter.pk}/", posted(matter, "echo", note="x")).status_code
        == 403
    )
    for person in (cast.neighbour, cast.other_officer, cast.far_command):
        assert as_user(person).get(f"/matters/{matter.pk}/").status_code == 404
        assert (
            as_user(person).post(f"/matters/{matter.pk}/", posted(matter, "echo", note="x")).status_code
            == 404
        )
    assert as_user(cast.command).get("/matters/99999999999999999999/").status_code == 404


def test_an_area_outside_the_territory_cannot_be_chosen(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    client = as_user(cast.officer)
    page = client.get(f"/matters/{matter.pk}/").content.decode()
    offered = [
        set(re.findall(r'<option value="(\d+)"', select))
        for select in re.findall(r'<select name="area".*?</select>', page, re.DOTALL)
    ]
    assert offered == [{str(a.pk) for a in (cast.village, cast.grid_a, cast.grid_a2)}]
    assert (
        client.post(f"/matters/{matter.pk}/", posted(matter, "assign", area=cast.grid_b.pk)).status_code
        == 400
    )
    assert client.post(f"/matters/{matter.pk}/", posted(matter, "assign", area="x")).status_code == 400


@pytest.mark.parametrize("field", ["version", "note"])
def test_rubbish_in_a_form_is_refused(cast: Cast, as_user: SignIn, field: str) -> None:
    matter = incident(cast)
    rubbish = {"version": "eins", "note": "x" * 2001}
    data = {**posted(matter, "echo", note="到场"), field: rubbish[field]}
    assert as_user(cast.worker).post(f"/matters/{matter.pk}/", data).status_code == 400
    matter.refresh_from_db()
    assert matter.version == 1


def test_what_people_type_cannot_become_markup(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, title="<script>alert(1)</script>")
    advance(matter=matter, action="echo", actor=cast.worker, note="<img src=x onerror=alert(1)>")
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("kind", ["police_incident", "hazard"])
def test_the_drawing_holds_every_state_and_every_move_of_the_table(
    cast: Cast, as_user: SignIn, kind: str
) -> None:
    page = as_user(cast.worker).get(f"/matters/loop/{kind}/").content.decode()
    drawn = re.findall(r'class="loop__label"[^>]*>([^<]+)<', page)
    moving = [t for t in KINDS[kind].loop if t.target]
    assert {name for label in drawn for name in label.split("、")} == {t.label for t in moving}
    boxes = re.findall(r'class="loop__name"[^>]*>([^<]+)<', page)
    assert "、".join(boxes).split("、") == list(KINDS[kind].states.values())
    arrows = re.findall(r'class="loop__move[^"]*" d="([^"]+)"', page)
    ends = [path.count("M") - 1 if "H" in path else 1 for path in arrows]
    joined = [len(label.split("、")) for label in drawn]
    counted = sum(n * together for n, together in zip(ends, joined, strict=True))
    assert counted == sum(len(t.sources) for t in moving)
    stays = [t.label for t in KINDS[kind].loop if not t.target]
    assert f"不改变状态的操作：{'、'.join(stays)}。" in page
    assert as_user(cast.worker).get("/matters/loop/bogus/").status_code == 404


def test_who_may_grant_more_time_is_asked_to_and_reads_why(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast).matter
    advance(matter=matter, action="ask_extension", actor=cast.worker, note="配件没到", evidence={"days": "3"})
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    assert "申请延期 3 天，配件没到" in page
    assert re.search(r'id="next".{0,400}同意延期', page, re.S)
    assert not re.search(
        r'id="next".{0,400}同意延期',
        as_user(cast.worker).get(f"/matters/{matter.pk}/").content.decode(),
        re.S,
    )


def test_a_matter_goes_to_a_grid_or_to_a_unit(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    assert page.count("交给网格或单位，选一个") == 2
    assert "交给</label><span" in page


def test_what_is_awaited_is_said(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast).matter
    advance(matter=matter, action="ask_info", actor=cast.worker, note="请房东补证照")
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    assert "在等补充材料，计时暂停：请房东补证照" in page
