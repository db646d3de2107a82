"""What one case's file holds and may hold: each paper with its versions and signed copies."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mediation.models import (
    Agreement,
    Confirmation,
    Dispute,
    FollowUp,
    Instalment,
    Paper,
    Record,
    Scan,
    Session,
)
from mediation.papers import assembly, minutes
from mediation.papers.content import Content
from mediation.papers.kinds import ALL, KINDS, RANK, Kind
from shared.dates import local
from shared.errors import NotFound
from shared.jinja import date_text

Fill = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Slot:
    """One place in the file. `why_not` = why the paper cannot be made yet, "" = it can."""

    kind: Kind
    subject: int = 0
    note: str = ""
    on: date | None = None
    why_not: str = ""
    fill: Fill = dict
    agreement: Agreement | None = None
    papers: tuple[Paper, ...] = ()
    scans: tuple[Scan, ...] = ()

    @property
    def code(self) -> str:
        """The kind's."""
        return self.kind.code

    @property
    def title(self) -> str:
        """`人民调解回访记录（7天）`."""
        return f"{self.kind.title}（{self.note}）" if self.note else self.kind.title

    @property
    def issued(self) -> Paper | None:
        """The newest version."""
        return self.papers[-1] if self.papers else None

    @property
    def makeable(self) -> bool:
        """Whether it can be made now and nobody has: nothing of it is in the file yet."""
        return self.kind.made and not self.why_not and not self.held

    @property
    def state(self) -> str:
        """`done` signed copy there, or nothing to sign and issued; `part` issued; `todo` nothing yet."""
        if self.scans:
            return "done"
        if self.issued is None:
            return "todo"
        return "part" if self.kind.signed else "done"

    @property
    def held(self) -> bool:
        """Whether anything of it is in the file."""
        return bool(self.scans or self.papers)

    def content(self, dispute: Dispute) -> Content:
        """What the paper says now."""
        return Content(self.kind.sets, assembly.file_text(dispute, self.agreement), self.fill())


@dataclass
class _Found:
    """The rows of a case that papers tell of."""

    dispute: Dispute
    agreement: Agreement | None
    slots: list[Slot] = field(default_factory=list)

    def add(self, code: str, subject: int = 0, fill: Fill = dict, **more: Any) -> None:
        """One more place."""
        self.slots.append(Slot(kind=KINDS[code], subject=subject, fill=fill, **more))


def slots_of(dispute: Dispute) -> list[Slot]:
    """All places of the file in the order in which they are bound; query count does not grow with them."""
    current = dispute.agreements.filter(is_current=True).prefetch_related("instalments").first()
    if current:
        current.dispute = dispute
    found = _Found(dispute, current)
    _beginning(found)
    _records(found)
    _ending(found)
    for kind in ALL:
        if not kind.made:
            found.add(kind.code)
    return sorted(_with_files(dispute, found.slots), key=lambda slot: RANK[slot.code])


def slot_of(dispute: Dispute, code: str, subject: int) -> Slot:
    """One place. Raises NotFound where the file has no such one."""
    for slot in slots_of(dispute):
        if (slot.code, slot.subject) == (code, subject):
            return slot
    raise NotFound("卷宗里没有这份文书。")


def _beginning(found: _Found) -> None:
    case = found.dispute
    accepted = "" if case.case_no else "案件受理、编号以后才能制作。"
    found.add("application", on=case.received_on)
    found.add("register", on=case.accepted_on, why_not=accepted)
    found.add("notice", on=case.accepted_on, why_not=accepted)


def _records(found: _Found) -> None:
    case, minuted = found.dispute, set()
    for row in Record.objects.filter(dispute=case).select_related(
        "by", "asked", "session__host", "session__room"
    ):
        fill = assembly.investigation if row.kind == Record.Kind.INVESTIGATION else minutes.record
        code = "investigation" if row.kind == Record.Kind.INVESTIGATION else "record"
        on = local(row.at).date()
        found.add(code, row.pk, _later(fill, row), note=date_text(on), on=on)
        minuted.add(row.session_id)
    held = Session.objects.filter(dispute=case, state=Session.State.HELD).exclude(minutes="")
    for session in held.exclude(pk__in=minuted - {None}).select_related("host", "room__station", "van"):
        on = local(session.starts_at).date()
        found.add(
            "sitting", session.pk, _later(minutes.sitting, session), note=f"第{session.number}次", on=on
        )


def _later(fill: Callable[[Any], dict[str, Any]], row: Any) -> Fill:
    return lambda: fill(row)


def _ending(found: _Found) -> None:
    case, agreement = found.dispute, found.agreement
    if case.result in {Dispute.Result.FAILURE, Dispute.Result.REFUSED, Dispute.Result.WITHDRAWN}:
        found.add("failure", fill=_later(assembly.failure, case), on=case.concluded_on)
    if agreement is None:
        return
    form = "agreement" if agreement.form == Agreement.Form.WRITTEN else "oral"
    found.add(form, agreement.pk, agreement=agreement, on=agreement.signed_on)
    parts = list(agreement.instalments.all())
    started = agreement.performed_on or any(part.done_on for part in parts)
    found.add(
        "performance",
        agreement.pk,
        _later(assembly.performance, agreement),
        agreement=agreement,
        on=agreement.performed_on,
        why_not="" if started else "还没有登记履行。",
    )
    for part in parts:
        _receipt(found, agreement, part)
    _followups(found, agreement)
    row = Confirmation.objects.filter(agreement=agreement).first()
    if row:
        fill = _later(assembly.confirmation, row)
        found.add("confirmation", agreement.pk, fill, agreement=agreement, on=row.applied_on)


def _receipt(found: _Found, agreement: Agreement, part: Instalment) -> None:
    if part.amount is None:
        return
    part.agreement = agreement
    fill = _later(assembly.receipt, part)
    found.add("receipt", part.pk, fill, agreement=agreement, note=f"第{part.position}期", on=part.done_on)


def _followups(found: _Found, agreement: Agreement) -> None:
    for row in (
        FollowUp.objects.filter(agreement=agreement).select_related("by", "asked").order_by("after_days")
    ):
        found.add(
            "followup",
            row.pk,
            _later(assembly.followup, row),
            agreement=agreement,
            note=f"{row.after_days}天",
            on=row.done_on,
            why_not="" if row.done_on else "还没有登记这次回访。",
        )


def _with_files(dispute: Dispute, slots: Iterable[Slot]) -> list[Slot]:
    """Each place with what was issued and scanned; what a former agreement left stays in the file."""
    papers: dict[tuple[str, int], list[Paper]] = defaultdict(list)
    scans: dict[tuple[str, int], list[Scan]] = defaultdict(list)
    for paper in Paper.objects.filter(dispute=dispute).select_related("by").order_by("version"):
        papers[paper.code, paper.subject].append(paper)
    for scan in Scan.objects.filter(dispute=dispute, withdrawal=None).select_related("by").order_by("id"):
        scans[scan.code, scan.subject].append(scan)
    known = {(slot.code, slot.subject): slot for slot in slots}
    for code, subject in sorted({*papers, *scans} - set(known)):
        known[code, subject] = Slot(
            KINDS[code], subject, note="原协议", why_not="这份文书属于重开前的协议，不再重新制作。"
        )
    return [
        replace(slot, papers=tuple(papers[place]), scans=tuple(scans[place])) for place, slot in known.items()
    ]
