"""Photos: what is kept is small, upright and only a picture; what is no photo is refused in words."""

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from grids import photos
from grids.models import Parameter, Visit, VisitPhoto
from grids.workflow import log_visit
from shared.errors import InvalidInput
from tests.cast import Cast
from tests.pictures import NO_PHOTOS, picture, upload, with_exif


def test_a_photo_loses_all_but_the_picture(loaded: None) -> None:
    [photo] = photos.clean([upload(with_exif())])
    with Image.open(io.BytesIO(photo.content)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (20, 40))
        assert not seen.getexif()
    assert b"secret place" not in photo.content


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("PNG", "LA"), ("PNG", "I;16")]
)
def test_other_kinds_become_small_jpegs(loaded: None, kind: str, mode: str) -> None:
    [photo] = photos.clean([upload(picture(kind, (3000, 1500), mode), "x.png")])
    with Image.open(io.BytesIO(photo.content)) as seen:
        assert (seen.format, seen.mode, seen.size) == ("JPEG", "RGB", (1600, 800))


@pytest.mark.parametrize("content", NO_PHOTOS.values(), ids=NO_PHOTOS)
def test_what_is_no_photo_is_refused_by_name(loaded: None, content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"拍照\.jpg") as refused:
        photos.clean([upload(content)])
    assert refused.value.field == "photos"


def test_too_large_and_too_many_are_refused_by_the_parameters(loaded: None) -> None:
    with pytest.raises(InvalidInput, match="超过 10 MB"):
        photos.clean([upload(b"\xff\xd8" + b"\0" * (10 * photos.MB))])
    with pytest.raises(InvalidInput, match="最多 6 张"):
        photos.clean([upload(picture()) for _ in range(7)])
    Parameter.objects.filter(code="photo_max_count").update(value=8)
    assert len(photos.clean([upload(picture()) for _ in range(7)])) == 1


def test_a_visit_keeps_its_photos_and_only_its_readers_see_them(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    sent = {"client_id": uuid4(), "met": "principal", "result": "normal", "target": target.pk}
    for _ in range(2):
        files = [upload(with_exif()), upload(picture("PNG"), "b.png")]
        client.post("/visits/new/", {**sent, "photos": files})
    visit = Visit.objects.get()
    assert visit.photos.count() == 2
    page = client.get(f"/visits/{visit.pk}/").content.decode()
    [first, _] = re.findall(r'src="(/visits/photos/\d+/)"', page)
    answer = client.get(first)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(b"".join(answer))).format == "JPEG"
    assert as_user(cast.neighbour).get(first).status_code == 404
    assert as_user(cast.landlord).get(first).status_code == 403
    assert client.get("/media/" + VisitPhoto.objects.all()[0].image.name).status_code == 404
    for kept in VisitPhoto.objects.all():
        kept.image.delete(save=False)
    assert client.get(first).status_code == 404


def test_a_bad_photo_is_told_at_its_field_and_nothing_is_saved(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    sent = {"client_id": uuid4(), "met": "principal", "result": "normal", "target": cast.target().pk}
    answer = as_user(cast.worker).post("/visits/new/", {**sent, "photos": [upload(b"<svg/>", "猫.svg")]})
    assert answer.status_code == 400
    assert "“猫.svg”不是可用的照片" in answer.content.decode()
    assert not Visit.objects.exists()


def test_a_visit_that_fails_leaves_no_files(cast: Cast, settings: Any) -> None:
    hazard = {"hazard_type": "no such type", "level": "ordinary", "description": "x", "address": ""}
    with pytest.raises(InvalidInput):
        log_visit(
            target=cast.target(),
            actor=cast.worker,
            client_id=uuid4(),
            visited_at=None,
            met="principal",
            result="normal",
            photos=photos.clean([upload(picture())]),
            hazard=hazard,
        )
    assert not Visit.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
