"""What the database itself keeps: one booking at a time, records that stay, names found by their parts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.utils import InternalError
from django.utils import timezone

from mediation.models import Booking, Party, Record
from mediation.models.party import name_marks
from tests.cast import Cast
from tests.mediation.made import dispute, party

pytestmark = pytest.mark.servers


def _book(start: int, end: int, *, kind: int = 2, resource: int = 7) -> Booking:
    """Minutes from a fixed hour."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return Booking.objects.create(
        kind=kind,
        resource=resource,
        starts_at=hour + timedelta(minutes=start),
        ends_at=hour + timedelta(minutes=end),
    )


@pytest.mark.parametrize(("start", "end"), [(0, 60), (30, 90), (-30, 1), (10, 20), (-10, 70)])
def test_an_overlapping_booking_is_refused(db: None, start: int, end: int) -> None:
    _book(0, 60)
    with pytest.raises(IntegrityError, match="booking_no_double"):
        _book(start, end)


def test_neighbouring_times_and_other_resources_are_free(db: None) -> None:
    _book(0, 60)
    _book(60, 120)
    _book(-60, 0)
    _book(0, 60, resource=8)
    _book(0, 60, kind=1)
    _book(0, 60, kind=3)
    assert Booking.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_gets_the_room() -> None:
    gate = Barrier(8)

    def run(n: int) -> bool:
        gate.wait()
        try:
            with transaction.atomic():
                _book(n, n + 30)
        except IntegrityError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(run, range(8))) == 1


def test_a_record_is_never_changed_nor_deleted(cast: Cast) -> None:
    record = Record.objects.create(
        dispute=dispute(cast), kind="investigation", at=timezone.now(), text="现场有水渍。", by=cast.mediator
    )
    for change in (lambda: Record.objects.update(text="没有水渍。"), record.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_names_with_rare_signs_and_middle_dots_are_found_by_their_parts(cast: Cast) -> None:
    case = dispute(cast)
    rare, minority = party(case, name="陈龢䶮"), party(case, "respondent")
    found = {row.pk: row for row in Party.objects.all()}
    assert found[rare.pk].name == "陈龢䶮"
    assert found[minority.pk].name == "阿依古丽·买买提"
    assert set(name_marks("古丽")) <= set(found[minority.pk].marks)
    assert list(Party.objects.filter(marks__contains=name_marks("阿依古丽买买提"))) == [minority]
    assert found[minority.pk].initials == "ayglmmt"
