"""Territory, once: the one predicate that narrows every list, detail, choice, export and aggregate to
what a post covers.

Outside = 404; inside without the right = 403; no post = nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from shared.dates import today
from shared.guards import public as public  # pages take both marks from here

if TYPE_CHECKING:
    from accounts.models import User
    from grids.models import Area, Post

M = TypeVar("M", bound=models.Model)
View = Callable[..., HttpResponseBase]


def posts_of(user: Any) -> "list[Post]":
    """The posts that the user holds today, with area, unit and role; read once per request."""
    from grids.holders import posts_held  # noqa: PLC0415 -- the models' managers use this module

    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    held: list[Post] | None = getattr(user, "_posts_today", None)
    if held is None:
        held = user._posts_today = posts_held(user.pk, today())
    return held


def rights_of(user: Any) -> frozenset[str]:
    """All rights of all present posts, over areas or only over what is given to the post's unit."""
    roles = [post.role for post in posts_of(user)]
    return frozenset(right for role in roles for right in (*role.rights, *role.unit_rights))


def paths_of(user: Any, right: str) -> list[str]:
    """Paths of the areas in which the user holds the right, without those inside another."""
    paths = sorted({post.area.path for post in posts_of(user) if right in post.role.rights})
    return [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]


def units_of(user: Any, right: str) -> list[int]:
    """Units in which the user holds the right over what is given to the unit, wherever it lies."""
    return sorted({p.unit_id for p in posts_of(user) if p.unit_id and right in p.role.unit_rights})


def reader(request: Any) -> "User":
    """The signed-in user of a request whose view wears a mark that turns all others away."""
    user: User = request.user
    return user


def bound_to(post: "Post") -> int | None:
    """The office whose rows alone the post reaches among rows that belong to an office; None for a post over
    a whole area (no office, or a command room).
    """
    return None if post.unit is None or post.unit.kind == post.unit.Kind.COMMAND else post.unit_id


def within(user: Any, right: str, field: str = "area", office: str = "", unit: str = "") -> Q:
    """Rows whose area (`field`, "" for an Area itself) lies where the user holds the right; none
    without a post.

    `office` names the column of rows that belong to an office: who holds his post in one reaches its rows
    alone, wherever they lie. `unit` names the column of rows that may be given to a unit, which
    reaches them too.
    """
    column = f"{field}__path__startswith" if field else "path__startswith"
    clause = Q(pk__in=[])
    if not office:
        for path in paths_of(user, right):
            clause |= Q(**{column: path})
        if unit and (units := units_of(user, right)):
            clause |= Q(**{f"{unit}__in": units})
        return clause
    for post in posts_of(user):
        if right in post.role.rights:
            own = bound_to(post)
            clause |= Q(**{office: own}) if own else Q(**{column: post.area.path})
    return clause


def covers(user: Any, right: str, area: "Area", unit_id: int | None = None) -> bool:
    """The same question about one area that is at hand, and the unit that the row is given to."""
    if unit_id is not None and unit_id in units_of(user, right):
        return True
    return any(area.path.startswith(path) for path in paths_of(user, right))


def reaches(user: Any, right: str, area: "Area", office: int | None) -> bool:
    """The same question about one row that belongs to an office."""
    return any(
        own == office if (own := bound_to(post)) else area.path.startswith(post.area.path)
        for post in posts_of(user)
        if right in post.role.rights
    )


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows which column is the territory, and which the unit that a row is given to."""

    area_field = "area"
    unit_field = ""

    def within(self, user: Any, right: str) -> Any:
        """Only rows in the user's territory for this right."""
        return self.filter(within(user, right, self.area_field, unit=self.unit_field))


def scoped(*rights: str) -> Callable[[View], View]:
    """A view for signed-in users that hold any of the rights somewhere; the view narrows its rows with
    `.within`.

    With no right named, being signed in is enough (own page, own inbox).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if rights and not rights_of(request.user) & set(rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.scope = rights  # type: ignore[attr-defined]
        return guarded

    return decorate
