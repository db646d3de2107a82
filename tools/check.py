"""`make check`: what CI runs; every check is run whatever the others found, the tests last."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {
    "CHENGDONG_ENV": "production",
    "CHENGDONG_DEBUG": "",
    "SECRET_KEY": "for-check-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "FIELD_KEY": "0123456789abcdef" * 4,
    "INDEX_KEY": "fedcba9876543210" * 4,
    "ALLOWED_HOSTS": "portal.example",
    "PUBLIC_URL": "https://portal.example",
    "DATABASE_URL": "postgresql://portal@db.example/portal",
    "REDIS_URL": "redis://redis.example/0",
}
"""A production's environment for `check --deploy`, which connects to nothing."""


@dataclass(frozen=True)
class Check:
    """A command, and what its environment has beyond ours."""

    name: str
    command: list[str]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> tuple["Check", int, str, float]:
        """Run to the end; what it said is shown where it fails."""
        began = time.monotonic()
        done = subprocess.run(
            self.command,
            cwd=ROOT,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return self, done.returncode, done.stdout, time.monotonic() - began


def tool(name: str, *arguments: str) -> list[str]:
    """A program of the environment that we run in."""
    return [str(BIN / name), *arguments]


CHECKS = [
    Check("types", tool("mypy")),
    Check("lint", tool("ruff", "check", "--output-format", "concise", ".")),
    Check("format", tool("ruff", "format", "--check", ".")),
    Check("imports", tool("lint-imports", "--cache-dir", "var/cache/imports")),
    Check("templates", tool("djlint", "templates", "--lint")),
    Check("migrations", tool("python", "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("deploy", tool("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    Check("packages", tool("python", "-m", "pip", "check")),
]


def main() -> None:
    """All checks, two at a time; then the tests, the browser's among them."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for check, code, said, seconds in pool.map(Check.run, CHECKS):
            print(f"{'ok  ' if code == 0 else 'FAIL'} {check.name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(check.name)
                print(said, flush=True)
    if failed:
        print(f"FAILED before the tests: {', '.join(failed)}", flush=True)
    tests = [
        sys.executable,
        "-m",
        "pytest",
        "-o",
        "cache_dir=var/cache/pytest",
        "-n",
        "2",
        "--dist",
        "worksteal",
        "-q",
    ]
    code = subprocess.run(
        [*tests, *sys.argv[1:]], cwd=ROOT, env={**os.environ, "CHENGDONG_NEED_BROWSER": "1"}, check=False
    ).returncode
    sys.exit(code or bool(failed))


if __name__ == "__main__":
    main()
