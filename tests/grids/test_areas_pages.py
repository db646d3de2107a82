"""Villages, grids and house numbers: who may look, who may keep them, and what the upkeep refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory.models
import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from grids.areas import workflow
from grids.areas.drawing import draw
from grids.imports.territory import Territory
from grids.models import AddressRule, Area, Post, Role
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast

pytestmark = pytest.mark.servers

AsUser = Callable[[User], Client]
SQUARE = {"type": "Polygon", "coordinates": [[[121.0, 28.0], [121.1, 28.0], [121.1, 28.1], [121.0, 28.0]]]}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_holds_the_villages_of_the_readers_territory(cast: Cast, as_user: AsUser) -> None:
    page = text(as_user(cast.leader).get("/areas/"))
    assert "河边村" in page
    assert "楼山村" in page
    assert "太平村" not in page
    own = text(as_user(cast.officer).get("/areas/"))
    assert f"/areas/{cast.village.pk}/" in own
    assert f"/areas/{cast.other_village.pk}/" not in own


def test_the_list_finds_a_former_name(cast: Cast, as_user: AsUser) -> None:
    page = text(as_user(cast.leader).get("/areas/", {"q": "殿前"}))
    assert f"/areas/{cast.other_village.pk}/" in page
    assert f"/areas/{cast.village.pk}/" not in page


def test_a_village_shows_who_holds_its_grids_and_the_gap(cast: Cast, as_user: AsUser) -> None:
    cast.target()
    page = text(as_user(cast.leader).get(f"/areas/{cast.village.pk}/"))
    assert f"{cast.worker.name}（网格员）" in page
    assert "1 个网格没有网格员：河边村第二网格。" in page
    assert "1 个走访对象" in page


def test_an_ended_post_is_a_gap(cast: Cast, as_user: AsUser) -> None:
    Post.objects.filter(user=cast.worker).update(ends_on=today() - timedelta(days=1))
    page = text(as_user(cast.leader).get(f"/areas/{cast.village.pk}/"))
    assert "2 个网格没有网格员" in page
    assert f"{cast.worker.name}（网格员）" not in page


def test_the_day_and_the_open_matters_lead_to_their_rows(cast: Cast, as_user: AsUser) -> None:
    page = text(as_user(cast.leader).get(f"/areas/{cast.village.pk}/"))
    assert f'href="/matters/?view=open&amp;area={cast.village.pk}"' in page
    assert f'href="/?area={cast.village.pk}"' in page
    blind = text(as_user(cast.administrator).get(f"/areas/{cast.village.pk}/"))
    assert "未办结事项" not in blind
    assert "今天应回应" not in blind


@pytest.mark.parametrize("path", ["", "edit/", "grids/new/", "ranges/new/", "retire/"])
def test_the_neighbour_street_is_not_there(cast: Cast, as_user: AsUser, path: str) -> None:
    far = cast.far_grid if path == "retire/" else cast.far_grid.parent
    assert far is not None
    for user in (cast.command, cast.leader):
        assert as_user(user).get(f"/areas/{far.pk}/{path}").status_code == 404
    assert as_user(cast.officer).get(f"/areas/{cast.other_village.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit/", "grids/new/", "ranges/new/", "retire/"])
def test_looking_is_not_keeping(cast: Cast, as_user: AsUser, path: str) -> None:
    for user in (cast.leader, cast.officer):
        assert as_user(user).get(f"/areas/{cast.village.pk}/{path}").status_code == 403
        assert as_user(user).post(f"/areas/{cast.village.pk}/{path}", {}).status_code == 403
    assert as_user(cast.worker).get(f"/areas/{cast.village.pk}/").status_code == 403


def test_a_range_of_the_neighbour_street_is_not_there(cast: Cast, as_user: AsUser) -> None:
    far = AddressRule.objects.create(area=cast.far_grid, village=cast.far_grid.parent, road="东路")  # type: ignore[misc]
    near = AddressRule.objects.get(area=cast.grid_a)
    assert as_user(cast.command).post(f"/areas/ranges/{far.pk}/remove/").status_code == 404
    assert as_user(cast.officer).post(f"/areas/ranges/{near.pk}/remove/").status_code == 403
    assert AddressRule.objects.filter(pk__in=[far.pk, near.pk]).count() == 2


def test_the_workflow_keeps_the_territory_by_itself(cast: Cast) -> None:
    with pytest.raises(NotFound):
        workflow.add_grid(actor=cast.far_command, village=cast.village, name="第九网格")
    with pytest.raises(NotAllowed):
        workflow.add_grid(actor=cast.officer, village=cast.village, name="第九网格")
    assert not Area.objects.filter(name__contains="第九").exists()


def test_names_population_and_code_are_saved_and_attributed(cast: Cast, as_user: AsUser) -> None:
    given = {"aliases": "老河边村、东河边，老河边村", "population": "5200", "code": "331081002201"}
    answer = as_user(cast.command).post(f"/areas/{cast.village.pk}/edit/", given)
    assert answer.status_code == 302
    stored = Area.objects.get(pk=cast.village.pk)
    assert (stored.aliases, stored.population, stored.code) == (
        ["老河边村", "东河边"],
        5200,
        "331081002201",
    )
    event = apps.get_model("grids", "AreaEvent").objects.filter(pgh_obj=stored.pk).latest("pgh_id")
    assert event.population == 5200
    assert event.pgh_context.metadata["actor"] == cast.command.pk
    assert event.pgh_context.metadata["action"] == "edit_area"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "33108"),
        ("code", "33108100220１"),
        ("population", "-1"),
        ("population", ""),
        ("aliases", "长" * 61),
    ],
)
def test_nonsense_is_refused_at_its_field(cast: Cast, as_user: AsUser, field: str, value: str) -> None:
    given = {"aliases": "", "population": "5000", "code": "", field: value}
    answer = as_user(cast.command).post(f"/areas/{cast.village.pk}/edit/", given)
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text(answer)
    assert Area.objects.get(pk=cast.village.pk).population == 5000


def test_a_former_name_belongs_to_one_village(cast: Cast) -> None:
    for taken in ("殿前村", "楼山村"):
        with pytest.raises(InvalidInput, match="楼山村"):
            workflow.edit_area(actor=cast.command, area=cast.village, aliases=[taken], population=1, code="")
    assert Area.objects.get(pk=cast.village.pk).population == 5000


@pytest.mark.parametrize(
    ("road", "low", "high"), [("一区", 999, 1200), ("一区", 0, 99999), ("一区", 5, 5), ("一 区", 1, 2)]
)
def test_a_house_belongs_to_one_grid(cast: Cast, road: str, low: int, high: int) -> None:
    with pytest.raises(InvalidInput, match="河边村第一网格的“一区1-999”"):
        workflow.add_range(actor=cast.command, area=cast.grid_a2, road=road, low=low, high=high)
    assert AddressRule.objects.filter(area=cast.grid_a2).count() == 1


def test_next_door_and_the_same_road_elsewhere_are_free(cast: Cast) -> None:
    made = workflow.add_range(actor=cast.command, area=cast.grid_a2, road="一区", low=1000, high=1200)
    again = workflow.add_range(actor=cast.command, area=cast.grid_a2, road="一区", low=1000, high=1200)
    assert made.pk == again.pk
    workflow.add_range(actor=cast.command, area=cast.grid_b, road="一区", low=1, high=99)
    assert Territory(cast.street).at_house(cast.village, "一区1100号") == cast.grid_a2


def test_a_range_the_wrong_way_round_is_refused(cast: Cast, as_user: AsUser) -> None:
    browser = as_user(cast.command)
    given = {"area": cast.grid_a2.pk, "road": "新街", "low": "90", "high": "9"}
    address = f"/areas/{cast.village.pk}/ranges/new/"
    for wrong, field in (({}, "high"), ({"low": ""}, "low"), ({"area": cast.grid_b.pk}, "area")):
        answer = browser.post(address, {**given, **wrong})
        assert answer.status_code == 400
        assert f'id="id_{field}_error"' in text(answer)
    assert not AddressRule.objects.filter(road="新街").exists()
    assert browser.post(address, {**given, "low": "", "high": ""}).status_code == 302
    whole = AddressRule.objects.get(road="新街")
    assert (whole.low, whole.high, whole.village) == (0, 99999, cast.village)


def test_a_removed_range_leaves_its_history(cast: Cast, as_user: AsUser) -> None:
    rule = AddressRule.objects.get(area=cast.grid_a)
    browser = as_user(cast.command)
    assert "一区1–999号" in text(browser.get(f"/areas/ranges/{rule.pk}/remove/"))
    assert AddressRule.objects.filter(pk=rule.pk).exists(), "Asking changes nothing."
    browser.post(f"/areas/ranges/{rule.pk}/remove/")
    assert not AddressRule.objects.filter(pk=rule.pk).exists()
    event = apps.get_model("grids", "AddressRuleEvent").objects.filter(pgh_obj_id=rule.pk).latest("pgh_id")
    assert (event.pgh_label, event.road) == ("delete", "一区")
    assert event.pgh_context.metadata["actor"] == cast.command.pk


def test_a_new_grid_lies_below_its_village(cast: Cast, as_user: AsUser) -> None:
    address = f"/areas/{cast.village.pk}/grids/new/"
    browser = as_user(cast.command)
    assert browser.post(address, {"name": "第三网格", "population": ""}).status_code == 302
    made = Area.objects.get(name="河边村第三网格")
    assert made.path == f"{cast.village.path}{made.pk}/"
    refused = browser.post(address, {"name": "第3网格", "population": ""})
    assert refused.status_code == 400
    assert "已经有河边村第三网格" in text(refused)
    context = pghistory.models.Context.objects.get(metadata__action="add_grid")
    assert context.metadata["actor"] == cast.command.pk


def test_a_grid_lies_below_a_village_only(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        workflow.add_grid(actor=cast.command, village=cast.grid_a, name="小网格")


def test_a_grid_is_retired_when_nothing_hangs_on_it(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    with pytest.raises(Conflict, match=f"1 个走访对象和{cast.worker.name}的任职"):
        workflow.retire_grid(actor=cast.command, grid=cast.grid_a)
    target.is_active = False
    target.save()
    with pytest.raises(Conflict, match=f"还有{cast.worker.name}的任职在"):
        workflow.retire_grid(actor=cast.command, grid=cast.grid_a)
    Post.objects.filter(user=cast.worker).update(ends_on=today() - timedelta(days=1))
    browser = as_user(cast.command)
    assert browser.post(f"/areas/{cast.grid_a.pk}/retire/").status_code == 302
    assert not Area.objects.get(pk=cast.grid_a.pk).is_active
    assert browser.get(f"/areas/{cast.grid_a.pk}/").status_code == 404
    assert workflow.retire_grid(actor=cast.command, grid=cast.grid_a).is_active is False
    assert AddressRule.objects.get(road="一区").area == cast.village
    with pytest.raises(NotFound):
        workflow.add_range(actor=cast.command, area=cast.grid_a, road="三区", low=1, high=9)


def test_a_coming_post_keeps_a_grid(cast: Cast) -> None:
    Post.objects.create(
        user=cast.nobody,
        area=cast.grid_a2,
        role=Role.objects.get(code="grid_worker"),
        starts_on=today() + timedelta(days=7),
    )
    with pytest.raises(Conflict, match="无岗位"):
        workflow.retire_grid(actor=cast.command, grid=cast.grid_a2)


def test_a_village_is_not_retired_here(cast: Cast, as_user: AsUser) -> None:
    with pytest.raises(InvalidInput):
        workflow.retire_grid(actor=cast.command, grid=cast.village)
    assert as_user(cast.command).get(f"/areas/{cast.village.pk}/retire/").status_code == 404


def test_queries_do_not_grow_with_the_street(
    cast: Cast, as_user: AsUser, count_queries: Callable[[], Any]
) -> None:
    browser = as_user(cast.command)
    addresses = ("/areas/", f"/areas/{cast.village.pk}/")
    browser.get("/areas/")

    def costs() -> list[int]:
        found = []
        for address in addresses:
            with count_queries() as seen:
                assert browser.get(address).status_code == 200
            found.append(len(seen))
        return found

    few = costs()
    role = Role.objects.get(code="grid_worker")
    for n in range(12):
        Area.objects.plant(parent=cast.street, name=f"新村{n}", level=Area.Level.VILLAGE)
        grid = Area.objects.plant(parent=cast.village, name=f"网格{n}", level=Area.Level.GRID, outline=SQUARE)
        Post.objects.create(user=User.objects.create(username=f"w{n}", name="多"), area=grid, role=role)
        AddressRule.objects.create(area=grid, village=cast.village, road=f"路{n}")
        cast.target(grid)
    assert costs() == few
    assert max(few) <= 13, few


def test_garbage_in_the_address_is_answered(cast: Cast, as_user: AsUser) -> None:
    browser = as_user(cast.command)
    assert browser.get("/areas/", {"cursor": "zzz"}).status_code == 400
    assert browser.get("/areas/", {"q": "\x00'\"><%"}).status_code == 200
    assert browser.get(f"/areas/{cast.village.pk}/", {"cursor": "zzz"}).status_code == 400
    assert browser.get("/areas/99999999999999999999/").status_code == 404
    assert browser.get(f"/areas/{cast.street.pk}/").status_code == 404


def test_an_outline_is_drawn_north_up_in_its_proportions() -> None:
    drawing = draw([(7, SQUARE), (8, None), (9, {"type": "Point", "coordinates": [1, 2]})])
    assert drawing is not None
    assert [shape.pk for shape in drawing.shapes] == [7]
    corners = drawing.shapes[0].path.removeprefix("M").removesuffix("Z").split("L")
    (west, south), (east, _), (_, north) = ([int(n) for n in corner.split()] for corner in corners[:3])
    assert west < east
    assert north < south, "North is up: SVG counts downwards."
    assert (east - west) / (south - north) == pytest.approx(0.8826, abs=0.005), "cos 28°"
    assert west == pytest.approx(drawing.width - east, abs=1), "In the middle."
    assert drawing.height == south + north <= drawing.width
    assert draw([(7, None)]) is None
