"""Keeps the private PostgreSQL: starts it, waits until nobody uses it, stops it.

Run by embedded.py. Standard library only, nothing of the project: it runs isolated (`python -I`) and
outlives whoever started it.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OPTIONS = ("listen_addresses=", "unix_socket_permissions=0700", "max_wal_size=2GB", "timezone=UTC")
RESTARTS = 5
PR_SET_PDEATHSIG = 1


class KeeperError(RuntimeError):
    """The server cannot be started or kept; goes to the log, whose end the starter shows."""


class Keeper:
    """One cluster and its server; the locks are those that embedded.py describes."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.folder = Path(order["folder"])
        self.data = self.folder / "data"
        self.socket = Path(order["socket"])
        self.programs = Path(order["programs"])
        self.database: str = order["database"]
        self.owner: list[int] | None = order["owner"]
        self.stop_seconds: float = order["stop_seconds"]
        self.tell: int = order["tell"]
        self.server: subprocess.Popen[bytes] | None = None
        self.ending = False

    def run(self) -> None:
        """The whole life. keeper.lock is given back first: who then gets users.lock must find it free."""
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        kept = os.open(self.folder / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
        users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            self._end_orphan()
            self._create_cluster()
            self._create_socket_folder()
            self._start()
            self._create_database()
            os.write(self.tell, b"ready")
            os.close(self.tell)
            self._keep(users)
        finally:
            self._stop()
            os.close(kept)
            os.close(users)

    def _end(self, *_: object) -> None:
        self.ending = True

    def _keep(self, users: int) -> None:
        """Wait for the last user to go; a server that dies is started again, a few times."""
        restarts = 0
        while not self.ending:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)
            else:
                return
            if self.server and self.server.poll() is not None:
                restarts += 1
                if restarts > RESTARTS:
                    raise KeeperError("PostgreSQL 反复退出，不再重启。")
                log(f"PostgreSQL 意外退出（{self.server.returncode}），重新启动。")
                self._start()

    def _process(
        self, program: str, *arguments: str | Path, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """One of PostgreSQL's programs, as the system user if we are root; on Linux it ends with us."""
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None

        def end_with_keeper() -> None:
            if libc:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # SIGINT is PostgreSQL's fast shutdown

        return subprocess.Popen(  # noqa: S603
            [self.programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            preexec_fn=end_with_keeper,
            user=self.owner[0] if self.owner else None,
            group=self.owner[1] if self.owner else None,
            extra_groups=[] if self.owner else None,
        )

    def _run(self, program: str, *arguments: str | Path) -> str:
        process = self._process(program, *arguments, stdout=subprocess.PIPE)
        output = process.communicate()[0].decode()
        if process.returncode:
            raise KeeperError(f"{program} 失败（{process.returncode}）：{output}")
        return output

    def _end_orphan(self) -> None:
        """A server whose keeper was killed is on its way out already on Linux; elsewhere it is told to go."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return
        deadline = time.monotonic() + 15
        while self._is_ours(pid) and time.monotonic() < deadline:
            os.kill(pid, signal.SIGINT)
            time.sleep(0.2)

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is a server of this cluster: after a crash the number may be anybody's."""
        if sys.platform == "linux":
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                return False
        else:
            listing = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
            command = subprocess.run(listing, capture_output=True, check=False).stdout  # noqa: S603
        return os.fsencode(self.data) in command

    def _create_cluster(self) -> None:
        """In a folder beside, then renamed, so that a cluster cut short is never taken for a whole one."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._private_folder(unfinished)
        self._run(
            "initdb",
            *("-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        unfinished.rename(self.data)

    def _create_socket_folder(self) -> None:
        """Only we may reach the socket: the server trusts whoever does."""
        if not self.socket.exists():
            self._private_folder(self.socket)
        found = self.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != (self.owner[0] if self.owner else os.geteuid()):
            raise KeeperError(f"{self.socket} 属于另一个用户；请删除它，或把代码放到更短的路径。")

    def _private_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self.owner:
            os.chown(folder, *self.owner)

    def _start(self) -> None:
        options = (f"unix_socket_directories={self.socket}", *OPTIONS)
        self.server = self._process("postgres", "-D", self.data, *(f"--{option}" for option in options))
        while self._state() != "ready":
            if self.server.poll() is not None:
                raise KeeperError(f"PostgreSQL 启动失败（{self.server.returncode}）。")
            time.sleep(0.02)

    def _state(self) -> str:
        """What the server says of itself in the eighth line of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return ""
        mine = self.server is not None and lines[0] == str(self.server.pid)
        return lines[7].strip() if mine and len(lines) > 7 else ""

    def _create_database(self) -> None:
        reach = ("-h", self.socket, "-U", "postgres")
        sql = f"SELECT 1 FROM pg_database WHERE datname = '{self.database}'"  # noqa: S608
        if not self._run("psql", *reach, "-XAtqc", sql, "postgres").strip():
            self._run("createdb", *reach, self.database)

    def _stop(self) -> None:
        """Fast shutdown, then immediate, then by force; whatever remains is repaired at the next start."""
        for number, seconds in ((signal.SIGINT, self.stop_seconds), (signal.SIGQUIT, 1), (signal.SIGKILL, 1)):
            if self.server and self.server.poll() is None:
                self.server.send_signal(number)
                try:
                    self.server.wait(seconds)
                except subprocess.TimeoutExpired:
                    log(f"PostgreSQL 在 {seconds} 秒内没有停下。")
        if self.socket.exists() and not any(self.socket.iterdir()):
            self.socket.rmdir()


def log(text: str) -> None:
    """A line of ours between the server's."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        Keeper(json.loads(sys.argv[1])).run()
    except KeeperError as problem:
        sys.exit(str(problem))
