"""三排查 compared: numbers by the rules of domain.md, each opening exactly its rows; sources by post."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from grids import reference
from grids.models import Parameter
from incidents.hazards.queries import Asked, Tally, by_month, by_village
from incidents.hazards.sources import sources_of
from incidents.models import CheckList, Hazard, SourceRule
from matters.models import Matter
from matters.workflow import advance
from shared.dates import today
from tests.cast import Cast
from tests.incidents.made import hazard

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
BY = {"grid_census": "worker", "police_check": "police", "department_assist": "liaison"}


def found(cast: Cast, source: str, *, due: int | None = None, end: str = "", **fields: Any) -> Hazard:
    """A hazard of ten days ago in grid A, due so many days from now, ended as named."""
    made = hazard(cast, cast.command, source=source, **fields)
    now = timezone.now()
    rows = Matter.objects.filter(pk=made.pk)
    rows.update(occurred_at=F("occurred_at") - timedelta(days=10))
    if due is not None:
        rows.update(due_at=now + timedelta(days=due))
    if end:
        rows.update(state="closed" if end != "cancelled" else end, outcome=end, answer="已办", closed_at=now)
    return made


@pytest.fixture
def street(cast: Cast) -> Cast:
    """Of the grid census: mended before its term, mended late, open and late, not yet due, cancelled."""
    found(cast, "grid_census", due=2, end="settled", address="河边村一区1号")
    found(cast, "grid_census", due=-2, end="settled", address="河边村一区2号")
    found(cast, "grid_census", due=-1, address="河边村一区3号")
    found(cast, "grid_census", due=5, address="河边村一区4号")
    found(cast, "grid_census", due=-1, end="cancelled", address="河边村一区5号")
    found(cast, "police_check", due=-3, end="could_not", address="河边村一区1号")
    found(cast, "department_assist", due=-3, end="settled", area=cast.grid_b, address="楼山路1号")
    return cast


def asked(cast: Cast, user: User | None = None) -> Asked:
    return Asked(user or cast.command, today() - timedelta(days=60), today() + timedelta(days=3))


def test_found_due_and_rectified_in_time_by_source(street: Cast) -> None:
    total = by_village(asked(street))[""]
    assert total["grid_census"] == Tally(found=5, repeats=0, due=3, in_time=1)
    assert (total["police_check"].due, total["police_check"].in_time) == (1, 0)
    assert total["department_assist"] == Tally(found=1, repeats=0, due=1, in_time=0)
    assert total[""].found == 7
    assert total["police_check"].repeats == 1, "the same type at 一区1号 within the Parameter's days"


def test_villages_and_months_add_up_to_the_whole(street: Cast) -> None:
    villages, months = by_village(asked(street)), by_month(asked(street))
    for tallies in (villages, months):
        parts = [row[""] for key, row in tallies.items() if key]
        for name in ("found", "due", "in_time", "repeats"):
            assert sum(getattr(row, name) for row in parts) == getattr(tallies[""][""], name)
    assert villages[str(street.village.pk)][""].found == 6
    assert set(by_village(asked(street, street.officer))) == {"", str(street.village.pk)}


def test_every_number_opens_exactly_its_rows(street: Cast, as_user: SignIn) -> None:
    client = as_user(street.command)
    span = f"?after={today() - timedelta(days=60)}&before={today() + timedelta(days=3)}"
    page = client.get(f"/hazards/sources/{span}").content.decode()
    cells = re.findall(r'<a href="(/hazards/\?[^"]+)">(\d+)</a>', page)
    assert len(cells) > 25
    for href, number in cells:
        rows = client.get(href.replace("&amp;", "&")).content.decode().count('class="quiet"')
        assert rows == int(number), href
    missed = [
        (href, n) for href, n in cells if f"area={street.village.pk}" in href and "rectified=missed" in href
    ]
    assert [n for _, n in missed] == ["3"], "what a village missed opens by itself"


def test_a_village_opens_its_own_comparison(street: Cast, as_user: SignIn) -> None:
    client = as_user(street.command)
    page = client.get("/hazards/sources/").content.decode()
    (href,) = re.findall(rf'<a href="(\?area={street.village.pk}&amp;[^"]+)">河边村</a>', page)
    own = client.get("/hazards/sources/" + href.replace("&amp;", "&")).content.decode()
    assert "楼山村" not in own.partition('id="sources"')[2]
    assert "rectified=missed" in own


def test_the_same_place_again_after_the_parameter_s_days_is_no_repeat(cast: Cast) -> None:
    found(cast, "grid_census", address="河边村一区1号")
    hazard(cast, address="河边村一区1号")
    assert by_village(asked(cast))[""][""].repeats == 1
    Parameter.objects.filter(code="hazard_repeat_days").update(value=9)
    assert by_village(asked(cast))[""][""].repeats == 0


def test_a_failed_re_inspection_is_a_repeat(cast: Cast) -> None:
    made = hazard(cast)
    advance(matter=made.matter, action="echo", actor=cast.worker, note="清了")
    advance(matter=made.matter, action="redo", actor=cast.officer, note="没清干净")
    assert by_village(asked(cast))[""]["grid_census"].repeats == 1


def test_the_api_gives_the_same_numbers(street: Cast, api: Api) -> None:
    span = f"?after={today() - timedelta(days=60)}&before={today() + timedelta(days=3)}"
    client = api(street.command)
    answer = client.get(f"/api/v1/stats/hazards/{span}&by=village").json()
    assert answer["sources"]["grid_census"] == {
        "found": 5,
        "repeats": 0,
        "rectified": {"numerator": 1, "denominator": 3, "rate": pytest.approx(1 / 3)},
    }
    assert {row["name"] for row in answer["rows"]} == {"河边村", "楼山村"}
    assert client.get(f"/api/v1/stats/hazards/{span}&by=month").status_code == 200
    for wrong in ("after=x", "by=zzz", "after=2026-01-02&before=2026-01-01", "after=1990-01-01"):
        assert client.get(f"/api/v1/stats/hazards/?{wrong}").status_code == 400
    assert client.get("/api/v1/stats/hazards/?area=999999").status_code == 404
    assert client.get("/api/v1/stats/hazards/?before=0001-01-01").status_code in {200, 400}


def test_as_csv(street: Cast, as_user: SignIn) -> None:
    answer = as_user(street.command).get("/hazards/sources/export.csv")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0] == "村社,来源,发现,重复,到期,按期整改,隐患整改率"
    assert any(line.startswith("河边村,网格普查,5,") for line in lines)


@pytest.mark.parametrize(
    ("person", "preset"),
    [
        ("worker", ["grid_census"]),
        ("officer", ["grid_census"]),
        ("police", ["police_check"]),
        ("liaison", ["department_assist"]),
        ("captain", ["patrol"]),
        ("manager", ["safety_manager"]),
        ("leader", []),
    ],
)
def test_each_post_has_its_own_source(cast: Cast, person: str, preset: list[str]) -> None:
    assert list(sources_of(cast.people[person])) == preset


def test_the_command_room_writes_down_what_anybody_brings(cast: Cast) -> None:
    assert len(sources_of(cast.command)) == 6


def test_the_rules_are_rows_that_an_administrator_edits(cast: Cast) -> None:
    SourceRule.objects.filter(code="liaison_post").update(source="grid_census")
    assert list(sources_of(cast.liaison)) == ["grid_census"]
    SourceRule.objects.all().delete()
    assert list(sources_of(cast.liaison)) == ["citizen"]


def test_loading_again_changes_nothing(cast: Cast) -> None:
    CheckList.objects.filter(code="bar").update(name="改过的")
    assert reference.load()["created"] == 0
    assert CheckList.objects.get(code="bar").name == "改过的"
    assert CheckList.objects.count() == 15
    assert all(row.items.count() >= 4 for row in CheckList.objects.all())


def test_the_api_shows_one_hazard_whole(cast: Cast, api: Api) -> None:
    first = hazard(cast, address="河边村一区1号")
    again = hazard(cast, address="河边村一区1号")
    answer = api(cast.worker).get(f"/api/v1/hazards/{again.pk}/").json()
    assert answer["hazard"]["id"] == again.pk
    assert answer["earlier"] == [first.pk]
    assert answer["photos"] == {"before": [], "after": []}
    assert answer["events"][0]["action"] == "open"
    assert api(cast.neighbour).get(f"/api/v1/hazards/{again.pk}/").status_code == 404
    for address in ("checklists/", "campaigns/"):
        assert api(cast.worker).get(f"/api/v1/{address}").status_code == 200
