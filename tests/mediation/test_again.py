"""What comes too late is refused with what others did, and nothing that was typed is lost."""

import re
from typing import Any

import pytest

from mediation.models import Session
from mediation.workflow import joint, moves, sittings
from mediation.workflow.sittings import Sitting
from tests.cast import Cast
from tests.mediation.cases import Station, fresh, hour, mediating, opened


def test_a_stale_step_says_so(cast: Cast, as_user: Any) -> None:
    case = opened(cast)
    moves.accept(dispute=case, actor=cast.mediator)
    client, address = as_user(cast.mediator), f"/mediation/{case.pk}/do/mediate/"
    done = client.post(address, {"version": 1})
    assert done.status_code == 409
    assert "刚被别人更新过" in done.content.decode()
    assert f"{cast.mediator.name}：受理" in done.content.decode()
    assert 'name="version" value="2"' in done.content.decode(), "it can be sent again by who has seen that"
    for version in ("", "x", "-1", str(2**70)):
        unread = client.post(address, {"version": version})
        assert (unread.status_code, fresh(case).matter.version) == (400, 2), version
        assert "没有说是按哪一版填的" in unread.content.decode()
        assert 'name="version" value="2"' in unread.content.decode()


@pytest.mark.parametrize("how", ["a colleague declined", "it was taken back"])
def test_an_answer_that_comes_too_late_is_not_lost(
    cast: Cast, station: Station, as_user: Any, how: str
) -> None:
    """The case is shut to the department by then: its words stand above its invitations."""
    case = mediating(cast)
    invitation = joint.invite(dispute=case, actor=cast.mediator, unit=station.justice, question="请派员")
    if how == "it was taken back":
        joint.uninvite(invitation=invitation, actor=cast.mediator)
    else:
        joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=False, advice="没空")
    sent = {"answer": "accepted", "advice": "<周三>上午可以派员到场"}
    late = as_user(station.justice_liaison).post(f"/mediation/invitations/{invitation.pk}/", sent)
    page = late.content.decode()
    assert late.status_code == 400
    assert "&lt;周三&gt;上午可以派员到场" in page
    assert "不用再答复" in page or "已经答复过“不参加”" in page
    assert f'href="/mediation/{case.pk}/"' not in page
    invitation.refresh_from_db()
    assert invitation.answer in {"declined", "cancelled"}
    other = as_user(station.labour_liaison).post(f"/mediation/invitations/{invitation.pk}/", sent)
    assert other.status_code == 404


def test_who_joined_while_the_minutes_were_typed_is_not_put_down_as_absent(
    cast: Cast, station: Station, as_user: Any
) -> None:
    case, client = mediating(cast), as_user(cast.mediator)
    invitation = joint.invite(dispute=case, actor=cast.mediator, unit=station.justice, question="请派员")
    planned = sittings.plan(
        dispute=fresh(case),
        actor=cast.mediator,
        sitting=Sitting(starts_at=hour(24), ends_at=hour(25), where="room", room=station.room),
    )
    Session.objects.update(starts_at=hour(-1))
    address = f"/mediation/{case.pk}/do/hold/"
    [shown] = re.findall(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    assert f"user-{cast.mediator.pk}" in shown.split()
    joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=True)
    came = f"user-{cast.mediator.pk}"
    given = {"minutes": "谈到分期", "present": [came], "shown": shown, "version": fresh(case).matter.version}
    late = client.post(address, given)
    page = late.content.decode()
    assert late.status_code == 400
    assert "刚加入：城东司法所" in page
    assert "谈到分期" in page
    [again] = re.findall(r'name="shown" value="([^"]+)"', page)
    joined = f"invitation-{invitation.pk}"
    sent = {**given, "shown": again, "present": [came, joined]}
    assert client.post(address, sent).status_code == 302
    assert {seat.key for seat in planned.attendance.filter(present=True)} == {came, joined}
