"""A street with years of cases: as many as a list, a search and an intake are measured at."""

from datetime import timedelta
from itertools import count
from random import Random
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chengdong.demo.copying import Table
from chengdong.demo.people import invented_name
from grids.models import Area
from matters.models import Matter
from mediation.models import Dispute, Mediator, Party
from mediation.models.party import name_marks
from shared.crypto import blind
from shared.dates import local
from shared.pinyin import initials, initials_of_parts

MINUTES = 50
"""Between two cases: a hundred thousand reach back ten years."""
OPEN_DAYS = 45
"""Younger cases are not concluded yet; what is older is archived."""


def pile_up(street: Area, many: int) -> None:
    """Cases with a person on each side, newest now, spread over the street's stations and grids."""
    dice, numbers, now = Random(7), count(1), timezone.now()
    matters, disputes, parties = Table(Matter), Table(Dispute), Table(Party)
    grids = list(Area.objects.filter(path__startswith=street.path, level="grid").values_list("id", "name"))
    mediators = list(
        Mediator.objects.filter(station__area__path__startswith=street.path).values_list("user", "station")
    )
    with transaction.atomic():  # parties may be sent before their cases
        for n in range(many):
            at = now - timedelta(minutes=MINUTES * n)
            over = n * MINUTES > OPEN_DAYS * 24 * 60
            (grid, place), (mediator, station) = dice.choice(grids), dice.choice(mediators)
            day, address = local(at).date(), f"{place}{n % 900 + 1}号"
            title = f"邻里纠纷：{address}"
            matter = matters.add(
                kind="dispute", number=f"TB{n:07d}", title=title, initials=initials_of_parts(title, 160),
                area=grid, unit=station, state="archived" if over else "mediating", handler=mediator,
                occurred_at=at, created_at=at, moved_at=at, outcome="settled" if over else "",
                closed_at=at + timedelta(days=30) if over else None, answer="已办结归档。" if over else "",
            )  # fmt: skip
            disputes.add(
                matter=matter, client_id=UUID(int=dice.getrandbits(128), version=4), payload_hash="",
                station=station, case_no=f"({day.year})城东人调测字第{n}号", dispute_type="neighbour",
                source="application", facts="排水管漏水，楼下天花板发霉，双方争吵。", address=address,
                currency="", received_at=at, received_on=day, accepted_on=day, mediator=mediator,
                due_on=day + timedelta(days=30), result="success" if over else "",
                concluded_on=day + timedelta(days=20) if over else None,
                archived_on=day + timedelta(days=30) if over else None,
            )  # fmt: skip
            for side in ("applicant", "respondent"):
                name, phone = invented_name(dice), f"13{dice.randrange(10**9):09d}"
                parties.add(
                    dispute=matter, side=side, name=name, name_index=blind(name, "name"),
                    marks=name_marks(name), initials=initials(name), phone=phone,
                    phone_index=blind(phone, "phone"), phone_tail=phone[-4:], consent="agreed",
                    id_number="", address=address, address_key=address, position=next(numbers) % 2,
                )  # fmt: skip
        for table in (matters, disputes, parties):
            table.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE matters_matter, mediation_dispute, mediation_party")
