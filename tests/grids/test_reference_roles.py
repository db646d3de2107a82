"""Rights that a later release added reach the roles of an installation that exists, each once."""

import importlib
from typing import Any

import pytest
from django.apps import apps

from grids import reference
from grids.models import Role


@pytest.fixture
def shipped(loaded: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The shipped definitions, to be changed as a release would."""
    read = reference._read
    files = {name: read(name) for name in ("roles.toml", "terms.toml", "parameters.toml")}
    monkeypatch.setattr(reference, "_read", files.__getitem__)
    roles: dict[str, Any] = files["roles.toml"]
    return roles


def worker() -> Role:
    return Role.objects.get(code="grid_worker")


def test_nothing_new_changes_nothing(shipped: dict[str, Any]) -> None:
    before = list(Role.objects.order_by("id").values())
    assert reference.load()["granted"] == {}
    assert list(Role.objects.order_by("id").values()) == before


def test_a_new_right_comes_once_and_a_withdrawal_stays(shipped: dict[str, Any]) -> None:
    role = worker()
    role.rights = [right for right in role.rights if right != "visits.view"] + ["areas.view"]
    role.label = "网格专员"
    role.save()
    shipped["grid_worker"]["rights"].append("board.view")
    told = reference.load()
    assert (told["created"], told["granted"]) == (0, {"grid_worker": ["board.view"]})
    role = worker()
    assert {"board.view", "areas.view"} <= set(role.rights)
    assert "visits.view" not in role.rights
    assert role.label == "网格专员"
    role.rights.remove("board.view")
    role.save()
    assert reference.load()["granted"] == {}
    assert "board.view" not in worker().rights


def test_rights_over_a_units_matters_come_too(shipped: dict[str, Any]) -> None:
    shipped["grid_worker"]["unit_rights"] = ["matters.view"]
    assert reference.load()["granted"] == {"grid_worker": ["unit:matters.view"]}
    role = worker()
    assert role.unit_rights == ["matters.view"]
    role.unit_rights = []
    role.save()
    assert reference.load()["granted"] == {}
    assert worker().unit_rights == []


def test_what_an_administrator_gave_before_is_not_told_as_new(shipped: dict[str, Any]) -> None:
    Role.objects.filter(code="grid_worker").update(rights=["board.view"])
    shipped["grid_worker"]["rights"].append("board.view")
    assert reference.load()["granted"] == {}
    assert worker().rights == ["board.view"], "all others were withdrawn"


def test_an_older_installation_begins_with_what_it_holds(shipped: dict[str, Any]) -> None:
    Role.objects.update(offered=[])
    Role.objects.filter(code="grid_worker").update(rights=["visits.view"])
    importlib.import_module("grids.migrations.0007_role_offered").take_what_is_held(apps, None)
    assert worker().offered == ["visits.view"]
    granted = reference.load()["granted"]
    assert set(granted) == {"grid_worker"}
    assert set(worker().rights) == set(shipped["grid_worker"]["rights"])
    assert reference.load()["granted"] == {}
