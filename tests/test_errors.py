"""Errors as people, htmx and programs see them; a crash page that needs no database."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.models import User
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast

REFUSALS = {
    "400": InvalidInput("翻页标记无效，请回到第一页重新打开。"),
    "403": NotAllowed("您只能看，不能改。"),
    "404": NotFound("没有这一件。"),
    "409": Conflict("有人先改过，请重新打开。"),
}


def refuse(request: HttpRequest, status: str) -> HttpResponse:
    """Raise the domain error of that status."""
    raise REFUSALS[status]


def crash(request: HttpRequest) -> HttpResponse:
    """Fail as a bug does."""
    raise RuntimeError("bug")


def forbid(request: HttpRequest) -> HttpResponse:
    """Refuse as the guards do."""
    raise PermissionDenied


def save(request: HttpRequest) -> HttpResponse:
    """A form's target."""
    return HttpResponse("saved")


urlpatterns = [
    path("refuse/<str:status>/", refuse),
    path("api/v1/refuse/<str:status>/", refuse),
    path("crash/", crash),
    path("api/v1/crash/", crash),
    path("forbid/", forbid),
    path("save/", save),
    path("", include("chengdong.page_urls")),
]
handler400 = "chengdong.errors.bad_request"
handler403 = "chengdong.errors.forbidden"
handler404 = "chengdong.errors.not_found"
handler500 = "chengdong.errors.crashed"

pytestmark = pytest.mark.urls("tests.test_errors")


@pytest.mark.parametrize("status", list(REFUSALS))
def test_refusal_is_a_page_with_its_message(client: Client, status: str) -> None:
    page = client.get(f"/refuse/{status}/")
    assert page.status_code == int(status)
    assert REFUSALS[status].message in page.content.decode()
    assert "回到今天" in page.content.decode()


@pytest.mark.parametrize("status", list(REFUSALS))
def test_refusal_is_a_line_of_text_for_htmx(client: Client, status: str) -> None:
    answer = client.get(f"/refuse/{status}/", headers={"HX-Request": "true"})
    assert answer.status_code == int(status)
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode() == REFUSALS[status].message


@pytest.mark.parametrize(("url", "status"), [("refuse/409/", 409), ("crash/", 500), ("nowhere/", 404)])
def test_programs_get_problem_json(client: Client, url: str, status: int) -> None:
    client.raise_request_exception = False
    answer = client.get(f"/api/v1/{url}")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_crash_page_needs_no_database(client: Client) -> None:
    client.raise_request_exception = False
    page = client.get("/crash/")
    assert page.status_code == 500
    assert "请过一两分钟再试" in page.content.decode()


def test_forbidden_names_the_way_out(client: Client) -> None:
    page = client.get("/forbid/")
    assert page.status_code == 403
    assert 'href="/me/"' in page.content.decode()


def test_strange_host_gets_the_plain_page(client: Client) -> None:
    page = client.get("/forbid/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert "这个请求看不懂" in page.content.decode()


def test_stale_form_says_reload() -> None:
    page = Client(enforce_csrf_checks=True).post("/save/")
    assert page.status_code == 403
    assert "页面放得太久" in page.content.decode()


def test_error_page_of_a_reader_keeps_the_menu(cast: Cast, as_user: Callable[[User], Client]) -> None:
    page = as_user(cast.worker).get("/nowhere/")
    assert page.status_code == 404
    assert 'aria-label="主导航"' in page.content.decode()


def test_a_resident_at_a_wrong_address_is_led_on(client: Client) -> None:
    page = client.get("/nowhere/").content.decode()
    assert "没有这个网页" in page
    assert 'href="/report/"' in page
    assert 'href="/echo/"' in page
    assert "辖区" not in page


def test_nobody_sees_the_menu_without_signing_in(client: Client) -> None:
    assert 'aria-label="主导航"' not in client.get("/nowhere/").content.decode()


def test_offline_page_holds_nothing_of_a_reader(cast: Cast, as_user: Callable[[User], Client]) -> None:
    page = as_user(cast.worker).get("/offline/").content.decode()
    assert "现在没有信号" in page
    assert cast.worker.name not in page
