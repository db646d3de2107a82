"""Group robots: added, tested, switched off and on by the command line, which alone handles their secrets."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.db import transaction

from grids.models import Area
from matters.channels.robots import plugin
from matters.models import Notice, Robot
from shared.errors import Conflict, InvalidInput


def token_of(address: str) -> str:
    """The secret part of what a group's settings show: its whole address, or the token alone."""
    found = urlsplit(address.strip())
    if not found.scheme:
        return address.strip()
    asked = parse_qs(found.query)
    return (asked.get("key") or asked.get("access_token") or [found.path.rstrip("/").rpartition("/")[2]])[0]


@transaction.atomic
def add_robot(
    *, area: Area, channel: str, name: str, address: str, secret: str = "", kinds: tuple[str, ...] = ()
) -> Robot:
    """A robot for an area's group; the same name again gets the new address.

    Raises InvalidInput for a token that this channel's robots cannot have.
    """
    robot = Robot.objects.select_for_update().filter(area=area, channel=channel, name=name).first()
    robot = robot or Robot(area=area, channel=channel, name=name)
    robot.token, robot.secret, robot.kinds, robot.is_active = (
        token_of(address),
        secret.strip(),
        list(kinds),
        True,
    )
    if robot.secret and channel == Notice.Channel.WECOM:
        raise InvalidInput("企业微信群机器人没有加签密钥，只填地址就行。", field="secret")
    try:
        plugin(robot)
    except TypeError as error:
        raise InvalidInput("这不像是群机器人的地址或密钥，请从群设置里重新复制。", field="token") from error
    robot.save()
    return robot


@transaction.atomic
def set_active(*, robot: Robot, active: bool) -> None:
    """Switch a robot off or on. Safe to repeat; what waits for one that is off fails, in words."""
    Robot.objects.filter(pk=robot.pk).update(is_active=active)
    robot.is_active = active


@transaction.atomic
def try_out(*, robot: Robot) -> Notice:
    """One message to the group, now, by the outbox. Raises Conflict for a robot that is off."""
    if not robot.is_active:
        raise Conflict("这个机器人已停用，请先启用。")
    return Notice.objects.create(
        source=f"robot-test:{uuid4()}",
        robot=robot,
        channel=robot.channel,
        kind="test",
        urgency=Notice.Urgency.NOW,
        subject="测试消息",
        body=f"{robot.area.name}的通知会发到这个群。",
    )
