"""Every write on the papers of a file: issuing, taking in signed copies, withdrawing one, freezing the whole
at the archive."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import orjson
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from mediation.models import Archive, Dispute, Paper, Scan, ScanWithdrawal
from mediation.papers import binding
from mediation.papers.intake import Upload, taken_in
from mediation.papers.rendering import render
from mediation.papers.required import ready
from mediation.papers.slots import slot_of, slots_of
from shared.crypto import seal
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from shared.typesetting import missing_signs

RIGHT = "mediation.handle"
CLOSED = "案件已经归档，卷宗不能再改。确需补正的，请先重开案件。"


def _locked(dispute: Dispute, actor: User) -> Dispute:
    """The case, so that its papers are written one after the other.

    Raises NotFound (not in the actor's reach), NotAllowed (no right to handle it), Conflict (archived).
    """
    if not Dispute.objects.within(actor, "mediation.view").filter(pk=dispute.pk).exists():
        raise NotFound("没有找到这件案件，或它不在您的工作站。")
    if not Dispute.objects.within(actor, RIGHT).filter(pk=dispute.pk).exists():
        raise NotAllowed("您没有办理这件案件的权限，请联系承办工作站。")
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("matter__area", "matter__reporter")
    locked = rows.get(pk=dispute.pk)
    if locked.archived_on:
        raise Conflict(CLOSED)
    return locked


@transaction.atomic
def issue(*, dispute: Dispute, code: str, subject: int = 0, actor: User) -> tuple[Paper, bool]:
    """Issue a paper; the second value says whether it is a new version.

    What says the same as the newest version is that version. Raises what `_locked` raises, NotFound (the file
    has no such paper), InvalidInput (it cannot be made yet, or holds signs that no font has).
    """
    case = _locked(dispute, actor)
    slot = slot_of(case, code, subject)
    if not slot.kind.made:
        raise InvalidInput(f"{slot.title}不由系统制作，请上传扫描件。", field="paper")
    if slot.why_not:
        raise InvalidInput(slot.why_not, field="paper")
    content = slot.content(case)
    substance = hashlib.sha256(orjson.dumps(content.substance(), option=orjson.OPT_SORT_KEYS)).hexdigest()
    last = slot.issued
    if last and last.substance == substance:
        return last, False
    version = last.version + 1 if last else 1
    check = f"{substance[:4]}-{substance[4:8]}".upper()
    pdf = render(replace(content, version=version, check=check))
    paper = Paper(
        dispute=case, code=code, subject=subject, version=version, substance=substance, **_kept(pdf, actor)
    )
    paper.file.save("papers/x", ContentFile(seal(pdf)), save=False)
    paper.save(force_insert=True)
    return paper, True


@transaction.atomic
def issue_ready(*, dispute: Dispute, actor: User) -> int:
    """Issue all that the archive asks for and that can be made now; how many papers. Raises as `issue`
    does.
    """
    case = _locked(dispute, actor)
    return len(
        [
            issue(dispute=case, code=slot.code, subject=slot.subject, actor=actor)
            for slot in ready(case, slots_of(case))
        ]
    )


def _kept(pdf: bytes, actor: User) -> dict[str, object]:
    return {
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "pages": binding.page_count(pdf),
        "size": len(pdf),
        "by": actor,
        "at": timezone.now(),
    }


@transaction.atomic
def attach(
    *,
    dispute: Dispute,
    code: str,
    subject: int = 0,
    files: Sequence[Upload],
    actor: User,
    title: str = "",
) -> tuple[Scan, bool]:
    """Take in a signed copy or other material: one PDF, or photos of its pages in their order.

    The same files at the same place are the same scan (the second value says whether it is new). Raises what
    `_locked` raises, NotFound (no such place in the file), InvalidInput (field `scan`: no PDF or picture
    whatever its name says, damaged, locked by a password, with scripts inside, too large, too many pages;
    field `title`: signs that the table of contents could not print).
    """
    case = _locked(dispute, actor)
    slot = slot_of(case, code, subject)
    if strange := missing_signs(title):
        raise InvalidInput(f"名称里有印不出的字：{'、'.join(strange)}，请去掉。", field="title")
    pdf, digest = taken_in(files)
    scan = Scan(
        dispute=case,
        code=code,
        subject=subject,
        title=(title.strip() or slot.title)[:60],
        digest=digest,
        **_kept(pdf, actor),
    )
    try:
        with transaction.atomic():
            scan.file.save("scans/x", ContentFile(seal(pdf)), save=False)
            scan.save(force_insert=True)
    except IntegrityError:
        scan.file.storage.delete(scan.file.name)
        first = Scan.objects.get(dispute=case, code=code, subject=subject, digest=digest)
        if hasattr(first, "withdrawal"):
            raise Conflict("这份文件以前上传过，后来撤下了，不能再传。请重新扫描。") from None
        return first, False
    return scan, True


@transaction.atomic
def withdraw(*, scan: Scan, why: str, actor: User) -> ScanWithdrawal:
    """Take a scan out of the file; it stays on record.

    Raises what `_locked` raises, InvalidInput (no reason), Conflict (already withdrawn).
    """
    case = _locked(scan.dispute, actor)
    if len(why.strip()) < 4:
        raise InvalidInput("请写明为什么撤下，至少 4 个字。", field="why")
    row, created = ScanWithdrawal.objects.get_or_create(
        scan=Scan.objects.get(pk=scan.pk, dispute=case),
        defaults={"why": why.strip()[:200], "by": actor, "at": timezone.now()},
    )
    if not created:
        raise Conflict("这份扫描件已经撤下了。")
    return row


@transaction.atomic
def freeze(*, dispute: Dispute, actor: User) -> Archive:
    """Keep the whole file as it is archived; called in the transaction of that move, after `missing` was
    empty."""
    slots = [slot for slot in slots_of(dispute) if slot.held]
    bound = binding.bind(dispute, slots, filer=actor.name, on=timezone.localdate())
    last = dispute.archives.order_by("-version").first()
    archive = Archive(
        dispute=dispute,
        version=last.version + 1 if last else 1,
        sheets=bound.sheets,
        **_kept(bound.pdf, actor),
    )
    archive.file.save("archives/x", ContentFile(seal(bound.pdf)), save=False)
    archive.save(force_insert=True)
    return archive
