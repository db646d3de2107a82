"""The seeded street or streets that a size is measured on, and who asks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from knox.models import get_token_model

from accounts.models import User
from bench.statements import AUDIT
from chengdong.demo.build import build, own_tables
from chengdong.demo.plan import Plan
from grids.models import Area, Post, Role, Target
from shared.dates import today


@dataclass(frozen=True)
class Stage:
    """What cases need to know."""

    counts: dict[str, Any]
    grids: int
    streets: list[Area]
    grid: Area
    visitor: User
    """Logs visits all over the first street."""
    targets: list[int]

    def cookie(self, username: str) -> dict[str, str]:
        """A signed-in browser's header."""
        client = Client()
        client.force_login(
            User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
        )
        return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())}

    def key(self, username: str) -> dict[str, str]:
        """A program's header."""
        _, key = get_token_model().objects.create(
            user=User.objects.get(username=username), expiry=timedelta(days=1)
        )
        return {"Authorization": f"Token {key}"}


def build_stage(*, streets: int, history: timedelta) -> Stage:
    """Seed anew; the last day of the history is yesterday."""
    plan = Plan(seed=1, until=today(), days=history.days, streets=streets)
    counts = build(plan, reset=User.objects.exists())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_audit")
        cursor.execute(AUDIT)
        cursor.execute(f"VACUUM ANALYZE {own_tables()}")
    visitor = User.objects.create(username="bench", name="测速示例", is_demo=True)
    roots = list(Area.objects.filter(level=Area.Level.STREET).order_by("id"))
    Post.objects.create(user=visitor, area=roots[0], role=Role.objects.get(code="village_officer"))
    worker = Post.objects.select_related("area").get(user__username="worker")
    due = Target.objects.filter(grid__path__startswith=roots[0].path, is_active=True, suspended_on=None)
    return Stage(
        counts=counts,
        grids=Area.objects.filter(level=Area.Level.GRID).count(),
        streets=roots,
        grid=worker.area,
        visitor=visitor,
        targets=list(due.order_by("due_on", "id").values_list("id", flat=True)),
    )
