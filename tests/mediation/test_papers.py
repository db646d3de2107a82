"""Issuing: what the rows say is what the paper says, versions, hashes, and who may."""

import hashlib
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from mediation.models import Dispute, Paper
from mediation.papers import assembly, page, workflow
from mediation.papers.money import capitals, figures
from mediation.papers.slots import slots_of
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast
from tests.mediation.files import NUMBER, accepted, complete, confirmed, mediated, scan, settled
from tests.mediation.test_typesetting import pages_of


def text_of(paper: Paper) -> str:
    """Its words without blanks."""
    return "".join(pages_of(paper.read()))


def issued(case: Dispute, cast: Cast, code: str) -> Paper:
    """The first place with this code, issued."""
    subject = next(slot.subject for slot in slots_of(case) if slot.code == code)
    return workflow.issue(dispute=case, code=code, subject=subject, actor=cast.mediator)[0]


def test_an_issued_agreement_says_what_the_case_says(cast: Cast) -> None:
    paper = issued(settled(cast), cast, "agreement")
    found = text_of(paper)
    for word in (
        "人民调解协议书",
        NUMBER,
        "温岭市城东街道人民调解委员会",
        "陈翀龢，男，汉族，36岁，店主，居民身份证331081199001010013，住河边村一区26号",
        "阿卜杜拉·买买提，女，维吾尔族，41岁",
        "统一社会信用代码91331081MA2AAAAA0X",
        "法定代表人：王示例（总经理）",
        "委托代理人：林䶮（特别授权，律师）",
        "排水管漏水，楼下天花板发霉。",
        "申请人楼上管道失修，负主要责任。",
        "一、修好排水管。",
        "二、赔偿粉刷费6000元。",
        "人民币陆仟元整（6,000.00元）",
        "12026年11月30日3,000.00元粉刷费",
        "22026年12月31日3,000.00元粉刷费",
        "履行期限：2026年12月31日",
        "本协议一式四份",
        "第1版",
    ):
        assert word in found, word


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("application", ("陈翀龢", "赔偿重新粉刷的费用", "自愿申请人民调解委员会进行调解", "2026年11月9日")),
        ("register", ("√当事人申请", "依当事人申请", "2026年11月10日", "邻里")),
        ("notice", ("第二十三条", "第二十四条", "阿卜杜拉·买买提")),
        ("investigation", ("2026年11月12日14时30分", "答：上个月开始。", "陈翀龢（申请人）")),
        ("sitting", ("2026年11月20日9时00分至11时13分", "申请人：要求修好水管。", "九龙湖联勤工作站")),
        ("performance", ("协议已于2026年12月30日履行完毕", "转账回单", "2026年11月30日")),
        ("receipt", ("人民币叁仟元整", "第1期", "陈翀龢")),
        ("followup", ("协议生效后7天回访", "水管已修好，双方和气。", "上门", "2026年11月27日")),
        ("confirmation", ("请求确认", "温岭市人民法院", "2026年12月20日前", "没有恶意串通")),
    ],
)
def test_each_paper_says_what_the_case_says(cast: Cast, code: str, said: tuple[str, ...]) -> None:
    case = settled(cast)
    confirmed(case, cast)
    found = text_of(issued(case, cast, code))
    for word in (NUMBER, *said):
        assert word in found, word


def test_an_oral_agreement_has_its_register_and_no_written_one(cast: Cast) -> None:
    case = settled(cast, form="oral")
    assert {slot.code for slot in slots_of(case)} & {"agreement", "oral"} == {"oral"}
    assert "口头协议自各方当事人达成协议之日起生效" in text_of(issued(case, cast, "oral"))


def test_a_failed_case_gets_the_ways_that_are_open(cast: Cast) -> None:
    case = mediated(cast, result="failure", concluded_on=date(2026, 11, 25), state="failed")
    found = text_of(issued(case, cast, "failure"))
    assert "第二十六条" in found
    assert "人民法院提起诉讼" in found
    assert "12348" in found


def test_issued_again_unchanged_it_is_the_same_version_and_changed_the_next(cast: Cast) -> None:
    case = settled(cast)
    first, created = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    again, more = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    assert (created, more, again.pk) == (True, False, first.pk)
    Dispute.objects.filter(pk=case.pk).update(facts="事实补充以后。")
    second, created = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    assert (created, second.version) == (True, 2)
    assert "事实补充以后" in text_of(second)
    assert "事实补充以后" not in text_of(first)
    assert second.substance[:4].upper() in text_of(second)


