"""Full numbers show only within the territory, against a logged reason, and the log cannot be changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts import workflow
from accounts.models import PersonalAccess, User
from grids.models import Target
from shared.errors import InvalidInput
from tests.cast import Cast

AsUser = Callable[[User], Client]
PHONE, NUMBER, NAME = "13812345678", "331081194001011234", "王小示"


@pytest.fixture
def target(cast: Cast) -> Target:
    return cast.target(
        kind=Target.Kind.PERSON,
        category="elder_alone",
        name=NAME,
        phone=PHONE,
        id_number=NUMBER,
        contact_name="",
    )


def look(user: User, target: Target) -> PersonalAccess:
    return workflow.record_access(
        user=user,
        kind="target",
        subject_id=target.pk,
        subject_name=target.shown,
        fields=["电话"],
        reason="上门前电话联系",
        address="10.0.0.7",
    )


def test_numbers_are_masked_until_a_reason_is_given(cast: Cast, target: Target, as_user: AsUser) -> None:
    client, address = as_user(cast.worker), f"/personal/target/{target.pk}/"
    page = client.get(address).content.decode()
    assert "138****5678" in page
    assert not any(full in page for full in (PHONE, NUMBER, NAME))
    assert not PersonalAccess.objects.exists()

    shown = client.post(address, {"common": "contact", "reason": ""})
    assert all(full in shown.content.decode() for full in (PHONE, NUMBER, NAME, "仅本次显示"))
    assert "no-store" in shown["Cache-Control"]
    logged = PersonalAccess.objects.get()
    assert (logged.user, logged.subject_type, logged.subject_id) == (cast.worker, "target", target.pk)
    assert logged.reason == "上门前电话联系"
    assert logged.fields == "姓名、电话、证件号码"
    assert NAME not in logged.subject_name
    assert logged.address == "127.0.0.1"
    assert PHONE not in client.get(address).content.decode()


@pytest.mark.parametrize("sent", [{}, {"reason": "看看"}, {"reason": "   看 看   "}, {"common": "made-up"}])
def test_without_a_real_reason_nothing_shows_and_nothing_is_logged(
    cast: Cast, target: Target, as_user: AsUser, sent: dict[str, str]
) -> None:
    answer = as_user(cast.worker).post(f"/personal/target/{target.pk}/", sent)
    assert answer.status_code == 400
    assert PHONE not in answer.content.decode()
    assert not PersonalAccess.objects.exists()


def test_outside_the_territory_it_is_not_there(cast: Cast, target: Target, as_user: AsUser) -> None:
    address = f"/personal/target/{target.pk}/"
    for stranger in (cast.neighbour, cast.other_officer, cast.far_command):
        assert as_user(stranger).get(address).status_code == 404
        assert as_user(stranger).post(address, {"common": "contact"}).status_code == 404
    assert as_user(cast.leader).get(address).status_code == 403
    assert as_user(cast.worker).get("/personal/target/999999/").status_code == 404
    assert as_user(cast.worker).get(f"/personal/nothing/{target.pk}/").status_code == 404
    assert not PersonalAccess.objects.exists()


def test_two_looks_are_two_rows(cast: Cast, target: Target, as_user: AsUser) -> None:
    for _ in range(2):
        as_user(cast.worker).post(f"/personal/target/{target.pk}/", {"reason": "核对登记信息"})
    assert PersonalAccess.objects.count() == 2


def test_the_workflow_refuses_a_short_reason_too(cast: Cast, target: Target) -> None:
    with pytest.raises(InvalidInput):
        workflow.record_access(
            user=cast.worker,
            kind="target",
            subject_id=1,
            subject_name="x",
            fields=[],
            reason=" 好 的 ",
            address=None,
        )


def test_the_log_is_append_only_in_the_database(cast: Cast, target: Target) -> None:
    row = look(cast.worker, target)
    with pytest.raises(DatabaseError), transaction.atomic():
        PersonalAccess.objects.filter(pk=row.pk).update(reason="改了")
    with pytest.raises(DatabaseError), transaction.atomic():
        PersonalAccess.objects.filter(pk=row.pk).delete()
    assert PersonalAccess.objects.get().reason == "上门前电话联系"


def test_the_administrator_reads_the_log_of_his_people_only(
    cast: Cast, target: Target, as_user: AsUser
) -> None:
    look(cast.worker, target)
    look(cast.far_worker, target)
    rows = as_user(cast.administrator).get("/personal/log/").content.decode()
    assert rows.count("上门前电话联系") == 1
    assert cast.worker.name in rows
    assert as_user(cast.leader).get("/personal/log/").status_code == 403


def test_one_sees_one_s_own_looks(cast: Cast, target: Target, as_user: AsUser) -> None:
    look(cast.worker, target)
    look(cast.officer, target)
    assert as_user(cast.worker).get("/me/").content.decode().count("上门前电话联系") == 1


def test_the_log_costs_the_same_for_many(
    cast: Cast, target: Target, as_user: AsUser, count_queries: Callable[[], Any]
) -> None:
    client = as_user(cast.administrator)

    def cost() -> int:
        client.get("/personal/log/")
        with count_queries() as seen:
            assert client.get("/personal/log/").status_code == 200
        return len(seen)

    look(cast.worker, target)
    few = cost()
    for person in (cast.worker, cast.officer, cast.command):
        for _ in range(10):
            look(person, target)
    assert cost() == few
