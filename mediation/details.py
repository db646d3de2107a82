"""What a case tells of itself outside its own page, and its parties for the reveal page."""

from django.urls import reverse

from accounts.models import User
from accounts.personal import PersonalField, Subject
from grids.queries import words
from matters.details import Detail
from matters.models import Matter
from mediation.models import Dispute, Party
from shared.crypto import mask


def of_dispute(matter: Matter, _: User) -> Detail:
    """Type, source, station and mediator: what the API of matters tells of a case."""
    dispute = Dispute.objects.select_related("station", "mediator", "brand").get(pk=matter.pk)
    labels = words("dispute_type", "case_source")
    return Detail(
        facts=(
            ("案号", dispute.case_no),
            ("纠纷类型", labels["dispute_type"].get(dispute.dispute_type, dispute.dispute_type)),
            ("来源", labels["case_source"].get(dispute.source, dispute.source)),
            ("工作站", dispute.station.name),
            ("调解员", dispute.mediator.name if dispute.mediator else ""),
            ("品牌", dispute.brand.name if dispute.brand else ""),
            ("结果", dispute.get_result_display() if dispute.result else ""),
        ),
    )


def party_subject(user: User, pk: int) -> Subject | None:
    """A party with those who act for it, for a reader who may see the case and holds `personal.reveal`."""
    seen = Dispute.objects.within(user, "personal.reveal") & Dispute.objects.within(user, "mediation.view")
    party = Party.objects.filter(pk=pk, dispute__in=seen).select_related("dispute__matter").first()
    if party is None:
        return None
    own = (("姓名", party.name), (party.get_document_display(), party.id_number), ("电话", party.phone))
    acting = [
        (f"{agent.get_role_display()}{word}", value)
        for agent in party.agents.all()
        for word, value in (("", agent.name), ("证件", agent.id_number), ("电话", agent.phone))
    ]
    return Subject(
        name=mask(party.name),
        meta=f"{party.get_side_display()} · {party.dispute}",
        fields=tuple(PersonalField(label, full) for label, full in (*own, *acting) if full),
        back=reverse("case_page", args=[party.dispute_id]),
    )
