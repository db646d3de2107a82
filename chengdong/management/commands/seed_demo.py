"""Build the demo street."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from chengdong.demo.build import build
from chengdong.demo.people import PASSWORD
from chengdong.demo.plan import DAYS, Plan, read
from shared.commands import JsonCommand
from shared.dates import today


class Command(JsonCommand):
    """`manage.py seed_demo`: same seed and day, same rows; never in production or beside real data."""

    help = "Build the demo street: areas, people, key places and persons, visits, incidents, hazards."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, from when to when, and whether an earlier demo may go."""
        parser.add_argument("--scale", type=int, default=1, help="number of streets (1 = Chengdong alone)")
        parser.add_argument("--years", type=float, help=f"years of history (default: {DAYS} days)")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--until", type=date.fromisoformat, help="the demo's today (default: today)")
        parser.add_argument("--reset", action="store_true", help="throw an earlier demo away first")

    def run(self, **options: Any) -> dict[str, Any]:
        """Counts of rows, after a word on how to sign in."""
        days = round(options["years"] * 365) if options["years"] else DAYS
        plan = Plan(options["seed"], options["until"] or today(), days, options["scale"], timezone.now())
        counts = build(plan, reset=options["reset"])
        names = " ".join(read("street")["accounts"])
        self.stdout.write(f"演示账号：{names}；密码 {PASSWORD}（program 只用接口密钥，没有密码）。")
        self.stdout.write("演示数据已取消各角色的动态口令要求；正式环境由 load_reference 按角色要求。")
        return counts
