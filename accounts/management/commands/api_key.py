"""Make a key for a program."""

from typing import Any

from django.core.management.base import CommandParser

from accounts import workflow
from accounts.models import User
from shared.commands import JsonCommand
from shared.errors import NotFound


class Command(JsonCommand):
    """`manage.py api_key USER [--name N --days D]`: prints the key once, in the last line's `key`."""

    help = "Make an API key for a user; it is printed once and kept only as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        """USER, --name, --days."""
        parser.add_argument("user", help="username")
        parser.add_argument("--name", default="接口", help="what the key is for, as /me/ shows it")
        parser.add_argument("--days", type=int, default=workflow.KEY_DAYS, help="days until it expires")

    def run(self, **options: Any) -> dict[str, Any]:
        """The key and when it expires."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise NotFound(f"没有用户名为“{options['user']}”的账号，请核对后重试。")
        key, text = workflow.issue_key(user=user, name=options["name"], days=options["days"])
        return {"created": 1, "user": user.username, "name": key.name, "expiry": key.expiry, "key": text}
