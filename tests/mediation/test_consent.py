"""Nobody is mediated against his will (人民调解法 Art. 17): who has said that he wants to be."""

from mediation.workflow import agreements
from mediation.workflow.intake import CaseText
from mediation.workflow.parties import PartyText
from tests.cast import Cast
from tests.mediation.cases import mediating, opened, terms


def test_who_applies_and_who_agrees_has_consented(cast: Cast) -> None:
    asked = [PartyText(side="applicant", name="陈示例"), PartyText(side="respondent", name="李示例")]
    case = mediating(cast, parties=asked)
    assert list(case.parties.values_list("side", "consent")) == [
        ("applicant", "agreed"),
        ("respondent", "asked"),
    ]
    agreements.conclude(dispute=case, actor=cast.mediator, terms=terms())
    assert set(case.parties.values_list("consent", flat=True)) == {"agreed"}
    brought = CaseText("neighbour", "police", "楼上漏水")
    assert set(opened(cast, parties=asked, text=brought).parties.values_list("consent", flat=True)) == {
        "asked"
    }
