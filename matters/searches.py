"""Saved searches: kept by their owner, each with how many of its matters wait for him."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import IntegerField, Value
from django.http import HttpRequest, QueryDict

from accounts.models import User
from grids.scope import reader
from matters.filters import MatterFilter
from matters.models import Matter, SavedSearch
from matters.queries import waiting_for
from shared.errors import InvalidInput, NotFound
from shared.plain import rows
from shared.texts import typed

MOST = 12
COUNTED = 100
"""As far as a search is counted: its badge says 99+ from there."""
KEPT = (*MatterFilter.base_filters,)
KEPT_BY = "SELECT id, name, query FROM matters_savedsearch WHERE user_id = %s ORDER BY id"


def plain(query: str) -> str:
    """The conditions of an address in one order, without empty ones and page marks."""
    given = QueryDict(query[:2000])
    pairs = [(name, given[name].strip()) for name in KEPT if given.get(name, "").strip()]
    return urlencode(pairs)


def wider(given: QueryDict) -> str:
    """The same conditions asked of all matters; nothing where there are none, or all are asked already."""
    if given.get("view", "all") in {"", "all"}:
        return ""
    asked = given.copy()
    asked["view"] = "all"
    found = plain(asked.urlencode())
    return found if found != "view=all" else ""


@transaction.atomic
def save_search(*, user: User, name: str, query: str) -> SavedSearch:
    """Keep a search under a name; the same name again gets the new conditions. Safe to repeat.

    Raises InvalidInput: without a name or conditions, too long, or one more than a person may keep.
    """
    name, query = " ".join(typed(name, "name").split()), plain(query)
    if not name or len(name) > 20:
        raise InvalidInput("给它起个名字，不超过 20 个字。", field="name")
    if not query or len(query) > 500:
        raise InvalidInput("先选条件再保存。", field="name")
    User.objects.select_for_update().get(pk=user.pk)
    others = SavedSearch.objects.filter(user=user).exclude(name=name)
    if others.count() >= MOST:
        raise InvalidInput(f"最多存 {MOST} 个，请先删掉不用的。", field="name")
    row, _ = SavedSearch.objects.update_or_create(user=user, name=name, defaults={"query": query})
    return row


@transaction.atomic
def drop_search(*, user: User, pk: int) -> None:
    """Forget one's own search. Raises NotFound for another's."""
    gone, _ = SavedSearch.objects.filter(user=user, pk=pk).delete()
    if not gone:
        raise NotFound("没有这个常用查找。")


def searches_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The reader's searches in the order of their making, each with how many of its matters wait for him: two
    queries for all."""
    found = rows(KEPT_BY, reader(request).pk)
    if not found:
        return []
    mine: Any = Matter.objects.within(request.user, "matters.view").filter(waiting_for(request.user))
    parts = [
        MatterFilter(QueryDict(query), queryset=mine, request=request)
        .qs.order_by()
        .annotate(search=Value(pk, output_field=IntegerField()))
        .values_list("search", flat=True)[:COUNTED]
        for pk, _, query in found
    ]
    waiting = Counter(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])
    return [{"id": pk, "name": name, "query": query, "waiting": waiting[pk]} for pk, name, query in found]
