"""Every write on people and their posts, by an administrator within the territory (`users.manage`)."""

from datetime import date, timedelta

import pghistory
from django.db import transaction

from accounts import second_factor
from accounts import workflow as accounts
from accounts.models import User
from grids.models import Area, Post, Role, Unit
from grids.people.queries import not_ended, people_within
from grids.rights import GUARDED
from grids.scope import covers, posts_of
from shared.dates import today
from shared.errors import InvalidInput, NotAllowed, NotFound

MANAGE = "users.manage"


def may_hand_out(actor: User, role: Role, area: Area) -> bool:
    """True where the actor administers the area and holds there every guarded right of the role
    (grids/rights.py)."""
    needed = {MANAGE, *(GUARDED & set(role.rights))}
    return all(covers(actor, right, area) for right in needed)


def why_not(actor: User, user: User) -> str:
    """Why the actor may not touch the user's account as a whole, in words; "" where he may.

    An account opens all the posts of its holder, so a password may only be reset by who administers all of
    them.
    """
    if user.pk == actor.pk:
        return "自己的账号请在“我的”页面办理；停用和任职请另一位管理员办理。"
    if user.is_superuser:
        return "这是技术管理账号，只能在技术管理里办理。"
    held = Post.objects.filter(user=user).filter(not_ended()).select_related("area", "role")
    if not all(may_hand_out(actor, post.role, post.area) for post in held):
        return "此人还有您不能管理的任职，请联系上级管理员。"
    return ""


def _mine(actor: User, user: User) -> User:
    """The user locked, within the actor's territory. Raises NotFound outside it, NotAllowed where `why_not`
    has a reason."""
    if not people_within(actor).filter(pk=user.pk).exists():
        raise NotFound("没有找到这个人，或他不在您的辖区。")
    locked = User.objects.select_for_update().get(pk=user.pk)
    if reason := why_not(actor, locked):
        raise NotAllowed(reason)
    return locked


@transaction.atomic
def give_post(
    *,
    actor: User,
    user: User,
    area: Area,
    role: Role,
    unit: Unit | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Post:
    """The user holds the role in the area from `starts_on` (today) on. The same post again is the same row.

    Raises NotFound outside the actor's territory, NotAllowed for himself or a role that he may not hand out,
    InvalidInput where the days or the unit do not fit.
    """
    if user.pk == actor.pk:
        raise NotAllowed("不能给自己任职，请另一位管理员办理。")
    if user.posts.exists() and not people_within(actor).filter(pk=user.pk).exists():
        raise NotFound("没有找到这个人，或他不在您的辖区。")
    if not covers(actor, MANAGE, area):
        raise NotFound("没有找到这个区域，或它不在您的辖区。")
    if not may_hand_out(actor, role, area):
        raise NotAllowed(f"“{role.label}”含有您没有的管理权限，请联系上级管理员。")
    starts_on = starts_on or today()
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput("结束日期不能早于开始日期。", field="ends_on")
    if unit is not None and not (
        unit.area.path.startswith(area.path) or area.path.startswith(unit.area.path)
    ):
        raise InvalidInput("这个单位不在所选区域，请重选。", field="unit")
    with pghistory.context(actor=actor.pk, action="give_post"):
        post, _ = Post.objects.get_or_create(
            user=user, area=area, unit=unit, role=role, starts_on=starts_on, defaults={"ends_on": ends_on}
        )
    return post


@transaction.atomic
def end_post(*, actor: User, post: Post, last_day: date | None = None) -> Post:
    """The post's last day (yesterday where none is named, so that it ends at the next request). Repeating
    changes nothing.

    A post that began today or later and ends before it began was never held: its row goes, its history stays.
    """
    found = Post.objects.select_for_update(of=("self",)).select_related("area", "role").filter(pk=post.pk)
    locked = found.first()
    if locked is None or not covers(actor, MANAGE, locked.area):
        raise NotFound("没有找到这项任职，或它不在您的辖区。")
    if locked.user_id == actor.pk:
        raise NotAllowed("不能结束自己的任职，请另一位管理员办理。")
    if not may_hand_out(actor, locked.role, locked.area):
        raise NotAllowed(f"“{locked.role.label}”含有您没有的管理权限，请联系上级管理员。")
    last_day = last_day or today() - timedelta(days=1)
    if locked.ends_on is not None and locked.ends_on <= last_day:
        return locked
    with pghistory.context(actor=actor.pk, action="end_post"):
        if last_day < locked.starts_on:
            locked.delete()
        else:
            locked.ends_on = last_day
            locked.save(update_fields=["ends_on"])
    return locked


@transaction.atomic
def add_person(
    *,
    actor: User,
    username: str,
    name: str,
    area: Area,
    role: Role,
    unit: Unit | None = None,
    phone: str = "",
    starts_on: date | None = None,
) -> tuple[User, str]:
    """A new account with its first post; returns the first password, to be told once. Raises Conflict: name
    taken."""
    user, password = accounts.add_user(actor=actor, username=username, name=name, phone=phone)
    give_post(actor=actor, user=user, area=area, role=role, unit=unit, starts_on=starts_on)
    return user, password


@transaction.atomic
def deactivate(*, actor: User, user: User) -> None:
    """Nobody signs in with the account, no key of it works, from the next request on; its posts stay as they
    are."""
    accounts.set_active(actor=actor, user=_mine(actor, user), active=False)


@transaction.atomic
def activate(*, actor: User, user: User) -> None:
    """Open the account again."""
    accounts.set_active(actor=actor, user=_mine(actor, user), active=True)


@transaction.atomic
def reset_password(*, actor: User, user: User) -> str:
    """A new first password, to be told once; sessions end at their next request."""
    return accounts.reset_password(actor=actor, user=_mine(actor, user))


@transaction.atomic
def reset_second_factor(*, actor: User, user: User) -> None:
    """Forget the user's phone and recovery codes, after the administrator has made sure who asks."""
    locked = _mine(actor, user)
    with pghistory.context(actor=actor.pk, action="reset_second_factor"):
        second_factor.reset(user=locked)
        locked.session_round += 1
        locked.save(update_fields=["session_round"])


def roles_to_give(actor: User) -> list[Role]:
    """The roles that the actor may hand out somewhere."""
    areas = [post.area for post in posts_of(actor) if MANAGE in post.role.rights]
    return [role for role in Role.objects.order_by("id") if any(may_hand_out(actor, role, a) for a in areas)]
