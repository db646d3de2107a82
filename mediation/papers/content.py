"""What the papers of a file say, as plain data: texts are ready to be printed, "" is a blank to fill by
hand."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class PartyText:
    """One party as the official formats have it; `role` 申请人, 被申请人 or 第三人, `side` its code.

    `legal`, `guardian` and `agent` act for it; `signer` is who signs in its place, "" = itself.
    """

    side: str
    role: str
    name: str
    organisation: bool = False
    sex: str = ""
    nation: str = ""
    age: str = ""
    work: str = ""
    phone: str = ""
    address: str = ""
    document: str = ""
    document_number: str = ""
    legal: str = ""
    guardian: str = ""
    agent: str = ""
    signer: str = ""


@dataclass(frozen=True)
class InstalmentText:
    """One part of the performance: when it was due, what, and how it was done."""

    no: str
    due: str
    amount: str
    what: str
    done: str = ""
    proof: str = ""


@dataclass(frozen=True)
class AgreementText:
    """The agreement with what 人民调解法 Art. 29 names."""

    form: str
    on: str
    facts: str
    responsibility: str
    terms: Sequence[str]
    manner: str
    disputed: str = ""
    copies: str = "三"
    instalments: Sequence[InstalmentText] = ()


@dataclass(frozen=True)
class FileText:
    """The case: what is the same on all of its papers. `kind` as tables name it, `sort` as sentences do."""

    number: str
    committee: str
    title: str
    kind: str
    sort: str
    source: str
    sources: Sequence[str]
    basis: str
    facts: str
    parties: Sequence[PartyText]
    mediators: Sequence[str]
    requests: Sequence[str] = ()
    applied_on: str = ""
    accepted_on: str = ""
    ended_on: str = ""
    outcome: str = ""
    recorder: str = ""
    registrar: str = ""
    remark: str = ""
    keeping: str = ""
    agreement: AgreementText | None = None


@dataclass(frozen=True)
class Content:
    """One paper to be set: the case and, under `one`, what this paper adds (`ONE` names its texts).

    `version` 0 is a preview and says so on every page; `check` are the first digits of the content's hash.
    """

    paper: str
    file: FileText
    one: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    check: str = ""

    def substance(self) -> dict[str, Any]:
        """What the paper says, without version and check: the same substance is the same paper."""
        return {"paper": self.paper, "file": asdict(self.file), "one": self.one}

    def texts(self) -> str:
        """Every word of it in one text: to see whether the fonts have all signs."""
        return "\n".join(_words([asdict(self.file), self.one]))


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [word for part in value for word in _words(part)]
    return []


PARTY_WORDS = tuple(f.name for f in fields(PartyText))

ONE: dict[str, tuple[str, ...]] = {
    "investigation": (
        "on",
        "at",
        "place",
        "attended",
        "asked",
        "asked_name",
        "subject",
        "record",
        "investigators",
        "recorder",
    ),
    "record": (
        "on",
        "at",
        "place",
        "parties",
        "signers",
        "attended",
        "record",
        "result",
        "said",
        "mediators",
        "recorder",
    ),
    "performance": ("on", "summary", "items"),
    "receipt": ("no", "due", "amount", "capital", "what", "done", "proof", "payer", "payee"),
    "followup": (
        "on",
        "at",
        "asked",
        "manner",
        "reason",
        "findings",
        "performance",
        "satisfaction",
        "visitor",
    ),
    "confirmation": ("on", "court", "deadline"),
    "failure": ("on", "reason", "ways"),
    "cover": ("on", "filer", "sheets", "pages", "note"),
    "contents": ("entries",),
    "about": ("sheets", "pages", "lines", "filer", "on"),
}
"""What `one` holds for each paper that has it; the templates in typ/ read these names."""
