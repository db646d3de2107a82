"""Forms of the steps after agreement is near: the agreement, its performance, the court, the visits."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from grids.queries import labels
from mediation.forms.base import StepForm, options
from mediation.forms.fields import day, lines, money, pick
from mediation.models import Agreement, Confirmation, FollowUp, Instalment, Party
from mediation.papers.numbering import letterhead_of
from mediation.workflow import agreements
from mediation.workflow.agreements import Part, Terms
from shared.dates import today

PARTS = 12
"""Instalments that the page offers."""
SATISFACTION = [("满意", "满意"), ("基本满意", "基本满意"), ("一般", "一般"), ("不满意", "不满意")]


class AgreeForm(StepForm):
    """登记调解协议, with what 人民调解法 Art. 29 names."""

    action = "agree"
    fold_label = "分期付款：各期日期和金额"
    only_for: ClassVar[dict[str, str]] = {"folded": "manner=instalments"}
    lead = "协议要写明：当事人、主要事实和争议、各方责任、协议内容、履行方式和期限（人民调解法第二十九条）。"
    form = pick("形式", list(Agreement.Form.choices), tiles=True)
    facts = lines("主要事实和争议事项", 4000, 4)
    responsibility = lines("各方责任", 2000, 3)
    content = lines("协议内容", 4000, 4)
    manner = pick("履行方式", list(Agreement.Manner.choices), tiles=True)
    term_on = day("履行期限")
    amount = money("金额", help_text="没有金额不填")
    currency = pick("币种", [], required=False, initial="CNY")
    manner_note = forms.CharField(
        label="方式说明", max_length=300, required=False, help_text="例如：转账到谁的账户"
    )
    signed_on = day("达成日期")
    effective_on = day("生效日期", required=False, help_text="各方都签名、按指印的那天；不填就是达成当天")

    def prepare(self) -> None:
        """The facts are those of the case; today, within a month."""
        self.fields["currency"].choices = list(labels("currency").items())  # type: ignore[attr-defined]
        self.initial.update(
            {
                "facts": self.dispute.facts,
                "signed_on": today(),
                "term_on": today() + timedelta(days=15),
                "form": Agreement.Form.WRITTEN,
            }
        )
        for n in range(1, PARTS + 1):
            self.fields[f"part_{n}_on"] = day(f"第{n}期日期", required=False)
            self.fields[f"part_{n}_amount"] = money(f"第{n}期金额")
            self.folded += (f"part_{n}_on", f"part_{n}_amount")
        for name in ("amount", "term_on", "signed_on", "effective_on"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def _parts(self) -> list[Part]:
        given = self.cleaned_data
        return [
            Part(given[f"part_{n}_on"], given[f"part_{n}_amount"])
            for n in range(1, PARTS + 1)
            if given.get(f"part_{n}_on")
        ]

    def clean(self) -> dict[str, Any]:
        """An instalment has a day as soon as it has an amount."""
        given = super().clean() or {}
        for n in range(1, PARTS + 1):
            if given.get(f"part_{n}_amount") and not given.get(f"part_{n}_on"):
                self.add_error(f"part_{n}_on", "填了金额，请同时填日期。")
        return given

    def run(self) -> object:
        """Conclude."""
        names = (
            *("form", "facts", "responsibility", "content", "manner", "manner_note"),
            *("term_on", "amount", "currency", "signed_on", "effective_on"),
        )
        given = {name: self.cleaned_data[name] for name in names}
        parts = self._parts() if given["manner"] == Agreement.Manner.INSTALMENTS else []
        return agreements.conclude(dispute=self.dispute, terms=Terms(**given, parts=parts), **self.common())


class KeepForm(StepForm):
    """登记履行 of one part."""

    action = "keep"
    done_on = day("履行日期")
    proof = forms.CharField(
        label="凭证", max_length=200, help_text="例如：收条，收款人已签名；转账记录；现场照片"
    )

    def rows(self) -> Any:
        """What is still owed, the earliest first."""
        return Instalment.objects.filter(
            agreement__dispute=self.dispute, agreement__is_current=True, done_on=None
        ).select_related("agreement__dispute__matter__area")

    def prepare(self) -> None:
        """Today."""
        self.initial["done_on"] = today()

    def run(self) -> object:
        """Note it."""
        given = self.cleaned_data
        return agreements.keep(
            instalment=self.subject, done_on=given["done_on"], proof=given["proof"], **self.common()
        )


class VisitForm(StepForm):
    """登记回访."""

    action = "visit"
    done_on = day("回访日期")
    asked = options(Party.objects.none(), "回访了谁", required=False)
    way = pick("怎么回访", list(FollowUp.Way.choices), tiles=True)
    finding = pick("情况怎么样", list(FollowUp.Finding.choices), tiles=True)
    satisfaction = pick("当事人满意吗", SATISFACTION, tiles=True, required=False)
    note = lines("说了什么", 500, 3, required=False)

    def rows(self) -> Any:
        """What is still owed, the earliest first."""
        return FollowUp.objects.filter(
            dispute=self.dispute, agreement__is_current=True, done_on=None
        ).select_related("dispute__matter__area")

    def prepare(self) -> None:
        """Today; one of the parties."""
        self.initial["done_on"] = today()
        self.fields["asked"].queryset = self.dispute.parties.filter(left_on=None)  # type: ignore[attr-defined]

    def run(self) -> object:
        """Note it."""
        names = ("done_on", "asked", "way", "finding", "satisfaction", "note")
        given = {name: self.cleaned_data[name] for name in names}
        return agreements.visit(follow_up=self.subject, **given, **self.common())


class ConfirmForm(StepForm):
    """申请司法确认."""

    action = "confirm"
    lead = "双方当事人自协议生效之日起三十日内，共同向法院申请（人民调解法第三十三条）。"
    applied_on = day("申请日期")
    court = forms.CharField(label="向哪个法院", max_length=60)
    by_both = forms.BooleanField(label="双方当事人共同申请", required=False)

    def prepare(self) -> None:
        """Today, at the court of the street's letterhead."""
        self.initial["applied_on"] = today()
        self.initial["court"] = letterhead_of(self.dispute.station.area).court

    def run(self) -> object:
        """Apply."""
        names = ("applied_on", "court", "by_both")
        given = {name: self.cleaned_data[name] for name in names}
        return agreements.confirm(dispute=self.dispute, **given, **self.common())


class RulingForm(StepForm):
    """登记法院裁定."""

    action = "ruling"
    result = pick("裁定结果", [c for c in Confirmation.Result.choices if c[0]], tiles=True)
    decided_on = day("裁定日期")
    court_no = forms.CharField(label="法院案号", max_length=60, required=False)

    def run(self) -> object:
        """Note it."""
        names = ("result", "decided_on", "court_no")
        given = {name: self.cleaned_data[name] for name in names}
        return agreements.ruling(dispute=self.dispute, **given, **self.common())
