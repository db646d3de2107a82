"""The form of the step that sets right what was written at intake."""

from django import forms

from grids.queries import labels
from mediation.forms.base import StepForm
from mediation.forms.fields import lines, money, pick
from mediation.workflow import intake
from mediation.workflow.intake import CaseText

SAME = ("dispute_type", "source", "facts", "request", "address", "amount", "currency")


class AmendForm(StepForm):
    """更正登记: what a case is about, as it turned out."""

    action = "amend"
    lead = "统计和文书都取自这里。改动的项目记入经过，已签发的文书不变；要用新内容，请重新签发。"
    dispute_type = pick("纠纷类型", [])
    source = pick("来源", [])
    facts = lines("什么事", 4000, 5)
    request = lines("要求什么", 2000, 2, required=False)
    address = forms.CharField(label="纠纷地点", max_length=200, required=False)
    amount = money("涉及金额")
    currency = pick("币种", [], initial="CNY", required=False)

    def prepare(self) -> None:
        """As it was written; where it came from is asked only of what was written down here."""
        words = {"dispute_type": "dispute_type", "source": "case_source", "currency": "currency"}
        for name, vocabulary in words.items():
            self.fields[name].choices = list(labels(vocabulary).items())  # type: ignore[attr-defined]
        self.initial.update({name: getattr(self.dispute, name) for name in SAME})
        self.initial["currency"] = self.dispute.currency or "CNY"
        if self.dispute.origin_id:
            del self.fields["source"]

    def run(self) -> object:
        """Set it right."""
        given = {"source": self.dispute.source, **self.cleaned_data}
        given["currency"] = given["currency"] or "CNY"
        text = CaseText(**{name: given[name] for name in SAME})
        return intake.amend(dispute=self.dispute, text=text, **self.common())
