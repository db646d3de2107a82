"""Who is on a station's roster: added and ended by those who answer for it."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Unit
from mediation.models import Member, Shift
from mediation.roster.workflow.shifts import may_manage
from shared.dates import today
from shared.errors import Conflict, NotFound


@transaction.atomic
def add_member(
    *, actor: User, station: Unit, person: User, department: Unit | None, nights: bool = True
) -> Member:
    """From today on the person can be planned there. Raises NotFound, NotAllowed, Conflict where he is
    already.
    """
    may_manage(actor, station)
    try:
        with transaction.atomic():
            made: Member = Member.objects.create(
                station=station, person=person, department=department, nights=nights
            )
    except IntegrityError as error:
        raise Conflict(f"{person.name}已经在这个站的名单里。", field="person") from error
    return made


@transaction.atomic
def end_member(*, actor: User, member: Member) -> Member:
    """Not to be planned any more; safe to repeat. Raises Conflict while published shifts lie before him."""
    held: Member
    held = Member.objects.select_for_update(of=("self",)).select_related("station__area").get(pk=member.pk)
    may_manage(actor, held.station)
    if held.ends_on is not None:
        return held
    ahead = Shift.objects.standing().filter(
        station=held.station_id, person=held.person_id, starts_at__gt=timezone.now()
    )
    if count := ahead.count():
        raise Conflict(f"还有 {count} 个已发布的班是他的，请先换人再移出。")
    if held.starts_on >= today():
        held.delete()
        return held
    held.ends_on = today() - timedelta(days=1)
    held.save(update_fields=["ends_on"])
    return held


def member_of(station: Unit, pk: int) -> Member:
    """A present member of the station. Raises NotFound."""
    found: Member | None = Member.objects.on().filter(station=station, pk=pk).select_related("person").first()
    if found is None:
        raise NotFound("名单里没有这个人。")
    return found
