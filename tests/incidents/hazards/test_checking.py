"""Inspections: once, each thing out of order a hazard, for places on the register and off it."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from grids import photos, reference
from incidents.hazards.checking import Finding
from incidents.models import CheckItem, CheckList, Hazard, Inspection, InspectionResult
from matters.models import EventPhoto
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast, build_cast
from tests.incidents.hazards.made import findings, inspection, stall_list
from tests.pictures import NO_PHOTOS, upload

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


def test_each_thing_out_of_order_becomes_a_hazard_of_its_own(cast: Cast) -> None:
    target = cast.target()
    made = inspection(cast, bad={"gas": "软管裂了", "food": ""}, target=target, address="")
    assert (made.fine, made.bad, made.not_asked) == (3, 2, 0)
    first, second = Hazard.objects.order_by("matter")
    assert (first.hazard_type, first.level, first.source) == ("gas", "serious", "grid_census")
    assert (first.target, first.address) == (target, "河边村一区26号")
    assert first.description == "检查不符合：燃气软管没有老化，装了泄漏报警，气瓶不在住人处。软管裂了"
    assert second.description == "检查不符合：后厨生熟分开，证照和健康证在有效期内"
    assert first.matter.state == "assigned"
    assert set(InspectionResult.objects.exclude(hazard=None).values_list("hazard", flat=True)) == {
        first.pk,
        second.pk,
    }


def test_the_same_again_is_the_first_answer_and_other_content_a_conflict(cast: Cast) -> None:
    client_id = uuid4()
    first = inspection(cast, bad={"gas": "裂了"}, client_id=client_id)
    assert inspection(cast, bad={"gas": "裂了"}, client_id=client_id).pk == first.pk
    changes: list[dict[str, Any]] = [
        {"bad": {"gas": "断了"}},
        {"note": "再看"},
        {"address": "河边村一区27号"},
    ]
    for changed in changes:
        with pytest.raises(Conflict) as refused:
            inspection(cast, client_id=client_id, **{"bad": {"gas": "裂了"}, **changed})
        assert refused.value.extra == {"inspection": first.pk}
    assert (Inspection.objects.count(), Hazard.objects.count()) == (1, 1)


def test_four_threads_with_one_form_make_one_inspection(transactional_db: None) -> None:
    reference.load()
    cast = build_cast()
    client_id, barrier, made = uuid4(), Barrier(4), []

    def send() -> None:
        barrier.wait()
        worker = User.objects.get(pk=cast.worker.pk)
        made.append(inspection(cast, worker, bad={"gas": "裂了"}, client_id=client_id).pk)
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert (Inspection.objects.count(), Hazard.objects.count()) == (1, 1)


def test_what_cannot_be_right_is_named_and_nothing_stays(cast: Cast) -> None:
    whole = findings(stall_list())
    item = min(whole)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"findings": {pk: f for pk, f in whole.items() if pk != item}}, f"item_{item}"),
        ({"findings": {**whole, item: Finding("fine")}}, f"item_{item}"),
        ({"findings": {**whole, 10**9: Finding("ok")}}, f"item_{10**9}"),
        ({"address": " "}, "address"),
        ({"source": "bogus", "findings": {**whole, item: Finding("bad")}}, "source"),
    ]
    for fields, field in cases:
        with pytest.raises(InvalidInput) as refused:
            inspection(cast, **fields)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        inspection(cast, area=cast.grid_b)
    assert not Inspection.objects.exists()
    assert not Hazard.objects.exists()


def test_inspections_are_never_changed(cast: Cast) -> None:
    inspection(cast, bad={"gas": "x"})
    for change in (
        lambda: Inspection.objects.update(note="y"),
        lambda: InspectionResult.objects.update(verdict="ok"),
        lambda: InspectionResult.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def sent(cast: Cast, checklist: CheckList, **fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid4()),
        "area": cast.grid_a.pk,
        "source": "grid_census",
        "address": "河边村一区26号",
        **{f"item_{item.pk}": "ok" for item in checklist.items.all()},
        **fields,
    }


def test_one_tap_says_all_in_order(cast: Cast, as_user: SignIn) -> None:
    target, client = cast.target(), as_user(cast.worker)
    address = f"/hazards/inspections/new/?target={target.pk}"
    assert "全部正常" in client.get(address).content.decode()
    data = {"client_id": str(uuid4()), "area": cast.grid_a.pk, "source": "grid_census", "all_ok": "1"}
    answers = [client.post(address, data).status_code for _ in range(2)]
    assert answers == [302, 302]
    made = Inspection.objects.get()
    assert (made.fine, made.bad, made.target) == (5, 0, target)


def test_one_tap_keeps_what_was_marked_as_not_in_order(cast: Cast, as_user: SignIn) -> None:
    checklist = stall_list()
    gas = checklist.items.get(hazard_type="gas")
    data = {
        "client_id": str(uuid4()),
        "area": cast.grid_a.pk,
        "source": "grid_census",
        "all_ok": "1",
        f"item_{gas.pk}": "bad",
        f"note_{gas.pk}": "软管裂了",
        f"photos_{gas.pk}": [upload()],
    }
    client = as_user(cast.worker)
    client.post(f"/hazards/inspections/new/?target={cast.target().pk}", data)
    found = Hazard.objects.get()
    assert found.hazard_type == "gas"
    assert EventPhoto.objects.get().event.matter_id == found.pk
    page = client.get(f"/hazards/inspections/{Inspection.objects.get().pk}/").content.decode()
    assert f"/matters/{found.pk}/" in page


def test_a_place_off_the_register_is_checked_by_its_type(cast: Cast, as_user: SignIn) -> None:
    client, checklist = as_user(cast.manager), CheckList.objects.get(code="bar")
    address = "/hazards/inspections/new/?type=bar"
    data = sent(cast, checklist, name="清吧", source="safety_manager", place_type="bar")
    assert client.post(address, {**data, "address": ""}).status_code == 400
    assert client.get("/hazards/inspections/new/?type=%00").status_code == 200
    answer = client.post(address, data)
    assert answer.headers["Location"] == "/hazards/mine/"
    made = Inspection.objects.get()
    assert (made.name, made.place_type, made.target, made.source) == ("清吧", "bar", None, "safety_manager")


def test_an_item_that_was_not_answered_is_asked_for(cast: Cast, as_user: SignIn) -> None:
    checklist = CheckList.objects.get(code="bar")
    data = sent(cast, checklist)
    first = checklist.items.order_by("entries__position")[0]
    del data[f"item_{first.pk}"]
    answer = as_user(cast.worker).post("/hazards/inspections/new/?type=bar", data)
    assert answer.status_code == 400
    assert "还没有查这一项" in answer.content.decode()
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("name", ["svg", "bomb", "zip bomb"])
def test_a_bad_photo_is_told_at_its_item_and_nothing_is_saved(cast: Cast, as_user: SignIn, name: str) -> None:
    checklist = CheckList.objects.get(code="bar")
    item = checklist.items.all()[0]
    data = sent(cast, checklist, **{f"item_{item.pk}": "bad", f"photos_{item.pk}": [upload(NO_PHOTOS[name])]})
    answer = as_user(cast.worker).post("/hazards/inspections/new/?type=bar", data)
    assert answer.status_code == 400
    assert "不是可用的照片" in answer.content.decode()
    assert not Inspection.objects.exists()


def test_a_refused_inspection_leaves_no_files(cast: Cast, settings: Any) -> None:
    whole = findings(stall_list())
    first, second = list(whole)[:2]
    told = {**whole, first: Finding("bad", "", photos.clean([upload()])), second: Finding("bad", "x" * 1200)}
    with pytest.raises(DatabaseError):
        inspection(cast, findings=told)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert not Hazard.objects.exists()


def test_odd_addresses_of_the_form_are_answered(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.worker)
    for query in (
        "target=x",
        "target=999999",
        "list=999999",
        "campaign=²",
        f"target={cast.target(cast.grid_b).pk}",
    ):
        assert client.get(f"/hazards/inspections/new/?{query}").status_code == 404
    assert client.get("/hazards/inspections/new/?type=bogus").status_code == 200


def test_the_api_takes_an_inspection_once(cast: Cast, api: Api) -> None:
    checklist = stall_list()
    gas = checklist.items.get(hazard_type="gas")
    body = {
        "client_id": str(uuid4()),
        "checklist": checklist.pk,
        "area": cast.grid_a.pk,
        "address": "河边村一区26号",
        "all_ok": True,
        "findings": [{"item": gas.pk, "verdict": "bad", "note": "裂了"}],
    }
    client = api(cast.worker)
    first, again = (client.post("/api/v1/inspections/", body, format="json") for _ in range(2))
    other = client.post("/api/v1/inspections/", {**body, "note": "x"}, format="json")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert first.json()["hazards"] == [Hazard.objects.get().pk]
    assert first.json()["source"] == "grid_census"
    listed = client.get("/api/v1/inspections/?bad=1").json()["results"]
    assert [row["id"] for row in listed] == [first.json()["id"]]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"checklist": 10**20}, 400),
        ({"checklist": "x"}, 400),
        ({"findings": "x"}, 400),
        ({"findings": [{"item": -1, "verdict": "ok"}]}, 400),
        ({"findings": [{"item": 10**9, "verdict": "ok"}]}, 400),
        ({"all_ok": False}, 400),
        ({"source": "police_check"}, 400),
        ({"area": 999999}, 404),
        ({"address": ""}, 400),
        ({"name": "a\x00b"}, 400),
    ],
)
def test_the_api_refuses_rubbish(cast: Cast, api: Api, changed: dict[str, Any], status: int) -> None:
    body = {
        "client_id": str(uuid4()),
        "checklist": stall_list().pk,
        "area": cast.grid_a.pk,
        "address": "河边村一区26号",
        "all_ok": True,
        **changed,
    }
    answer = api(cast.worker).post("/api/v1/inspections/", body, format="json")
    assert answer.status_code == status, answer.content
    assert not Inspection.objects.exists()


def test_our_marks_of_where_a_rule_is_from_are_not_shown(loaded: None) -> None:
    assert set(CheckItem.objects.values_list("basis", flat=True)) >= {"消防法第27条", ""}
    assert not CheckItem.objects.filter(basis__contains="[").exists()
