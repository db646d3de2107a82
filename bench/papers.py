"""One official paper as PDF, against the bare typst run whose JSON is ready."""

from typing import cast

import orjson
import pylopdf_fonts_zh_cn
import typst

from bench.measure import Case
from bench.wire import WrongAnswer
from mediation.papers.content import Content, FileText, PartyText
from mediation.papers.rendering import TEMPLATES, render

PARTIES = tuple(
    PartyText(side=side, role=role, name=name, sex="男", nation="汉族", age="40岁", address="河边村一区26号")
    for side, role, name in (
        ("applicant", "申请人", "陈翀龢"),
        ("respondent", "被申请人", "阿卜杜拉·买买提"),
    )
)
FILE = FileText(
    number="(2026)城东人调字第001号",
    committee="城东街道人民调解委员会",
    title="邻里纠纷",
    kind="邻里",
    sort="邻里纠纷",
    source="当事人申请",
    sources=("当事人申请", "公安移交"),
    basis="依当事人申请",
    facts="排水管漏水，楼下天花板发霉，双方争吵。" * 5,
    parties=PARTIES,
    mediators=("梁调解",),
    accepted_on="2026年11月10日",
)


def one_paper() -> Case:
    """The register of a case, one or two pages; both make the same bytes."""
    content = Content("register", FILE, version=1, check="0000-0000")
    ready = orjson.dumps({**content.substance(), "version": 1, "check": "0000-0000"}).decode()
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(pylopdf_fonts_zh_cn.serif_path().parent)],
    )
    bare = typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
    template = str(TEMPLATES / "register.typ")

    def by_hand() -> bytes:
        return cast(
            bytes, bare.compile(input=template, format="pdf", sys_inputs={"data": ready}, timestamp=0)
        )

    def really() -> bytes:
        return render(content)

    if by_hand() != really():
        raise WrongAnswer("A paper by hand and by the portal differ.")
    return Case("paper_pdf", 0.7, by_hand, really, share=0.2)
