"""Rosters of the five stations, and what their vans did: people, four weeks of shifts around today, calls."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from chengdong.demo.copying import Table
from chengdong.demo.people import Registrar, invented_name
from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment, read
from grids.models import Unit
from matters.models import Matter
from mediation.models import (
    Leave,
    Member,
    Presence,
    Shift,
    ShiftPattern,
    Swap,
    Van,
    VanCall,
    VanEvent,
)
from mediation.roster.demand import Seat, turn_of

STATIONS = (
    "station_jiulonghu",
    "station_kanghui",
    "station_fengping",
    "station_yangguang",
    "station_yanxia",
)
RESIDENT = ("public_security", "judicial")
WEEKLY, DAILY = ("stability", "court"), ("market", "enforcement", "traffic_police")
TURNING = (*WEEKLY, *DAILY)
AROUND = (("夜班", time(0), 3), ("白班", time(8), 0), ("晚班", time(16), 1))
"""Name, beginning, phase: each of six works a day, an evening, rests, works a night, rests two days."""
MEDIATORS = 6
OF_RESIDENT, OF_TURNING = 6, 3
BEFORE, AFTER = 14, 14
"""Days of published roster before and after the Monday of this week, about four weeks in all."""
CALLS = 100
FIT = ("dispute", "noise", "drunken")
"""Kinds of incident that the police pass on to the van."""
LEAVE_IN, LEAVE_DAYS = 7, 2


@dataclass
class Crew:
    """Who serves at a station: its mediators in the order of their phases, its van, its patterns."""

    station: int
    mediators: list[int]
    head: int
    patterns: list[ShiftPattern] = field(default_factory=list)
    desk: ShiftPattern | None = None
    presences: list[Presence] = field(default_factory=list)
    van: int = 0

    def on_duty(self, day: date, phase: int) -> int:
        """Whose turn it is: each has a phase of his own, which moves on by one each day."""
        return self.mediators[(phase - day.toordinal()) % MEDIATORS]


class Stations:
    """Staffs the stations of the first street, then writes their rosters and calls."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.crews: list[Crew] = []
        self.departments: dict[int, list[int]] = {}
        self.seated: Counter[tuple[int, date]] = Counter()
        self.dice = plan.dice("stations")

    def staff(self, street: Street, registrar: Registrar) -> None:
        """Mediators and a head for each station, and the people of the seven departments."""
        if street.number:
            return
        words = read("street")["units"]
        for n, key in enumerate(STATIONS, start=1):
            station, place = street.units[key], street.find(words[key][2]).id
            own = [street.people["mediator"]] if key == STATIONS[0] else []
            while len(own) < MEDIATORS:
                own.append(
                    registrar.appoint(
                        f"m{n}{len(own) + 1:02d}", invented_name(self.dice), "mediator", place, station
                    )
                )
            head = registrar.appoint(f"head{n}", invented_name(self.dice), "station_head", place, station)
            self.crews.append(Crew(station, own, head))
        for key in (*RESIDENT, *TURNING):
            own = [street.people["liaison"]] if key == "judicial" else []
            while len(own) < (OF_RESIDENT if key in RESIDENT else OF_TURNING):
                own.append(
                    registrar.appoint(
                        f"{key}{len(own) + 1}",
                        invented_name(self.dice),
                        "liaison",
                        street.id,
                        street.units[key],
                    )
                )
            self.departments[street.units[key]] = own

    def rosters(self, street: Street) -> int:
        """Patterns, departments, members and published shifts; how many shifts."""
        if street.number:
            return 0
        since = self.plan.start - timedelta(days=400)
        for n, crew in enumerate(self.crews):
            self._set_up(crew, n, street, since)
        shifts = Table(Shift)
        monday = self.plan.until - timedelta(days=self.plan.until.weekday())
        days = [monday + timedelta(days=d) for d in range(-BEFORE, AFTER)]
        published = moment(days[0] - timedelta(days=5), 600)
        for crew in self.crews:
            for day in days:
                for seat, person in self._day(crew, day):
                    self._write(shifts, seat, person, crew.head, published)
        shifts.close()
        self._leave_and_swap()
        return shifts.count

    def _set_up(self, crew: Crew, n: int, street: Street, since: date) -> None:
        make = ShiftPattern.objects.create
        station = Unit.objects.get(pk=crew.station)
        crew.patterns = [
            make(station=station, kind="mediator", name=name, starts=starts, hours=8, position=p)
            for p, (name, starts, _) in enumerate(AROUND)
        ]
        crew.desk = make(
            station=station, kind="department", name="部门坐班", starts=time(8, 30), hours=8,
            weekdays=[0, 1, 2, 3, 4], position=9,
        )  # fmt: skip
        rows = [(key, Presence.Mode.RESIDENT, 0) for key in RESIDENT]
        for how, keys in ((Presence.Mode.WEEKLY, WEEKLY), (Presence.Mode.DAILY, DAILY)):
            rows += [(keys[(n + k) % len(keys)], how, k) for k in range(len(keys))]
        crew.presences = [
            Presence.objects.create(
                station=station, department_id=street.units[key], mode=how, position=k, starts_on=since
            )
            for key, how, k in rows
        ]
        Member.objects.bulk_create(
            [Member(station=station, person_id=who, starts_on=since) for who in crew.mediators]
            + [
                Member(station=station, person_id=who, department_id=unit, starts_on=since)
                for unit, people in self.departments.items()
                for who in people
            ]
        )
        crew.van = Van.objects.create(station=station, name=f"调解{n + 1}号车", plate=f"浙J·D{n + 1:04d}").pk

    def _day(self, crew: Crew, day: date) -> list[tuple[Seat, int]]:
        found = []
        for pattern, (_, starts, phase) in zip(crew.patterns, AROUND, strict=True):
            begins = moment(day, starts.hour * 60)
            seat = Seat(crew.station, pattern, None, day, 0, begins, begins + timedelta(hours=8))
            found.append((seat, crew.on_duty(day, phase)))
        if crew.desk and day.weekday() < 5:
            begins = moment(day, 510)
            for department in turn_of(crew.presences, day):
                people, taken = self.departments[department], self.seated[department, day]
                self.seated[department, day] += 1
                seat = Seat(crew.station, crew.desk, department, day, 0, begins, begins + timedelta(hours=8))
                found.append((seat, people[(taken + day.toordinal()) % len(people)]))
        return found

    def _write(
        self,
        table: Table,
        seat: Seat,
        person: int | None,
        by: int,
        at: datetime,
        *,
        version: int = 0,
        current: bool = True,
        reason: str = "",
    ) -> None:
        table.add(
            uid=seat.uid, version=version, is_current=current, cancelled=False, reason=reason, by=by, at=at,
            station=seat.station, pattern=seat.pattern.pk, department=seat.department, day=seat.day,
            seat=seat.seat, starts_at=seat.starts_at, ends_at=seat.ends_at, is_night=seat.is_night,
            person=person,
        )  # fmt: skip

    def _leave_and_swap(self) -> None:
        """One leave approved, which left gaps; one that waits; one swap that waits for an answer."""
        crew, until = self.crews[0], self.plan.until
        mediator, ahead = crew.mediators[0], [until + timedelta(days=n) for n in range(1, LEAVE_IN)]
        first = until + timedelta(days=LEAVE_IN)
        away = next(who for phase in (0, 1) if (who := crew.on_duty(first, phase)) != mediator)
        self._leave(away, first, "training", "去市里参加人民调解员培训", approved_by=crew.head)
        touched = Shift.objects.standing().filter(
            person=away, day__gte=first, day__lt=first + timedelta(days=LEAVE_DAYS)
        )
        for shift in touched:
            Shift.objects.filter(pk=shift.pk).update(is_current=False)
            shift.pk, shift.version, shift.person, shift.reason = None, 1, None, "请假（培训）"
            shift.is_current = True
            shift.save(force_insert=True)
        self._leave(crew.mediators[2], until + timedelta(days=9), "annual", "")
        free = next(day for day in ahead if crew.on_duty(day, 5) == mediator)
        given = Shift.objects.standing().get(station=crew.station, day=free, pattern=crew.patterns[1])
        if given.person_id:
            Swap.objects.create(
                client_id=UUID(int=self.plan.seed + 1), payload_hash="", asker_id=given.person_id,
                other_id=mediator, given=given, taken=None, reason="那天要陪家人看病，想请您顶一个班",
            )  # fmt: skip

    def _leave(
        self, person: int, first: date, kind: str, note: str, *, approved_by: int | None = None
    ) -> None:
        Leave.objects.create(
            person_id=person,
            starts_on=first,
            ends_on=first + timedelta(days=LEAVE_DAYS - 1),
            kind=kind,
            note=note,
            state="approved" if approved_by else "asked",
            decided_by_id=approved_by,
            decided_at=moment(self.plan.until - timedelta(days=1), 900) if approved_by else None,
        )

    def calls(self, street: Street) -> int:
        """What the vans did in the last thirty days, with disputes that the police passed on."""
        if street.number:
            return 0
        past = moment(self.plan.until, 0)
        found = (
            Matter.objects.filter(
                kind="police_incident",
                police_incident__incident_type__in=FIT,
                occurred_at__gte=past - timedelta(days=30),
                occurred_at__lt=past - timedelta(hours=5),
            )
            .exclude(area__level="street")
            .select_related("area")
            .order_by("occurred_at", "pk")
        )
        table, events = Table(VanCall), Table(VanEvent)
        free: dict[int, datetime] = {}
        matters = list(found)
        for matter in matters[:: max(len(matters) // CALLS, 1)][:CALLS]:
            crew = self._free_crew(matter.area.path, matter.occurred_at, free)
            if crew is not None:
                free[crew.station] = self._call(table, events, matter, crew, street.people["police"])
        table.close()
        events.close()
        return table.count

    def _free_crew(self, path: str, at: datetime, free: dict[int, datetime]) -> Crew | None:
        """The station that serves the place, else the first whose van stands at home."""
        serving = {unit.pk: path.startswith(unit.area.path) for unit in self._units}
        ordered = sorted(self.crews, key=lambda crew: not serving[crew.station])
        return next((crew for crew in ordered if free.get(crew.station, at) <= at), None)

    @property
    def _units(self) -> Sequence[Unit]:
        if not hasattr(self, "_kept"):
            self._kept = list(
                Unit.objects.filter(pk__in=[c.station for c in self.crews]).select_related("area")
            )
        return self._kept

    def _call(self, table: Table, events: Table, matter: Matter, crew: Crew, police: int) -> datetime:
        dice, asked = self.dice, matter.occurred_at + timedelta(minutes=12)
        accepted = asked + timedelta(seconds=dice.choice([18, 25, 33, 41, 52, 75]))
        left = asked + timedelta(seconds=dice.choice([95, 120, 140, 165, 175, 230]))
        arrived = left + timedelta(minutes=dice.randint(5, 31))
        closed = arrived + timedelta(minutes=dice.randint(20, 110))
        settled = dice.random() < 0.8
        hour = asked.astimezone(moment(self.plan.until, 0).tzinfo)
        phase = 3 if hour.hour < 8 else 0 if hour.hour < 16 else 1
        mediator = crew.on_duty(hour.date(), phase)
        outcome = "双方当场和解，已握手言和。" if settled else "双方分歧较大，请到工作站继续调解。"
        call = table.add(
            client_id=UUID(int=(self.plan.seed << 64) + matter.pk), payload_hash="", area=matter.area_id,
            matter=matter.pk, address=matter.area.name, about=matter.title.partition("：")[2] or matter.title,
            state="settled" if settled else "handed_over", van=crew.van, mediator=mediator, asked_by=police,
            asked_at=asked, assigned_at=asked, accepted_at=accepted, left_at=left, arrived_at=arrived,
            closed_at=closed, outcome=outcome,
        )  # fmt: skip
        lines = (
            ("ask", police, asked, ""), ("assign", None, asked, ""), ("accept", mediator, accepted, ""),
            ("leave", mediator, left, ""), ("arrive", mediator, arrived, ""),
            ("settle" if settled else "hand_over", mediator, closed, outcome),
        )  # fmt: skip
        for action, actor, at, note in lines:
            events.add(call=call, action=action, actor=actor, at=at, note=note)
        return closed
