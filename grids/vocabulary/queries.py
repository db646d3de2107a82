"""Reads for the vocabulary pages."""

from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from django.db.models import Count

from accounts.models import User
from grids.models import Term
from grids.vocabulary.schemes import SCHEMES, Scheme, scheme_of

HISTORY_SHOWN = 20
SHOWN_FIELDS = {
    "label": "名称",
    "synonyms": "同义词",
    "is_active": "在用",
    "group": "归类",
    "value": "数值",
    "amount": "时限",
    "unit": "单位",
}


class Change(NamedTuple):
    """Who changed what, when."""

    at: datetime
    who: str
    what: list[str]


def schemes() -> dict[str, list[tuple[str, Scheme, int]]]:
    """Group → (code, scheme, how many entries), in the order of schemes.py."""
    counted = dict(Term.objects.order_by().values_list("scheme").annotate(n=Count("id")))
    order = [code for code in SCHEMES if code in counted] + sorted(set(counted) - set(SCHEMES))
    found: dict[str, list[tuple[str, Scheme, int]]] = {}
    for code in order:
        found.setdefault(scheme_of(code).group, []).append((code, scheme_of(code), counted[code]))
    return found


def history_of(row: Any) -> list[Change]:
    """The latest changes of a tracked row (Term, Parameter), newest first, each against the one before it."""
    events: list[Any] = list(
        row.events.select_related("pgh_context").order_by("-pgh_id")[: HISTORY_SHOWN + 1]
    )
    names = {user.pk: user.name for user in User.objects.filter(pk__in={_actor(event) for event in events})}
    return [
        Change(event.pgh_created_at, names.get(_actor(event), "系统"), list(_told(before, event)))
        for event, before in zip_longest(events, events[1:])
        if event.pgh_label != "insert"
    ][:HISTORY_SHOWN]


SOURCES = {"[L]": "法律法规", "[A]": "街道现行做法", "[D]": "平台默认值，可按本地规定修改"}


def source_text(source: str) -> str:
    """`[L] 某条例第九条` → `法律法规 某条例第九条`."""
    for mark, words in SOURCES.items():
        source = source.replace(mark, words)
    return source


def _actor(event: Any) -> int:
    """The official's id: the workflow's `actor`, else the request's user (technical administration); 0 for
    neither."""
    known = event.pgh_context.metadata if event.pgh_context else {}
    return int(known.get("actor") or known.get("user") or 0)


def _shown(event: Any, field: str) -> str:
    value = getattr(event, field)
    return scheme_of(event.scheme).groups.get(value) or "无" if field == "group" else _text(value)


def _told(before: Any, after: Any) -> Iterable[str]:
    for field, label in SHOWN_FIELDS.items():
        new = getattr(after, field, None)
        if new is not None and (before is None or getattr(before, field) != new):
            yield (
                f"{label}：{_shown(after, field)}"
                if before is None
                else f"{label}：{_shown(before, field)} → {_shown(after, field)}"
            )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) or "无" if isinstance(value, list) else str(value)
