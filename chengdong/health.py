"""Whether the portal lives, is ready for work, and how it does: for supervisors, load balancers and
Prometheus."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.db import Error as DatabaseGone
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from kombu import Connection
from kombu.exceptions import OperationalError

from grids.scope import public
from shared.addresses import from_this_machine
from shared.problems import problem

WORKS = "正常"
BROKER_SECONDS = 2
MIGRATIONS_SECONDS = 5
_lately = {"migrations": (float("-inf"), "")}


@public("进程是否活着；不含任何数据")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; the database is not asked, so that a database fault does not restart every web
    process."""
    return JsonResponse({"status": "ok"})


@public("各部件是否可用；只有部件名和好坏")
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where database, migrations and broker are all in order, else 503; each part says in words what is
    wrong."""
    told = {name: check() for name, check in PARTS.items()}
    ready = all(word == WORKS for word in told.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "parts": told}, status=200 if ready else 503
    )


@public("运行指标；凭 METRICS_TOKEN 或只限本机")
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text for a bearer of METRICS_TOKEN; without a token set, only for a caller on this
    machine."""
    if not may_read_metrics(request):
        answer = problem(401, "请用 METRICS_TOKEN 作为 Bearer 令牌，或从本机读取。")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    exported: HttpResponse = ExportToDjangoView(request)
    return exported


def may_read_metrics(request: HttpRequest) -> bool:
    """Compares in constant time."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    return from_this_machine(request)


def database() -> str:
    """A query is answered."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseGone:
        return "数据库连不上：请检查 DATABASE_URL 和数据库服务"
    return WORKS


def migrations() -> str:
    """The schema is the one that this code was written for."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseGone:
        return "数据库连不上，无法核对结构"
    return f"有 {len(waiting)} 个数据库变更没有执行：请运行 manage.py migrate" if waiting else WORKS


def migrations_lately() -> str:
    """The answer of `migrations`, at most MIGRATIONS_SECONDS old: anybody may ask, and each answer
    reads all migrations from disk and table."""
    now = monotonic()
    asked, word = _lately["migrations"]
    if now - asked >= MIGRATIONS_SECONDS:
        word = migrations()
        _lately["migrations"] = now, word
    return word


def broker() -> str:
    """A message could be handed over: Redis answers, or the folder can be written."""
    if not settings.REDIS_URL:
        folder = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
        return (
            WORKS if os.access(folder, os.W_OK | os.X_OK) else f"队列目录 {folder.name} 不能写入：请检查权限"
        )
    try:
        with Connection(settings.REDIS_URL, connect_timeout=BROKER_SECONDS) as link:
            link.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return "消息队列连不上：请检查 REDIS_URL 和 Redis 服务"
    return WORKS


PARTS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations_lately,
    "broker": broker,
}
