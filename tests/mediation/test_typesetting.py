"""The pages themselves: every paper says what its content says, whole, without empty boxes."""

import io
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader

from mediation.papers.content import ONE
from mediation.papers.rendering import render
from shared.errors import InvalidInput
from shared.typesetting import missing_signs
from tests.mediation.sample_file import AGREEMENT, FILE, ONES, PAPERS, PARTIES, content

A4 = (595, 842)
TITLES = {
    "application": "人民调解申请书",
    "register": "人民调解受理登记表",
    "notice": "人民调解当事人权利义务告知书",
    "investigation": "人民调解调查记录",
    "record": "人民调解记录",
    "agreement": "人民调解协议书",
    "oral": "人民调解口头协议登记表",
    "performance": "人民调解协议履行情况记录",
    "receipt": "收条",
    "followup": "人民调解回访记录",
    "confirmation": "司法确认申请书",
    "failure": "人民调解终止告知书",
    "cover": "调解卷宗",
    "contents": "卷内目录",
    "about": "卷宗情况说明",
    "back": "人民调解委员会",
}
BOARDS = {"cover", "contents", "about", "back"}
NAMES_ALL = {"application", "register", "notice", "record", "agreement", "oral", "confirmation", "failure"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without blanks and line ends."""
    with pdfium.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def words(value: Any) -> list[str]:
    """Every text of what a paper adds to the case."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [word for part in parts for word in words(part)]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_says_all_that_its_content_says(paper: str) -> None:
    pdf = render(content(paper))
    found = "".join(pages_of(pdf))
    assert TITLES[paper] in found
    assert FILE.number in found
    for word in words(ONES.get(paper, {})):
        for line in word.split("\n"):
            assert "".join(line.split()) in found, line
    if paper in NAMES_ALL:
        for party in PARTIES:
            assert party.name in found
    assert {
        (round(p.mediabox.width), round(p.mediabox.height)) for p in PdfReader(io.BytesIO(pdf)).pages
    } == {A4}


@pytest.mark.parametrize("paper", ["application", "oral", "agreement", "confirmation", "register"])
def test_parties_stand_with_their_document_phone_address_and_who_acts_for_them(paper: str) -> None:
    found = "".join(pages_of(render(content(paper))))
    for party in PARTIES:
        for word in (party.document_number, party.phone, party.address, party.nation, party.age, party.agent):
            assert word in found


@pytest.mark.parametrize("paper", ["agreement", "oral"])
def test_the_agreement_holds_what_article_29_names(paper: str) -> None:
    found = "".join(pages_of(render(content(paper))))
    for word in (*AGREEMENT.terms, AGREEMENT.manner, AGREEMENT.disputed, *FILE.facts.split("\n")):
        assert word in found
    assert "3,000.00元" in found


def test_the_notice_has_the_rights_and_duties_of_the_law() -> None:
    found = "".join(pages_of(render(content("notice"))))
    for word in (
        "选择或者接受人民调解员",
        "接受调解、拒绝调解或者要求终止调解",
        "要求调解公开进行或者不公开进行",
        "自主表达意愿、自愿达成调解协议",
        "如实陈述纠纷事实",
        "遵守调解现场秩序，尊重人民调解员",
        "尊重对方当事人行使权利",
        "不收取任何费用",
    ):
        assert word in found


@pytest.mark.parametrize("paper", [p for p in PAPERS if p not in BOARDS])
@pytest.mark.parametrize("long", [0, 7, 14, 21])
def test_signatures_never_stand_alone_on_a_page(paper: str, long: int) -> None:
    facts = "双方再次陈述了各自的意见和理由，调解员逐一记录在案。\n" * long
    agreement = replace(AGREEMENT, facts=FILE.facts + "\n" + facts)
    one = {k: v + "\n" + facts if k in {"record", "findings"} else v for k, v in ONES.get(paper, {}).items()}
    made = replace(content(paper, facts=FILE.facts + "\n" + facts, agreement=agreement), one=one)
    last = pages_of(render(made))[-1]
    before = last.split("（签名、盖章或者按指印）")[0].split("人民调解员（梁调解）")[0]
    assert len(before) >= 12, before


@pytest.mark.parametrize("paper", PAPERS)
def test_pages_are_counted(paper: str) -> None:
    pages = pages_of(render(content(paper)))
    if paper not in BOARDS:
        for number, page in enumerate(pages, start=1):
            assert f"第{number}页共{len(pages)}页" in page
            assert "第1版校验码3F9A-77C1" in page


def test_a_preview_says_so_on_every_page() -> None:
    pages = pages_of(render(content("agreement", version=0)))
    assert len(pages) > 1
    assert all("预览，未签发" in page for page in pages)


def test_rare_signs_are_drawn_and_not_replaced_by_boxes() -> None:
    rare = "翀龢䶮㛃堃喆犇㐱𬱟"
    assert missing_signs(rare + "阿卜杜拉·买买提") == []
    pdf = render(content("receipt"))
    with pdfium.PdfDocument(pdf) as document:
        assert "陈翀龢" in document[0].get_textpage().get_text_range()
    drawn = {
        sign: render(replace(content("receipt"), one={**ONES["receipt"], "payee": sign}))
        for sign in ("翀", "龢", "䶮")
    }
    pictures = set()
    for pdf in drawn.values():
        with pdfium.PdfDocument(pdf) as document:
            pictures.add(document[0].render(scale=2).to_pil().tobytes())
    assert len(pictures) == len(drawn)


def test_a_sign_that_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="𠮷"):
        render(replace(content("receipt"), one={**ONES["receipt"], "payee": "张𠮷"}))


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("吵了😀😂👍🏽一个月", "吵了〔表情〕一个月"),
        ("👨‍👩‍👧来过，❤️，🇨🇳", "〔表情〕来过，〔表情〕，〔表情〕"),
        ("1️⃣先修水管🫨", "1先修水管〔表情〕"),
        ("付₿二枚，10㎡，①", "付〔符号〕二枚，10㎡，①"),
    ],
)
def test_a_picture_in_the_words_stops_no_paper(written: str, printed: str) -> None:
    assert printed in "".join(pages_of(render(content("application", facts=written))))


def test_what_nobody_sees_is_left_out_and_turns_nothing_around() -> None:
    """Pasted from chats and from other programs; nobody could find it in what he typed."""
    hidden = "".join(chr(code) for code in (0x200B, 0x200D, 0x202E, 0xFEFF, 0x01))
    assert "楼上漏水" in "".join(pages_of(render(content("application", facts=f"楼上{hidden}漏水"))))


def test_nothing_in_the_data_is_read_as_markup() -> None:
    wicked = '#panic("x") *粗* $x$ <a> @b \\ #sys.inputs'
    found = "".join(pages_of(render(content("application", facts=wicked))))
    assert "".join(wicked.split()) in found


def test_the_same_content_is_the_same_file() -> None:
    assert render(content("agreement")) == render(content("agreement"))


def test_many_parties_sign_on_as_many_pages_as_they_need() -> None:
    many = [replace(PARTIES[1], name=f"示例{n}号") for n in range(1, 31)]
    found = "".join(pages_of(render(content("agreement", parties=[PARTIES[0], *many]))))
    assert all(f"（示例{n}号）" in found for n in range(1, 31))


def test_what_papers_add_is_named_in_one_place() -> None:
    assert {paper: set(one) for paper, one in ONES.items()} == {
        paper: set(names) for paper, names in ONE.items()
    }
