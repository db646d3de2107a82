"""Runs a set of programs as one: a dead one is started again, and the end takes everything along."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
MARK = "CHENGDONG_SUPERVISOR"
"""Variable that all our processes carry: how the next start finds what a killed supervisor left behind."""
LOG_LIMIT = 5_000_000


@dataclass
class Child:
    """One program; `deaths` are the moments it ended without being asked."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    due: float = 0.0


class Stopped(Exception):
    """Somebody asked for the end while something was under way."""


class Supervisor:
    """Starts children in process groups of their own, watches them, ends them.

    patience: deaths within `window` seconds after which the whole is given up.
    grace: seconds between TERM and KILL, so that all is over within 10 s, the database included.
    """

    def __init__(
        self,
        var: Path,
        say: Callable[[str], None],
        *,
        patience: int = 5,
        window: float = 60.0,
        grace: float = 4.0,
    ) -> None:
        self.var = var
        self.say = say
        self.patience = patience
        self.window = window
        self.grace = grace
        self.children: list[Child] = []
        self.asked = 0
        (var / "log").mkdir(parents=True, exist_ok=True)

    def listen(self) -> None:
        """Take Ctrl-C, TERM and a closed terminal as the wish to end; the second one means now."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked += 1

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.var / "log" / f"{name}.log"

    def spawn(self, child: Child, *, quiet: bool = True) -> None:
        """Start a child; on Linux it is told to end should we be killed."""
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        parent = os.getpid()

        def end_with_us() -> None:
            if libc:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:  # we died between fork and prctl
                    os._exit(1)

        log = self.log(child.name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.rename(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=out if quiet else None,
                stderr=out if quiet else None,
                env={**os.environ, **child.env, MARK: str(self.var)},
                start_new_session=True,
                preexec_fn=end_with_us,
            )

    def step(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Run a program to its end, its output on our screen; Stopped if the end is asked for meanwhile."""
        child = Child(name, command, env)
        self.spawn(child, quiet=False)
        assert child.process  # noqa: S101 - for the type checker
        while child.process.poll() is None:
            if self.asked:
                self._end([child])
                raise Stopped
            time.sleep(0.02)
        return child.process.returncode

    def start(self, children: Sequence[Child]) -> None:
        """Start all."""
        self.children = list(children)
        for child in self.children:
            self.spawn(child)

    def watch(self) -> str | None:
        """One look at all: None, or why the whole must end."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.due:
                    self.spawn(child)
                continue
            code = child.process.poll()
            if code is None:
                continue
            _signal_group(child.process.pid, signal.SIGKILL)  # what it may have left behind
            child.process = None
            child.deaths = [*(t for t in child.deaths if now - t < self.window), now]
            if len(child.deaths) >= self.patience:
                return (
                    f"{child.name} 在 {self.window:.0f} 秒内退出了 {len(child.deaths)} 次"
                    f"（最后的退出码 {code}），整个平台停止。"
                    f"原因见日志 {self.log(child.name)}：\n{self.tail(child.name)}"
                )
            wait = min(0.5 * 2 ** (len(child.deaths) - 1), 8.0)
            child.due = now + wait
            self.say(f"{child.name} 意外退出（{code}），{wait:g} 秒后重启；日志 {self.log(child.name)}")
        return None

    def run(self, each_round: Callable[[], str | None]) -> str | None:
        """Watch until somebody asks for the end (None), or a child or `each_round` says why it must be."""
        while not self.asked:
            if problem := self.watch() or each_round():
                return problem
            time.sleep(0.1)
        return None

    def tail(self, name: str, lines: int = 8) -> str:
        """The end of a child's log."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])

    def end(self) -> None:
        """End all children with their groups: TERM, then after the grace, or when asked again, KILL."""
        self._end(self.children)

    def _end(self, children: Sequence[Child]) -> None:
        left = [child.process for child in children if child.process]
        for process in left:
            _signal_group(process.pid, signal.SIGTERM)
        asked, deadline = self.asked, time.monotonic() + self.grace
        while any(p.poll() is None for p in left) and time.monotonic() < deadline:
            if self.asked > max(asked, 1):
                break
            time.sleep(0.02)
        for process in left:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def left_behind(var: Path) -> list[int]:
    """Processes that an earlier supervisor of this folder started and that outlived it (Linux only)."""
    found = []
    mark = f"{MARK}={var}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]


def recover(var: Path, grace: float = 4.0) -> int:
    """End what is left behind, if anything; how many there were."""
    first = left = left_behind(var)
    deadline = time.monotonic() + grace
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while (left := left_behind(var)) and time.monotonic() < deadline + 4:
        if time.monotonic() > deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return len(first)
