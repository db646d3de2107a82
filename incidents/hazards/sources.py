"""Under which source a person reports hazards: three checks stay comparable only if each office keeps its
own."""

from typing import Any

from grids.models import Post
from grids.queries import words
from grids.scope import posts_of
from incidents.models import SourceRule

RIGHT = "hazards.report"
ELSE = ("citizen",)
"""For a post that no rule fits."""


def sources_of(user: Any) -> dict[str, str]:
    """Code → label of the sources that the user's posts may name, the preset first (`SourceRule`)."""
    labels = words("hazard_source")["hazard_source"]
    rules = list(SourceRule.objects.all())
    found: dict[str, str] = {}
    for post in posts_of(user):
        if RIGHT not in post.role.rights:
            continue
        rule = next((rule for rule in rules if _fits(rule, post)), None)
        if rule is None:
            named: tuple[str, ...] = ELSE
        else:
            named = (rule.source,) if rule.source else tuple(labels)
        found |= {code: labels.get(code, code) for code in named if code not in found}
    return found


def _fits(rule: SourceRule, post: Post) -> bool:
    unit = post.unit.kind if post.unit else ""
    return (
        (not rule.right or rule.right in post.role.rights)
        and (not rule.unit_kind or rule.unit_kind == unit)
        and (rule.role_id is None or rule.role_id == post.role_id)
    )
