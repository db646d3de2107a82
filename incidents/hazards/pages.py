"""What a hazard adds to its matter's page: where it is, what led to it, photos before and after, earlier ones
of its place."""

from django.urls import reverse

from accounts.models import User
from grids.queries import words
from grids.scope import covers
from incidents.before_after import of_photos
from incidents.hazards import queries
from incidents.hazards.campaigns import reaching
from incidents.models import Hazard, InspectionResult
from matters.details import Detail
from matters.loop import state_label
from matters.models import Matter
from shared.jinja import date_text
from shared.texts import without_numbers

EARLIER_SHOWN = 8


def of_hazard(matter: Matter, user: User) -> Detail:
    """What is unsafe, where, who found it, how often it failed, what was found there before."""
    hazard = Hazard.objects.select_related("target").get(matter=matter)
    hazard.matter = matter
    labels = words("hazard_type", "hazard_source")
    kind = labels["hazard_type"].get(hazard.hazard_type, hazard.hazard_type)
    found = InspectionResult.objects.filter(hazard=hazard).select_related("item", "inspection__campaign")
    finding = found.first()
    failed = matter.events.filter(action="redo").count()
    days = queries.repeat_days()
    earlier = list(queries.earlier_of(hazard, days)[: EARLIER_SHOWN * 3])
    shown = [e for e in earlier if covers(user, "hazards.view", e.matter.area)][:EARLIER_SHOWN]
    description = without_numbers(hazard.description)
    return Detail(
        lead=description,
        facts=(
            ("类型", kind),
            ("等级", hazard.get_level_display()),
            ("来源", labels["hazard_source"].get(hazard.source, hazard.source)),
            ("地点", hazard.address),
            ("走访对象", hazard.target.shown if hazard.target else ""),
            ("情况", description),
            ("依据", finding.item.basis if finding else ""),
            ("一票否决", "是" if finding and finding.item.veto else ""),
            ("复查", f"不合格 {failed} 次" if failed else ""),
        ),
        template="incidents/hazards/_more.html",
        extra={
            **of_photos(matter),
            "earlier": shown,
            "days": days,
            "kind": kind,
            "state_label": state_label,
            "inspection": _inspection(finding, user, matter),
        },
    )


def _inspection(finding: InspectionResult | None, user: User, matter: Matter) -> dict[str, str] | None:
    """The inspection and campaign that found it, for who may open them."""
    if finding is None or not covers(user, "hazards.view", matter.area):
        return None
    campaign = finding.inspection.campaign
    own = campaign and reaching(user, "hazards.view").filter(pk=campaign.pk).exists()
    return {
        "href": reverse("inspection", args=[finding.inspection_id]),
        "at": date_text(finding.inspection.at),
        "campaign": campaign.name if campaign else "",
        "campaign_href": reverse("campaign", args=[campaign.pk]) if campaign and own else "",
    }
