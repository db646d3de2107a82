"""What a person's present posts ask of a session: how long it may lie idle, and whether a second factor is
owed."""

from datetime import timedelta

from accounts.models import User
from grids.scope import posts_of

WITHOUT_POST = 30
"""Minutes, for who has no post."""


def idle_time(user: User) -> timedelta:
    """The shortest of the idle times of the user's present roles."""
    return timedelta(minutes=min((post.role.idle_minutes for post in posts_of(user)), default=WITHOUT_POST))


def role_demands_second_factor(user: User) -> bool:
    """True where any present role asks for one."""
    return any(post.role.second_factor for post in posts_of(user))
