"""Who asks and what he holds, by one plain statement: every request must know, so it is quick."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from accounts.models import ApiKey, User
from grids.models import Area, Post, Role, Unit
from shared.plain import rows

KEY = tuple(field.attname for field in ApiKey._meta.concrete_fields)
USER = tuple(field.attname for field in User._meta.concrete_fields if field.name != "phone")
"""The phone is decrypted only if somebody asks."""
POST = ("id", "user_id", "area_id", "unit_id", "role_id", "starts_on", "ends_on")
AREA = ("id", "parent_id", "level", "name", "code", "path", "is_active")
UNIT = ("id", "kind", "name", "area_id")
ROLE = ("id", "code", "label", "rights", "unit_rights", "second_factor", "idle_minutes")


def _columns(**tables: Sequence[str]) -> str:
    return ", ".join(f'{table}."{name}"' for table, names in tables.items() for name in names)


HELD = _columns(post=POST, area=AREA, unit=UNIT, role=ROLE)
POSTS = """
    grids_post post
    JOIN grids_area area ON area.id = post.area_id AND area.is_active
    JOIN grids_role role ON role.id = post.role_id
    LEFT JOIN grids_unit unit ON unit.id = post.unit_id
"""
ON_DAY = "post.starts_on <= %s AND (post.ends_on IS NULL OR post.ends_on >= %s)"
OF_ID = f"SELECT {HELD} FROM {POSTS} WHERE {ON_DAY} AND post.user_id = %s ORDER BY post.id"  # noqa: S608
OF_USER = f"""
SELECT {_columns(person=USER)}, {HELD}
FROM accounts_user person LEFT JOIN ({POSTS}) ON post.user_id = person.id AND {ON_DAY}
WHERE person.id = %s ORDER BY post.id
"""  # noqa: S608 -- made of the models' own columns, as are the others
OF_KEY = f"""
SELECT {_columns(key=KEY, person=USER)}, {HELD}
FROM accounts_apikey key JOIN accounts_user person ON person.id = key.user_id
LEFT JOIN ({POSTS}) ON post.user_id = person.id AND {ON_DAY}
WHERE key.digest = %s ORDER BY post.id
"""  # noqa: S608


def posts_held(user_id: int, day: date) -> list[Post]:
    """What `Post.objects.on(day)` gives for the user, with area (without its outline), unit and role."""
    return _posts(rows(OF_ID, day, day, user_id))


def user_held(user_id: int, day: date) -> User | None:
    """The user, with the day's posts where `posts_of` looks for them."""
    found = rows(OF_USER, day, day, user_id)
    return _user(found, 0) if found else None


def key_held(digest: str, day: date) -> ApiKey | None:
    """The API key of the digest with its user, likewise."""
    found = rows(OF_KEY, day, day, digest)
    if not found:
        return None
    key: ApiKey = ApiKey.from_db(connection.alias, KEY, found[0][: len(KEY)])
    key.user = _user(found, len(KEY))
    return key


def _user(found: Sequence[tuple[Any, ...]], start: int) -> User:
    """Each row repeats the user; one without a post has an empty one."""
    end = start + len(USER)
    user: User = User.from_db(connection.alias, USER, found[0][start:end])
    held = [row[end:] for row in found if row[end] is not None]
    user._posts_today = _posts(held)  # type: ignore[attr-defined]
    return user


def _posts(found: Iterable[tuple[Any, ...]]) -> list[Post]:
    posts = []
    for row in found:
        own, area, unit, role = row[:7], row[7:14], row[14:18], row[18:]
        post = Post.from_db(connection.alias, POST, own)
        post.area = Area.from_db(connection.alias, AREA, area)
        post.unit = Unit.from_db(connection.alias, UNIT, unit) if unit[0] else None
        post.role = Role.from_db(connection.alias, ROLE, role)
        posts.append(post)
    return posts
