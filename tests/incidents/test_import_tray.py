"""The tray: incidents that no rule could place."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from grids.imports import engine
from grids.imports.workflow import receive
from grids.models import AddressRule, Area
from incidents.importing.tray import Placement, mark_outside, place_incident
from incidents.models import PoliceIncident
from shared.errors import InvalidInput, NotAllowed, NotFound, TransitionRefused
from tests.cast import Cast

SignIn = Callable[..., Client]
HEADER = "接警单编号,报警时间,警情类别,警情地址,所属村社,简要警情"


def lost(cast: Cast, *places: tuple[str, str], street: Area | None = None) -> list[PoliceIncident]:
    """Incidents at (address, village) that the import could not place."""
    start = PoliceIncident.objects.count()
    rows = [
        f"T{start + n},2026/11/16 04:03,纠纷,{address},{village},停车"
        for n, (address, village) in enumerate(places)
    ]
    data = "\n".join((HEADER, *rows)).encode()
    engine.run_batch(
        receive(kind="incidents", area=street or cast.street, name="x", data=data, actor=None).pk
    )
    return list(PoliceIncident.objects.select_related("matter__area").order_by("pk")[start:])


@pytest.fixture
def one(cast: Cast) -> PoliceIncident:
    return lost(cast, ("夜市摊位", ""))[0]


def test_placing_by_hand_moves_the_matter_and_writes_the_timeline(cast: Cast, one: PoliceIncident) -> None:
    assert (one.placed, one.matter.state, one.matter.area) == ("tray", "reported", cast.street)
    place_incident(incident=one, area=cast.grid_a, actor=cast.command, note="已与村里核实")
    one.refresh_from_db()
    one.matter.refresh_from_db()
    assert (one.placed, one.matter.state, one.matter.area) == ("hand", "assigned", cast.grid_a)
    assert one.address_key == "河边村夜市摊位"
    event = one.matter.events.last()
    assert event is not None
    assert (event.action, event.actor, event.note) == ("place", cast.command, "已与村里核实")


def test_placing_twice_is_placing_once(cast: Cast, one: PoliceIncident) -> None:
    place_incident(incident=one, area=cast.grid_a, actor=cast.command)
    assert place_incident(incident=one, area=cast.grid_a, actor=cast.command) == Placement()
    assert one.matter.events.count() == 2
    with pytest.raises(TransitionRefused):
        place_incident(incident=one, area=cast.grid_b, actor=cast.command)


def test_who_may_place_where(cast: Cast, one: PoliceIncident) -> None:
    for actor, area, refusal in (
        (cast.command, cast.far_grid, NotFound),
        (cast.far_command, cast.far_grid, NotFound),
        (cast.police, cast.grid_a, NotFound),
        (cast.command, cast.street, InvalidInput),
    ):
        with pytest.raises(refusal):
            place_incident(incident=one, area=area, actor=actor)
    one.refresh_from_db()
    assert one.placed == "tray"


def test_an_unknown_village_is_learned_as_a_former_name_and_places_the_others(cast: Cast) -> None:
    first, second, third = lost(cast, ("新街1号", "老殿前"), ("新街2号", "老殿前"), ("夜市", ""))
    done = place_incident(incident=first, area=cast.grid_b, actor=cast.command, learn=True)
    assert (done.learned, done.others) == ("“老殿前”记为楼山村的曾用名", 1)
    cast.other_village.refresh_from_db()
    assert cast.other_village.aliases[-1] == "老殿前"
    for incident in (second, third):
        incident.refresh_from_db()
        incident.matter.refresh_from_db()
    assert (second.placed, second.matter.area, second.matter.state) == (
        "alias",
        cast.other_village,
        "assigned",
    )
    assert third.placed == "tray"
    assert lost(cast, ("新街3号", "老殿前"))[0].placed == "alias"


def test_an_unknown_address_is_learned_as_a_range(cast: Cast) -> None:
    first, same, next_door = lost(cast, ("滨河北路9号", ""), ("滨河北路９号", ""), ("滨河北路11号", ""))
    done = place_incident(incident=first, area=cast.grid_a, actor=cast.command, learn=True)
    assert (done.learned, done.others) == ("“滨河北路9号”记为河边村第一网格的地址段", 1)
    rule = AddressRule.objects.get(road="滨河北路")
    assert (rule.area, rule.village, rule.low, rule.high) == (cast.grid_a, cast.village, 9, 9)
    for incident in (same, next_door):
        incident.refresh_from_db()
    assert (same.placed, next_door.placed) == ("address", "tray")


def test_an_address_in_another_town_can_be_learned_as_it_is_written(cast: Cast) -> None:
    first = lost(cast, ("温岭市太平街道人民路1号", ""))[0]
    place_incident(incident=first, area=cast.village, actor=cast.command, learn=True)
    again, elsewhere = lost(cast, ("温岭市太平街道人民路1号", ""), ("人民路1号", ""))
    assert (again.placed, again.matter.area) == ("address", cast.village)
    assert elsewhere.placed == "tray"


def test_what_is_too_vague_is_not_learned_and_nothing_is_half_done(cast: Cast) -> None:
    one = lost(cast, ("桥", ""))[0]
    with pytest.raises(InvalidInput) as refused:
        place_incident(incident=one, area=cast.grid_a, actor=cast.command, learn=True)
    assert refused.value.field == "learn"
    one.refresh_from_db()
    assert one.placed == "tray"


def test_outside_ends_the_matter_as_not_ours_with_the_reason(cast: Cast, one: PoliceIncident) -> None:
    with pytest.raises(InvalidInput):
        mark_outside(incident=one, actor=cast.command, reason="  ")
    with pytest.raises(NotAllowed):
        mark_outside(incident=one, actor=cast.police, reason="在太平街道")
    mark_outside(incident=one, actor=cast.command, reason="在太平街道")
    one.matter.refresh_from_db()
    assert (one.matter.state, one.matter.outcome) == ("cancelled", "not_ours")
    assert one.matter.answer == "不在本街道辖区：在太平街道"
    assert one.matter.events.get(action="cancel").actor == cast.command


# Pages


def test_the_tray_lists_what_waits(cast: Cast, as_user: SignIn) -> None:
    here, gone = lost(cast, ("夜市摊位", ""), ("码头", ""))
    far = lost(cast, ("别处", ""), street=cast.far_street)[0]
    mark_outside(incident=gone, actor=cast.command, reason="在太平街道")
    page = as_user(cast.command).get("/incidents/tray/").content.decode()
    assert f"/incidents/tray/{here.pk}/" in page
    assert f"/incidents/tray/{gone.pk}/" not in page
    assert f"/incidents/tray/{far.pk}/" not in page
    assert as_user(cast.police).get("/incidents/tray/").status_code == 403
    assert as_user(cast.far_command).get(f"/incidents/tray/{here.pk}/").status_code == 404


def test_an_incident_is_placed_on_the_page(cast: Cast, as_user: SignIn, one: PoliceIncident) -> None:
    client, address = as_user(cast.command), f"/incidents/tray/{one.pk}/"
    page = client.get(address).content.decode()
    assert cast.grid_a.name in page
    assert cast.far_grid.name not in page
    assert client.post(address, {}).status_code == 400
    assert client.post(address, {"area": cast.far_grid.pk}).status_code == 400
    answer = client.post(address, {"area": cast.grid_a.pk, "learn": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/incidents/tray/")
    one.refresh_from_db()
    assert one.placed == "hand"
    assert "记为河边村第一网格的地址段" in client.get("/incidents/tray/").content.decode()
    assert client.get(address).status_code == 404


def test_an_incident_is_passed_on_on_the_page(cast: Cast, as_user: SignIn, one: PoliceIncident) -> None:
    client, address = as_user(cast.command), f"/incidents/tray/{one.pk}/outside/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "在太平街道"}).status_code == 302
    one.matter.refresh_from_db()
    assert one.matter.outcome == "not_ours"


def test_the_tray_costs_the_same_however_full(cast: Cast, as_user: SignIn, count_queries: Any) -> None:
    client, spent = as_user(cast.command), []
    for count in (3, 30):
        lost(cast, *[(f"夜市{n}", "") for n in range(count)])
        client.get("/incidents/tray/")
        with count_queries() as seen:
            client.get("/incidents/tray/")
        spent.append(len(seen))
    assert spent[0] == spent[1]
