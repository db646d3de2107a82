"""People and posts: an administrator's reach ends at his territory and at the rights he holds."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pghistory.models
import pytest
from django.apps import apps
from django.test import Client

from accounts import workflow as accounts
from accounts.models import User
from grids.models import Area, Post, Role, Unit
from grids.people import queries, workflow
from grids.rights import GUARDED
from grids.scope import rights_of
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast

AsUser = Callable[[User], Client]


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def fresh(user: User) -> User:
    """Without the posts that the object remembers."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def village_admin(cast: Cast) -> User:
    """An administrator of one village only."""
    user = User.objects.create(username="village_admin", name="村管理员")
    Post.objects.create(user=user, area=cast.village, role=role("administrator"), starts_on=today())
    return user


def test_a_new_person_signs_in_with_the_first_password_and_sees_his_grid(cast: Cast) -> None:
    user, password = workflow.add_person(
        actor=cast.administrator,
        username="zhangshi",
        name="张示例",
        area=cast.grid_a,
        role=role("grid_worker"),
        phone="13900001111",
    )
    client = Client()
    client.post("/login/", {"username": "zhangshi", "password": password})
    assert client.get("/me/")["Location"].startswith("/me/password/")
    assert "visits.log" in rights_of(fresh(user))
    assert user.initials == "zsl"


def test_a_taken_name_is_a_conflict_and_leaves_nothing(cast: Cast) -> None:
    before = User.objects.count(), Post.objects.count()
    with pytest.raises(Conflict):
        workflow.add_person(
            actor=cast.administrator,
            username="WORKER",
            name="重名",
            area=cast.grid_a,
            role=role("grid_worker"),
        )
    assert (User.objects.count(), Post.objects.count()) == before


def test_no_post_outside_the_territory(cast: Cast) -> None:
    with pytest.raises(NotFound):
        workflow.give_post(
            actor=cast.administrator, user=cast.worker, area=cast.far_grid, role=role("grid_worker")
        )
    with pytest.raises(NotFound):
        workflow.give_post(
            actor=cast.administrator, user=cast.far_worker, area=cast.grid_a, role=role("grid_worker")
        )
    with pytest.raises(NotFound):
        workflow.add_person(
            actor=cast.administrator, username="x", name="某", area=cast.far_grid, role=role("grid_worker")
        )
    assert not User.objects.filter(username="x").exists()


def test_nobody_without_the_right_gives_a_post(cast: Cast) -> None:
    for actor in (cast.leader, cast.command, cast.officer, cast.nobody):
        with pytest.raises(NotFound):
            workflow.give_post(actor=actor, user=cast.worker, area=cast.grid_a, role=role("grid_worker"))


def test_guarded_rights_are_handed_on_only_by_who_holds_them_there(cast: Cast, village_admin: User) -> None:
    workflow.give_post(actor=village_admin, user=cast.worker, area=cast.village, role=role("administrator"))
    with pytest.raises(NotFound):
        workflow.give_post(
            actor=village_admin, user=cast.worker, area=cast.street, role=role("administrator")
        )

    less = Role.objects.create(code="clerk", label="人事员", rights=["users.manage"])
    Post.objects.filter(user=village_admin).update(role=less)
    clerk = fresh(village_admin)
    workflow.give_post(actor=clerk, user=cast.worker, area=cast.grid_a2, role=role("grid_worker"))
    for code in ("administrator", "command"):
        assert GUARDED & set(role(code).rights)
        with pytest.raises(NotAllowed):
            workflow.give_post(actor=clerk, user=cast.worker, area=cast.grid_a, role=role(code))
    assert {r.code for r in workflow.roles_to_give(clerk)}.isdisjoint({"administrator", "command"})


def test_one_cannot_raise_oneself(cast: Cast) -> None:
    own = Post.objects.get(user=cast.administrator)
    with pytest.raises(NotAllowed):
        workflow.give_post(
            actor=cast.administrator, user=cast.administrator, area=cast.street, role=role("command")
        )
    with pytest.raises(NotAllowed):
        workflow.end_post(actor=cast.administrator, post=own)
    for act in (workflow.deactivate, workflow.reset_password, workflow.reset_second_factor):
        with pytest.raises(NotAllowed):
            act(actor=cast.administrator, user=cast.administrator)


