"""What every page's frame shows of the reader: menu, name, post, street, unread notices."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from chengdong.nav import Item, allowed, bars
from grids.models import Area
from grids.scope import posts_of, rights_of
from matters.queries import unread_count
from mediation.roster.standing import duty_of

if TYPE_CHECKING:
    from grids.models import Post

NO_STREET = "城东街道"
STREET_SECONDS = 300


def street_name(path: str) -> str:
    """Name of the street that an area's path starts in; kept for five minutes."""
    root = path.strip("/").partition("/")[0]
    found: str | None = cache.get_or_set(
        f"street:{root}",
        lambda: Area.objects.filter(pk=root).values_list("name", flat=True).first(),
        STREET_SECONDS,
    )
    return found or NO_STREET


class Shell:
    """Asked for when drawn; costs the reader's posts (shared with the guards), one count of notices."""

    def __init__(self, request: HttpRequest | None) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        """Whether there is a reader at all."""
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def rights(self) -> frozenset[str]:
        """All rights of the reader's present posts."""
        return rights_of(self.user) if self.signed_in else frozenset()

    @cached_property
    def posts(self) -> "list[Post]":
        """The reader's present posts."""
        return posts_of(self.user) if self.signed_in else []

    @cached_property
    def nav(self) -> list[Item]:
        """The menu as bar and rail, the present place marked."""
        return bars(self.rights, self.request.path, self.unread) if self.request and self.signed_in else []

    @cached_property
    def menu(self) -> list[Item]:
        """Everything that the reader may open."""
        return allowed(self.rights) if self.signed_in else []

    @cached_property
    def unread(self) -> int:
        """Notices not yet opened."""
        return unread_count(self.user) if self.signed_in else 0

    @cached_property
    def duty(self) -> str:
        """Who is on duty now: `金玉芬 等5人`, the reader's own station first; "" where nobody is."""
        names = [seat.person for seat in duty_of(self.user) if seat.person] if self.signed_in else []
        return f"{names[0]} 等{len(names)}人" if len(names) > 1 else "".join(names)

    @cached_property
    def name(self) -> str:
        """The reader's name."""
        return self.user.get_full_name() if self.signed_in else ""

    @cached_property
    def post(self) -> str:
        """`河边村第三网格`, or `九龙湖联勤工作站`; with how many more posts there are."""
        if not self.posts:
            return ""
        first = self.posts[0]
        place = first.unit.name if first.unit else first.area.name
        return f"{place} 等{len(self.posts)}岗" if len(self.posts) > 1 else place

    @cached_property
    def street(self) -> str:
        """The street that the portal's head names."""
        return street_name(self.posts[0].area.path) if self.posts else NO_STREET

    @cached_property
    def seal(self) -> str:
        """The one character of the mark: 东 of 城东街道."""
        return self.street[1:2] or self.street

    @cached_property
    def now(self) -> datetime:
        """The moment at which this page is drawn."""
        return timezone.now()


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor: one name, so that no name of a view is overwritten."""
    return {"shell": Shell(request)}
