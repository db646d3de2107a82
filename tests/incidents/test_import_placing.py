"""Where an address belongs: by name, former name, house number; nothing is guessed."""

import pytest

from grids.imports import addresses
from grids.imports.territory import Territory, ordinal
from grids.models import AddressRule, Area
from incidents.importing.placing import place
from tests.grids.street import build_street


@pytest.fixture
def territory(loaded: None) -> Territory:
    street = build_street()
    tantou = Area.objects.get(name="坦头村")
    AddressRule.objects.create(area=tantou.children.get(), village=tantou, road="坦头路")
    return Territory(street)


def found(territory: Territory, village: str, address: str) -> tuple[str, str, str]:
    result = place(territory, village, address)
    return result.area.name, result.how.value, result.address_key


CITY = "温岭市城东街道"


@pytest.mark.parametrize(
    ("village", "address", "expected"),
    [
        ("河边村", f"{CITY}河边村一区26号", ("河边村第一网格", "column", "河边村一区26号")),
        ("河边", f"{CITY}河边村一区26号", ("河边村第一网格", "column", "河边村一区26号")),
        ("河边村", f"{CITY}河边村二区151号", ("河边村", "column", "河边村二区151号")),
        ("河边村", f"{CITY}河边村", ("河边村", "column", "")),
        ("河边村", "一区２６号", ("河边村第一网格", "column", "河边村一区26号")),
        ("殿前村", f"{CITY}殿前村殿前街148号", ("楼山村第一网格", "alias", "楼山村殿前街148号")),
        ("殿前", f"{CITY}殿前村殿前街151号", ("楼山村", "alias", "楼山村殿前街151号")),
        ("", f"{CITY}殿前村殿前街148号", ("楼山村第一网格", "alias", "楼山村殿前街148号")),
        ("", f"{CITY}河边村一区２６号", ("河边村第一网格", "address", "河边村一区26号")),
        ("", "浙江省台州市温岭市城东街道 河边村 一区 26號", ("河边村第一网格", "address", "河边村一区26号")),
        ("", "河边一区26号", ("河边村第一网格", "address", "河边村一区26号")),
        ("", "坦头路9号", ("坦头村第一网格", "address", "坦头村坦头路9号")),
        ("", "坦头路", ("坦头村第一网格", "address", "")),
        ("", "一区26号", ("河边村第一网格", "address", "河边村一区26号")),
        ("", "城东菜场与楼山村交界", ("楼山村", "address", "")),
        ("不知道", f"{CITY}河边村一区26号", ("河边村第一网格", "address", "河边村一区26号")),
        ("河边村第二网格", "老渡口烧烤店", ("河边村第二网格", "column", "河边村老渡口烧烤店")),
        ("", "温岭市太平街道人民路1号", ("城东街道", "tray", "太平街道人民路1号")),
        ("", "泽国镇河边村3号", ("城东街道", "tray", "泽国镇河边村3号")),
        ("", "太平街道一区26号", ("城东街道", "tray", "太平街道一区26号")),
        ("", "夜市", ("城东街道", "tray", "")),
        ("", "", ("城东街道", "tray", "")),
    ],
)
def test_places(territory: Territory, village: str, address: str, expected: tuple[str, str, str]) -> None:
    assert found(territory, village, address) == expected


def test_a_short_name_of_two_villages_means_neither(territory: Territory) -> None:
    Area.objects.plant(parent=territory.street, name="河边社区", level=Area.Level.COMMUNITY)
    territory = Territory(territory.street)
    assert found(territory, "河边", "")[1] == "tray"
    assert found(territory, "河边社区", "")[0] == "河边社区"
    assert found(territory, "河边村", "")[0] == "河边村"


def test_a_present_name_wins_over_a_former_one(territory: Territory) -> None:
    Area.objects.filter(name="坦头村").update(aliases=["河边村"])
    assert found(Territory(territory.street), "河边村", "")[0] == "河边村"


def test_a_road_of_two_villages_decides_nothing(territory: Territory) -> None:
    village = Area.objects.get(name="下罗村")
    AddressRule.objects.create(area=village, village=village, road="一区", low=1, high=9)
    assert found(Territory(territory.street), "", "一区3号")[1] == "tray"


def test_the_longest_road_name_decides(territory: Territory) -> None:
    village = Area.objects.get(name="河边村")
    second = village.children.get(name="河边村第二网格")
    AddressRule.objects.create(area=second, village=village, road="一区东巷", low=1, high=9)
    territory = Territory(territory.street)
    assert found(territory, "河边村", "河边村一区东巷3号")[0] == "河边村第二网格"


def test_withdrawn_areas_are_not_found(territory: Territory) -> None:
    Area.objects.filter(name="坦头村").update(is_active=False)
    assert found(Territory(territory.street), "坦头村", "")[1] == "tray"


@pytest.mark.parametrize(
    "written",
    [
        "新街36号",
        "新街３６号",
        "新街 36 号",
        "新街36號",
        "新街36#",
        "新街36号附近",
        "新街，36号门口",
        f"{CITY}萧北村新街36号",
    ],
)
def test_all_writings_of_a_house_share_a_key(territory: Territory, written: str) -> None:
    assert territory.key_of(Area.objects.get(name="萧北村"), written) == "萧北村新街36号"


@pytest.mark.parametrize(("one", "other"), [("8幢3单元", "8栋3单元"), ("8#楼", "8号楼"), ("8座", "8幢")])
def test_houses_of_an_estate(one: str, other: str) -> None:
    assert addresses.plain(one) == addresses.plain(other)


@pytest.mark.parametrize(
    "name", ["第一网格", "河边村第一网格", "第1网格", "1号网格", "１", "一网格", "河边第一网格", "01"]
)
def test_all_writings_of_a_grid_are_one(territory: Territory, name: str) -> None:
    village = Area.objects.get(name="河边村")
    assert ordinal(name, village) == "1"
    assert territory.grid(name, village) == village.children.get(name="河边村第一网格")


@pytest.mark.parametrize(
    ("name", "number"),
    [("第十网格", "10"), ("第十二网格", "12"), ("第二十网格", "20"), ("第三十一网格", "31")],
)
def test_numerals(territory: Territory, name: str, number: str) -> None:
    assert ordinal(name, Area.objects.get(name="河边村")) == number


def test_a_village_as_territory_holds_only_itself(territory: Territory) -> None:
    own = Territory(Area.objects.get(name="河边村"))
    assert own.village("楼山村") is None
    assert own.village("河边") is not None
    assert own.street == territory.street
    assert own.grid("楼山村第一网格", None) is None