def test_an_account_that_reaches_further_is_not_his_to_reset(cast: Cast) -> None:
    Post.objects.create(user=cast.worker, area=cast.far_grid, role=role("grid_worker"), starts_on=today())
    with pytest.raises(NotAllowed, match="上级管理员"):
        workflow.reset_password(actor=cast.administrator, user=cast.worker)
    Post.objects.filter(user=cast.worker, area=cast.far_grid).update(ends_on=today() + timedelta(days=5))
    with pytest.raises(NotAllowed):
        workflow.deactivate(actor=cast.administrator, user=cast.worker)


def test_a_village_administrator_does_not_reset_the_street_s(cast: Cast, village_admin: User) -> None:
    Post.objects.create(
        user=cast.administrator, area=cast.grid_a, role=role("grid_worker"), starts_on=today()
    )
    with pytest.raises(NotAllowed):
        workflow.reset_password(actor=village_admin, user=cast.administrator)


def test_technical_administrators_are_out_of_reach(cast: Cast) -> None:
    User.objects.filter(pk=cast.worker.pk).update(is_superuser=True)
    with pytest.raises(NotAllowed):
        workflow.reset_password(actor=cast.administrator, user=cast.worker)


def test_strangers_are_not_found(cast: Cast) -> None:
    for act in (
        workflow.deactivate,
        workflow.activate,
        workflow.reset_password,
        workflow.reset_second_factor,
    ):
        with pytest.raises(NotFound):
            act(actor=cast.administrator, user=cast.far_worker)
        with pytest.raises(NotFound):
            act(actor=cast.leader, user=cast.worker)
    with pytest.raises(NotFound):
        workflow.end_post(actor=cast.administrator, post=Post.objects.get(user=cast.far_worker))


def test_ending_a_post_takes_its_rights_now_and_twice_is_once(cast: Cast) -> None:
    post = Post.objects.get(user=cast.worker)
    workflow.end_post(actor=cast.administrator, post=post)
    workflow.end_post(actor=cast.administrator, post=post)
    post.refresh_from_db()
    assert post.ends_on == today() - timedelta(days=1)
    assert rights_of(fresh(cast.worker)) == frozenset()


def test_a_post_that_never_ran_leaves_only_its_history(cast: Cast) -> None:
    post = workflow.give_post(
        actor=cast.administrator, user=cast.worker, area=cast.grid_a2, role=role("landlord")
    )
    key = post.pk
    workflow.end_post(actor=cast.administrator, post=post)
    assert not Post.objects.filter(pk=key).exists()
    with pytest.raises(NotFound):
        workflow.end_post(actor=cast.administrator, post=Post(pk=key))
    history = pghistory.models.Events.objects.filter(pgh_model="grids.PostEvent", pgh_obj_id=str(key))
    assert [event.pgh_context["actor"] for event in history] == [cast.administrator.pk] * 2


def test_the_same_post_twice_is_one_row(cast: Cast) -> None:
    given: dict[str, Any] = {"user": cast.worker, "area": cast.grid_a2, "role": role("grid_worker")}
    first = workflow.give_post(actor=cast.administrator, **given)
    assert workflow.give_post(actor=cast.administrator, **given) == first


def test_days_and_unit_must_fit(cast: Cast) -> None:
    far_unit = Unit.objects.create(kind=Unit.Kind.POLICE, name="太平派出所", area=cast.far_street)
    for wrong in ({"ends_on": today() - timedelta(days=1)}, {"unit": far_unit}):
        with pytest.raises(InvalidInput):
            workflow.give_post(
                actor=cast.administrator, user=cast.worker, area=cast.street, role=role("police"), **wrong
            )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("网格员", True),
        ("worker", True),
        ("wgysl", True),
        ("139 0000 7777", True),
        ("无此人", False),
        ("0000", False),
    ],
)
def test_people_are_found_by_name_login_initials_and_whole_phone(cast: Cast, words: str, found: bool) -> None:
    cast.worker.phone = "13900007777"
    cast.worker.save()
    assert queries.people_list(cast.administrator, words=words).filter(pk=cast.worker.pk).exists() == found


