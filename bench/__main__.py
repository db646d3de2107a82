"""`python -m bench`: a database of its own, measurements in a process of their own, nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.sql import SQL, Identifier

from chengdong import embedded


def server_url() -> str:
    """The PostgreSQL of `DATABASE_URL`, else the private one, started where it is not running."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    var = Path(os.environ.get("CHENGDONG_VAR") or Path(__file__).resolve().parent.parent / "var").resolve()
    embedded.ensure_running(var)
    return embedded.url(var)


def main() -> int:
    """The exit code of the measurements: 0 also where a goal is missed, which the lines say."""
    url, name = server_url(), f"bench_{os.getpid()}"
    server = psycopg2.connect(url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        parts = urlsplit(url)
        environment = {**os.environ, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        return subprocess.run([sys.executable, "-m", "bench.run", *sys.argv[1:]], env=environment).returncode
    finally:
        with server.cursor() as cursor:
            cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
        server.close()


if __name__ == "__main__":
    sys.exit(main())
