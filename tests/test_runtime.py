"""The supervised start: what dies is started again or ends the whole, and nothing outlives its end."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
DRIVER = """
import sys
from pathlib import Path
from tools.supervisor import Child, Supervisor, recover
var = Path(sys.argv[1])
supervisor = Supervisor(var, lambda text: print(text, flush=True), patience=3, grace=1.0)
supervisor.listen()
print("recovered", recover(var, grace=0.5), flush=True)
supervisor.start([Child(f"child{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])])
print("started", *[child.process.pid for child in supervisor.children], flush=True)
problem = supervisor.run(lambda: None)
supervisor.end()
print("ended", flush=True)
sys.exit(problem)
"""
SLEEPER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
STUBBORN = f"{DEAF}; print('up', flush=True); time.sleep(600)"
PARENT = (
    f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); time.sleep(600)"
)


def until(reached: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Wait for a state, not for a time."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pid: int) -> list[int]:
    """A process and all it started."""
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


class Driven:
    """A supervisor in a process of its own."""

    def __init__(self, var: Path, *codes: str) -> None:
        self.var = var
        self.out = var / "out.txt"
        with self.out.open("ab") as out:
            command = [sys.executable, "-c", textwrap.dedent(DRIVER), str(var), *codes]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)

    def said(self, word: str) -> bool:
        return word in self.out.read_text()

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    started: list[Driven] = []

    def start(*codes: str) -> Driven:
        started.append(driven := Driven(tmp_path, *codes))
        until(lambda: driven.said("started") or driven.process.poll() is not None, "start")
        return driven

    yield start
    for driven in started:
        if driven.process.poll() is None:
            for pid in family(driven.process.pid):
                os.kill(pid, signal.SIGKILL)
            driven.process.wait()


def test_a_killed_child_is_started_again(drive: Callable[..., Driven]) -> None:
    driven = drive(SLEEPER, SLEEPER)
    first, other = (child.pid for child in driven.children())
    os.kill(first, signal.SIGKILL)
    until(lambda: len(driven.children()) == 2 and first not in [c.pid for c in driven.children()], "restart")
    assert other in [child.pid for child in driven.children()]
    assert driven.said("child0 意外退出（-9）")


def test_a_child_that_keeps_dying_stops_the_whole_and_names_its_log(drive: Callable[..., Driven]) -> None:
    driven = drive(SLEEPER, "import sys; sys.exit('the reason')")
    others = family(driven.process.pid)[1:]
    assert driven.process.wait(20) == 1
    assert driven.said("child1 在 60 秒内退出了 3 次")
    assert driven.said(str(driven.var / "log" / "child1.log"))
    assert driven.said("the reason")
    assert not any(map(alive, others))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_end_takes_grandchildren_and_the_deaf_along(drive: Callable[..., Driven], number: int) -> None:
    driven = drive(STUBBORN, PARENT)
    until(lambda: len(family(driven.process.pid)) == 4, "grandchild")
    until(lambda: (driven.var / "log" / "child1.log").read_text() == "up\n", "grandchild deaf")
    everybody = family(driven.process.pid)
    driven.process.send_signal(number)
    assert driven.process.wait(10) == 0
    assert not any(map(alive, everybody))


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel tells children of their parent's death on Linux only"
)
def test_children_end_with_a_killed_supervisor(drive: Callable[..., Driven]) -> None:
    driven = drive(SLEEPER, SLEEPER)
    children = family(driven.process.pid)[1:]
    driven.process.kill()
    driven.process.wait()
    until(lambda: not any(map(alive, children)), "children gone")


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="what a killed supervisor left is found through /proc, which only Linux has",
)
def test_the_next_start_clears_what_a_killed_supervisor_left(drive: Callable[..., Driven]) -> None:
    driven = drive(STUBBORN)
    until(lambda: (driven.var / "log" / "child0.log").read_text() == "up\n", "child deaf")
    (child,) = family(driven.process.pid)[1:]
    driven.process.kill()
    driven.process.wait()
    assert alive(child)
    again = drive(SLEEPER)
    until(lambda: again.said("recovered 1"), "recovery")
    assert not alive(child)


def serve(var: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`make run` behind the bootstrap, where it is expected to refuse."""
    return subprocess.run(
        [sys.executable, "-m", "tools.serve"],
        cwd=ROOT,
        env={**os.environ, "CHENGDONG_VAR": str(var), "PYTHONUTF8": "1", "DATABASE_URL": "", **env},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_taken_port_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = serve(tmp_path, PORT=str(port))
    assert result.returncode == 1
    assert f"端口 {port} 已被占用" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    ("env", "words"),
    [({"PORT": "none"}, "PORT=none 不是端口号"), ({"HOST": "192.0.2.1"}, "不能在 192.0.2.1:8000 上监听")],
)
def test_a_wrong_address_is_refused_in_words(tmp_path: Path, env: dict[str, str], words: str) -> None:
    result = serve(tmp_path, **env)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_second_start_in_the_same_folder_says_so(tmp_path: Path) -> None:
    with (tmp_path / "serve.lock").open("w") as lock:
        lock.write("http://127.0.0.1:8000/ （进程 1）")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = serve(tmp_path)
    assert result.returncode == 1
    assert "已在运行" in result.stderr
    assert "http://127.0.0.1:8000/" in result.stderr


def test_a_database_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        result = serve(
            tmp_path, PORT=free_port(), DATABASE_URL=f"postgresql://u:secret@127.0.0.1:{port}/none"
        )
    assert result.returncode == 1
    assert "连不上数据库，请检查 DATABASE_URL" in result.stderr
    assert "secret" not in result.stderr + result.stdout


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
