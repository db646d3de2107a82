"""Records that mediators write: they stay as written, a mistake is set right by another one."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from matters.models import Matter
from mediation.models import Dispute, Party, Record
from mediation.workflow.act import act, not_before
from shared.dates import local
from shared.errors import InvalidInput


def write(
    *,
    dispute: Dispute,
    actor: User,
    kind: str,
    at: datetime,
    text: str,
    place: str = "",
    asked: Party | None = None,
    corrects: Record | None = None,
    version: int | None = None,
) -> Record:
    """A record of investigation or mediation. Raises what a move raises, and InvalidInput for a time before
    the case or to come.
    """
    record = Record(
        dispute=dispute,
        kind=kind,
        at=at,
        text=text.strip(),
        place=place,
        asked=asked,
        corrects=corrects,
        by=actor,
    )

    def work(case: Dispute, _: Matter) -> None:
        if not record.text:
            raise InvalidInput("请写明内容。", field="text")
        if at > timezone.now():
            raise InvalidInput("时间在现在之后，请核对。", field="at")
        not_before(local(at).date(), case, "at", "笔录时间")
        record.save()

    act(dispute, "write", actor, work, version=version, kind=Record.Kind(kind).label)
    return record
