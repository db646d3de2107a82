"""The plain statement behind every request's posts says what the query builder would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from grids.holders import posts_held
from grids.models import Area, Post, Role
from grids.scope import posts_of
from shared.dates import today
from tests.cast import POSTS, Cast


def told(post: Post) -> list[object]:
    area, unit, role = post.area, post.unit, post.role
    return [
        (post.pk, post.user_id, post.starts_on, post.ends_on),
        (area.pk, area.path, area.name, area.level, area.parent_id, area.outline),
        unit and (unit.pk, unit.kind, unit.name, unit.area_id),
        (role.pk, role.code, role.label, role.rights, role.second_factor, role.idle_minutes),
    ]


def test_same_posts_as_the_query_builder(cast: Cast) -> None:
    worker, day = cast.worker, today()
    role = Role.objects.get(code="village_officer")
    Area.objects.filter(pk=cast.grid_a.pk).update(outline={"type": "Polygon", "coordinates": []})
    for starts, ends in ((-9, 0), (0, None), (-8, -1), (1, None)):
        Post.objects.create(
            user=worker,
            area=cast.village,
            role=role,
            unit=cast.station,
            starts_on=day + timedelta(days=starts),
            ends_on=None if ends is None else day + timedelta(days=ends),
        )
    for name in POSTS:
        user = cast.people[name]
        built = Post.objects.on(day).filter(user=user).select_related("area", "unit", "role").order_by("id")
        held = posts_held(user.pk, day)
        assert [told(post) for post in held] == [told(post) for post in built]
    assert len(posts_held(worker.pk, day)) == 3
    Area.objects.filter(pk=cast.village.pk).update(is_active=False)
    assert len(posts_held(worker.pk, day)) == 1


def test_read_once_and_without_the_outline(cast: Cast, count_queries: Callable[[], Any]) -> None:
    with count_queries() as seen:
        for _ in range(3):
            (post,) = posts_of(cast.mediator)
            assert post.area.path
            assert post.role.rights
            assert post.unit
            assert post.unit.name
    assert len(seen) == 1
    assert "outline" not in seen[0]
