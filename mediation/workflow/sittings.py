"""Sittings: planned without double booking, moved, called off, held and put on record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from matters.models import Event, Matter
from mediation.models import Attendance, Booking, Dispute, Record, Room, Session, Van
from mediation.workflow.act import act, not_before
from shared.dates import local
from shared.errors import Conflict, InvalidInput

LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Sitting:
    """When and where people meet."""

    starts_at: datetime
    ends_at: datetime
    where: str
    room: Room | None = None
    van: Van | None = None
    link: str = ""
    place: str = ""

    def check(self, case: Dispute) -> None:
        """Raises InvalidInput, naming the field."""
        if self.ends_at <= self.starts_at:
            raise InvalidInput("结束时间要晚于开始时间，请核对。", field="ends_at")
        if self.ends_at - self.starts_at > LONGEST:
            raise InvalidInput("一次调解会不超过 12 小时，请核对时间。", field="ends_at")
        not_before(local(self.starts_at).date(), case, "starts_at", "调解会")
        needed = {"room": (self.room, "请选择房间。"), "van": (self.van, "请选择调解车。")}
        if self.where in needed and needed[self.where][0] is None:
            raise InvalidInput(needed[self.where][1], field=self.where)
        if self.where == Session.Where.VIDEO and not self.link:
            raise InvalidInput("请填写视频会议的链接。", field="link")
        if self.where == Session.Where.ON_SITE and not self.place:
            raise InvalidInput("请填写现场地点。", field="place")


def plan(
    *,
    dispute: Dispute,
    actor: User,
    sitting: Sitting,
    host: User | None = None,
    version: int | None = None,
) -> Session:
    """The next sitting; mediators, room and van are taken for its time.

    Raises what a move raises, InvalidInput, Conflict where one of them is taken already.
    """
    planned: list[Session] = []

    def work(case: Dispute, _: Matter) -> None:
        sitting.check(case)
        last = case.sessions.aggregate(last=Max("number"))["last"] or 0
        session = Session(dispute=case, number=last + 1, host=host or case.mediator or actor)
        _place(session, sitting)
        Attendance.objects.bulk_create(seats(case, session))
        planned.append(session)

    act(dispute, "plan", actor, work, version=version, at=sitting.starts_at.isoformat())
    return planned[0]


def replan(*, session: Session, actor: User, sitting: Sitting, version: int | None = None) -> Event:
    """Another time or place."""

    def work(case: Dispute, _: Matter) -> None:
        sitting.check(case)
        _must_be_planned(session)
        session.bookings.all().delete()
        _place(session, sitting)

    return act(session.dispute, "replan", actor, work, version=version, at=sitting.starts_at.isoformat())


def call_off(*, session: Session, actor: User, note: str, version: int | None = None) -> Event:
    """It will not be held; what it had taken is free again."""

    def work(_: Dispute, __: Matter) -> None:
        _must_be_planned(session)
        session.bookings.all().delete()
        session.state, session.reason = Session.State.CANCELLED, note[:200]
        session.save()

    return act(session.dispute, "call_off", actor, work, note=note, version=version)


def hold(
    *,
    session: Session,
    actor: User,
    minutes: str,
    present: Collection[str],
    version: int | None = None,
) -> Event:
    """It was held: who was there (`present`: `Attendance.key` of those whom `seats` expects now, who may be
    others than when it was planned), what was said. The minutes become a record that stays as it is.
    """

    def work(case: Dispute, _: Matter) -> None:
        _must_be_planned(session)
        if session.starts_at > timezone.now():
            raise InvalidInput("调解会还没有开始，请到时再记录，或先改期。")
        if not minutes.strip():
            raise InvalidInput("请写明调解经过：各方怎么说、谈到哪一步。", field="minutes")
        asked = seats(case, session)
        for seat in asked:
            seat.present = seat.key in present
        session.attendance.all().delete()
        Attendance.objects.bulk_create(asked)
        session.state, session.minutes = Session.State.HELD, minutes.strip()
        session.save()
        Record.objects.create(
            dispute=case,
            kind=Record.Kind.MEDIATION,
            at=session.starts_at,
            place=where_of(session),
            session=session,
            text=session.minutes,
            by=actor,
        )

    return act(session.dispute, "hold", actor, work, version=version, session=str(session))


def where_of(session: Session) -> str:
    """The place in words."""
    if session.where == Session.Where.VIDEO:
        return "视频"
    return session.place or str(session.room or session.van or session.get_where_display())


def _must_be_planned(session: Session) -> None:
    session.refresh_from_db()
    if session.state != Session.State.PLANNED:
        raise InvalidInput(f"{session}{session.get_state_display()}，不能再改。")


def _place(session: Session, sitting: Sitting) -> None:
    """Write the sitting and take what it needs, all or nothing."""
    session.starts_at, session.ends_at, session.where = sitting.starts_at, sitting.ends_at, sitting.where
    session.room = sitting.room if sitting.where == Session.Where.ROOM else None
    session.van = sitting.van if sitting.where == Session.Where.VAN else None
    session.link, session.place = sitting.link, sitting.place
    session.save()
    people = [session.host, *session.dispute.helpers.exclude(pk=session.host_id)]
    wanted = [(Booking.Kind.PERSON, user.pk, user.name) for user in people]
    if session.room:
        wanted.append((Booking.Kind.ROOM, session.room.pk, session.room.name))
    if session.van:
        wanted.append((Booking.Kind.VAN, session.van.pk, session.van.name))
    for kind, key, name in wanted:
        try:
            with transaction.atomic():
                Booking.objects.create(
                    kind=kind,
                    resource=key,
                    session=session,
                    label=f"{session.dispute} {session}"[:60],
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                )
        except IntegrityError:
            raise Conflict(f"{name}在这个时间已有安排，请换时间或另选。", field=TAKEN[kind]) from None


TAKEN = {Booking.Kind.PERSON: "starts_at", Booking.Kind.ROOM: "room", Booking.Kind.VAN: "van"}


def seats(case: Dispute, session: Session) -> list[Attendance]:
    """Who should be there: parties, who acts for them, the mediators, and the units that take part by now."""
    found = [Attendance(session=session, user=session.host)]
    for party in case.parties.filter(left_on=None).order_by("pk").prefetch_related("agents"):
        found.append(Attendance(session=session, party=party))
        found += [Attendance(session=session, agent=agent) for agent in party.agents.all()]
    found += [Attendance(session=session, user=user) for user in case.helpers.all() if user != session.host]
    joining = case.invitations.filter(answer="accepted").select_related("unit", "brand")
    return [*found, *(Attendance(session=session, invitation=invitation) for invitation in joining)]
