"""Every change of vocabulary and parameters by an official (`reference.edit`); its history keeps who and
when."""

import re
import unicodedata
from collections.abc import Iterable

import pghistory
from django.db import transaction
from django.db.models import Max
from pypinyin import lazy_pinyin

from accounts.models import User
from grids.models import Parameter, Term
from grids.scope import rights_of
from grids.vocabulary.schemes import scheme_of
from shared.crypto import normal
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from shared.texts import typed

EDIT = "reference.edit"
LONGEST = 60
LARGEST = 100_000


def split_words(text: str) -> list[str]:
    """`接警编号、警单号` → two words, without repeats."""
    parts = (" ".join(part.split()) for part in re.split(r"[、，,;；\n]", text))
    return list(dict.fromkeys(part for part in parts if part))


def _allowed(actor: User) -> None:
    if EDIT not in rights_of(actor):
        raise NotAllowed("您没有改词表和参数的权限，请联系指挥室或管理员。")


def _locked(term: Term) -> Term:
    found = Term.objects.select_for_update().filter(pk=term.pk).first()
    if found is None:
        raise NotFound("这个词条已经没有了，请回到词表重新打开。")
    return found


def _free(words: Iterable[str], scheme: str, but: int = 0) -> None:
    """Each word is short enough and names nothing else in the scheme: one word means one thing in an
    import."""
    others = Term.objects.filter(scheme=scheme).exclude(pk=but)
    taken = {normal(word): t.label for t in others for word in (t.label, *t.synonyms)}
    for word in words:
        if len(word) > LONGEST:
            raise InvalidInput(f"每个词最多 {LONGEST} 个字。", field="words")
        if (owner := taken.get(normal(word))) is not None:
            raise Conflict(f"“{word}”已经是“{owner}”的词，请先在那里去掉。", field="words")


@transaction.atomic
def add_words(*, actor: User, term: Term, words: Iterable[str]) -> Term:
    """More synonyms; the next import knows them. Words that it has already are left as they are."""
    _allowed(actor)
    locked = _locked(term)
    known = {normal(word) for word in (locked.label, *locked.synonyms)}
    fresh = [word for word in words if normal(word) not in known]
    _free(fresh, locked.scheme, locked.pk)
    if fresh:
        locked.synonyms = [*locked.synonyms, *fresh]
        with pghistory.context(actor=actor.pk, action="add_words"):
            locked.save(update_fields=["synonyms"])
    return locked


@transaction.atomic
def drop_word(*, actor: User, term: Term, word: str) -> Term:
    """A synonym that is wrong; gone already = nothing to do."""
    _allowed(actor)
    locked = _locked(term)
    if word in locked.synonyms:
        locked.synonyms = [kept for kept in locked.synonyms if kept != word]
        with pghistory.context(actor=actor.pk, action="drop_word"):
            locked.save(update_fields=["synonyms"])
    return locked


@transaction.atomic
def rename(*, actor: User, term: Term, label: str) -> Term:
    """Another name on pages; the old one stays as a synonym so that old files still fit."""
    _allowed(actor)
    locked = _locked(term)
    label = " ".join(typed(label, "label").split())
    if not label:
        raise InvalidInput("名称不能为空。", field="label")
    if label != locked.label:
        _free([label], locked.scheme, locked.pk)
        kept = [word for word in (locked.label, *locked.synonyms) if normal(word) != normal(label)]
        locked.label, locked.synonyms = label, kept
        with pghistory.context(actor=actor.pk, action="rename"):
            locked.save(update_fields=["label", "synonyms"])
    return locked


@transaction.atomic
def set_in_use(*, actor: User, term: Term, in_use: bool) -> Term:
    """Offer the entry on forms and in imports, or no longer; old rows keep it. Column names stay in use."""
    _allowed(actor)
    locked = _locked(term)
    if not in_use and not scheme_of(locked.scheme).open:
        raise InvalidInput("这个词条由程序使用，不能停用；可以改名或加同义词。")
    if locked.is_active != in_use:
        locked.is_active = in_use
        with pghistory.context(actor=actor.pk, action="set_in_use"):
            locked.save(update_fields=["is_active"])
    return locked


@transaction.atomic
def set_group(*, actor: User, term: Term, group: str) -> Term:
    """What the rules take the entry for from now on. Raises InvalidInput for a group that its vocabulary does
    not know."""
    _allowed(actor)
    locked = _locked(term)
    if group not in scheme_of(locked.scheme).groups:
        raise InvalidInput("请从列出的归类里选一个。", field="group")
    if locked.group != group:
        locked.group = group
        with pghistory.context(actor=actor.pk, action="set_group"):
            locked.save(update_fields=["group"])
    return locked


@transaction.atomic
def add_term(*, actor: User, scheme: str, label: str, words: Iterable[str] = ()) -> Term:
    """A new entry at the end of an open vocabulary; its code is made from its pinyin."""
    _allowed(actor)
    if not scheme_of(scheme).open:
        raise InvalidInput("这个词表由程序使用，不能加新词条；可以给现有词条加同义词。")
    label = " ".join(label.split())
    _free([label, *words], scheme)
    last = Term.objects.filter(scheme=scheme).aggregate(last=Max("position"))["last"]
    with pghistory.context(actor=actor.pk, action="add_term"):
        return Term.objects.create(
            scheme=scheme,
            code=_code(scheme, label),
            label=label,
            synonyms=list(words),
            position=(last or 0) + 1,
        )


def _code(scheme: str, label: str) -> str:
    plain = (
        unicodedata.normalize("NFKD", "_".join(lazy_pinyin(label))).encode("ascii", "ignore").decode().lower()
    )
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:34] or "term"
    taken = set(Term.objects.filter(scheme=scheme, code__startswith=base).values_list("code", flat=True))
    return next(c for c in (base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))) if c not in taken)


@transaction.atomic
def set_parameter(*, actor: User, parameter: Parameter, value: int, seen: int) -> Parameter:
    """A new value for the rules from now on. `seen` is the value that the official was shown.

    Raises Conflict where somebody changed it in between, InvalidInput outside 1 to 100,000.
    """
    _allowed(actor)
    locked = Parameter.objects.select_for_update().get(pk=parameter.pk)
    if not 1 <= value <= LARGEST:
        raise InvalidInput(f"请填 1 到 {LARGEST} 之间的整数。", field="value")
    if locked.value == value:
        return locked
    if locked.value != seen:
        raise Conflict(f"刚有人把它改成了 {locked.value}{locked.unit}，请看过再改。", field="value")
    locked.value = value
    with pghistory.context(actor=actor.pk, action="set_parameter"):
        locked.save(update_fields=["value"])
    return locked
