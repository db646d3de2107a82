"""警情热点: hour of the week, places and villages, each number opening exactly its rows."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from incidents.hotspots.queries import week
from shared.dates import at
from tests.cast import Cast
from tests.incidents.made import incident

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
MONDAY = date(2026, 11, 16)
PERIOD = "after=2026-11-16&before=2026-11-22"


@pytest.fixture
def street(cast: Cast) -> Cast:
    """Three on Saturday at 23 of which two at one house, one on Monday at 0:30, one before, one far away."""

    def called(day: int, hour: int, minute: int = 0, **fields: Any) -> None:
        moment = at(MONDAY + timedelta(days=day), time(hour, minute))
        incident(cast, fields.pop("area", None), at=moment, **fields)

    here = {"address": "温岭市城东街道河边村一区26号", "address_key": "河边村一区26号"}
    called(5, 23, 59, **here)
    called(5, 23, 0, **here)
    called(5, 23, 5, area=cast.grid_b, incident_type="theft")
    called(0, 0, 30)
    called(-1, 23)
    called(2, 12, area=cast.far_grid)
    return cast


def test_each_cell_opens_its_rows(street: Cast, as_user: SignIn) -> None:
    client = as_user(street.police)
    page = client.get(f"/incidents/hotspots/?{PERIOD}").content.decode()
    assert "星期六 23 点最多" in page
    assert "共 4 起" in page
    links = re.findall(
        r'href="(/incidents/\?[^"]*weekday=6[^"]*hour=23[^"]*)" aria-label="[^"]*">(\d+)<', page
    )
    (link, count), *none = links
    assert (count, none) == ("3", [])
    rows = client.get(link.replace("&amp;", "&")).content.decode()
    assert rows.count('class="quiet"') == 3
    place = re.search(r'href="(/incidents/\?[^"]*address=[^"]+)"', page)
    assert place
    assert client.get(place[1].replace("&amp;", "&")).content.decode().count('class="quiet"') == 2
    village = re.search(rf'href="(/incidents/\?[^"]*area={street.other_village.pk})"', page)
    assert village
    assert client.get(village[1].replace("&amp;", "&")).content.decode().count('class="quiet"') == 1


def test_by_kind_and_village_and_within_the_territory(street: Cast, as_user: SignIn, api: Api) -> None:
    page = as_user(street.police).get(f"/incidents/hotspots/?{PERIOD}&type=theft").content.decode()
    assert "共 1 起" in page
    page = (
        as_user(street.police).get(f"/incidents/hotspots/?{PERIOD}&area={street.village.pk}").content.decode()
    )
    assert "共 3 起" in page
    assert "共 3 起" in as_user(street.worker).get(f"/incidents/hotspots/?{PERIOD}").content.decode()
    path = f"/api/v1/incidents/hotspots/?{PERIOD}"
    hours = api(street.police).get(path).json()["results"]
    assert hours == [{"weekday": 1, "hour": 0, "count": 1}, {"weekday": 6, "hour": 23, "count": 3}]
    places = api(street.police).get(f"{path}&by=place").json()["results"]
    assert [(row["address"], row["count"]) for row in places] == [("温岭市城东街道河边村一区26号", 2)]
    villages = api(street.police).get(f"{path}&by=village").json()["results"]
    assert [(row["name"], row["count"]) for row in villages] == [("河边村", 3), ("楼山村", 1)]
    assert "河边村" in api(street.police).get(f"{path}&by=village&format=csv").content.decode()
    assert api(street.police).get(f"{path}&by=moon").status_code == 400
    assert api(street.police).get("/api/v1/incidents/hotspots/?after=x").status_code == 400


def test_without_days_the_last_thirty_count(cast: Cast, as_user: SignIn, time_machine: Any) -> None:
    time_machine.move_to(datetime.fromisoformat("2026-11-25T01:00:00+08:00"), tick=False)
    for ago in (0, 29, 30):
        incident(cast, at=at(date(2026, 11, 25) - timedelta(days=ago), time(0, 30)))
    assert "共 2 起" in as_user(cast.police).get("/incidents/hotspots/").content.decode()
    assert "没有警情" in as_user(cast.far_command).get("/incidents/hotspots/").content.decode()


def test_shades_follow_the_busiest_hour() -> None:
    rows = week({(1, 0): 1, (1, 1): 2, (6, 23): 8})
    assert [cell.shade for cell in rows[0][2][:3]] == [1, 1, 0]
    assert (rows[5][0], rows[5][1], rows[5][2][23].shade) == ("星期六", 8, 4)
    assert {cell.shade for _, _, cells in week({}) for cell in cells} == {0}


def test_the_page_costs_the_same_at_two_sizes(cast: Cast, as_user: SignIn, count_queries: Any) -> None:
    client, spent = as_user(cast.police), []
    for _ in range(2):
        for hour in range(12):
            incident(cast, at=at(MONDAY, time(hour)), address_key=f"{hour % 3}号")
        client.get(f"/incidents/hotspots/?{PERIOD}")
        with count_queries() as seen:
            client.get(f"/incidents/hotspots/?{PERIOD}")
        spent.append(len(seen))
    assert spent[0] == spent[1] <= 10, seen
