"""A case with everything that its file must hold, as rows past the workflow of cases."""

import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from mediation.models import (
    Agent,
    Agreement,
    Confirmation,
    Dispute,
    FollowUp,
    Instalment,
    Letterhead,
    Record,
    Session,
)
from mediation.papers import workflow
from mediation.papers.slots import slots_of
from shared.dates import at
from tests.cast import Cast
from tests.mediation.made import dispute, party

NUMBER = "(2026)城东人调字第001号"


def accepted(cast: Cast, **fields: Any) -> Dispute:
    """A numbered case with a person on one side, a person and a company on the other."""
    given: dict[str, Any] = {
        "case_no": NUMBER,
        "accepted_on": date(2026, 11, 10),
        "received_on": date(2026, 11, 9),
        "state": "mediating",
        **fields,
    }
    if not Letterhead.objects.filter(street=cast.street).exists():
        Letterhead.objects.create(
            street=cast.street,
            word="城东",
            committee="温岭市城东街道人民调解委员会",
            court="温岭市人民法院",
        )
    case = dispute(cast, **given)
    first = party(case, name="陈翀龢", nation="汉族", occupation="店主")
    party(case, "respondent", name="阿卜杜拉·买买提", nation="维吾尔族", position=1)
    firm = party(
        case,
        "respondent",
        name="温岭市示例鞋业有限公司",
        kind="organisation",
        document="credit_code",
        id_number="91331081MA2AAAAA0X",
        position=2,
    )
    Agent.objects.create(party=firm, name="王示例", role="legal_representative", relation="总经理")
    Agent.objects.create(party=first, name="林䶮", role="agent", special=True, relation="律师")
    return case


def mediated(cast: Cast, **fields: Any) -> Dispute:
    """Accepted, investigated, mediated at a sitting."""
    case = accepted(cast, **fields)
    Record.objects.create(
        dispute=case,
        kind="investigation",
        at=at(date(2026, 11, 12), time(14, 30)),
        place="河边村一区26号",
        asked=case.parties.first(),
        text="问：什么时候漏的？\n答：上个月开始。",
        by=cast.mediator,
    )
    starts = at(date(2026, 11, 20), time(9))
    Session.objects.create(
        dispute=case,
        number=1,
        starts_at=starts,
        ends_at=datetime.fromtimestamp(starts.timestamp() + 8000, starts.tzinfo),
        where="on_site",
        place="九龙湖联勤工作站",
        host=cast.mediator,
        state="held",
        minutes="调解员：请双方说明情况。\n申请人：要求修好水管。",
    )
    return case


def settled(cast: Cast, form: str = "written", paid: bool = True, **fields: Any) -> Dispute:
    """Agreed, performed in two parts, visited twice."""
    ended = {"result": "success", "concluded_on": date(2026, 11, 20), "state": "followed", **fields}
    case = mediated(cast, **ended)
    agreement = Agreement.objects.create(
        dispute=case,
        form=form,
        facts="排水管漏水，楼下天花板发霉。",
        responsibility="申请人楼上管道失修，负主要责任。",
        content="1、修好排水管。\n2、赔偿粉刷费6000元。",
        manner="instalments",
        term_on=date(2026, 12, 31),
        amount=Decimal("6000"),
        currency="CNY",
        signed_on=date(2026, 11, 20),
        effective_on=date(2026, 11, 20),
        performed_on=date(2026, 12, 30) if paid else None,
        by=cast.mediator,
    )
    for position, due in ((1, date(2026, 11, 30)), (2, date(2026, 12, 31))):
        Instalment.objects.create(
            agreement=agreement,
            position=position,
            due_on=due,
            what="粉刷费",
            amount=Decimal("3000"),
            currency="CNY",
            done_on=due if paid else None,
            proof="转账回单" if paid else "",
        )
    for days, on in ((7, date(2026, 11, 27)), (30, date(2026, 12, 20))):
        FollowUp.objects.create(
            dispute=case,
            agreement=agreement,
            after_days=days,
            due_on=on,
            done_on=on,
            way="visit",
            finding="kept",
            note="水管已修好，双方和气。",
            by=cast.mediator,
        )
    return case


def confirmed(case: Dispute, cast: Cast) -> Confirmation:
    """The court was asked, and said yes."""
    return Confirmation.objects.create(
        agreement=case.agreements.get(is_current=True),
        by_both=True,
        apply_by=date(2026, 12, 20),
        applied_on=date(2026, 12, 1),
        court="温岭市人民法院",
        result="confirmed",
        decided_on=date(2026, 12, 8),
        by=cast.mediator,
    )


def scan(pages: int = 1, name: str = "扫描.pdf") -> SimpleUploadedFile:
    """A PDF of blank A4 pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return SimpleUploadedFile(name, out.getvalue(), "application/pdf")


def photo(
    colour: str = "white", size: tuple[int, int] = (600, 800), kind: str = "JPEG"
) -> SimpleUploadedFile:
    """A photo of a page."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return SimpleUploadedFile("照片.jpg", out.getvalue(), "image/jpeg")


def complete(case: Dispute, cast: Cast) -> None:
    """Issue whatever can be issued and attach the signed agreement: nothing is missing any more."""
    for slot in slots_of(case):
        if slot.kind.made and not slot.why_not:
            workflow.issue(dispute=case, code=slot.code, subject=slot.subject, actor=cast.mediator)
        if slot.kind.signed:
            workflow.attach(
                dispute=case, code=slot.code, subject=slot.subject, files=[scan(2)], actor=cast.mediator
            )
