"""Photos of a matter: they come with a move, stay with its line, and only its readers see them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from grids import photos
from incidents.models import Hazard
from matters.models import Event, EventPhoto
from matters.workflow import advance
from shared.errors import InvalidInput
from tests.cast import Cast
from tests.incidents.made import hazard
from tests.pictures import NO_PHOTOS, picture, upload, with_exif

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


def shot() -> dict[str, Any]:
    return {"photos": photos.clean([upload()])}


def files(settings: Any) -> list[Any]:
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def echo(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {"action": "echo", "version": 1, "note": "已清", **fields}


def test_a_move_takes_photos_from_its_form_and_its_line_shows_them(cast: Cast, as_user: SignIn) -> None:
    found, client = hazard(cast), as_user(cast.worker)
    address = f"/matters/{found.pk}/"
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    client.post(address, echo(cast, photos=[upload(with_exif()), upload(picture("PNG"), "b.png")]))
    event = Event.objects.get(action="echo")
    first, second = event.photos.all()
    page = client.get(address).content.decode()
    assert f'src="/matters/photos/{first.pk}/"' in page
    answer = client.get(f"/matters/photos/{second.pk}/")
    with Image.open(io.BytesIO(b"".join(answer))) as seen:
        assert (seen.format, dict(seen.getexif())) == ("JPEG", {})
    assert answer.headers["Cache-Control"].startswith("private")


def test_who_may_not_see_the_matter_sees_no_photo(cast: Cast, as_user: SignIn, api: Api) -> None:
    found = hazard(cast)
    advance(
        matter=found.matter,
        action="echo",
        actor=cast.worker,
        note="已清",
        evidence=shot(),
    )
    photo = EventPhoto.objects.get()
    for address, client in (
        (f"/matters/photos/{photo.pk}/", as_user),
        (f"/api/v1/matters/photos/{photo.pk}/", api),
    ):
        answers = {who: client(cast.people[who]).get(address).status_code for who in WHO}
        assert answers == WHO
    photo.image.delete(save=False)
    assert as_user(cast.worker).get(f"/matters/photos/{photo.pk}/").status_code == 404


WHO = {"worker": 200, "command": 200, "neighbour": 404, "far_command": 404, "landlord": 403}


@pytest.mark.parametrize("content", NO_PHOTOS.values(), ids=NO_PHOTOS)
def test_what_is_no_photo_is_told_at_its_field_and_nothing_moves(
    cast: Cast, as_user: SignIn, content: bytes
) -> None:
    found = hazard(cast)
    sent = echo(cast, photos=[upload(content, "证据.jpg")])
    answer = as_user(cast.worker).post(f"/matters/{found.pk}/", sent)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert ("“证据.jpg”不是可用的照片" if content else "文件是空的") in page
    assert "已清" in page
    assert not EventPhoto.objects.exists()
    found.matter.refresh_from_db()
    assert found.matter.state == "assigned"


def test_thirty_megabytes_are_refused_in_words(cast: Cast, as_user: SignIn) -> None:
    found = hazard(cast)
    big = upload(picture() + b"\0" * (30 * photos.MB), "大图.jpg")
    answer = as_user(cast.worker).post(f"/matters/{found.pk}/", echo(cast, photos=[big]))
    assert answer.status_code == 400
    assert "“大图.jpg”超过 10 MB" in answer.content.decode()


def test_the_api_takes_photos_beside_the_move_and_names_them(cast: Cast, api: Api) -> None:
    found, client = hazard(cast), api(cast.worker)
    address = f"/api/v1/matters/{found.pk}/actions/"
    move = '{"action": "echo", "note": "已清", "version": 1}'
    answer = client.post(address, {"move": move, "photos": [upload()]}, format="multipart")
    assert answer.status_code == 200, answer.content
    [photo] = answer.json()["events"][-1]["photos"]
    assert EventPhoto.objects.get().pk == photo
    for wrong in ("x", "[1]"):
        assert client.post(address, {"move": wrong}, format="multipart").status_code == 400


def test_a_move_that_fails_leaves_no_files(cast: Cast, settings: Any) -> None:
    found = hazard(cast)
    with pytest.raises(InvalidInput):
        advance(
            matter=found.matter,
            action="echo",
            actor=cast.worker,
            evidence=shot(),
        )
    with pytest.raises(ZeroDivisionError):
        echoed_then_broken(cast, found, settings)
    assert files(settings) == []


def echoed_then_broken(cast: Cast, found: Hazard, settings: Any) -> None:
    with photos.with_files():
        taken = photos.clean([upload()])
        advance(matter=found.matter, action="echo", actor=cast.worker, note="x", evidence={"photos": taken})
        assert len(files(settings)) == 1
        raise ZeroDivisionError


def test_photos_are_never_changed_or_deleted(cast: Cast) -> None:
    found = hazard(cast)
    advance(
        matter=found.matter,
        action="echo",
        actor=cast.worker,
        note="x",
        evidence=shot(),
    )
    for change in (lambda: EventPhoto.objects.update(digest="y"), lambda: EventPhoto.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_photos_outside_of_a_block_are_a_fault(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        photos.save(EventPhoto().image, photos.clean([upload()])[0])