def test_the_kept_file_is_the_one_that_was_hashed_and_lies_sealed(cast: Cast) -> None:
    paper = issued(settled(cast), cast, "agreement")
    pdf = paper.read()
    assert hashlib.sha256(pdf).hexdigest() == paper.sha256
    assert (len(pdf), len(PdfReader(io.BytesIO(pdf)).pages)) == (paper.size, paper.pages)
    with paper.file.storage.open(paper.file.name) as stored:
        assert not stored.read().startswith(b"%PDF")


@pytest.mark.parametrize("how", ["update", "delete"])
def test_an_issued_paper_cannot_be_changed_or_removed(cast: Cast, how: str) -> None:
    paper = issued(settled(cast), cast, "register")
    row = Paper.objects.filter(pk=paper.pk)
    change = {"update": lambda: row.update(sha256="0" * 64), "delete": row.delete}[how]
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        change()


def test_a_changed_or_lost_file_is_found_by_name(cast: Cast) -> None:
    case = settled(cast)
    kept, changed, lost = (issued(case, cast, code) for code in ("register", "agreement", "notice"))
    path = Path(changed.file.path)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    lost.file.storage.delete(lost.file.name)
    assert {(b.name, b.why) for b in page.broken([kept, changed, lost])} == {
        ("人民调解协议书第1版", "文件被改动或密钥不对，解不开"),
        ("人民调解当事人权利义务告知书第1版", "文件不见了"),
    }


def test_what_cannot_be_made_yet_says_why(cast: Cast) -> None:
    case = accepted(cast, case_no="", accepted_on=None, state="registered")
    with pytest.raises(InvalidInput, match="受理"):
        workflow.issue(dispute=case, code="register", actor=cast.mediator)
    with pytest.raises(NotFound):
        workflow.issue(dispute=case, code="agreement", subject=1, actor=cast.mediator)
    with pytest.raises(InvalidInput, match="扫描件"):
        workflow.issue(dispute=case, code="evidence", actor=cast.mediator)


def test_only_who_handles_the_case_issues_its_papers(cast: Cast) -> None:
    case = settled(cast)
    with pytest.raises(NotAllowed):
        workflow.issue(dispute=case, code="register", actor=cast.leader)
    with pytest.raises(NotFound):
        workflow.issue(dispute=case, code="register", actor=cast.far_command)


def test_an_archived_file_takes_nothing_more(cast: Cast) -> None:
    case = settled(cast, archived_on=date(2027, 1, 6))
    with pytest.raises(Conflict, match="归档"):
        workflow.issue(dispute=case, code="register", actor=cast.mediator)
    with pytest.raises(Conflict, match="归档"):
        workflow.attach(dispute=case, code="evidence", files=[scan()], actor=cast.mediator)


def test_the_list_costs_the_same_for_a_long_file(cast: Cast, count_queries: Callable[[], Any]) -> None:
    short, long = settled(cast), settled(cast, case_no="(2026)城东人调字第002号")
    complete(long, cast)
    for _ in range(2):
        page.section(short, cast.mediator)
    with count_queries() as few:
        page.section(short, cast.mediator)
    with count_queries() as many:
        page.section(long, cast.mediator)
    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("6000", "人民币陆仟元整"),
        ("10005.50", "人民币壹万零伍元伍角"),
        ("0.05", "人民币伍分"),
        ("107000.03", "人民币壹拾万柒仟元零叁分"),
        ("100000000", "人民币壹亿元整"),
        ("20300.10", "人民币贰万零叁佰元壹角"),
        ("1001001", "人民币壹佰万壹仟零壹元整"),
        ("500000900", "人民币伍亿零玖佰元整"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ],
)
def test_amounts_in_capitals(amount: str, said: str) -> None:
    assert capitals(Decimal(amount)) == said


def test_another_currency_is_named() -> None:
    assert figures(Decimal("1234.5"), "USD") == "美元1,234.50"
    assert capitals(Decimal("50"), "USD") == "美元伍拾元整"


def test_small_words() -> None:
    assert [assembly.chinese(n) for n in (2, 10, 12, 20, 35, 120)] == [
        "二",
        "十",
        "十二",
        "二十",
        "三十五",
        "120",
    ]
    assert assembly.items("1、修好水管。\n二、赔偿。\n（3）和好。\n\n道歉。") == (
        "修好水管。",
        "赔偿。",
        "和好。",
        "道歉。",
    )
