"""docker-compose.yml, read as it is: what runs, how often, as whom, and where its secrets come from."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def replicas(name: str) -> int:
    return int(SERVICES[name].get("deploy", {}).get("replicas", 1))


def test_the_services() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "beat", "migrate", "postgres", "redis"}
    assert replicas("web") == 2
    assert replicas("worker") == 2


def test_exactly_one_beat() -> None:
    """A second one, or a worker with beat inside (-B), would knock twice as often."""
    commands = {name: " ".join(map(str, service.get("command", []))) for name, service in SERVICES.items()}
    assert [name for name, command in commands.items() if "beat" in command.split()] == ["beat"]
    assert replicas("beat") == 1
    assert not any("-B" in command.split() for command in commands.values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert len(check["test"]) > 1
    assert check["interval"]
    assert not check.get("disable")


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]).split(":")[0] not in {"0", "root", ""}
    assert not service.get("privileged")
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["cap_drop"] == ["ALL"]


def test_the_image_ends_as_an_ordinary_user() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    users = re.findall(r"^USER (\S+)", last_stage, re.MULTILINE)
    assert users == ["portal"]
    assert f"--uid {SERVICES['web']['user']} " in last_stage


def test_every_image_names_its_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.search(r":[\w.${:-]+", image) and not image.endswith(":latest") for image in images)


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in service.get("environment", {}).items()
        if re.search(r"KEY$|PASSWORD|^DATABASE_URL$|^REDIS_URL$", name)
    }


def test_a_missing_secret_stops_compose_by_name() -> None:
    seen = {name: value for service in SERVICES.values() for name, value in secrets_of(service).items()}
    assert seen.pop("EMAIL_HOST_PASSWORD") == "${EMAIL_HOST_PASSWORD:-}", "a street may do without mail"
    assert set(seen) == {
        "SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "DATABASE_URL", "REDIS_URL",
        "POSTGRES_PASSWORD", "REDIS_PASSWORD",
    }  # fmt: skip
    for name, value in seen.items():
        assert re.search(r"\$\{[A-Z_]+:\?", value), name
    assert not re.search(r"\$\{(SECRET_KEY|FIELD_KEY|INDEX_KEY|(?!EMAIL_)\w+PASSWORD):?-", TEXT)


def test_only_the_proxy_is_open_to_the_world() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


def test_what_must_last_lies_in_volumes() -> None:
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "media"}
    for name, path in (("postgres", "/var/lib/postgresql/data"), ("redis", "/data")):
        assert f"{name}:{path}" in SERVICES[name]["volumes"]
    for name in ("web", "worker"):
        assert "media:/srv/media" in SERVICES[name]["volumes"]
    assert "MEDIA_ROOT=/srv/media" in DOCKERFILE


def test_nothing_of_ours_starts_before_the_schema_is_there() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_portal_gets_only_variables_that_it_reads() -> None:
    read = (ROOT / "chengdong" / "settings.py").read_text() + '"PGOPTIONS"'  # which libpq itself reads
    assert [name for name in SERVICES["web"]["environment"] if f'"{name}"' not in read] == []


def test_the_files_that_compose_mounts_are_there() -> None:
    mounts = [volume.split(":")[0] for volume in SERVICES["proxy"]["volumes"]]
    for path in (mount for mount in mounts if mount.startswith("./")):
        assert (ROOT / path).is_file()
    assert (ROOT / "deploy" / "healthy.py").is_file()


@pytest.mark.django_db
def test_a_statement_of_a_page_ends_when_the_proxy_gives_up() -> None:
    options = SERVICES["web"]["environment"]["PGOPTIONS"]
    asked = {**connection.get_connection_params(), "options": options}
    asked = {name: value for name, value in asked.items() if name not in {"cursor_factory", "context"}}
    with closing(psycopg2.connect(**asked)) as web, web.cursor() as cursor:
        cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = 'statement_timeout'")
        (seconds,) = cursor.fetchone()
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    assert f"proxy_read_timeout {seconds}s;" in nginx
    assert "PGOPTIONS" not in SERVICES["worker"]["environment"]
