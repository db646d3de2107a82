"""Which days are worked: China's holidays with their make-up workdays, and the street's own exceptions."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import holidays
from holidays.countries.china import ChinaStaticHolidays

from matters.models import CalendarDay

PUBLISHED = frozenset(ChinaStaticHolidays.special_public_holidays)
"""Years whose holidays the State Council has announced, as far as the package knows them."""
SATURDAY = 5
DAY = timedelta(days=1)


@cache
def _official(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Holidays of a year with their names, and the days of weekends that are worked for them."""
    found = holidays.country_holidays("CN", years=year, language="zh_CN")
    made_up = frozenset(day for day in found.weekend_workdays if day.year == year)
    return {day: name for day, name in found.items() if day.year == year}, made_up


class Calendar:
    """Working days. A year that is not announced has its weekdays, and `unknown` says so."""

    def __init__(self, exceptions: Mapping[date, bool] | None = None) -> None:
        self.exceptions = dict(exceptions or {})

    def is_workday(self, day: date) -> bool:
        """By the street's exceptions, else by the announced calendar, else Monday to Friday."""
        if (own := self.exceptions.get(day)) is not None:
            return own
        weekday = day.weekday() < SATURDAY
        if day.year not in PUBLISHED:
            return weekday
        free, made_up = _official(day.year)
        return day in made_up or (weekday and day not in free)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`; with 0 `day` itself, or the next one if nobody works then."""
        if n == 0:
            while not self.is_workday(day):
                day += DAY
        for _ in range(n):
            day += DAY
            while not self.is_workday(day):
                day += DAY
        return day

    def back(self, day: date, n: int) -> date:
        """The n-th working day before `day`."""
        for _ in range(n):
            day -= DAY
            while not self.is_workday(day):
                day -= DAY
        return day

    def between(self, after: date, until: date) -> int:
        """How many days are worked after the one day, the other included."""
        days = (after + DAY * n for n in range(1, (until - after).days + 1))
        return sum(self.is_workday(day) for day in days)

    def unknown(self, since: date, until: date) -> list[int]:
        """Years in the span whose holidays nobody has announced yet."""
        return [year for year in range(since.year, until.year + 1) if year not in PUBLISHED]

    def free_weekdays(self, since: date, until: date) -> list[date]:
        """Days from Monday to Friday in the span (both ends included) on which nobody works."""
        days = (since + DAY * n for n in range((until - since).days + 1))
        return [day for day in days if day.weekday() < SATURDAY and not self.is_workday(day)]

    def worked_weekends(self, since: date, until: date) -> list[date]:
        """Saturdays and Sundays in the span that are worked."""
        days = (since + DAY * n for n in range((until - since).days + 1))
        return [day for day in days if day.weekday() >= SATURDAY and self.is_workday(day)]


def calendar() -> Calendar:
    """With the exceptions as they stand now."""
    return Calendar(dict(CalendarDay.objects.values_list("day", "is_workday")))
