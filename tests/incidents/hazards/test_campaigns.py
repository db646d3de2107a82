"""Campaigns: their places, their progress, what they found; check lists and their versions."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from incidents.hazards.campaigns import change_campaign, take_in, with_progress
from incidents.hazards.lists import Line, save_list
from incidents.models import Campaign, CheckItem, CheckList, Hazard, Inspection
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast, at_run_time
from tests.incidents.hazards.made import campaign, inspection, stall_list

SignIn = Callable[[User], Client]


def progress(made: Campaign) -> tuple[int, int]:
    row = with_progress(Campaign.objects.filter(pk=made.pk)).get()
    return row.inspected, row.total


def test_its_places_are_those_of_the_area_and_type(cast: Cast) -> None:
    mine = [cast.target(), cast.target(cast.grid_a2)]
    cast.target(category="bar")
    cast.target(cast.grid_b)
    cast.target(is_active=False)
    cast.target(kind="person", category="elder_alone")
    made = campaign(cast)
    assert set(made.places.values_list("target", flat=True)) == {t.pk for t in mine}
    assert progress(made) == (0, 2)


def test_progress_counts_each_place_once_and_names_the_missing(cast: Cast, as_user: SignIn) -> None:
    first, second = cast.target(), cast.target(name="阿三夜宵")
    made = campaign(cast)
    for _ in range(2):
        inspection(cast, target=first, bad={"gas": "裂了"})
    assert progress(made) == (1, 2)
    assert set(Inspection.objects.values_list("campaign", flat=True)) == {made.pk, None}
    page = as_user(cast.command).get(f"/hazards/campaigns/{made.pk}/").content.decode()
    missing = page[page.index('id="missing"') :]
    assert "阿三夜宵" in missing
    assert "老渡口烧烤" not in missing
    listed = as_user(cast.command).get(f"/hazards/?campaign={made.pk}").content.decode()
    assert listed.count('class="quiet"') == 1
    second.is_active = False
    second.save()
    assert progress(made) == (1, 1)


def test_another_list_a_past_campaign_and_another_place_do_not_count(cast: Cast) -> None:
    target, other = cast.target(), cast.target(category="bar")
    made = campaign(cast)
    inspection(cast, target=other)
    inspection(cast, target=target, checklist=CheckList.objects.get(code="bar"))
    Campaign.objects.filter(pk=made.pk).update(
        ends_on=today() - timedelta(1), starts_on=today() - timedelta(9)
    )
    inspection(cast, target=target)
    assert progress(made) == (0, 1)


def test_an_inspection_by_a_newer_version_of_the_list_counts(cast: Cast) -> None:
    target = cast.target()
    made = campaign(cast)
    newer = save_list(
        actor=cast.command,
        name="新版",
        place_types=["food_stall"],
        lines=[Line("燃气", "gas", "serious")],
        base=stall_list(),
    )
    inspection(cast, target=target, checklist=newer)
    assert progress(made) == (1, 1)


def test_chosen_places_and_sent_twice(cast: Cast) -> None:
    first, _, outside = cast.target(), cast.target(), cast.target(cast.grid_b)
    client_id = uuid4()
    made = campaign(cast, chosen=[first.pk], client_id=client_id)
    assert campaign(cast, chosen=[first.pk], client_id=client_id).pk == made.pk
    assert progress(made) == (0, 1)
    with pytest.raises(Conflict):
        campaign(cast, name="别的", chosen=[first.pk], client_id=client_id)
    with pytest.raises(InvalidInput):
        campaign(cast, chosen=[first.pk, outside.pk])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"action": "bogus"}, "action"),
        ({"ends_on": lambda: today() - timedelta(days=1)}, "ends_on"),
        ({"ends_on": lambda: today() + timedelta(days=400)}, "ends_on"),
        ({"place_types": ["hazmat"]}, "place_types"),
    ],
)
def test_what_cannot_be_right_is_named(cast: Cast, changed: dict[str, Any], field: str) -> None:
    cast.target()
    with pytest.raises(InvalidInput) as refused:
        campaign(cast, **at_run_time(changed))
    assert refused.value.field == field
    assert not Campaign.objects.exists()


def test_who_may_open_one_and_lead_it(cast: Cast) -> None:
    cast.target()
    with pytest.raises(NotFound):
        campaign(cast, cast.officer)
    with pytest.raises(NotFound):
        campaign(cast, cast.far_command)
    with pytest.raises(InvalidInput):
        campaign(cast, leader=cast.far_command)
    with pytest.raises(InvalidInput):
        campaign(cast, leader=cast.people["program"])


def test_a_stale_change_is_refused_with_the_difference(cast: Cast, as_user: SignIn) -> None:
    cast.target()
    made = campaign(cast)
    change_campaign(campaign=made, actor=cast.command, version=1, name="新名称")
    client = as_user(cast.leader)
    data = {"version": 1, "name": "我的名称", "ends_on": made.ends_on, "leader": cast.officer.pk, "note": ""}
    answer = client.post(f"/hazards/campaigns/{made.pk}/edit/", data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "现在是“新名称”，您填的是“我的名称”" in page
    assert 'name="version" value="2"' in page
    assert client.post(f"/hazards/campaigns/{made.pk}/edit/", {**data, "version": 2}).status_code == 302
    assert Campaign.objects.get().name == "我的名称"


def test_places_enrolled_since_are_taken_in_once(cast: Cast) -> None:
    cast.target()
    made = campaign(cast)
    cast.target()
    assert take_in(campaign=made, actor=cast.command) == 1
    assert take_in(campaign=made, actor=cast.command) == 0
    assert progress(made) == (0, 2)


def test_the_form_opens_a_campaign_and_checking_from_it_comes_back(cast: Cast, as_user: SignIn) -> None:
    target = cast.target()
    data = {
        "client_id": str(uuid4()),
        "name": "夜宵摊专项",
        "action": "fire",
        "area": cast.village.pk,
        "place_types": ["food_stall"],
        "checklist": stall_list().pk,
        "starts_on": today(),
        "ends_on": today() + timedelta(days=9),
        "leader": cast.officer.pk,
    }
    client = as_user(cast.command)
    assert client.post("/hazards/campaigns/new/", {**data, "chosen": "x"}).status_code == 400
    address = client.post("/hazards/campaigns/new/", data).headers["Location"]
    made = Campaign.objects.get()
    assert address == f"/hazards/campaigns/{made.pk}/"
    check = {"client_id": str(uuid4()), "area": cast.grid_a.pk, "source": "grid_census", "all_ok": "1"}
    link = f"/hazards/inspections/new/?target={target.pk}&campaign={made.pk}"
    assert link.replace("&", "&amp;") in client.get(address).content.decode()
    assert as_user(cast.worker).post(link, check).headers["Location"] == address
    assert progress(made) == (1, 1)


def test_of_a_campaign_of_the_street_each_sees_his_own_part(cast: Cast, as_user: SignIn, api: Any) -> None:
    mine, done, far = (
        cast.target(name="甲店"),
        cast.target(name="乙店"),
        cast.target(cast.grid_b, name="丙店"),
    )
    made = campaign(cast, area=cast.street)
    inspection(cast, target=done, bad={"gas": "裂了"})
    inspection(cast, cast.neighbour, target=far, area=cast.grid_b, bad={"gas": "裂了"})
    address = f"/hazards/campaigns/{made.pk}/"
    for user, told, inspected, total, found in (
        (cast.command, '还有 <span class="hot">1</span> 处没查', 2, 3, 2),
        (cast.worker, '您的辖区还有 <span class="hot">1</span> 处没查', 1, 2, 1),
        (cast.neighbour, "您的辖区 1 处都查到了", 1, 1, 1),
    ):
        client = as_user(user)
        assert made.name in client.get("/hazards/campaigns/").content.decode(), user
        page = client.get(address).content.decode()
        assert told in page, user
        assert ("甲店" in page) == (user != cast.neighbour)
        row = api(user).get("/api/v1/campaigns/").json()["results"][0]
        assert (row["inspected"], row["total"]) == (inspected, total)
        for href, n in (
            (f"/hazards/inspections/?campaign={made.pk}", inspected),
            (f"/hazards/?campaign={made.pk}", found),
        ):
            assert client.get(href).content.decode().count('class="quiet"') == n, (user, href)
            assert f'href="{href}"' in page
        listed = b"".join(client.get(f"{address}missing.csv")).decode()
        assert ("甲店" in listed, "丙店" in listed) == (user != cast.neighbour, False)
    assert as_user(cast.far_command).get(address).status_code == 404
    hazard = Hazard.objects.get(matter__area=cast.grid_a)
    shown = as_user(cast.worker).get(f"/matters/{hazard.pk}/").content.decode()
    assert f'<a href="{address}">{made.name}</a>' in shown
    check = {"client_id": str(uuid4()), "area": cast.grid_a.pk, "source": "grid_census", "all_ok": "1"}
    link = f"/hazards/inspections/new/?target={mine.pk}&campaign={made.pk}"
    saved = as_user(cast.worker).post(link, check, follow=True)
    assert (saved.status_code, saved.redirect_chain[-1][0]) == (200, address), (
        "a check ends on a page that opens"
    )


def test_places_are_found_by_words_and_ticked(cast: Cast, as_user: SignIn) -> None:
    """Looking for more keeps what was typed and ticked; only what is ticked is inspected."""
    first, second, third = (cast.target(name=name) for name in ("老渡口烧烤", "新渡口烧烤", "小城网吧"))
    far = cast.target(cast.far_grid, name="远处烧烤")
    client = as_user(cast.command)
    typed = {"client_id": str(uuid4()), "name": "烧烤专项", "action": "fire", "area": cast.village.pk}
    page = client.post(
        "/hazards/campaigns/new/", {**typed, "find": "烧烤", "chosen": [third.pk], "look": "1"}
    ).content.decode()
    assert 'value="烧烤专项"' in page
    assert "请选择属于" not in page, "nothing is refused while one looks"
    ticks = re.findall(r'name="chosen" id="[^"]+" value="(\d+)"( checked)?', page)
    assert ticks[0] == (str(third.pk), " checked")
    assert {int(pk) for pk, _ in ticks[1:]} == {first.pk, second.pk}
    assert not Campaign.objects.exists()
    strange = client.post("/hazards/campaigns/new/", {**typed, "find": "\x00"})
    assert strange.status_code == 400
    rest = {
        "checklist": stall_list().pk,
        "starts_on": today(),
        "ends_on": today() + timedelta(days=9),
        "leader": cast.officer.pk,
    }
    refused = client.post("/hazards/campaigns/new/", {**typed, **rest, "chosen": [far.pk]})
    assert refused.status_code == 400
    assert "不在您的辖区" in refused.content.decode()
    assert client.post("/hazards/campaigns/new/", {**typed, **rest, "chosen": [first.pk]}).status_code == 302
    assert list(Campaign.objects.get().places.values_list("target", flat=True)) == [first.pk]


def test_the_number_of_queries_does_not_grow(
    cast: Cast, as_user: SignIn, count_queries: Callable[[], Any]
) -> None:
    client = as_user(cast.command)
    counts = []
    for times in (1, 4):
        for _ in range(times):
            cast.target()
            made = campaign(cast)
        for page in ("/hazards/campaigns/", f"/hazards/campaigns/{made.pk}/", "/hazards/inspections/new/"):
            client.get(page)
            with count_queries() as seen:
                assert client.get(page).status_code == 200
            counts.append(len(seen))
    assert counts[:3] == counts[3:]


def test_an_edited_list_is_a_new_version_and_old_inspections_keep_theirs(cast: Cast) -> None:
    old = stall_list()
    made = inspection(cast)
    kept = old.items.get(hazard_type="gas")
    lines = [Line(kept.text, "gas", "serious", kept.basis), Line("招牌牢固", "structure", "ordinary")]
    newer = save_list(actor=cast.command, name=old.name, place_types=["food_stall"], lines=lines, base=old)
    assert (newer.version, newer.code, stall_list().pk) == (2, "food_stall", newer.pk)
    assert kept in newer.items.all()
    made.refresh_from_db()
    assert made.checklist.version == 1
    assert made.results.count() == 5
    with pytest.raises(Conflict) as refused:
        save_list(actor=cast.command, name="x", place_types=["bar"], lines=lines, base=old)
    assert refused.value.extra == {"newest": newer.pk}


def test_only_who_edits_the_vocabulary_edits_lists(cast: Cast, as_user: SignIn) -> None:
    line = Line("x", "gas", "serious")
    with pytest.raises(NotAllowed):
        save_list(actor=cast.worker, name="x", place_types=["bar"], lines=[line])
    cases: list[dict[str, Any]] = [
        {"name": ""},
        {"place_types": ["bogus"]},
        {"lines": []},
        {"lines": [Line("x", "bogus", "serious")]},
    ]
    for bad in cases:
        with pytest.raises(InvalidInput):
            save_list(
                actor=cast.command,
                **{"name": "x", "place_types": ["bar"], "lines": [line], **bad},
            )
    assert as_user(cast.worker).get(f"/hazards/checklists/{stall_list().pk}/edit/").status_code == 403


def test_the_page_edits_a_list(cast: Cast, as_user: SignIn) -> None:
    base, client = stall_list(), as_user(cast.command)
    other = CheckItem.objects.get(text__startswith="疏散通道")
    data = {
        "name": "夜宵摊检查表",
        "place_types": ["food_stall"],
        "more": [other.pk],
        "line-TOTAL_FORMS": 2,
        "line-INITIAL_FORMS": 1,
        "line-0-text": "",
        "line-1-text": "招牌牢固",
        "line-1-level": "ordinary",
    }
    address = f"/hazards/checklists/{base.pk}/edit/"
    assert client.post(address, data).status_code == 400
    answer = client.post(address, {**data, "line-1-hazard_type": "structure"})
    assert answer.status_code == 302
    assert {item.text for item in stall_list().items.all()} == {"招牌牢固", other.text}
    again = client.post(address, {**data, "line-1-hazard_type": "structure"})
    assert again.status_code == 409
    assert f"/hazards/checklists/{stall_list().pk}/" in again.content.decode()
    assert client.post(address, {"name": "x"}).status_code == 400
