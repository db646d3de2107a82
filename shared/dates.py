"""Days and hours as the street counts them: Asia/Shanghai, business date, Chinese wording."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


def today() -> date:
    """The calendar day in Shanghai."""
    return timezone.now().astimezone(SHANGHAI).date()


def at(day: date, hour: time) -> datetime:
    """The aware moment of a wall-clock hour on a day in Shanghai."""
    return datetime.combine(day, hour, tzinfo=SHANGHAI)


def day_span(day: date) -> tuple[datetime, datetime]:
    """First moment of the day and of the next one; the calendar's last day ends with its last moment."""
    end = at(day, time.max) if day == date.max else at(day + timedelta(days=1), time.min)
    return at(day, time.min), end


def local(moment: datetime) -> datetime:
    """The same moment on the street's clock."""
    return moment.astimezone(SHANGHAI)
