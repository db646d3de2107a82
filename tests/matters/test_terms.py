"""Deadlines: working days over holidays, make-up days and unannounced years; pauses; the warning."""

from datetime import date, datetime

import pytest

from matters import terms
from matters.workdays import PUBLISHED, Calendar
from shared.dates import SHANGHAI

DAYS = Calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-28T10:00", 7, "workdays", "2026-10-13T23:59:59"),  # National Day, Saturday the 10th worked
        ("2026-09-28T00:00", 1, "workdays", "2026-09-29T23:59:59"),
        ("2026-09-28T23:59:59", 1, "workdays", "2026-09-29T23:59:59"),
        ("2026-09-19T09:00", 1, "workdays", "2026-09-20T23:59:59"),  # the make-up Sunday before Mid-Autumn
        ("2026-10-03T09:00", 1, "workdays", "2026-10-08T23:59:59"),  # begun on a holiday
        ("2026-12-30T09:00", 3, "workdays", "2027-01-04T23:59:59"),  # into a year that nobody announced
        ("2028-02-28T09:00", 1, "workdays", "2028-02-29T23:59:59"),
        ("2027-02-26T09:00", 1, "workdays", "2027-03-01T23:59:59"),
        ("2028-02-28T09:00", 2, "days", "2028-03-01T23:59:59"),
        ("2026-12-30T09:00", 3, "days", "2027-01-02T23:59:59"),
        ("2026-12-31T23:30", 60, "minutes", "2027-01-01T00:30:00"),
        ("2026-10-01T03:15", 1440, "minutes", "2026-10-02T03:15:00"),
    ],
)
def test_a_limit_ends_where_a_person_would_count_it(start: str, amount: int, unit: str, due: str) -> None:
    assert terms.deadline(moment(start), amount, unit, DAYS) == moment(due)


def test_the_streets_own_exceptions_go_before_the_calendar() -> None:
    own = Calendar({date(2026, 10, 8): False, date(2026, 10, 3): True, date(2027, 1, 1): False})
    assert terms.deadline(moment("2026-09-30T09:00"), 1, "workdays", own) == moment("2026-10-03T23:59:59")
    assert terms.deadline(moment("2026-10-03T09:00"), 1, "workdays", own) == moment("2026-10-09T23:59:59")
    assert terms.deadline(moment("2026-12-31T09:00"), 1, "workdays", own) == moment("2027-01-04T23:59:59")


def test_an_unknown_year_has_its_weekdays_and_says_so() -> None:
    later = max(PUBLISHED) + 1
    new_year = date(later, 1, 1)
    assert DAYS.is_workday(new_year) == (new_year.weekday() < 5)
    assert DAYS.unknown(date(max(PUBLISHED), 12, 30), date(later, 1, 4)) == [later]
    assert DAYS.unknown(date(2026, 1, 1), date(2026, 12, 31)) == []


def test_what_was_skipped_and_worked_is_named() -> None:
    since, until = date(2026, 9, 28), date(2026, 10, 12)
    assert DAYS.free_weekdays(since, until) == [date(2026, 10, day) for day in (1, 2, 5, 6, 7)]
    assert DAYS.worked_weekends(since, until) == [date(2026, 10, 10)]


@pytest.mark.parametrize(
    ("unit", "since", "until", "by", "due"),
    [
        ("workdays", "2026-09-29T10:00", "2026-09-29T17:00", 0, "2026-09-30T23:59:59"),
        ("workdays", "2026-09-29T10:00", "2026-10-08T09:00", 2, "2026-10-09T23:59:59"),
        ("workdays", "2026-09-30T10:00", "2026-10-05T09:00", 0, "2026-09-30T23:59:59"),
        ("days", "2026-09-29T10:00", "2026-10-05T09:00", 6, "2026-10-06T23:59:59"),
        ("minutes", "2026-09-29T10:00", "2026-09-29T10:45", 2700, "2026-10-01T00:44:59"),
    ],
)
def test_a_pause_moves_the_deadline_by_what_it_took(
    unit: str, since: str, until: str, by: int, due: str
) -> None:
    before = moment("2026-09-30T23:59:59")
    assert terms.paused(moment(since), moment(until), unit, DAYS) == by
    assert terms.moved(before, by, unit, DAYS) == moment(due)


def test_extensions_are_counted_as_the_clock_counts() -> None:
    due = moment("2026-09-30T23:59:59")
    assert terms.extended(due, 2, "workdays", DAYS) == moment("2026-10-09T23:59:59")
    assert terms.extended(due, 2, "days", DAYS) == moment("2026-10-02T23:59:59")
    assert terms.extended(due, 2, "minutes", DAYS) == moment("2026-10-02T23:59:59")


@pytest.mark.parametrize(
    ("due", "limit", "unit", "warn"),
    [
        ("2026-10-12T23:59:59", 7, "workdays", "2026-10-10T14:23:59"),
        ("2026-09-29T23:59:59", 1, "workdays", "2026-09-29T19:11:59"),
        ("2026-10-12T23:59:59", 15, "days", "2026-10-09T23:59:59"),
        ("2026-10-12T10:00:00", 1440, "minutes", "2026-10-12T05:12:00"),
        ("2026-10-12T10:00:00", 3, "minutes", "2026-10-12T09:59:24"),
    ],
)
def test_the_warning_comes_when_80_percent_are_over(due: str, limit: int, unit: str, warn: str) -> None:
    assert terms.warning(moment(due), limit, unit, 80, DAYS) == moment(warn)
