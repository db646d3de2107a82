"""A station is set up by who manages it, without help from the technical administration."""

from typing import Any

import pytest

from grids.models import Post
from mediation import suggest
from mediation.models import Brand, Mediator, Presence, Room, Van
from mediation.van.candidates import crews
from mediation.workflow.stations import keep, mark
from shared.errors import NotFound
from tests.cast import Cast
from tests.mediation.cases import Station, user_at


def manager(cast: Cast, as_user: Any) -> tuple[Any, str]:
    """Signed in, and the beginning of the station's addresses."""
    return as_user(cast.command), f"/mediation/stations/{cast.station.pk}/"


def test_a_studio_and_a_lawyer_are_written_down_and_suggested(cast: Cast, as_user: Any) -> None:
    client, page = manager(cast, as_user)
    lawyer = user_at("lawyer", "mediator", cast.village, cast.station)
    made = client.post(
        f"{page}brands/new/", {"name": "女律师联盟", "fields": ["marriage_family"], "is_active": "on"}
    )
    assert made.headers["Location"] == page
    brand = Brand.objects.get(name="女律师联盟")
    given = {"user": lawyer.pk, "kind": "lawyer", "brand": brand.pk, "is_active": "on"}
    assert client.post(f"{page}mediators/new/", given).status_code == 302
    shown = client.get(page).content.decode()
    assert "律师，女律师联盟" in shown
    assert "婚姻家庭" in shown
    assert suggest.mediators(cast.station, "marriage_family")[0].id == lawyer.pk
    changed = {"kind": "volunteer", "fields": ["neighbour", "labour"], "is_active": "on"}
    changed["seen"] = mark(Mediator.objects.get(user=lawyer))
    assert client.post(f"{page}mediators/{lawyer.pk}/", changed).status_code == 302
    kept = Mediator.objects.get(user=lawyer)
    assert (kept.kind, kept.brand, kept.fields) == ("volunteer", None, ["neighbour", "labour"])


