"""`make run`: web server, Celery worker, Celery beat and the database where none is named, as one."""

import contextlib
import errno
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from chengdong import embedded
from tools.supervisor import Child, Stopped, Supervisor, recover

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


class CannotServe(Exception):
    """Why the portal cannot be started here, in words for whoever typed `make run`."""


def say(text: str) -> None:
    """A line for whoever waits."""
    print(text, flush=True)


def main() -> None:
    """Start everything, watch it, end it; exit code 0 if the end was asked for."""
    var = Path(os.environ.get("CHENGDONG_VAR") or ROOT / "var").resolve()
    host = os.environ.get("HOST") or "127.0.0.1"
    supervisor = Supervisor(var, say)
    supervisor.listen()
    try:
        port = port_number(os.environ.get("PORT") or "8000")
        with only_one(var, f"http://{host}:{port}/"):
            if number := recover(var):
                say(f"上次没有正常结束：清理了 {number} 个残留进程。")
            refuse_taken_port(host, port)
            try:
                problem = serve(supervisor, var, host, port)
            finally:
                say("正在停止 …")
                supervisor.end()
                embedded.stop(var)
    except Stopped:
        problem = None
    except (CannotServe, embedded.EmbeddedDatabaseError) as error:
        sys.exit(str(error))
    say("已全部停止。")
    if problem:
        sys.exit(problem)


def port_number(text: str) -> int:
    """PORT as a number."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotServe(f"PORT={text} 不是端口号（应在 1 到 65535 之间）。")
    return int(text)


@contextlib.contextmanager
def only_one(var: Path, address: str) -> Iterator[None]:
    """Hold the checkout's lock; the kernel frees it however we end."""
    with (var / "serve.lock").open("a+") as lock:
        lock.seek(0)
        running = lock.read().strip()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"平台已在运行（already running）：{running}。"
                "同一份代码只能运行一个；请先在那边按 Ctrl-C，或换一个 CHENGDONG_VAR。"
            ) from None
        lock.truncate(0)
        lock.write(f"{address} （进程 {os.getpid()}）")
        lock.flush()
        yield


def refuse_taken_port(host: str, port: int) -> None:
    """Ask the system before anything is started."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"端口 {port} 已被占用（port {port} is already in use）。"
                f"请停掉占用它的程序，或换一个端口：make run PORT={port + 1 if port < 65535 else 8000}"
            ) from error
        raise CannotServe(f"不能在 {host}:{port} 上监听：{error.strerror}。请检查 HOST 和 PORT。") from error


def environment(var: Path, host: str, port: int) -> dict[str, str]:
    """What the children need beyond our own environment."""
    shown = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
    env = {"PUBLIC_URL": f"http://{shown}:{port}", "CHENGDONG_VAR": str(var), "PYTHONUNBUFFERED": "1"}
    if host in ANYWHERE:
        env["ALLOWED_HOSTS"] = (
            "*"  # a demonstration for other devices in the room: the name they use is not known
        )
    elif host not in LOOPBACK:
        env["ALLOWED_HOSTS"] = f"{host},127.0.0.1,localhost"
    return {name: os.environ.get(name) or value for name, value in env.items()}


def programs(host: str, port: int, env: dict[str, str]) -> list[Child]:
    """One web server with threads, one worker, exactly one beat."""
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "3"]
    celery = [python, "-m", "celery", "-A", "chengdong"]
    worker = [
        *celery,
        "worker",
        "-P",
        "threads",
        "-c",
        "2",
        "-l",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = [*celery, "beat", "-l", "INFO", "--pidfile="]
    return [
        Child("web", [*web, "chengdong.wsgi:application"], env),
        Child("worker", [*worker, "--without-heartbeat"], env),
        Child("beat", beat, env),
    ]


def serve(supervisor: Supervisor, var: Path, host: str, port: int) -> str | None:
    """Database, preparation, children; returns why it ended if nobody asked for it."""
    env = environment(var, host, port)
    private = not os.environ.get("DATABASE_URL")
    if private:
        say("启动数据库 …")
        embedded.ensure_running(var)
    say("检查数据库和静态文件 …")
    if supervisor.step("prepare", [sys.executable, "-m", "tools.prepare"], env):
        raise CannotServe("准备没有完成，原因见上。修正后再运行一次 make run 即可。")
    supervisor.start(programs(host, port, env))
    announced = False

    def each_round() -> str | None:
        nonlocal announced
        if private and not embedded.running(var):
            say("数据库意外退出，重新启动。")
            embedded.stop(var)
            embedded.ensure_running(var)
        if not announced and answers(host, port):
            announced = True
            say(f"\n{(var / 'welcome.txt').read_text()}\n")
        return None

    return supervisor.run(each_round)


def answers(host: str, port: int) -> bool:
    """Whether the web server takes requests, whatever it says to this one."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = HTTPConnection(reach, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    main()
