"""Brings the database and the static files of a checkout up to date before the portal starts."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import redis
from django.conf import settings
from django.contrib.auth.hashers import is_password_usable
from django.core.management import call_command
from django.db import OperationalError, connection

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Migrate, load reference rows, gather static files, and fill an empty database with the demo street."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengdong.settings")
    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        sys.exit(f"连不上数据库，请检查 DATABASE_URL：{error}")
    if settings.REDIS_URL:
        try:
            redis.from_url(settings.REDIS_URL).ping()
        except redis.RedisError as error:
            sys.exit(f"连不上 Redis，请检查 REDIS_URL：{error}")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference")
    gather_static()
    if not settings.PRODUCTION and street_is_empty():
        print("第一次运行：生成演示街道 …", flush=True)
        call_command("seed_demo")
    (settings.VAR / "welcome.txt").write_text(welcome())


def street_is_empty() -> bool:
    """Whether nobody has put a person or an area in yet."""
    from accounts.models import User  # noqa: PLC0415 - needs django.setup()
    from grids.models import Area  # noqa: PLC0415

    return not User.objects.exists() and not Area.objects.exists()


def sources() -> Iterator[Path]:
    """All files that collectstatic would take from this checkout."""
    for folder in (ROOT / "static", settings.VAR / "vendor"):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def gather_static() -> None:
    """collectstatic, unless nothing changed since the last time."""
    found = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sources():
        seen = path.stat()
        found.update(f"{path}|{seen.st_size}|{seen.st_mtime_ns}\n".encode())
    stamp = settings.VAR / "static.stamp"
    if stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    print("整理静态文件 …", flush=True)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(found.hexdigest())


def welcome() -> str:
    """Where the portal is and who can sign in; shown by tools/serve.py once the portal answers."""
    from accounts.models import User  # noqa: PLC0415 - needs django.setup()
    from chengdong.demo.people import PASSWORD  # noqa: PLC0415
    from chengdong.demo.plan import read  # noqa: PLC0415

    lines = [f"城东街道社会治理平台已就绪：{settings.PUBLIC_URL}"]
    if not settings.PRODUCTION:
        demo = User.objects.filter(username__in=read("street")["accounts"]).exclude(posts=None).order_by("pk")
        rows = demo.values_list("username", "name", "posts__role__label", "posts__area__name", "password")
        who = [
            f"  {login:<10} {name}　{role}（{area}）"
            for login, name, role, area, password in rows
            if is_password_usable(password)
        ]
        lines += [f"演示账号，密码都是 {PASSWORD}：", *who] if who else []
    return "\n".join([*lines, f"日志：{settings.VAR / 'log'}　停止：Ctrl-C"])


if __name__ == "__main__":
    main()
