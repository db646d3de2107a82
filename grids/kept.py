"""Queries built once for each reader and what he holds: building one outweighs its answer."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

from grids.scope import posts_of
from shared.plain import Statement, ask

Built = TypeVar("Built")
MOST = 500
"""So many queries of a sort are kept in a process; then it begins anew."""


def held(user: Any) -> Hashable:
    """The reader, and all of his present posts that can shape a query: with another right it is another."""
    return user.pk, *(
        (
            post.area_id,
            post.area.path,
            post.area.level,
            post.unit_id,
            post.unit and post.unit.kind,
            *post.role.rights,
            "over what the unit was given:",
            *post.role.unit_rights,
        )
        for post in posts_of(user)
    )


def _keeping(build: Callable[..., Built]) -> Callable[..., Built]:
    made: dict[Hashable, Built] = {}

    @wraps(build)
    def found(user: Any, *words: Hashable) -> Built:
        key = held(user), words
        built = made.get(key)
        if built is None:
            if len(made) >= MOST:
                made.clear()  # another thread may do so at any time
            built = made[key] = build(user, *words)
        return built

    return found


def kept(build: Callable[..., Statement]) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of the statement that `build` makes of a reader and of words, each time asked anew.

    Nothing else may shape it: what it reads or what the clock says comes in as a word, or as `plain.NOW`.
    """
    find = _keeping(build)
    return wraps(build)(lambda user, *words: ask(find(user, *words)))


def begun(build: Callable[..., Any]) -> Callable[..., Any]:
    """A queryset of `build` to go on from, by the same rule."""
    find = _keeping(build)
    return wraps(build)(lambda user, *words: find(user, *words).all())
