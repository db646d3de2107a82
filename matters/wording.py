"""Kinds of notices and how each is worded: an official's template with named placeholders, or as it came."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter

import pghistory
from django.db import transaction

from accounts.models import User
from matters.models import NoticeTemplate
from shared.errors import Conflict, InvalidInput

SUBJECT, BODY = "标题", "正文"
PLAIN = ("{标题}", "{正文}")
Words = tuple[str, str]
"""Subject and body."""
NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice: what people choose by, and the placeholders that its sender fills, with samples.

    `标题` and `正文` are the sender's own words and always there.
    """

    code: str
    label: str
    samples: Mapping[str, str] = field(default_factory=dict)
    usual: tuple[str, ...] = ()
    """The outside channels by which its sender tells whoever did not choose."""

    @property
    def placeholders(self) -> dict[str, str]:
        """Name → sample."""
        return {SUBJECT: self.label, BODY: "（这里是通知的内容）", **self.samples}


KINDS: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    """Make a kind known; called from the owning app's `ready()`."""
    KINDS[kind.code] = kind


def must_know(codes: Iterable[str]) -> None:
    """Raises LookupError for a kind that is not registered."""
    if unknown := sorted(set(codes) - set(KINDS)):
        raise LookupError(f"kinds of notices that no app registered: {unknown}")


def label_of(code: str) -> str:
    """The kind in words."""
    return KINDS[code].label if code in KINDS else "其他通知"


def names_in(text: str) -> list[str]:
    """Placeholders of a template in order. Raises InvalidInput where a brace stands alone or holds more than
    a name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise InvalidInput("大括号要成对，里面只写占位符的名字，比如 {标题}。") from error
    found = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not NAME.fullmatch(name):
            raise InvalidInput("大括号里只写占位符的名字，比如 {标题}，不能写别的。")
        found.append(name)
    return found


def check(kind: NoticeKind, *, subject: str, body: str) -> None:
    """Raises InvalidInput with the field where a placeholder is unknown, or the text is left out."""
    for place, text in (("subject", subject), ("body", body)):
        try:
            unknown = [name for name in names_in(text) if name not in kind.placeholders]
        except InvalidInput as error:
            raise InvalidInput(error.message, field=place) from error
        if unknown:
            known = "、".join(f"{{{name}}}" for name in kind.placeholders)
            raise InvalidInput(f"没有叫 {{{unknown[0]}}} 的占位符。可以用：{known}。", field=place)
        if not text.strip():
            raise InvalidInput("不能空着。", field=place)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled; one without a value leaves nothing."""
    return "".join(
        before + (values.get(name, "") if name is not None else "")
        for before, name, _, _ in Formatter().parse(text)
    )


def preview(kind: NoticeKind, *, subject: str, body: str) -> Words:
    """How a notice of the kind would read, with samples. Raises InvalidInput as `check` does."""
    check(kind, subject=subject, body=body)
    return fill(subject, kind.placeholders), fill(body, kind.placeholders)


def templates(kinds: Iterable[str]) -> dict[str, Words]:
    """Kind → (subject, body) of those that an official worded."""
    found = NoticeTemplate.objects.filter(kind__in=set(kinds))
    return {kind: (subject, body) for kind, subject, body in found.values_list("kind", "subject", "body")}


def worded(template: Words, *, subject: str, body: str, values: Mapping[str, str]) -> Words:
    """A notice in an official's words."""
    known = {**values, SUBJECT: subject, BODY: body}
    return " ".join(fill(template[0], known).split()), fill(template[1], known)


@transaction.atomic
def set_template(*, kind: NoticeKind, subject: str, body: str, version: int, actor: User) -> NoticeTemplate:
    """Word a kind of notice; `version` 0 = there was none. The history is kept. Safe to repeat.

    Raises InvalidInput for placeholders that the kind does not have, Conflict where somebody else was first.
    """
    check(kind, subject=subject, body=body)
    row = NoticeTemplate.objects.select_for_update().filter(kind=kind.code).first()
    if row and (row.subject, row.body) == (subject, body):
        return row
    if version != (row.version if row else 0):
        raise Conflict(
            "这个模板刚被别人改过，请看过现在的写法再保存。",
            version=row.version if row else 0,
            now={"subject": row.subject, "body": row.body} if row else {},
        )
    with pghistory.context(actor=actor.pk, action="set_template"):
        row = row or NoticeTemplate(kind=kind.code, version=0)
        row.subject, row.body, row.version = subject, body, row.version + 1
        row.save()
    return row
