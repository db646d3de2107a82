"""A report that turns out to be a hazard: taken over with its words and photos, not typed again."""

from typing import Any
from uuid import uuid5

from django import forms

from accounts.models import User
from grids.queries import labels
from incidents.models import Hazard
from incidents.reports.following import ADDED
from incidents.reports.models import CitizenReport
from incidents.workflow import raise_hazard
from matters import effects, needs
from matters.loop import Transition, move
from matters.models import Event, EventPhoto, Matter
from shared.errors import InvalidInput, NotAllowed

TO_HAZARD = move(
    "to_hazard",
    "转为隐患",
    "reported accepted assigned handling",
    "referred",
    "hazards.report",
    "hazard_type",
    "hazard_level",
    "answer",
    effect="report_to_hazard",
    outcome="passed_on",
)
"""The report ends as passed on; its sender follows the hazard under the same code."""


def report_to_hazard(
    matter: Matter, transition: Transition, actor: User | None, note: str, evidence: dict[str, Any]
) -> None:
    """Raise the hazard where the report lies, from its words and photos. Raises InvalidInput while it lies
    with the street: a hazard belongs to a village or grid.
    """
    if actor is None:
        raise NotAllowed("请由工作人员转为隐患。")
    if matter.area.level == matter.area.Level.STREET:
        raise InvalidInput("还没有分派到村社，请先流转到村社或网格，再转为隐患。")
    report = CitizenReport.objects.get(pk=matter.pk)
    hazard, _ = raise_hazard(
        actor=actor,
        area=matter.area,
        hazard_type=evidence["hazard_type"],
        level=evidence["hazard_level"],
        description=report.description[:1000],
        source="citizen",
        client_id=uuid5(report.client_id, "hazard"),
        address=report.address,
    )
    _carry_photos(matter, hazard.matter)
    report.continued_as = hazard.matter
    report.save(update_fields=["continued_as"])
    evidence["number"] = hazard.matter.number


def _carry_photos(old: Matter, new: Matter) -> None:
    """The sender's photos, also with the first line of the hazard; the files are shared."""
    first = Event.objects.filter(matter=new).earliest("id")
    sent = EventPhoto.objects.filter(event__matter=old, event__action__in=("open", *ADDED)).order_by("id")
    EventPhoto.objects.bulk_create(
        EventPhoto(event=first, image=photo.image.name, digest=photo.digest)
        for photo in {photo.digest: photo for photo in sent}.values()
    )


def _types(need: needs.Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    return forms.ChoiceField(label=need.word, choices=[("", "请选择"), *labels("hazard_type").items()])


def _levels(need: needs.Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    return forms.ChoiceField(label=need.word, choices=Hazard.Level.choices, widget=forms.RadioSelect)


def register() -> None:
    """Make the move's evidence and effect known to the loop; called when the app is ready."""
    needs.register("hazard_type", needs.Need("哪类隐患", "请选择隐患类型。", _types))
    needs.register("hazard_level", needs.Need("多严重", "请选择隐患等级。", _levels))
    effects.register("report_to_hazard", report_to_hazard)
