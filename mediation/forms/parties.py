"""Forms of the steps about parties and those who act for them."""

from typing import Any

from django import forms

from mediation.forms.base import StepForm, options
from mediation.forms.fields import NameField, PhoneField, day, lines, person_name, pick
from mediation.forms.intake import PartyForm
from mediation.models import Agent, Party
from mediation.models.party import Document
from mediation.workflow import parties
from mediation.workflow.parties import AgentText, PartyText

GENDERS = [("", "不填"), ("男", "男"), ("女", "女")]
OWN = ("side", "name", "kind", "document", "id_number", "phone", "gender", "nation", "born_on", "occupation")


class OnePartyForm(StepForm, PartyForm):
    """Add a party, or (`of`) set right what was written of one."""

    action = "party"
    fold_label = "性别、民族、出生日期、职业"
    folded = ("gender", "nation", "born_on", "occupation")
    lead = "姓名可以用生僻字和间隔号“·”。外国人和港澳台居民，先选证件类型。"
    gender = pick("性别", GENDERS[1:], initial="", required=False)
    nation = forms.CharField(label="民族", max_length=20, required=False)
    born_on = day("出生日期", required=False, help_text="有身份证号码的不用填")
    occupation = forms.CharField(label="职业或职务", max_length=40, required=False)
    consent = pick("调解意愿", list(Party.Consent.choices), initial=Party.Consent.AGREED)
    field_order = ("side", "kind", "name", "phone", "document", "id_number", "address", "consent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def rows(self) -> Any:
        """The parties that are still there."""
        return self.dispute.parties.filter(left_on=None)

    def _subject(self, named: Any) -> Any:
        return super()._subject(named) if named else None

    def prepare(self) -> None:
        """Without the full numbers: who changes them types them again."""
        self.fields["gender"].choices = GENDERS  # type: ignore[attr-defined]
        if party := self.subject:
            names = (*OWN, "address", "consent")
            self.initial.update({name: getattr(party, name) for name in names})
            for name, word in (("id_number", "证件号码"), ("phone", "电话")):
                if getattr(party, name):
                    self.initial[name] = ""
                    self.fields[name].help_text = f"不改{word}就留空"

    @property
    def title(self) -> str:
        """Whom it is about."""
        return f"更改当事人：{self.subject}" if self.subject else self.label

    def text(self) -> PartyText:
        """What was typed, with the numbers that were left as they are."""
        given = {name: self.cleaned_data[name] for name in (*OWN, "address", "consent")}
        if self.subject:
            same_document = given["document"] == self.subject.document
            given["phone"] = given["phone"] or self.subject.phone
            given["id_number"] = given["id_number"] or (self.subject.id_number if same_document else "")
        return PartyText(**given)

    def run(self) -> object:
        """Add or change."""
        if self.subject:
            return parties.change_party(party=self.subject, text=self.text(), **self.common())
        return parties.add_party(dispute=self.dispute, text=self.text(), **self.common())


class LeaveForm(StepForm):
    """当事人退出."""

    action = "party_left"
    bad = True
    lead = "退出后仍留在卷宗里。一方全部退出的，请办“当事人拒绝调解”。"
    note = lines("为什么退出", 300, 2)

    def rows(self) -> Any:
        """The parties that are still there."""
        return self.dispute.parties.filter(left_on=None)

    def run(self) -> object:
        """Let it go."""
        return parties.leave(party=self.subject, note=self.cleaned_data["note"], **self.common())


class AgentForm(StepForm):
    """登记代理人、监护人、法定代表人."""

    action = "agent"
    lead = "特别授权的代理人可以代为承认、放弃、和解；未成年人由监护人代理。"
    party = options(Party.objects.none(), "代理哪位当事人")
    role = pick("身份", list(Agent.Role.choices), initial=Agent.Role.AGENT)
    name = NameField(label="姓名")
    phone = PhoneField()
    document = pick("证件类型", list(Document.choices), initial=Document.ID_CARD)
    id_number = forms.CharField(label="证件号码", max_length=30, required=False)
    relation = forms.CharField(label="与当事人的关系或职务", max_length=40, required=False)
    special = forms.BooleanField(label="特别授权", required=False)

    def prepare(self) -> None:
        """The case's own parties."""
        mine = self.dispute.parties.filter(left_on=None)
        self.fields["party"].queryset = mine  # type: ignore[attr-defined]
        minor = next((party for party in mine if party.is_minor), None)
        if minor:
            self.initial.update({"party": minor.pk, "role": Agent.Role.GUARDIAN})

    def clean_name(self) -> str:
        """A person."""
        return person_name(self.cleaned_data["name"])

    def run(self) -> object:
        """Add."""
        given = dict(self.cleaned_data)
        names = ("role", "name", "phone", "document", "id_number", "relation", "special")
        text = AgentText(**{name: given[name] for name in names})
        return parties.add_agent(party=given["party"], text=text, **self.common())
