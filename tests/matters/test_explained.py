"""What a matter's page says of its clocks: the sum of a deadline, what moved it, what it waited for."""

import re
from collections.abc import Callable

from django.test import Client

from accounts.models import User
from grids.models import Unit
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.made import hazard, incident

SignIn = Callable[[User], Client]


def test_granted_time_is_part_of_the_sum(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast).matter
    url = f"/matters/{matter.pk}/"
    asking = as_user(cast.worker).get(url).content.decode()
    assert re.search(r'for="id_ask_extension_days">延几天</label><span class="hint"[^>]*>节假日也算<', asking)
    advance(matter=matter, action="ask_extension", actor=cast.worker, note="配件没到", evidence={"days": "3"})
    client = as_user(cast.officer)
    others = re.findall(r"<summary[^>]*>([^<]+)<", client.get(url).content.decode())
    assert others[0].strip() == "不同意延期", "the other answer to what is asked stands next to it"
    advance(matter=matter, action="grant_extension", actor=cast.officer)
    page = client.get(url).content.decode()
    assert re.search(r"= 受理 \d+月\d+日 \+ 7 天 \+ 延期 3 天<", page)


def test_a_pause_of_no_day_says_that_it_moved_nothing(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast).matter
    advance(matter=matter, action="ask_info", actor=cast.worker, note="请房东补证照")
    advance(matter=matter, action="answer_info", actor=cast.worker, note="补来了")
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    assert "，期限没有变：请房东补证照" in page
    assert "+ 暂停" not in page


def test_each_clock_says_what_it_waited_for(cast: Cast, as_user: SignIn) -> None:
    matter = hazard(cast).matter
    for action, actor in (("echo", cast.worker), ("redo", cast.officer), ("echo", cast.worker)):
        matter = advance(matter=matter, action=action, actor=actor, note="写明情况").matter
    page = as_user(cast.officer).get(f"/matters/{matter.pk}/").content.decode()
    verifying = page[page.index("审核期限") : page.index("办理期限")]
    assert "期限没有变：重新办理" in verifying
    assert "期限没有变：等审核" in page[page.index("办理期限") :]


def test_the_timeline_says_where_each_move_led(cast: Cast, as_user: SignIn) -> None:
    unit = Unit.objects.create(kind="department", name="综合行政执法队", area=cast.street)
    main, room = hazard(cast).matter, incident(cast, incident_type="dispute")
    moves = (
        (room, "divert", cast.police, {"receiver": "command"}, "交给街道指挥室"),
        (hazard(cast).matter, "assign", cast.officer, {"area": cast.grid_a2}, "转到河边村第二网格"),
        (hazard(cast).matter, "assign", cast.command, {"unit": unit}, "转到综合行政执法队"),
        (
            hazard(cast).matter,
            "refer",
            cast.officer,
            {"refer_to": "police", "answer": "已移交"},
            "移交给公安机关",
        ),
        (hazard(cast).matter, "merge", cast.officer, {"main": main.number}, f"并入 {main.number}"),
        (hazard(cast).matter, "ask_extension", cast.worker, {"days": "3"}, "延 3 天"),
    )
    for matter, action, actor, evidence, told in moves:
        advance(matter=matter, action=action, actor=actor, note="写明情况", evidence=evidence)
        page = as_user(cast.leader).get(f"/matters/{matter.pk}/").content.decode()
        assert f"{actor.name}，{told}" in page, action
