"""Reads about people: who is in the administrator's territory, their posts, what they looked at."""

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.models import ApiKey, PersonalAccess, User
from grids.models import Area, Post
from grids.scope import within
from shared.crypto import blind, normal
from shared.dates import today

LOOKS_SHOWN = 20


def not_ended() -> Q:
    """Posts held now or later."""
    return Q(ends_on=None) | Q(ends_on__gte=today())


def people_within(actor: User) -> QuerySet[User]:
    """Everybody who holds or held a post where the actor manages people."""
    posts = Post.objects.filter(within(actor, "users.manage")).values("user")
    return User.objects.filter(pk__in=posts)


def people_list(actor: User, *, words: str = "", state: str = "") -> QuerySet[User]:
    """The territory's people with their present posts; `words` is a name, username, pinyin initials or a
    whole phone number.

    `state`: "" who can sign in, "ended" who is shut or without a post.
    """
    present = Post.objects.on().filter(within(actor, "users.manage"))
    people = people_within(actor).prefetch_related(
        Prefetch("posts", Post.objects.on().select_related("area", "unit", "role"), to_attr="present")
    )
    working = Q(is_active=True, pk__in=present.values("user"))
    people = people.exclude(working) if state == "ended" else people.filter(working)
    if words := words.strip():
        found = (
            Q(name__icontains=words) | Q(username__istartswith=words) | Q(initials__startswith=words.lower())
        )
        if normal(words).isdecimal():
            found |= Q(phone_index=blind(words, "phone"))
        people = people.filter(found)
    return people


def posts_to_show(user: User) -> list[Post]:
    """All posts of a person, the present and coming ones first, then the past ones, latest first."""
    return list(
        Post.objects.filter(user=user)
        .select_related("area", "area__parent", "unit", "role")
        .order_by(F("ends_on").desc(nulls_first=True), "-starts_on", "-id")
    )


def areas_to_give(actor: User) -> QuerySet[Area]:
    """The areas in which the actor manages people, from the street down."""
    return Area.objects.filter(within(actor, "users.manage", ""), is_active=True).order_by("path")


def looks_within(actor: User) -> QuerySet[PersonalAccess]:
    """Looks at full personal data by the people of the actor's territory."""
    return PersonalAccess.objects.filter(user__in=people_within(actor).values("pk")).select_related("user")


def looks_by(user: User) -> list[PersonalAccess]:
    """The user's own latest looks."""
    return list(PersonalAccess.objects.filter(user=user).order_by("-id")[:LOOKS_SHOWN])


def keys_of(user: User) -> list[ApiKey]:
    """The user's API keys, latest first."""
    return list(ApiKey.objects.filter(user=user).order_by("-created"))
