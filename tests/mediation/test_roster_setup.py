"""Shifts and departments of a station, set in the portal by who plans its roster; who is there when."""

from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from grids.models import Unit
from mediation.models import Presence, Shift, ShiftPattern
from mediation.roster import standing
from mediation.roster.demand import seats_of, turn_of
from mediation.roster.workflow import end_pattern, end_presence, save_pattern, save_presence
from mediation.roster.workflow.setup import PatternText
from shared.dates import at, today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast
from tests.mediation import rostered as made
from tests.mediation.cases import user_at

pytestmark = pytest.mark.django_db
NIGHT = PatternText("mediator", "大夜班", time(22), 10)


def test_a_shift_is_added_changed_and_taken_out(cast: Cast) -> None:
    pattern = save_pattern(actor=cast.command, station=cast.station, text=NIGHT)
    first = made.monday()
    assert [s.starts_at for s in seats_of([cast.station.pk], first, 1)] == [at(first, time(22))]
    changed = PatternText("mediator", "大夜班", time(21), 11, weekdays=(5, 6))
    same = save_pattern(actor=cast.command, station=cast.station, text=changed, pattern=pattern)
    assert (same.pk, same.hours) == (pattern.pk, 11)
    assert [s.day.weekday() for s in seats_of([cast.station.pk], first, 7)] == [5, 6]
    with pytest.raises(Conflict, match="已经有叫"):
        save_pattern(actor=cast.command, station=cast.station, text=changed)
    for _ in range(2):
        end_pattern(actor=cast.command, pattern=same)
    assert not seats_of([cast.station.pk], first, 7)


def test_published_shifts_keep_what_they_showed(cast: Cast) -> None:
    pattern = save_pattern(actor=cast.command, station=cast.station, text=NIGHT)
    shift = made.shift(cast.station, cast.mediator, made.monday(), "大夜班")
    more = PatternText("mediator", "大夜班", time(22), 10, need=2)
    assert save_pattern(actor=cast.command, station=cast.station, text=more, pattern=pattern) == pattern
    other = PatternText("mediator", "深夜班", time(23), 9)
    new = save_pattern(actor=cast.command, station=cast.station, text=other, pattern=pattern)
    assert new != pattern
    shift.refresh_from_db()
    assert (shift.pattern.name, shift.pattern.is_active) == ("大夜班", False)
    assert Shift.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": "  "}, "name"), ({"hours": 25}, "hours"), ({"need": 0}, "need"), ({"kind": "x"}, "kind")],
)
def test_what_no_shift_can_be(cast: Cast, changed: dict[str, Any], field: str) -> None:
    text = PatternText(**{"kind": "mediator", "name": "白班", "starts": time(8), "hours": 8, **changed})
    with pytest.raises(InvalidInput) as refused:
        save_pattern(actor=cast.command, station=cast.station, text=text)
    assert refused.value.field == field


def test_a_department_comes_changes_and_goes(cast: Cast) -> None:
    justice, now = made.department(cast, "司法所"), today()
    given: dict[str, Any] = {"actor": cast.command, "station": cast.station, "department": justice}
    save_presence(**given, mode="resident")
    later = now + timedelta(days=10)
    daily = save_presence(**given, mode="daily", position=3, since=later)
    rows = list(Presence.objects.order_by("starts_on").values_list("mode", "starts_on", "ends_on"))
    assert rows == [("resident", now, later - timedelta(days=1)), ("daily", later, None)]
    with pytest.raises(InvalidInput, match="今天或以后"):
        save_presence(**given, mode="daily", since=now - timedelta(days=1))
    far = Unit.objects.create(kind="department", name="太平司法所", area=cast.far_street)
    with pytest.raises(InvalidInput, match="本街道"):
        save_presence(**{**given, "department": far}, mode="daily")
    for _ in range(2):
        end_presence(actor=cast.command, presence=daily)
    assert Presence.objects.get().mode == "resident"


