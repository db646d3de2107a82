"""Mediation cases of the demo street: 2023 as the article has it, and the last months up to today."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from chengdong.demo.copying import Table
from chengdong.demo.disputes import FAILURE, SUCCESS, Story, told
from chengdong.demo.people import invented_name, phone
from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment, read
from chengdong.demo.targets import identity_number
from chengdong.demo.timelines import Clerk
from grids.models import Post
from grids.queries import labels
from mediation.models import (
    Agreement,
    Booking,
    Brand,
    CaseCounter,
    Confirmation,
    Dispute,
    FollowUp,
    Instalment,
    Invitation,
    Mediator,
    Party,
    Record,
    Room,
    Session,
)
from mediation.models.party import name_marks
from shared.crypto import blind
from shared.dates import SHANGHAI, local
from shared.pinyin import initials

YEAR_2023 = {SUCCESS: 775, FAILURE: 10, "withdrawn": 14, "refused": 6, "passed_on": 7, "rejected": 5}
"""785 concluded, 775 of them with success (domain.md, What the article promises)."""
PER_DAY = 2.2
KINDS = ("full_time", "full_time", "full_time", "part_time", "full_time", "volunteer")
OTHERS = {SUCCESS: 955, FAILURE: 14, "withdrawn": 16, "refused": 6, "passed_on": 5, "rejected": 4}
"""How the cases of the last months end, in a thousand."""
BORN = date(1994, 1, 1)
LENGTH = timedelta(minutes=90)
CONFIRM_DAYS = 30


class Docket:
    """Writes the cases of the first street; the other streets have none."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.book = plan, read("cases")
        self.clerk, self.number = Clerk(), count(1)
        self.labels = labels("dispute_type")
        names = (
            Dispute, Party, Record, Session, Agreement, Confirmation, Instalment, FollowUp, Invitation,
        )  # fmt: skip
        self.tables = {model: Table(model) for model in names}
        self.numbers: Counter[int] = Counter()
        self.mediators: dict[int, list[int]] = {}
        self.brands: dict[int, list[Brand]] = {}
        self.rooms: dict[int, list[Room]] = {}
        self.planned: list[tuple[int, int, int, datetime]] = []
        self.cases_of_court = 100

    def street(self, street: Street) -> int:
        """Stations furnished, then their cases in the order in which they came; how many."""
        if street.number:
            return 0
        self.stations = [street.units[key] for key in street.units if key.startswith("station_")]
        self._furnish(street)
        dice = self.plan.dice("cases")
        stories = sorted(self._received(dice), key=lambda one: one[0])
        people = count(len(stories))
        for received, result, year in stories:
            self._case(street, dice, received, result, year, people)
        for table in self.tables.values():
            table.close()
        self.clerk.close()
        self._finish(street)
        return self.tables[Dispute].count

    def _furnish(self, street: Street) -> None:
        words = read("street")["units"]
        for row in self.book["brands"]:
            values = {name: row[name] for name in ("name", "fields", "about")}
            brand = Brand.objects.create(station_id=street.units[row["station"]], **values)
            self.brands.setdefault(brand.station_id, []).append(brand)
        for key in words:
            if not key.startswith("station_"):
                continue
            station = street.units[key]
            self.rooms[station] = [
                Room.objects.create(station_id=station, name=name) for name in ("一号调解室", "二号调解室")
            ]
            posts = Post.objects.filter(unit=station, role__rights__contains=["mediation.handle"])
            people = list(posts.order_by("user").values_list("user", flat=True).distinct())
            self.mediators[station] = people
            for n, user in enumerate(people):
                studio = next(iter(self.brands.get(station, [])), None) if n % 3 == 0 else None
                fields = self.book["brands"][n % 4]["fields"]
                kind = "lawyer" if studio and "律师" in studio.name else KINDS[n % len(KINDS)]
                values = {"station_id": station, "brand": studio, "fields": fields, "kind": kind}
                Mediator.objects.get_or_create(user_id=user, defaults=values)

    def _received(self, dice: Random) -> Iterator[tuple[datetime, str, int]]:
        """When each case came, how it is to end, and of which part it is."""
        for result, number in YEAR_2023.items():
            for _ in range(number):
                day = date(2023, 1, 2) + timedelta(days=dice.randint(0, 337))
                yield moment(day, dice.randint(500, 1080)), result, 2023
        results = [result for result, share in OTHERS.items() for _ in range(share)]
        for back in range(self.plan.days, -1, -1):
            for _ in range(int(PER_DAY + dice.random())):
                day = self.plan.until - timedelta(days=back)
                at = (
                    self.plan.by(dice.randint(480, 520))
                    if back == 0
                    else moment(day, dice.randint(500, 1080))
                )
                yield at, dice.choice(results), day.year

    def _case(
        self, street: Street, dice: Random, received: datetime, result: str, part: int, people: Iterator[int]
    ) -> None:
        types = self.book["types"]
        sort = dice.choices(list(types), [entry["weight"] for entry in types.values()])[0]
        sources = self.book["sources"]
        source = dice.choices(list(sources), list(sources.values()))[0]
        station = dice.choice(self.stations)
        grid, mediator = dice.choice(street.grids), dice.choice(self.mediators[station])
        parts = dice.choice([1, 1, 1, 2, 3]) if sort in {"labour", "tenancy", "contract", "damage"} else 1
        now = moment(date(2024, 6, 1), 0) if part == 2023 else self.plan.by(530)
        story = told(dice, received, now, mediator, result, self.book["words"], parts)
        if part == 2023 and story.ended and local(story.ended).year != 2023:
            raise LookupError("A case of 2023 ends in 2023.")
        address = grid.address(dice.randint(grid.low, grid.high))
        matter = self._matter(story, sort, address, grid.id, station, source)
        self._dispute(matter, story, sort, source, station, address, dice)
        self._parties(matter, address, dice, people)
        self._papers(matter, story, types[sort], dice, station, street)

    def _matter(self, story: Story, sort: str, address: str, area: int, station: int, source: str) -> int:
        label = self.labels[sort]
        title = label if label.endswith(("争议", "事故")) else f"{label}纠纷"
        due = story.accepted + timedelta(days=30) if story.accepted else None
        return self.clerk.write(
            kind="dispute",
            number=f"TJ{story.received.year}-{next(self.number):06d}",
            title=f"{title}：{address}",
            area=area,
            unit=station,
            handler=story.mediator if story.accepted else None,
            reporter=story.mediator,
            occurred_at=story.received - timedelta(hours=2),
            opened_at=story.received,
            state="registered",
            steps=story.steps,
            due_at=None if story.ended else due,
        )

    def _dispute(
        self, matter: int, story: Story, sort: str, source: str, station: int, address: str, dice: Random
    ) -> None:
        accepted = local(story.accepted).date() if story.accepted else None
        year, case_no = story.received.astimezone(SHANGHAI).year, ""
        if accepted:
            year = accepted.year
            self.numbers[year] += 1
            case_no = f"({year})城东人调字第{self.numbers[year]:03d}号"
        fitting = [b.pk for found in self.brands.values() for b in found if sort in b.fields]
        brand = dice.choice(fitting) if fitting and dice.random() < 0.4 else None
        risky = not story.ended and dice.random() < 0.12
        self.tables[Dispute].add(
            matter=matter,
            client_id=UUID(int=dice.getrandbits(128), version=4),
            payload_hash="",
            station=station,
            case_no=case_no,
            dispute_type=sort,
            source=source,
            facts=dice.choice(self.book["types"][sort]["facts"]),
            request=self.book["types"][sort]["request"],
            address=address,
            address_key=address,
            currency="",
            received_at=story.received,
            received_on=local(story.received).date(),
            accepted_on=accepted,
            due_on=accepted + timedelta(days=30) if accepted else None,
            brand=brand,
            mediator=story.mediator if accepted else None,
            risk="watch" if risky else "none",
            risk_note="双方情绪激动，已安排专人盯着" if risky else "",
            result=story.result if story.ended else "",
            concluded_on=local(story.ended).date() if story.ended else None,
            archived_on=local(story.archived).date() if story.archived else None,
        )

    def _parties(self, matter: int, address: str, dice: Random, people: Iterator[int]) -> None:
        for side in ("applicant", "respondent"):
            n, name = next(people), invented_name(dice)
            born = BORN + timedelta(days=dice.randint(0, 4000))
            number, tel = identity_number(born, n), phone(n)
            self.tables[Party].add(
                dispute=matter,
                side=side,
                name=name,
                name_index=blind(name, "name"),
                marks=name_marks(name),
                initials=initials(name),
                id_number=number,
                id_index=blind(number, "id"),
                phone=tel,
                phone_index=blind(tel, "phone"),
                phone_tail=tel[-4:],
                gender="男" if int(number[16]) % 2 else "女",
                born_on=born,
                address=address if side == "applicant" else "",
                address_key=address if side == "applicant" else "",
                consent="agreed",
            )

    def _papers(
        self, matter: int, story: Story, words: dict[str, Any], dice: Random, station: int, street: Street
    ) -> None:
        if story.written:
            self._record(
                matter, "investigation", story.written, dice.choice(self.book["words"]["record"]), story
            )
        taken = {step.action for step in story.steps}
        if story.sitting and "plan" in taken:
            self._session(matter, story, dice, station, held="hold" in taken)
        if story.written and dice.random() < 0.3:
            self._invite(matter, story, dice, street)
        if story.result == SUCCESS and story.ended:
            self._agreement(matter, story, words, dice)

    def _record(self, matter: int, kind: str, at: datetime, text: str, story: Story) -> None:
        self.tables[Record].add(
            dispute=matter, kind=kind, at=at, text=text, by=story.mediator, written_at=at, place="联勤工作站"
        )

    def _session(self, matter: int, story: Story, dice: Random, station: int, *, held: bool) -> None:
        assert story.sitting  # noqa: S101 -- the caller looked
        room, text = dice.choice(self.rooms[station]), dice.choice(self.book["words"]["minutes"])
        at = story.sitting if held else self._free(room.pk, story.mediator, story.sitting)
        key = self.tables[Session].add(
            dispute=matter,
            number=1,
            starts_at=at,
            ends_at=at + LENGTH,
            where="room",
            room=room.pk,
            host=story.mediator,
            state="held" if held else "planned",
            minutes=text if held else "",
        )
        if held:
            self._record(matter, "mediation", story.sitting, text, story)
        else:
            self.planned.append((key, room.pk, story.mediator, at))

    def _free(self, room: int, host: int, at: datetime) -> datetime:
        """The next hour at which neither room nor host is taken."""
        while any(
            room == other or host == him
            for _, other, him, start in self.planned
            if start < at + LENGTH and at < start + LENGTH
        ):
            at += LENGTH
        return at

    def _invite(self, matter: int, story: Story, dice: Random, street: Street) -> None:
        assert story.written  # noqa: S101
        department = dice.choice([street.units["judicial"], street.units["market"], street.units["judicial"]])
        answered = story.written + timedelta(hours=dice.randint(2, 20))
        done = answered < self.plan.by(500)
        self.tables[Invitation].add(
            dispute=matter,
            unit=department,
            asked_by=story.mediator,
            asked_at=story.written,
            question=dice.choice(self.book["words"]["question"]),
            answer_by=story.written + timedelta(hours=24),
            answer="accepted" if done else "",
            advice=dice.choice(self.book["words"]["advice"]) if done else "",
            answered_by=street.people["liaison"] if done else None,
            answered_at=answered if done else None,
        )

    def _agreement(self, matter: int, story: Story, words: dict[str, Any], dice: Random) -> None:
        assert story.ended  # noqa: S101
        day, many = local(story.ended).date(), len(story.parts)
        each = Decimal(dice.randint(3, 60) * 100)
        last = [done for _, done in story.parts]
        agreement = self.tables[Agreement].add(
            dispute=matter,
            form="oral" if dice.random() < 0.12 else "written",
            facts=words["facts"][0],
            responsibility=words["duty"],
            content=words["content"],
            manner="instalments" if many > 1 else "one_payment",
            term_on=story.parts[-1][0],
            amount=each * many,
            currency="CNY",
            signed_on=day,
            effective_on=day,
            performed_on=local(max(d for d in last if d)).date() if all(last) else None,
            by=story.mediator,
            created_at=story.ended,
        )
        for n, (due, done) in enumerate(story.parts, start=1):
            self.tables[Instalment].add(
                agreement=agreement,
                position=n,
                due_on=due,
                amount=each,
                currency="CNY",
                done_on=local(done).date() if done else None,
                proof=dice.choice(self.book["words"]["proof"]) if done else "",
                by=story.mediator if done else None,
            )
        if story.court:
            self._court(agreement, story, day)
        for after, due, done in story.visits:
            self.tables[FollowUp].add(
                dispute=matter,
                agreement=agreement,
                after_days=after,
                due_on=due,
                done_on=local(done).date() if done else None,
                way="phone" if done else "",
                finding="kept" if done else "",
                satisfaction="满意" if done else "",
                note=dice.choice(self.book["words"]["kept"]) if done else "",
                by=story.mediator if done else None,
            )

    def _court(self, agreement: int, story: Story, effective_on: date) -> None:
        assert story.court  # noqa: S101 -- the caller looked
        court = story.court
        decided = local(court.decided).date() if court.decided else None
        self.cases_of_court += court.result == "confirmed"
        self.tables[Confirmation].add(
            agreement=agreement,
            by_both=True,
            apply_by=effective_on + timedelta(days=CONFIRM_DAYS),
            applied_on=local(court.applied).date(),
            court="温岭市人民法院",
            court_no=f"({decided.year})浙1081民特{self.cases_of_court}号"
            if decided and court.result == "confirmed"
            else "",
            result=court.result,
            decided_on=decided,
            by=story.mediator,
        )

    def _finish(self, street: Street) -> None:
        """Bookings of what is still to come, and the counters of numbers behind the last one given."""
        for session, room, host, at in self.planned:
            for kind, key in ((Booking.Kind.ROOM, room), (Booking.Kind.PERSON, host)):
                Booking.objects.create(
                    kind=kind, resource=key, session_id=session, starts_at=at, ends_at=at + LENGTH
                )
        for year, last in self.numbers.items():
            CaseCounter.objects.create(street_id=street.id, year=year, last=last)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval('matters_number', greatest(last_value, %s)) FROM matters_number",
                [next(self.number)],
            )
