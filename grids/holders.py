"""One user's posts by one plain statement: every request asks, so it skips the query builder."""

from datetime import date

from django.db import connection

from grids.models import Area, Post, Role, Unit
from shared.plain import rows

POST = ("id", "user_id", "area_id", "unit_id", "role_id", "starts_on", "ends_on")
AREA = ("id", "parent_id", "level", "name", "code", "path", "is_active")
UNIT = ("id", "kind", "name", "area_id")
ROLE = ("id", "code", "label", "rights", "second_factor", "idle_minutes")
SQL = """
SELECT post.id, post.user_id, post.area_id, post.unit_id, post.role_id, post.starts_on, post.ends_on,
       area.id, area.parent_id, area.level, area.name, area.code, area.path, area.is_active,
       unit.id, unit.kind, unit.name, unit.area_id,
       role.id, role.code, role.label, role.rights, role.second_factor, role.idle_minutes
FROM grids_post post
JOIN grids_area area ON area.id = post.area_id AND area.is_active
JOIN grids_role role ON role.id = post.role_id
LEFT JOIN grids_unit unit ON unit.id = post.unit_id
WHERE post.user_id = %s AND post.starts_on <= %s
  AND (post.ends_on IS NULL OR post.ends_on >= %s)
ORDER BY post.id
"""


def posts_held(user_id: int, day: date) -> list[Post]:
    """What `Post.objects.on(day)` gives for the user, with area (without its outline), unit and role."""
    posts = []
    for row in rows(SQL, user_id, day, day):
        own, area, unit, role = row[:7], row[7:14], row[14:18], row[18:]
        post = Post.from_db(connection.alias, POST, own)
        post.area = Area.from_db(connection.alias, AREA, area)
        post.unit = Unit.from_db(connection.alias, UNIT, unit) if unit[0] else None
        post.role = Role.from_db(connection.alias, ROLE, role)
        posts.append(post)
    return posts
