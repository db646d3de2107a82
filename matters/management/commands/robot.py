"""Group robots on the command line, so that their secrets are never on a page or in a process list."""

import sys
from typing import Any

from django.core.management.base import CommandParser

from grids.models import Area
from matters.models import Robot
from matters.robots import add_robot, set_active, try_out
from matters.wording import KINDS
from shared.commands import JsonCommand
from shared.errors import InvalidInput, NotFound


class Command(JsonCommand):
    """`manage.py robot add|list|off|on|test …`; `add` reads the address (and 加签 secret) from its input."""

    help = "Group robots (WeCom, DingTalk, Feishu) of areas: add, list, off, on, test."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which robot."""
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser(
            "add", help="address or token on the first line of input, secret on the second"
        )
        add.add_argument("--area", required=True, help="name of the street, village or grid")
        add.add_argument("--channel", required=True, choices=[channel.value for channel in Robot.CHANNELS])
        add.add_argument("--name", required=True, help="name of the group")
        add.add_argument("--kinds", nargs="*", default=[], help="kinds of notices; none = all")
        actions.add_parser("list")
        for action in ("off", "on", "test"):
            actions.add_parser(action).add_argument("robot", type=int)

    def run(self, **options: Any) -> dict[str, Any]:
        """What came of it."""
        action = options["action"]
        if action == "add":
            return _add(options)
        if action == "list":
            rows = Robot.objects.order_by("id").values(
                "id", "area__name", "channel", "name", "kinds", "is_active"
            )
            return {"robots": list(rows)}
        robot = Robot.objects.filter(pk=options["robot"]).first()
        if robot is None:
            raise NotFound("没有这个机器人，请用 robot list 查编号。")
        if action == "test":
            return {"notice": try_out(robot=robot).pk}
        set_active(robot=robot, active=action == "on")
        return {"robot": robot.pk, "active": robot.is_active}


def _add(options: dict[str, Any]) -> dict[str, Any]:
    areas = list(Area.objects.filter(name=options["area"], is_active=True)[:2])
    if len(areas) != 1:
        raise NotFound(f"没有（或不止一个）叫“{options['area']}”的区域。")
    if unknown := sorted(set(options["kinds"]) - set(KINDS)):
        raise InvalidInput(f"没有这种通知：{'、'.join(unknown)}。有：{'、'.join(KINDS)}。", field="kinds")
    address, _, secret = sys.stdin.read().strip().partition("\n")
    robot = add_robot(
        area=areas[0],
        channel=options["channel"],
        name=options["name"],
        address=address,
        secret=secret,
        kinds=tuple(options["kinds"]),
    )
    return {"robot": robot.pk, "area": areas[0].name, "channel": robot.channel}
