"""What pages and the API show of a file: its places with versions and signed copies, what it lacks, whether
it is whole."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from accounts.personal import Subject
from accounts.workflow import record_access
from mediation.models import Archive, Dispute, Paper, Scan
from mediation.papers.kinds import KINDS
from mediation.papers.required import missing, required
from mediation.papers.slots import Slot, slots_of
from shared.crypto import Unreadable

RIGHT = "mediation.handle"
FIELDS = ("姓名", "证件号码", "电话", "住址")


@dataclass(frozen=True)
class Broken:
    """A kept file that is not what was kept."""

    name: str
    why: str


def case_for(user: Any, pk: int, right: str = "mediation.view") -> Dispute:
    """The case. Raises Http404 outside the reader's reach, PermissionDenied inside without the right."""
    rows = Dispute.objects.within(user, "mediation.view").select_related("matter__area", "matter__reporter")
    found: Dispute | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    if right != "mediation.view" and not Dispute.objects.within(user, right).filter(pk=pk).exists():
        raise PermissionDenied
    return found


def section(dispute: Dispute, user: User) -> dict[str, Any]:
    """The names of `mediation/_papers.html` and of the file's own page."""
    slots = slots_of(dispute)
    may = Dispute.objects.within(user, RIGHT).filter(pk=dispute.pk).exists()
    wanted = required(dispute, slots)
    return {
        "dispute": dispute,
        "slots": [slot for slot in slots if slot.kind.made or slot.held],
        "wanted": {f"{code}:{subject}" for code, subject in wanted},
        "materials": [slot for slot in slots if not slot.kind.made],
        "lacks": [] if dispute.archived_on else missing(dispute, slots),
        "may_papers": may,
        "may_write": may and not dispute.archived_on,
        "archive": dispute.archives.order_by("-version").first(),
    }


def look(user: User, dispute: Dispute, what: str, address: str | None) -> None:
    """Log that somebody opened a paper with parties in full: the paper is the reason (decision 0027)."""
    record_access(
        user=user,
        kind="paper",
        subject_id=dispute.pk,
        subject_name=str(dispute),
        fields=FIELDS,
        reason=f"办理案件，打开{what}",
        address=address,
    )


def paper_subject(_: User, __: int) -> Subject | None:
    """Papers are not revealed field by field: opening one is the look."""
    return None


def name_of(kept: Paper | Scan | Archive) -> str:
    """`人民调解协议书 第2版`."""
    if isinstance(kept, Scan):
        return kept.title
    title = "归档卷宗" if isinstance(kept, Archive) else KINDS[kept.code].title
    return f"{title}第{kept.version}版"


def broken(rows: Any) -> list[Broken]:
    """Those of the kept files whose bytes are gone, unreadable or not those of their SHA-256."""
    found = []
    for row in rows:
        why = _fault(row)
        if why:
            found.append(Broken(name_of(row), why))
    return found


def _fault(row: Paper | Scan | Archive) -> str:
    try:
        pdf = row.read()
    except FileNotFoundError:
        return "文件不见了"
    except Unreadable:
        return "文件被改动或密钥不对，解不开"
    return "" if hashlib.sha256(pdf).hexdigest() == row.sha256 else "文件与签发时不一致"


def kept_of(dispute: Dispute) -> list[Paper | Scan | Archive]:
    """Every file of a case."""
    return [*dispute.papers.all(), *dispute.scans.all(), *dispute.archives.all()]


def state_words(slot: Slot) -> tuple[str, str]:
    """Chip state and text: 已签 · 已签发 · 待签字 · 未制作 · 还不能做."""
    if slot.scans:
        return "done", "已收扫描件"
    if slot.issued is None:
        return ("bare", "暂不能制作") if slot.why_not else ("hold", "未签发")
    return ("soon", "待签字回传") if slot.kind.signed else ("done", "已签发")
