"""Following a report: what its sender is told and what not; rating, adding, asking for it again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from incidents.models import Hazard
from incidents.reports import following
from incidents.reports.models import CitizenReport, Rating
from incidents.reports.public import TOLD, as_json, followed
from incidents.reports.queries import content_of, report_rows
from matters.loop import KINDS
from matters.models import Event, EventPhoto, Matter, Notice
from matters.workflow import advance
from shared.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from tests.cast import Cast
from tests.incidents.made import incident
from tests.incidents.reports.made import PHONE, a_photo, handled, report


def reread(made: CitizenReport) -> CitizenReport:
    return CitizenReport.objects.select_related("matter__area__parent", "matter__handler").get(pk=made.pk)


def test_the_sender_reads_every_public_step_and_nothing_internal(cast: Cast) -> None:
    made = handled(cast, report(cast, phone=PHONE, description="路灯坏了，我的电话13900004321"))
    told = as_json(followed(made))
    assert [step["title"] for step in told["timeline"]] == [
        "已收到",
        "已受理",
        "已交办",
        "办好了，等复核",
        "办结答复",
    ]
    whole = str(told)
    assert "已交给河边村第一网格办理" in whole
    assert "已解决：路灯已修好" in whole
    assert "内部" not in whole
    assert "老张" not in whole
    assert PHONE not in whole
    assert "13812345678" not in whole
    assert all(user.name not in whole for user in cast.people.values())


@pytest.mark.parametrize("state", ["reported", "accepted", "assigned", "handling", "echoed"])
def test_each_state_says_what_it_means(cast: Cast, state: str) -> None:
    made = report(cast)
    Matter.objects.filter(pk=made.pk).update(state=state)
    found = followed(reread(made))
    assert len(found.means) > 15
    assert not found.rateable
    assert found.reopen_until is None


def test_moves_that_are_not_named_stay_inside() -> None:
    hidden = {move.action for move in KINDS["citizen_report"].loop} - set(TOLD)
    assert not hidden & {"accept", "assign", "handle", "echo", "verify", "cancel", "reopen"}


@pytest.mark.parametrize(("score", "good"), [("satisfied", 1), ("mostly", 1), ("so_so", 0), ("not", 0)])
def test_a_rating_counts_once_in_the_rate(cast: Cast, score: str, good: int) -> None:
    made = handled(cast, report(cast))
    following.rate(report=made, score=score, words=" 谢谢 ")
    following.rate(report=made, score=score, words="谢谢")
    with pytest.raises(Conflict):
        following.rate(report=made, score="so_so", words="改一下")
    assert Rating.objects.count() == 1
    content = content_of(report_rows(cast.command))
    assert (content.good, content.rated, content.answered) == (good, 1, 1)
    assert Event.objects.filter(action="rate").count() == 1
    assert Notice.objects.filter(subject__startswith="群众不满意").exists() == (not good)


def test_only_an_answer_is_rated(cast: Cast) -> None:
    made = report(cast)
    with pytest.raises(Conflict):
        following.rate(report=made, score="not")
    advance(matter=made.matter, action="cancel", actor=cast.officer, note="重复上报")
    with pytest.raises(Conflict):
        following.rate(report=reread(made), score="not")
    with pytest.raises(InvalidInput):
        following.rate(report=made, score="bogus")
    assert followed(reread(made)).answer == "重复上报"


def test_a_rating_cannot_be_changed_in_the_database(cast: Cast) -> None:
    made = handled(cast, report(cast))
    following.rate(report=made, score="not")
    with pytest.raises(DatabaseError), transaction.atomic():
        Rating.objects.update(score="satisfied")


def test_done_again_at_the_senders_word_and_rated_anew(cast: Cast) -> None:
    made = handled(cast, report(cast))
    following.rate(report=made, score="not", words="又坏了")
    following.reopen(report=made, reason="第二天又不亮")
    following.reopen(report=made, reason="第二天又不亮")
    made = reread(made)
    assert (made.matter.state, made.matter.closed_at, made.matter.outcome, made.matter.answer) == (
        "accepted",
        None,
        "",
        "",
    )
    assert Event.objects.filter(action="reopen", actor=None, note="第二天又不亮").count() == 1
    assert (
        Notice.objects.filter(recipient=cast.officer, subject__startswith="已重开", channel="inbox").count()
        == 1
    )
    content = content_of(report_rows(cast.command))
    assert (content.good, content.rated, content.answered) == (0, 0, 0)
    matter = made.matter
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    advance(matter=matter, action="echo", actor=cast.worker, note="换了线")
    evidence = {"outcome": "settled", "answer": "换了新线"}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=evidence)
    following.rate(report=reread(made), score="satisfied")
    content = content_of(report_rows(cast.command))
    assert (content.good, content.rated, content.answered) == (1, 1, 1)
    assert Rating.objects.count() == 2


def test_doing_it_again_has_its_days(cast: Cast) -> None:
    made = handled(cast, report(cast))
    Matter.objects.filter(pk=made.pk).update(closed_at=timezone.now() - timedelta(days=14, hours=23))
    until = following.reopen_until(reread(made))
    assert until is not None
    assert until > timezone.now()
    Matter.objects.filter(pk=made.pk).update(closed_at=timezone.now() - timedelta(days=15, minutes=1))
    with pytest.raises(Conflict, match="过了"):
        following.reopen(report=reread(made), reason="又坏了")
    with pytest.raises(Conflict):
        following.reopen(report=report(cast), reason="还没办")
    with pytest.raises(InvalidInput):
        following.reopen(report=made, reason=" ")


def test_nobody_of_the_staff_makes_the_senders_move_nor_he_theirs(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        advance(matter=report(cast).matter, action="accept", actor=None)
    with pytest.raises(TransitionRefused):
        advance(matter=report(cast).matter, action="reopen", actor=None, note="x")
    with pytest.raises(TransitionRefused):
        advance(matter=assigned(cast), action="answer_info", actor=None, note="没有人问")


def assigned(cast: Cast, **fields: Any) -> Matter:
    matter = report(cast, **fields).matter
    advance(matter=matter, action="accept", actor=cast.officer)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    return matter


def test_what_the_staff_asks_for_is_answered_and_the_clock_goes_on(cast: Cast) -> None:
    matter = assigned(cast)
    due = matter.due_at
    advance(matter=matter, action="ask_info", actor=cast.worker, note="是哪一盏？打 13812345678")
    made = reread(CitizenReport.objects.get(pk=matter.pk))
    told = followed(made)
    assert (told.asked, told.due_at) == ("是哪一盏？打 138****5678", None)
    assert told.means.startswith("等您补充")
    photo = a_photo()
    answer = following.add_words(report=made, words="东门左边第二盏", photos=[photo])
    assert following.add_words(report=made, words="东门左边第二盏").pk == answer.pk
    made = reread(made)
    assert (made.matter.paused_at, made.matter.due_at) == (None, due)
    assert (answer.action, answer.actor, answer.evidence, answer.photos.count()) == (
        "answer_info",
        None,
        {"by": "群众"},
        1,
    )
    assert followed(made).asked == ""
    assert followed(made).steps[-1].text == "东门左边第二盏"
    assert Notice.objects.filter(recipient=cast.worker, subject__startswith="材料已补充").exists()
    assert not Notice.objects.filter(subject__startswith="群众补充").exists()


def test_what_the_staff_answered_itself_stays_inside(cast: Cast) -> None:
    matter = assigned(cast)
    advance(matter=matter, action="ask_info", actor=cast.worker, note="哪一盏")
    advance(matter=matter, action="answer_info", actor=cast.officer, note="内部：问过邻居老王")
    assert "老王" not in str(as_json(followed(reread(CitizenReport.objects.get(pk=matter.pk)))))


def test_one_that_was_merged_follows_the_main_one(cast: Cast) -> None:
    main, twin = assigned(cast, description="我是老李，灯坏了"), assigned(cast)
    advance(matter=twin, action="merge", actor=cast.officer, evidence={"main": main.number})
    advance(matter=main, action="ask_info", actor=cast.worker, note="老李您在哪")
    advance(matter=main, action="answer_info", actor=None, note="老李在家")
    advance(matter=main, action="echo", actor=cast.worker, note="内部")
    done = {"outcome": "settled", "answer": "灯修好了"}
    advance(matter=main, action="verify", actor=cast.officer, evidence=done)
    made = reread(CitizenReport.objects.get(pk=twin.pk))
    told = as_json(followed(made))
    assert told["timeline"][-1]["text"] == "已解决：灯修好了"
    assert told["continued_as"] == f"群众上报 {main.number}，已销号"
    assert "老李" not in str(told)
    assert (told["reopen_until"], told["rateable"]) == (None, False)
    with pytest.raises(Conflict):
        following.rate(report=made, score="not")


def test_one_merged_into_what_names_its_parties_says_only_how_it_stands(cast: Cast) -> None:
    main, twin = incident(cast), assigned(cast)
    Matter.objects.filter(pk=main.pk).update(number="3310810020261100124")
    main.refresh_from_db()
    advance(matter=twin, action="merge", actor=cast.command, evidence={"main": main.number})
    told = as_json(followed(reread(CitizenReport.objects.get(pk=twin.pk))))
    assert told["continued_as"].startswith("警情，")
    assert told["timeline"][-1]["title"] == "合并办理"
    assert "另一件反映同一件事" in told["answer"]
    assert main.number not in str(told)


def test_more_from_the_sender_while_it_is_open(cast: Cast) -> None:
    made = report(cast)
    photo = a_photo()
    for _ in range(2):
        following.add_words(report=made, words="在东门左边第二盏", photos=[photo])
    following.add_words(report=made, words="电话 13812345678")
    following.add_words(report=made, words="电话 13812345678")
    lines = list(Event.objects.filter(action="add").order_by("id"))
    assert [line.note for line in lines] == ["在东门左边第二盏", "电话 13812345678"]
    assert lines[0].photos.count() == 1
    assert reread(made).matter.version == 3
    assert Notice.objects.filter(recipient=cast.officer, subject__startswith="群众补充").count() == 2
    assert "13812345678" not in str(as_json(followed(reread(made))))
    with pytest.raises(Conflict):
        following.add_words(report=handled(cast, made), words="还有")


def test_who_has_it_after_a_referral_is_told(cast: Cast) -> None:
    made = report(cast)
    evidence = {"refer_to": "police", "answer": "民警会联系您，电话13900005776"}
    advance(matter=made.matter, action="refer", actor=cast.officer, evidence=evidence)
    told = as_json(followed(reread(made)))["timeline"][-1]
    assert told["text"] == "移交给公安机关。民警会联系您，电话139****5776"


def test_a_report_becomes_a_hazard_without_being_typed_again(cast: Cast) -> None:
    made = report(cast, report_type="fire", description="楼梯口堆满纸箱", photos=[a_photo()])
    evidence = {"hazard_type": "egress", "hazard_level": "serious", "answer": "已按隐患督促整改"}
    advance(matter=made.matter, action="to_hazard", actor=cast.officer, evidence=evidence)
    hazard = Hazard.objects.get()
    assert (hazard.description, hazard.address, hazard.source, hazard.hazard_type) == (
        "楼梯口堆满纸箱",
        "河边村一区26号",
        "citizen",
        "egress",
    )
    assert EventPhoto.objects.filter(event__matter=hazard.matter).count() == 1
    made = reread(made)
    assert (made.continued_as, made.matter.outcome, made.matter.state) == (
        hazard.matter,
        "passed_on",
        "referred",
    )
    matter = hazard.matter
    advance(matter=matter, action="accept", actor=cast.officer)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    advance(matter=matter, action="echo", actor=cast.worker, note="内部")
    done = {"outcome": "settled", "answer": "纸箱已清走"}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=done)
    told = as_json(followed(reread(made)))
    assert told["timeline"][-1]["text"] == "已解决：纸箱已清走"
    assert hazard.matter.number in told["continued_as"]
    assert "内部" not in str(told)
    assert told["reopen_until"] is None


@pytest.mark.parametrize("wrong", ["hazard_type", "hazard_level", "answer"])
def test_a_hazard_needs_its_words_and_a_place(cast: Cast, wrong: str) -> None:
    evidence = {"hazard_type": "egress", "hazard_level": "serious", "answer": "已转"}
    with pytest.raises(InvalidInput):
        advance(
            matter=report(cast).matter,
            action="to_hazard",
            actor=cast.officer,
            evidence={**evidence, wrong: "" if wrong == "answer" else "bogus"},
        )
    lost = report(cast, address="夜市一带").matter
    with pytest.raises(InvalidInput, match="流转"):
        advance(matter=lost, action="to_hazard", actor=cast.command, evidence=evidence)
    assert not Hazard.objects.exists()
    assert Matter.objects.filter(closed_at=None).count() == 2
