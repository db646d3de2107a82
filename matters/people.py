"""Who is told about a matter: who has it in hand, the officers above him, the leaders of the street."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from matters.loop import KINDS
from shared.dates import today

HOLDER, OFFICER, LEADER = "holder", "officer", "leader"
PEOPLE = """
WITH asked AS (
    SELECT matter.id, matter.handler_id, matter.unit_id, matter.area_id, area.level,
           matter.kind || ':' || matter.state = ANY(%(in_hand)s) AS in_hand,
           CASE WHEN area.level = 'grid' THEN area.parent_id ELSE area.id END AS village_id,
           split_part(area.path, '/', 2)::bigint AS street_id
    FROM matters_matter matter JOIN grids_area area ON area.id = matter.area_id
    WHERE matter.id = ANY(%(matters)s)
), held AS (
    SELECT post.user_id, post.area_id, post.unit_id, role.rights, role.unit_rights
    FROM grids_post post JOIN grids_role role ON role.id = post.role_id
    WHERE post.starts_on <= %(day)s AND (post.ends_on IS NULL OR post.ends_on >= %(day)s)
)
SELECT id, 'holder', handler_id FROM asked WHERE in_hand AND handler_id IS NOT NULL
UNION
SELECT id, 'holder', user_id FROM asked JOIN held USING (unit_id)
WHERE in_hand AND handler_id IS NULL AND 'matters.handle' = ANY(unit_rights)
UNION
SELECT id, 'holder', user_id FROM asked JOIN held USING (area_id)
WHERE in_hand AND handler_id IS NULL AND asked.unit_id IS NULL AND 'matters.handle' = ANY(rights)
UNION
SELECT id, 'holder', user_id FROM asked JOIN held ON held.area_id = village_id
WHERE NOT in_hand AND 'matters.verify' = ANY(rights)
UNION
SELECT id, 'officer', user_id FROM asked JOIN held ON held.area_id = village_id
WHERE 'matters.verify' = ANY(rights)
UNION
SELECT id, 'leader', user_id FROM asked JOIN held ON held.area_id = street_id
WHERE 'matters.supervise' = ANY(rights)
ORDER BY 1, 2, 3
"""


def people_of(matters: Iterable[int]) -> Mapping[int, Mapping[str, list[int]]]:
    """Matter → holder | officer | leader → ids of users, of many matters in one statement."""
    in_hand = [f"{kind.code}:{state}" for kind in KINDS.values() for state in kind.in_hand]
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"matters": list(matters), "day": today(), "in_hand": in_hand})
        for matter, tier, user in cursor.fetchall():
            found[matter][tier].append(user)
    return found
