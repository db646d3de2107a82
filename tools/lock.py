"""`make lock`: refresh the pinned packages; the lock files name no registry, so that any mirror will do."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.bootstrap import npm

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    *(
        sys.executable,
        "-m",
        "piptools",
        "compile",
        "--quiet",
        "--upgrade",
        "--allow-unsafe",
        "--strip-extras",
    ),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
]


def main() -> None:
    """Python's three lock files, then npm's."""
    for name in ("requirements", "requirements-dev", "requirements-node"):
        command = [*COMPILE, "--output-file", f"{name}.txt", f"{name}.in"]
        env = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make lock"}
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    with tempfile.TemporaryDirectory() as cache:
        options = [
            "--package-lock-only",
            "--ignore-scripts",
            "--omit-lockfile-registry-resolved",
            "--no-audit",
        ]
        command_npm = [*map(str, npm()), "install", *options]
        subprocess.run(command_npm, cwd=ROOT, env={**os.environ, "npm_config_cache": cache}, check=True)


if __name__ == "__main__":
    main()
