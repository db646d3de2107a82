"""One repeat rule: list, page and alert say what a plain reading of domain.md says, for any history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digests.workflow import run_digest
from grids.models import Area
from incidents.models import PoliceIncident
from incidents.queries import incident_rows
from incidents.repeats.queries import earlier_of, repeat_rule
from matters.models import Obligation
from tests.cast import Cast
from tests.digests.street import DAY, hour, incident

DAYS, YELLOW, RED = 30, 2, 3
LAST = hour("07:00")


@dataclass(frozen=True)
class Call:
    """One call as drawn: hours before LAST, where it lies, what it shares with others."""

    ago: float
    area: str
    address: str
    phone: str


@dataclass(frozen=True)
class Known(Call):
    """The same with its row."""

    pk: int
    at: datetime


calls = st.builds(
    Call,
    ago=st.sampled_from([0, 0, 1, 12, 24, 24 * 29, 24 * 30, 24 * 30 + 0.01, 24 * 31, 24 * 60]),
    area=st.sampled_from(["grid_a", "grid_a2", "grid_b", "village", "far_grid"]),
    address=st.sampled_from(["", "河边村一区26号", "楼山村楼山路9号"]),
    phone=st.sampled_from(["", "13900000001", "13900000002", "匿名"]),
)


def before(call: Known, known: list[Known]) -> list[Known]:
    """The oracle: same street, same address or same real number, at most 30 days before; of two at one
    moment the one taken in first.
    """
    return [
        other
        for other in known
        if (other.area == "far_grid") == (call.area == "far_grid")
        and call.at - timedelta(days=DAYS) <= other.at
        and (other.at, other.pk) < (call.at, call.pk)
        and (other.address == call.address != "" or other.phone == call.phone not in {"", "匿名"})
    ]


def told_by_alert(call: Known, known: list[Known]) -> tuple[str, str]:
    """Kind and card of the obligation that the alert raises for a call."""
    times = 1 + len(before(call, known))
    return (
        "repeat" if times >= YELLOW else "incident",
        "red" if times >= RED else "yellow" if times >= YELLOW else "",
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    [
        Call(2, "grid_a", "河边村一区26号", "13900000001"),
        Call(1, "grid_b", "", "13900000001"),
        Call(0, "grid_a", "河边村一区26号", "13900000001"),
    ]
)
@example(
    [
        Call(0, "grid_a", "河边村一区26号", ""),
        Call(0, "grid_a", "河边村一区26号", ""),
        Call(720, "grid_a", "河边村一区26号", ""),
    ]
)
@given(drawn=st.lists(calls, min_size=1, max_size=9))
def test_one_rule_everywhere(cast: Cast, drawn: list[Call]) -> None:
    with transaction.atomic():
        known = []
        for call in drawn:
            area: Area = getattr(cast, call.area)
            at = LAST - timedelta(hours=call.ago)
            matter = incident(area, at, address_key=call.address, caller_phone=call.phone)
            known.append(Known(**vars(call), pk=matter.pk, at=at))
        rule = repeat_rule()
        assert (rule.days, rule.yellow, rule.red) == (DAYS, YELLOW, RED)
        rows = {row["matter_id"]: row for row in incident_rows(cast.command, rule)}
        for call in known:
            if call.area == "far_grid":
                continue
            earlier = before(call, known)
            row = rows[call.pk]
            assert row["repeats"] == 1 + len(earlier)
            assert row["by_address"] == 1 + sum(e.address == call.address != "" for e in earlier)
            assert row["by_caller"] == 1 + sum(e.phone == call.phone not in {"", "匿名"} for e in earlier)
            found = PoliceIncident.objects.select_related("matter__area").get(pk=call.pk)
            assert {e.pk for e in earlier_of(found, rule.days)} == {e.pk for e in earlier}
        run_digest(kind="morning", street=cast.street, day=DAY)
        for owed in Obligation.objects.filter(business_date=DAY, kind__in=("incident", "repeat")):
            call = next(call for call in known if call.pk == owed.matter_id)
            assert (owed.kind, owed.colour) == told_by_alert(call, known)
        transaction.set_rollback(True)
