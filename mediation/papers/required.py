"""What the archived file must hold, by what sort of case it is, and what of it is missing."""

from collections.abc import Iterator

from mediation.models import Agreement, Dispute
from mediation.papers.slots import Slot, slots_of

UNACCEPTED = {Dispute.Result.REJECTED, Dispute.Result.PASSED_ON}


def required(dispute: Dispute, slots: list[Slot]) -> set[tuple[str, int]]:
    """Places that must be filled: the register of what was accepted, the rest by what happened.

    人民调解法 Art. 27 asks for register, records and agreement; the rest is the Ministry's list of
    2010. An application only where the parties asked; records and the notice once mediation was tried.
    """
    tried = dispute.result in {Dispute.Result.SUCCESS, Dispute.Result.FAILURE}
    wanted = {"agreement", "oral", "failure", "performance", "followup", "confirmation"}
    if dispute.case_no:
        wanted.add("register")
    if dispute.source == "application":
        wanted.add("application")
    if tried:
        wanted |= {"notice", "investigation", "record", "sitting"}
    if dispute.result in UNACCEPTED:
        wanted = set()
    return {(slot.code, slot.subject) for slot in slots if slot.code in wanted and _counts(slot)}


def ready(dispute: Dispute, slots: list[Slot]) -> list[Slot]:
    """What the archive asks for and can be issued now."""
    wanted = required(dispute, slots)
    return [slot for slot in slots if slot.makeable and (slot.code, slot.subject) in wanted]


def _counts(slot: Slot) -> bool:
    return slot.note != "原协议"


def missing(dispute: Dispute, slots: list[Slot] | None = None) -> list[str]:
    """In words what the file lacks, each thing by its name; empty where it may be archived."""
    slots = slots_of(dispute) if slots is None else slots
    return list(_missing(dispute, slots))


def _missing(dispute: Dispute, slots: list[Slot]) -> Iterator[str]:
    if not dispute.result:
        yield "调解结果（调解还没有结束）"
    wanted = required(dispute, slots)
    if dispute.result in {Dispute.Result.SUCCESS, Dispute.Result.FAILURE} and not any(
        slot.code in {"record", "sitting"} for slot in slots
    ):
        yield "人民调解记录"
    if dispute.result == Dispute.Result.SUCCESS and not any(
        slot.code in {"agreement", "oral"} and _counts(slot) for slot in slots
    ):
        yield "人民调解协议书或口头协议登记表"
    for slot in slots:
        if (slot.code, slot.subject) in wanted:
            yield from _lacks(slot)
    agreement = (
        Agreement.objects.filter(dispute=dispute, is_current=True).select_related("confirmation").first()
    )
    ruling = getattr(agreement, "confirmation", None)
    if ruling and not ruling.result:
        yield "法院对司法确认申请的裁定（还没有登记）"
    if ruling and ruling.result == "confirmed" and not any(s.code == "ruling" and s.scans for s in slots):
        yield "法院司法确认裁定书（扫描件）"


def _lacks(slot: Slot) -> Iterator[str]:
    if slot.why_not and not slot.held:
        yield f"{slot.title}（{slot.why_not.rstrip('。')}）"
    elif not slot.held:
        yield slot.title
    elif slot.kind.signed and not slot.scans:
        yield f"{slot.title}签字扫描件"