def test_turns_by_week_and_by_day(cast: Cast) -> None:
    units = [made.department(cast, name) for name in ("综治", "法院", "市场监管", "行政执法", "交警", "公安")]
    modes = ("weekly", "weekly", "daily", "daily", "daily", "resident")
    for position, (unit, mode) in enumerate(zip(units, modes, strict=True)):
        save_presence(actor=cast.command, station=cast.station, department=unit, mode=mode, position=position)
    held, monday = list(Presence.objects.all()), made.monday()
    here = [turn_of(held, monday + timedelta(days=n)) for n in range(21)]
    assert all(len(found) == 3 and units[5].pk in found for found in here)
    weekly, daily = {unit.pk for unit in units[:2]}, {unit.pk for unit in units[2:5]}
    by_week = [weekly & set(found) for found in here]
    assert by_week[:7] == [by_week[0]] * 7 == by_week[14:]
    assert by_week[7:14] == [weekly - by_week[0]] * 7
    by_day = [next(iter(daily & set(found))) for found in here]
    assert len(set(by_day[:3])) == 3
    assert by_day[3:] == by_day[:-3]


def test_only_who_plans_the_roster_sets_it(cast: Cast, as_user: Any) -> None:
    for actor, refused in ((cast.mediator, NotAllowed), (cast.far_command, NotFound)):
        with pytest.raises(refused):
            save_pattern(actor=actor, station=cast.station, text=NIGHT)
    assert not ShiftPattern.objects.exists()
    page = f"/mediation/roster/stations/{cast.station.pk}/"
    assert "添加班次" not in as_user(cast.mediator).get(page).content.decode()


def test_on_its_pages(cast: Cast, as_user: Any) -> None:
    client, page = as_user(cast.command), f"/mediation/roster/stations/{cast.station.pk}/"
    justice = made.department(cast, "司法所")
    sent = {
        "kind": "mediator",
        "name": "白班",
        "starts": "08:00",
        "hours": 8,
        "need": 1,
        "weekdays": ["0", "4"],
    }
    assert client.post(f"{page}patterns/new/", {**sent, "hours": 30}).status_code == 400
    assert client.post(f"{page}patterns/new/", sent).status_code == 302
    pattern = ShiftPattern.objects.get()
    assert (pattern.starts, pattern.weekdays) == (time(8), [0, 4])
    assert 'value="08:00"' in client.get(f"{page}patterns/{pattern.pk}/").content.decode()
    there = {"department": justice.pk, "mode": "resident", "position": 0, "since": str(today())}
    assert client.post(f"{page}presences/new/", there).status_code == 302
    shown = client.get(page).content.decode()
    assert "周一五" in shown
    assert "今天在站" in shown
    presence = Presence.objects.get()
    assert client.post(f"{page}presences/{presence.pk}/", {**there, "mode": "weekly"}).status_code == 302
    presence = Presence.objects.get()
    assert presence.mode == "weekly"
    for address in (f"{page}patterns/{pattern.pk}/end/", f"{page}presences/{presence.pk}/end/"):
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 302
    assert not Presence.objects.exists()
    assert not ShiftPattern.objects.filter(is_active=True).exists()


def test_who_is_on_duty_changes_on_the_minute(cast: Cast) -> None:
    made.patterns(cast.station)
    day = date(2026, 11, 25)
    early = made.person("早班示例", cast.village, unit=cast.station)
    for who, pattern in ((cast.mediator, "夜班"), (early, "白班")):
        made.shift(cast.station, who, day, pattern)

    def names() -> list[str]:
        now = standing.duty_of(cast.mediator)
        assert now == standing.on_duty(f"/{cast.street.pk}/", timezone.now())
        return [seat.person for seat in now]

    with time_machine.travel(at(day, time(7, 59, 30)), tick=False) as clock:
        standing.forget()
        assert names() == [cast.mediator.name]
        clock.move_to(at(day, time(8)))
        assert names() == ["早班示例"]


def test_people_of_one_name_are_told_apart_by_their_office(cast: Cast, as_user: Any) -> None:
    for login, unit in (("one", cast.station), ("two", None)):
        user = user_at(login, "mediator", cast.village, unit)
        user.name = "黄玉兰"
        user.save()
    page = as_user(cast.command).get(f"/mediation/roster/stations/{cast.station.pk}/").content.decode()
    assert f"黄玉兰（{cast.station}）" in page
    assert ">黄玉兰</option>" in page
