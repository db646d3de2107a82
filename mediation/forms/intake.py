"""The intake form: one case with its parties, in the order in which people tell it."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from accounts.models import User
from grids.models import Area, Unit
from grids.queries import labels
from mediation.forms.fields import NameField, PhoneField, lines, moment, money, person_name, pick
from mediation.models import Dispute, Party
from mediation.models.party import Document
from mediation.queries.stations import registering
from mediation.workflow.intake import CaseText
from mediation.workflow.parties import PartyText, checked_number
from shared.errors import DomainError, InvalidInput

ROWS = 4
"""Parties that the page offers: one on each side in sight, two folded away. More on the case's page."""


class PartyForm(forms.Form):
    """One party. On the intake page an empty one is left out."""

    side = pick("地位", list(Party.Side.choices), initial=Party.Side.APPLICANT)
    name = NameField(label="姓名或单位名称")
    phone = PhoneField()
    kind = pick("类型", list(Party.Kind.choices), initial=Party.Kind.PERSON)
    document = pick("证件类型", list(Document.choices), initial=Document.ID_CARD)
    id_number = forms.CharField(label="证件号码", max_length=30, required=False)
    address = forms.CharField(label="住址或单位地址", max_length=200, required=False)

    def has_changed(self) -> bool:
        """Whether anything was typed; what was only chosen does not count."""
        return bool({"name", "phone", "id_number", "address"} & set(self.changed_data))

    def clean(self) -> dict[str, Any]:
        """A person's name holds no digits; a document's number is right."""
        found = super().clean() or {}
        if found.get("kind") == Party.Kind.PERSON and found.get("name"):
            try:
                person_name(found["name"])
            except forms.ValidationError as error:
                self.add_error("name", error)
        try:
            found["id_number"] = checked_number(found.get("document", ""), found.get("id_number", ""))
        except InvalidInput as error:
            self.add_error("id_number", error.message)
        return found

    def text(self) -> PartyText:
        """As the workflow takes it."""
        return PartyText(**self.cleaned_data)


class CaseForm(forms.Form):
    """The case. `client_id` makes it safe to send twice; what has only one choice is not asked."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    dispute_type = forms.ChoiceField(label="纠纷类型")
    source = forms.ChoiceField(label="来源", initial="application")
    facts = lines("什么事", 4000, help_text="谁和谁、为什么事、到了哪一步；可以用语音输入")
    request = lines("要求什么", 2000, 2, required=False)
    address = forms.CharField(
        label="纠纷地点", max_length=200, required=False, help_text="例如：河边村一区26号"
    )
    station = forms.ModelChoiceField(label="受理工作站", queryset=Unit.objects.none(), empty_label=None)
    area = forms.ModelChoiceField(label="所属村社", queryset=Area.objects.none())
    occurred_at = moment("发生时间", required=False, help_text="不填就是现在")
    amount = money("涉及金额")
    currency = pick("币种", [], initial="CNY", required=False)
    risk = pick("激化风险", list(Dispute.Risk.choices), initial=Dispute.Risk.NONE)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        types, sources, currencies = labels("dispute_type"), labels("case_source"), labels("currency")
        self.fields["dispute_type"].choices = [("", "请选择"), *types.items()]  # type: ignore[attr-defined]
        self.fields["source"].choices = list(sources.items())  # type: ignore[attr-defined]
        self.fields["currency"].choices = list(currencies.items())  # type: ignore[attr-defined]
        stations = registering(user)
        self.fields["station"].queryset = Unit.objects.filter(pk__in=[s.pk for s in stations])  # type: ignore[attr-defined]
        if len(stations) == 1:
            self.fields["station"].widget = forms.HiddenInput()
        if stations:
            self._offer_areas(stations)

    def _offer_areas(self, stations: Sequence[Unit]) -> None:
        streets = {station.area.parent_ids[0] for station in stations}
        villages = Area.objects.filter(level__in=Area.VILLAGE_LEVELS, is_active=True)
        inside = villages.none()
        for street in streets:
            inside = inside | villages.filter(path__startswith=f"/{street}/")
        self.fields["area"].queryset = inside.order_by("path")  # type: ignore[attr-defined]
        self.initial["station"] = stations[0].pk
        if stations[0].area.level in Area.VILLAGE_LEVELS:
            self.initial["area"] = stations[0].area_id

    def text(self) -> CaseText:
        """As the workflow takes it."""
        given = self.cleaned_data
        names = ("dispute_type", "source", "facts", "request", "address", "amount", "occurred_at", "risk")
        return CaseText(**{name: given[name] for name in names}, currency=given["currency"] or "CNY")


class Intake:
    """The case's form with those of its parties, as one."""

    def __init__(self, user: User, data: Any = None) -> None:
        self.case = CaseForm(user, data)
        sides = [Party.Side.APPLICANT, Party.Side.RESPONDENT] * (ROWS // 2)
        self.parties = [
            PartyForm(data, prefix=f"party-{n}", initial={"side": side}, use_required_attribute=n < 2)
            for n, side in enumerate(sides)
        ]
        for form in self.parties[1:]:
            form.empty_permitted = True
            form.use_required_attribute = False

    def is_valid(self) -> bool:
        """All of them, so that every fault shows at once."""
        return all([self.case.is_valid(), *(form.is_valid() for form in self.parties)])

    def texts(self) -> list[PartyText]:
        """The parties that were filled in."""
        return [form.text() for form in self.parties if form.cleaned_data.get("name")]

    def refuse(self, error: DomainError) -> None:
        """Show what the workflow found at the field that it names."""
        field = error.field or ""
        if field.startswith("party-"):
            number, name = field.removeprefix("party-").split("-", 1)
            filled = [form for form in self.parties if form.cleaned_data.get("name")]
            form: forms.Form = filled[int(number)]
        else:
            form, name = self.case, field
        form.add_error(name if name in form.fields else None, error.message)
