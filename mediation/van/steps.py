"""A call's way from asked to closed as one table, and how long each part may take."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grids.queries import parameters
from mediation.models import VanCall

State = VanCall.State


@dataclass(frozen=True)
class Step:
    """One tap: from a state to the next, and the moment that it stamps."""

    action: str
    label: str
    source: State
    target: State
    stamp: str
    needs_note: bool = False


STEPS = (
    Step("accept", "签收", State.ASSIGNED, State.ACCEPTED, "accepted_at"),
    Step("leave", "出发", State.ACCEPTED, State.LEFT, "left_at"),
    Step("arrive", "到场", State.LEFT, State.ARRIVED, "arrived_at"),
    Step("settle", "现场调解成功", State.ARRIVED, State.SETTLED, "closed_at", needs_note=True),
    Step("hand_over", "移交工作站继续调解", State.ARRIVED, State.HANDED_OVER, "closed_at", needs_note=True),
)
BY_ACTION = {step.action: step for step in STEPS}
LABELS = {
    "ask": "呼叫",
    "assign": "派车",
    "reassign": "改派",
    "cancel": "取消",
    "case": "登记为调解案件",
    "late_accept": "超时未签收，已升级",
    "late_leave": "超时未出发，已升级",
    "late_arrive": "超时未到场，已升级",
    "late_close": "超时未办结，已升级",
    **{step.action: step.label for step in STEPS},
}


@dataclass(frozen=True)
class Limit:
    """How long after the call something must have happened: Parameters `van_*` [D]."""

    key: str
    label: str
    stamp: str
    within: timedelta
    text: str


def limits() -> tuple[Limit, ...]:
    """签收 1 分钟, 出发 3 分钟, 到场 30 分钟, 办结 24 小时, as the Parameters stand."""
    found = parameters("van_accept_minutes", "van_leave_minutes", "van_arrive_minutes", "van_close_hours")
    minutes = (
        ("accept", "签收", "accepted_at", found["van_accept_minutes"]),
        ("leave", "出发", "left_at", found["van_leave_minutes"]),
        ("arrive", "到场", "arrived_at", found["van_arrive_minutes"]),
    )
    hours = found["van_close_hours"]
    return (
        *(Limit(key, label, stamp, timedelta(minutes=n), f"{n}分钟") for key, label, stamp, n in minutes),
        Limit("close", "办结", "closed_at", timedelta(hours=hours), f"{hours}小时"),
    )


@dataclass(frozen=True)
class Clock:
    """One limit of one call."""

    limit: Limit
    due_at: datetime
    done_at: datetime | None

    def late(self, now: datetime) -> bool:
        """Done too late, or not done and the time is over."""
        return (self.done_at or now) > self.due_at


def clocks(call: VanCall, bounds: tuple[Limit, ...]) -> list[Clock]:
    """All limits of a call; none for one that was cancelled."""
    if call.state == State.CANCELLED:
        return []
    return [Clock(one, call.asked_at + one.within, getattr(call, one.stamp)) for one in bounds]


def next_steps(call: VanCall) -> list[Step]:
    """What can be tapped now."""
    return [step for step in STEPS if step.source == call.state]
