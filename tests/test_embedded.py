"""The private PostgreSQL: up while anybody uses it, however its users end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import dj_database_url
import psutil
import psycopg2
import pytest

from chengdong import embedded
from tests.test_runtime import ROOT, until

pytestmark = pytest.mark.private

USER = """
import sys
from pathlib import Path
from chengdong import embedded
embedded.ensure_running(Path(sys.argv[1]))
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach, as pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="chengdong-test-", dir="/tmp"))
    yield folder
    embedded.stop(folder)
    until(lambda: gone(folder), "server gone")
    shutil.rmtree(folder)


class User:
    """A process that uses the server until its input is closed or it is killed."""

    def __init__(self, var: Path) -> None:
        command = [sys.executable, "-c", USER, str(var)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)

    def wait_up(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline() == b"up\n"

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def user(var: Path) -> Iterator[Callable[[], User]]:
    users: list[User] = []

    def join() -> User:
        users.append(User(var))
        return users[-1]

    yield join
    for one in users:
        one.kill()


def answer(var: Path) -> int:
    """Ask the server something, by the address that settings.py uses."""
    address = dj_database_url.parse(embedded.url(var))
    connection = psycopg2.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 41 + 1")
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def postmaster(var: Path) -> int:
    return int((var / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def gone(var: Path) -> bool:
    return not (var / "postgres" / "data" / "postmaster.pid").exists() and not embedded.running(var)


def test_two_at_once_share_one_server_and_the_last_one_ends_it(var: Path, user: Callable[[], User]) -> None:
    first, second = user(), user()
    first.wait_up()
    second.wait_up()
    assert answer(var) == 42
    first.leave()
    assert answer(var) == 42
    second.leave()
    assert gone(var)


def test_the_server_ends_after_its_last_user_was_killed(var: Path, user: Callable[[], User]) -> None:
    only = user()
    only.wait_up()
    only.kill()
    until(lambda: gone(var), "server gone")


def test_a_killed_server_is_started_again(var: Path) -> None:
    embedded.ensure_running(var)
    first = postmaster(var)
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        try:
            return postmaster(var) != first and answer(var) == 42
        except (psycopg2.OperationalError, FileNotFoundError):
            return False

    until(back, "restart", 30)


def test_a_killed_keeper_leaves_no_server_and_the_next_user_gets_one(
    var: Path, user: Callable[[], User]
) -> None:
    first = user()
    first.wait_up()
    keeper = psutil.Process(postmaster(var)).parent()
    assert keeper
    assert "keeper.py" in " ".join(keeper.cmdline())
    keeper.kill()
    second = user()
    second.wait_up()
    assert answer(var) == 42


def test_a_cluster_cut_short_is_built_anew(var: Path) -> None:
    half = var / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    embedded.ensure_running(var)
    assert answer(var) == 42
    assert not half.exists()


@pytest.mark.parametrize("name", ["x" * 150, "With Space 和中文", "a,b"])
def test_any_path_will_do(var: Path, name: str) -> None:
    deep = var / name
    deep.mkdir()
    embedded.ensure_running(deep)
    assert answer(deep) == 42
    socket_folder = Path(dj_database_url.parse(embedded.url(deep))["HOST"])
    assert len(os.fsencode(socket_folder / embedded.SOCKET)) <= 107
    embedded.stop(deep)
    assert gone(deep)
    assert not socket_folder.exists()


def test_the_address_is_pure(var: Path) -> None:
    embedded.url(var)
    assert list(var.iterdir()) == []


def test_what_the_server_says_is_shown_when_it_cannot_start(var: Path) -> None:
    embedded.ensure_running(var)
    embedded.stop(var)
    (var / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(embedded.EmbeddedDatabaseError, match="no_such_setting"):
        embedded.ensure_running(var)
    assert gone(var)