def test_the_list_holds_the_territory_s_people_and_no_more(cast: Cast, village_admin: User) -> None:
    of_street = set(queries.people_list(cast.administrator))
    assert cast.worker in of_street
    assert cast.neighbour in of_street
    assert cast.far_worker not in of_street
    assert cast.nobody not in of_street
    assert cast.neighbour not in set(queries.people_list(village_admin))
    accounts.set_active(actor=cast.administrator, user=cast.worker, active=False)
    assert cast.worker not in set(queries.people_list(cast.administrator))
    assert cast.worker in set(queries.people_list(cast.administrator, state="ended"))
    assert not queries.people_list(cast.leader).exists()


def test_the_list_costs_the_same_for_many(
    cast: Cast, as_user: AsUser, count_queries: Callable[[], Any]
) -> None:
    client = as_user(cast.administrator)

    def cost() -> int:
        client.get("/people/")
        with count_queries() as seen:
            assert client.get("/people/").status_code == 200
        return len(seen)

    few = cost()
    users = User.objects.bulk_create([User(username=f"u{n}", name=f"人{n}", initials="r") for n in range(40)])
    Post.objects.bulk_create(
        [Post(user=u, area=cast.grid_a, role=role("grid_worker"), starts_on=today()) for u in users]
    )
    assert cost() == few


def test_pages_of_the_list_are_complete_and_without_repeats(cast: Cast, as_user: AsUser) -> None:
    users = User.objects.bulk_create([User(username=f"u{n}", name="同名", initials="tm") for n in range(120)])
    Post.objects.bulk_create(
        [Post(user=u, area=cast.grid_a, role=role("grid_worker"), starts_on=today()) for u in users]
    )
    client, address = as_user(cast.administrator), "/people/"
    seen: list[str] = []
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'class="quiet" href="/people/(\d+)/"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/people/" + unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == queries.people_list(cast.administrator).count()


def test_the_forms_offer_only_what_may_be_given(cast: Cast, village_admin: User, as_user: AsUser) -> None:
    page = as_user(village_admin).get("/people/new/").content.decode()
    assert "河边村第一网格" in page
    assert "楼山村第一网格" not in page
    assert "太平" not in page
    sent = {
        "name": "王示例",
        "username": "wang",
        "role": role("grid_worker").pk,
        "area": cast.grid_b.pk,
        "starts_on": today().isoformat(),
    }
    refused = as_user(village_admin).post("/people/new/", sent)
    assert refused.status_code == 400
    assert not User.objects.filter(username="wang").exists()
    told = as_user(village_admin).post("/people/new/", {**sent, "area": cast.grid_a.pk}).content.decode()
    assert "只显示这一次" in told
    assert User.objects.get(username="wang").must_change_password


def test_a_person_page_and_its_actions(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.administrator)
    address = f"/people/{cast.worker.pk}/"
    assert "登记走访" in client.get(address).content.decode()
    assert client.get(f"/people/{cast.far_worker.pk}/").status_code == 404
    assert client.get(address + "nonsense/").status_code == 404
    client.post(address + "deactivate/")
    assert not fresh(cast.worker).is_active
    client.post(address + "activate/")
    assert fresh(cast.worker).is_active
    told = client.post(address + "reset-password/").content.decode()
    assert "首次密码" in told
    assert fresh(cast.worker).must_change_password


def test_changes_are_attributed(cast: Cast) -> None:
    workflow.deactivate(actor=cast.administrator, user=cast.worker)
    events = apps.get_model("accounts", "UserEvent")._default_manager
    event: Any = events.filter(pgh_obj_id=cast.worker.pk).order_by("-pgh_id").first()
    assert event.pgh_context.metadata["actor"] == cast.administrator.pk
    assert event.is_active is False
    assert not hasattr(event, "password")


def test_my_page_tells_posts_and_rights_in_words(cast: Cast, as_user: AsUser) -> None:
    Post.objects.create(
        user=cast.worker,
        area=cast.grid_b,
        role=role("landlord"),
        starts_on=today() - timedelta(days=90),
        ends_on=today() - timedelta(days=30),
    )
    page = as_user(cast.worker).get("/me/").content.decode()
    assert "河边村第一网格 · 网格员" in page
    assert "以前的任职（1）" in page
    assert "登记走访" in page
    assert "visits.log" not in page
    assert "没有任职" in as_user(cast.nobody).get("/me/").content.decode()


def test_an_inactive_area_gives_nothing(cast: Cast) -> None:
    Area.objects.filter(pk=cast.grid_a.pk).update(is_active=False)
    assert rights_of(fresh(cast.worker)) == frozenset()
