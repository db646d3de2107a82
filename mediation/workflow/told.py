"""Who hears of a case by a notice: its mediator, its station, the police."""

from collections.abc import Collection

from django.utils import timezone

from grids.models import Post, Unit
from matters.notices import DAY, NOW, post
from mediation.models import Dispute
from mediation.telling import CASE, of_case


def tell(
    case: Dispute, what: str, recipients: Collection[int], subject: str, body: str = "", urgency: str = DAY
) -> None:
    """An inbox notice about the case; `what` makes it one however often it is told."""
    post(
        source=f"case:{case.pk}:{what}",
        recipients=recipients,
        subject=subject,
        body=body or case.station.name,
        url=f"/mediation/{case.pk}/",
        kind=CASE.code,
        urgency=urgency,
        values=of_case(case),
    )


def tell_station(case: Dispute) -> None:
    """A case that came without anybody of the station: those who give cases out look at it."""
    posts = Post.objects.on().filter(unit=case.station, role__rights__contains=["mediation.assign"])
    high = case.risk == Dispute.Risk.HIGH
    tell(
        case,
        "came",
        set(posts.values_list("user", flat=True)),
        f"新转来的纠纷{'（可能激化）' if high else ''}：{case.matter.title}",
        f"转到{case.station.name}，请核对当事人后受理。",
        NOW if high else DAY,
    )


def tell_police(case: Dispute) -> None:
    """What may get worse is told the police at once (人民调解法 Art. 25); the caller saves the case."""
    case.police_told_at = timezone.now()
    street = f"/{case.station.area.parent_ids[0]}/"
    police = Post.objects.on().filter(
        unit__kind=Unit.Kind.POLICE, area__path__startswith=street, role__rights__contains=["incidents.view"]
    )
    post(
        source=f"case:{case.pk}:risk:{case.matter.version}",
        recipients=set(police.values_list("user", flat=True)),
        subject=f"纠纷可能激化：{case.matter.title}",
        body=f"{case.station.name}报告（人民调解法第二十五条）：{case.risk_note or '请联系工作站。'}",
        urgency=NOW,
        kind=CASE.code,
        values=of_case(case),
    )
