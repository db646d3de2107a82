"""What each figure of mediation counts: one clause for the number and for the list of rows behind it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, FilteredRelation, Func, IntegerField, Q
from django.db.models.functions import Coalesce

from grids.queries.coverage import Period, Ratio
from grids.scope import within
from mediation.models import Agreement, Confirmation, Dispute

RIGHT = "mediation.view"
ENDED = (Dispute.Result.SUCCESS, Dispute.Result.FAILURE)
SUCCESS = Q(result=Dispute.Result.SUCCESS)
DAYS = Func(
    F("concluded_on"),
    Coalesce("accepted_on", "received_on"),
    template="(%(expressions)s)",
    arg_joiner=" - ",
    output_field=IntegerField(),
)
"""From acceptance (where a case never was, from receipt) to the end of mediation."""


@dataclass(frozen=True)
class Figure:
    """Cases whose `day` lies in the period and for which `clause` holds."""

    code: str
    label: str
    day: str
    clause: Q


RECEIVED, ACCEPTED, CONCLUDED = "received_on", "accepted_on", "concluded_on"
FIGURES = {
    figure.code: figure
    for figure in (
        Figure("received", "登记", RECEIVED, Q()),
        Figure("open", "未办结", RECEIVED, Q(concluded_on=None)),
        Figure("accepted", "受理", ACCEPTED, Q()),
        Figure("concluded", "调解结束", CONCLUDED, Q(result__in=ENDED)),
        Figure("success", "调解成功", CONCLUDED, SUCCESS),
        Figure("failure", "调解不成", CONCLUDED, Q(result=Dispute.Result.FAILURE)),
        Figure("written", "书面协议", CONCLUDED, SUCCESS & Q(pact__form=Agreement.Form.WRITTEN)),
        Figure("oral", "口头协议", CONCLUDED, SUCCESS & Q(pact__form=Agreement.Form.ORAL)),
        Figure("performed", "履行完毕", CONCLUDED, SUCCESS & Q(pact__performed_on__isnull=False)),
        Figure(
            "confirmed",
            "司法确认",
            CONCLUDED,
            SUCCESS & Q(pact__confirmation__result=Confirmation.Result.CONFIRMED),
        ),
        Figure("calmed", "防止激化", CONCLUDED, SUCCESS & Q(risk=Dispute.Risk.HIGH)),
        Figure("paid", "协议有金额", CONCLUDED, SUCCESS & Q(pact__currency="CNY", pact__amount__gt=0)),
        Figure(
            "foreign", "协议为外币", CONCLUDED, SUCCESS & Q(pact__amount__gt=0) & ~Q(pact__currency="CNY")
        ),
        Figure("withdrawn", "撤回", CONCLUDED, Q(result=Dispute.Result.WITHDRAWN)),
        Figure("refused", "当事人拒绝", CONCLUDED, Q(result=Dispute.Result.REFUSED)),
        Figure("rejected", "不予受理", CONCLUDED, Q(result=Dispute.Result.REJECTED)),
        Figure("passed_on", "转办", CONCLUDED, Q(result=Dispute.Result.PASSED_ON)),
    )
}
ASIDE = ("withdrawn", "refused", "rejected", "passed_on")
"""Ended without being counted as concluded."""
RATES = {
    "success_rate": ("调解成功率", "success", "concluded"),
    "written_rate": ("书面率", "written", "success"),
    "performed_rate": ("履行率", "performed", "success"),
    "confirmed_rate": ("司法确认率", "confirmed", "success"),
}
"""Rate → its name, the figure above the line and the one below (domain.md, KPIs)."""


@dataclass
class Numbers:
    """All figures of one part: counts by code, money in yuan, days to settle."""

    values: dict[str, Any]

    def __getitem__(self, code: str) -> Any:
        return self.values.get(code) or 0

    def ratio(self, rate: str) -> Ratio:
        """A rate with its parts."""
        _, above, below = RATES[rate]
        return Ratio(self[above], self[below])

    def days(self, code: str) -> float | None:
        """`median` or `p90`; None where nothing was settled."""
        found = self.values.get(code)
        return None if found is None else round(found, 1)

    @property
    def empty(self) -> bool:
        """Nothing happened."""
        return not any(self[code] for code in FIGURES)


def counted(user: Any) -> Any:
    """Cases of the stations and areas that are the user's own; one that merely invited him is not his to
    count.
    """
    return Dispute.objects.filter(within(user, RIGHT, "matter__area", "station"))


def behind(user: Any, code: str, since: date | None, until: date | None) -> Any:
    """The rows of one figure."""
    figure = FIGURES[code]
    asked = {f"{figure.day}__isnull": False}
    if since:
        asked[f"{figure.day}__gte"] = since  # type: ignore[assignment]
    if until:
        asked[f"{figure.day}__lte"] = until  # type: ignore[assignment]
    return with_pact(counted(user)).filter(figure.clause, **asked)


def with_pact(cases: Any) -> Any:
    """With the agreement that holds as `pact`: at most one of a case, so joining it doubles nothing."""
    current = FilteredRelation("agreements", condition=Q(agreements__is_current=True))
    return cases.annotate(pact=current)


def in_period(day: str, period: Period) -> Q:
    """Both days included."""
    return Q(**{f"{day}__range": (period.since, period.until)})
