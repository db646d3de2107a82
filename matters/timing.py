"""When an outside message may go: quiet hours for what can wait, one summary a day for what is not urgent."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from grids.queries import parameters
from matters.models import Notice
from shared.dates import at, local

CODES = ("notice_quiet_from", "notice_quiet_until", "notice_summary_hour")


@dataclass(frozen=True)
class Hours:
    """Whole hours on the street's clock, 0 to 23; `quiet_from` = `quiet_until` means no quiet hours."""

    quiet_from: int
    quiet_until: int
    summary: int

    def is_quiet(self, moment: datetime) -> bool:
        """Whether what can wait has to wait at this moment; the hours may reach over midnight."""
        hour = local(moment).hour
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def allowed(self, urgency: str, moment: datetime) -> datetime:
        """The first moment from this one on at which a message of this urgency may go."""
        if urgency == Notice.Urgency.SUMMARY:
            return _next(moment, self.summary)
        if urgency == Notice.Urgency.DAY and self.is_quiet(moment):
            return _next(moment, self.quiet_until)
        return moment

    def next_summary(self, moment: datetime) -> datetime:
        """The summary hour of a later day than this one."""
        return at(local(moment).date() + timedelta(days=1), time(self.summary))


def _next(moment: datetime, hour: int) -> datetime:
    """When the clock next shows this hour: now counts."""
    day = local(moment).date()
    found = at(day, time(hour))
    return found if found >= moment else at(day + timedelta(days=1), time(hour))


def hours() -> Hours:
    """As the Parameters say now [D]; one beyond the clock is taken as its nearest hour."""
    found = parameters(*CODES)
    return Hours(*(min(max(found[code], 0), 23) for code in CODES))
