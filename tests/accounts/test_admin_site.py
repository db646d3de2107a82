"""/admin/ is for technical administrators behind the portal's own sign-in."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from grids.models import Area, Role
from tests.cast import Cast

AsUser = Callable[[User], Client]


@pytest.fixture
def root(cast: Cast, as_user: AsUser) -> Client:
    User.objects.filter(pk=cast.nobody.pk).update(is_superuser=True, is_demo=True)
    return as_user(User.objects.get(pk=cast.nobody.pk))


def test_others_are_sent_to_the_portal_s_own_sign_in_or_refused(cast: Cast, as_user: AsUser) -> None:
    User.objects.filter(pk=cast.worker.pk).update(is_staff=True)
    assert Client().get("/admin/", follow=True).redirect_chain[-1][0] == "/login/?next=/admin/"
    for user in (cast.worker, cast.administrator, cast.leader):
        assert as_user(user).get("/admin/", follow=True).status_code == 403


def test_without_the_second_factor_it_stays_shut(cast: Cast, as_user: AsUser) -> None:
    User.objects.filter(pk=cast.nobody.pk).update(is_superuser=True)
    client = as_user(User.objects.get(pk=cast.nobody.pk))
    assert client.get("/admin/")["Location"].startswith("/me/second-factor/")


@pytest.mark.parametrize("label", sorted(model._meta.label_lower for model in admin.site._registry))
def test_every_list_and_every_form_opens(root: Client, cast: Cast, label: str) -> None:
    name = f"admin:{label.replace('.', '_')}"
    assert root.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code == 200
    assert root.get(reverse(f"{name}_add")).status_code in {200, 403}
    row = apps.get_model(label)._default_manager.first()
    if row is not None:
        assert root.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_a_new_area_is_planted_in_the_tree(root: Client, cast: Cast) -> None:
    sent = {"parent": cast.village.pk, "level": "grid", "name": "新网格", "aliases": "", "population": 0}
    assert (
        root.post("/admin/grids/area/add/", {**sent, "outline": "null", "is_active": "on"}).status_code == 302
    )
    planted = Area.objects.get(name="新网格")
    assert planted.path == f"{cast.village.path}{planted.pk}/"


def test_a_role_takes_only_rights_that_exist(root: Client, cast: Cast) -> None:
    role = Role.objects.get(code="captain")
    sent = {"code": "captain", "label": "巡防队长", "idle_minutes": 60}
    address = f"/admin/grids/role/{role.pk}/change/"
    assert root.post(address, {**sent, "rights": ["made.up"]}).status_code == 200
    assert root.post(address, {**sent, "rights": ["hazards.report", "visits.view"]}).status_code == 302
    role.refresh_from_db()
    assert role.rights == ["hazards.report", "visits.view"] or set(role.rights) == {
        "hazards.report",
        "visits.view",
    }