def test_rooms_and_vans_come_and_go_out_of_use(cast: Cast, as_user: Any) -> None:
    client, page = manager(cast, as_user)
    client.post(f"{page}rooms/new/", {"name": "七号调解室", "is_active": "on"})
    client.post(f"{page}vans/new/", {"name": "调解9号车", "plate": "浙J·D0099", "is_active": "on"})
    van = Van.objects.get(plate="浙J·D0099")
    assert Room.objects.get(name="七号调解室").is_active
    form = client.get(f"{page}vans/{van.pk}/").content.decode()
    assert 'value="浙J·D0099"' in form
    client.post(f"{page}vans/{van.pk}/", {"name": "调解9号车", "plate": "浙J·D0099", "seen": mark(van)})
    assert not Van.objects.get(pk=van.pk).is_active
    assert crews(cast.grid_a) == []
    assert "停用" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("sort", "given", "told"),
    [
        ("rooms", {"name": "七号调解室", "is_active": "on"}, "已经有叫“七号调解室”的房间"),
        ("vans", {"name": "车", "plate": "浙J·D0099", "is_active": "on"}, "已经登记过"),
        ("brands", {"name": "老梁调解室", "is_active": "on"}, "已经有叫“老梁调解室”"),
    ],
)
def test_sent_twice_it_is_there_once(
    cast: Cast, as_user: Any, sort: str, given: dict[str, str], told: str
) -> None:
    client, page = manager(cast, as_user)
    answers = [client.post(f"{page}{sort}/new/", given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert told in answers[1].content.decode()
    assert f'value="{given["name"]}"' in answers[1].content.decode()


def test_who_comes_second_reads_first_what_stands_there(cast: Cast, station: Station, as_user: Any) -> None:
    client, page = manager(cast, as_user)
    brand, address = station.brand, f"{page}brands/{station.brand.pk}/"
    given = {"name": brand.name, "fields": ["labour"], "is_active": "on", "seen": mark(brand)}
    first = {**given, "about": "每周三坐班", "fields": ["marriage_family"]}
    assert [client.post(address, first).status_code for _ in range(2)] == [302, 302], (
        "the same is no conflict"
    )
    late = client.post(address, {**given, "about": "我写的"})
    shown = late.content.decode()
    assert late.status_code == 409
    for told in ("刚被别人改过", "现在是：每周三坐班", "现在是：婚姻家庭", "我写的"):
        assert told in shown
    brand.refresh_from_db()
    assert brand.about == "每周三坐班"
    assert client.post(address, {**given, "about": "我写的", "seen": mark(brand)}).status_code == 302
    brand.refresh_from_db()
    assert (brand.about, brand.fields) == ("我写的", ["labour"])


def test_what_is_out_of_use_stays_with_who_has_it(cast: Cast, station: Station, as_user: Any) -> None:
    client, page = manager(cast, as_user)
    person = Mediator.objects.create(
        user=user_at("old", "mediator", cast.village, cast.station),
        station=cast.station,
        brand=station.brand,
        fields=["neighbour", "gone"],
    )
    Brand.objects.update(is_active=False)
    address = f"{page}mediators/{person.pk}/"
    form = client.get(address).content.decode()
    assert f'value="{station.brand.pk}" selected' in form
    assert 'value="gone" checked' in form
    given = {"kind": "lawyer", "brand": station.brand.pk, "fields": person.fields, "seen": mark(person)}
    assert client.post(address, {**given, "is_active": "on"}).status_code == 302
    person.refresh_from_db()
    assert (person.brand, person.fields, person.kind) == (station.brand, ["neighbour", "gone"], "lawyer")


def test_a_large_station_asks_no_more_than_a_small_one(
    cast: Cast, station: Station, as_user: Any, count_queries: Any
) -> None:
    client, page = manager(cast, as_user)

    def asked() -> list[int]:
        counts = []
        for address in (page, "/mediation/stations/"):
            client.get(address)
            with count_queries() as seen:
                client.get(address)
            counts.append(len(seen))
        return counts

    few = asked()
    for n in range(5):
        brand = Brand.objects.create(station=cast.station, name=f"{n}号调解室", fields=["labour"])
        user = user_at(f"lawyer{n}", "mediator", cast.village, cast.station)
        Mediator.objects.create(user=user, station=cast.station, brand=brand, fields=["labour"])
        Van.objects.create(station=cast.station, name=f"{n}号车", plate=f"浙J·D000{n}")
    assert asked() == few


def test_only_who_manages_the_station_changes_it(cast: Cast, station: Station, as_user: Any) -> None:
    page = f"/mediation/stations/{cast.station.pk}/"
    reader = as_user(cast.mediator)
    assert "添加房间" not in reader.get(page).content.decode()
    assert reader.get(f"{page}rooms/new/").status_code == 403
    assert reader.post(f"{page}rooms/new/", {"name": "七号调解室"}).status_code == 403
    other = Room.objects.create(station=station.other, name="别站的房间")
    assert as_user(cast.command).get(f"{page}rooms/{other.pk}/").status_code == 404
    assert as_user(cast.command).get(f"{page}chairs/new/").status_code == 404


def test_the_head_of_another_station_at_the_same_place_changes_nothing(
    cast: Cast, station: Station, as_user: Any
) -> None:
    head = user_at("head", "station_head", station.other.area, station.other)
    station.other.area = cast.station.area
    station.other.save()
    Post.objects.filter(user=head).update(area=cast.station.area)
    client, page = as_user(head), f"/mediation/stations/{cast.station.pk}/"
    assert "添加房间" not in client.get(page).content.decode()
    sent = {"name": "别站添的", "is_active": "on"}
    assert client.post(f"{page}rooms/new/", sent).status_code == 404
    with pytest.raises(NotFound):
        keep(actor=head, station=cast.station, model=Room, values=sent)
    own = f"/mediation/stations/{station.other.pk}/"
    assert "添加房间" in client.get(own).content.decode()
    assert client.post(f"{own}rooms/new/", sent).status_code == 302


def test_the_stations_name_their_departments(cast: Cast, station: Station, as_user: Any) -> None:
    Presence.objects.create(station=cast.station, department=station.justice, mode="resident")
    Presence.objects.create(station=cast.station, department=station.labour, mode="weekly")
    shown = as_user(cast.leader).get("/mediation/stations/").content.decode()
    assert f"{station.justice}（常驻）" in shown
    assert f"{station.labour}（按周轮值，今天在站）" in shown
