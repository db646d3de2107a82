"""Pages and API of the file: one click to each paper, every look logged, nothing for those outside."""

import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import PersonalAccess
from grids.models import Post, Role, Unit
from mediation.models import Dispute, Letterhead, Paper, Scan
from mediation.papers import workflow
from mediation.papers.required import missing
from mediation.papers.slots import slots_of
from tests.cast import Cast
from tests.mediation.files import NUMBER, accepted, complete, scan, settled
from tests.mediation.test_typesetting import pages_of

AsUser = Callable[[Any], Client]
Api = Callable[[Any], APIClient]


def agreement_of(case: Dispute) -> str:
    return next(str(slot.subject) for slot in slots_of(case) if slot.code == "agreement")


def test_one_click_issues_and_opens_a_paper_and_logs_the_look(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    client = as_user(cast.mediator)
    answer = client.post(f"/mediation/{case.pk}/papers/make/agreement/{agreement_of(case)}/", follow=True)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == Paper.objects.get().read()
    look = PersonalAccess.objects.get()
    assert (look.user, look.subject_type, look.subject_id) == (cast.mediator, "paper", case.pk)
    assert look.reason == "办理案件，打开人民调解协议书第1版"
    assert NUMBER in look.subject_name


def test_a_preview_is_marked_and_issues_nothing(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    answer = as_user(cast.mediator).get(f"/mediation/{case.pk}/papers/make/register/0/")
    assert "预览，未签发" in pages_of(answer.content)[0]
    assert not Paper.objects.exists()
    assert PersonalAccess.objects.get().reason == "办理案件，打开人民调解受理登记表预览"


def test_the_page_lists_papers_and_names_what_is_missing_without_names_of_people(
    cast: Cast, as_user: AsUser
) -> None:
    case = settled(cast)
    workflow.issue(dispute=case, code="register", actor=cast.mediator)
    shown = as_user(cast.mediator).get(f"/mediation/{case.pk}/papers/").content.decode()
    for word in ("归档还缺 8 项", "人民调解协议书", "人民调解回访记录（30天）", "第 1 版", "SHA-256"):
        assert word in shown
    for secret in ("陈翀龢", "331081199001010013", "13900001234"):
        assert secret not in shown


def test_a_leader_sees_the_list_and_opens_nothing(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    paper, _ = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    client = as_user(cast.leader)
    shown = client.get(f"/mediation/{case.pk}/papers/")
    assert shown.status_code == 200
    assert f"/papers/issued/{paper.pk}/" not in shown.content.decode()
    for path in (f"issued/{paper.pk}/", "make/register/0/", "file/", "scans/new/"):
        assert client.get(f"/mediation/{case.pk}/papers/{path}").status_code == 403
    assert not PersonalAccess.objects.exists()


def test_another_station_finds_nothing(cast: Cast, as_user: AsUser, far_mediator: Any) -> None:
    case = settled(cast)
    paper, _ = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    kept, _ = workflow.attach(dispute=case, code="evidence", files=[scan()], actor=cast.mediator)
    client = as_user(far_mediator)
    for path in (
        "",
        f"issued/{paper.pk}/",
        "make/register/0/",
        f"scans/{kept.pk}/",
        f"scans/{kept.pk}/withdraw/",
        "file/",
        "scans/new/",
    ):
        assert client.get(f"/mediation/{case.pk}/papers/{path}").status_code == 404, path


def test_a_paper_of_one_case_does_not_open_under_another(cast: Cast, as_user: AsUser) -> None:
    first, second = settled(cast), accepted(cast, case_no="(2026)城东人调字第002号")
    paper, _ = workflow.issue(dispute=first, code="register", actor=cast.mediator)
    assert as_user(cast.mediator).get(f"/mediation/{second.pk}/papers/issued/{paper.pk}/").status_code == 404


def test_a_signed_copy_comes_in_and_goes_out_by_the_page(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    client, place = as_user(cast.mediator), f"agreement:{agreement_of(case)}"
    address = f"/mediation/{case.pk}/papers/scans/new/"
    assert "selected" in client.get(f"{address}?place={place}").content.decode()
    refused = client.post(address, {"place": place, "scan": io.BytesIO(b"no pdf at all")})
    assert (refused.status_code, "打不开" in refused.content.decode()) == (400, True)
    by_htmx = {"HX-Request": "true"}
    bad = client.post(address, {"place": place, "scan": io.BytesIO(b"no pdf at all")}, headers=by_htmx)
    assert (bad.status_code, "打不开" in bad.content.decode()) == (200, True)
    sent = client.post(address, {"place": place, "scan": scan(1, "另一份.pdf")}, headers=by_htmx)
    assert sent["HX-Redirect"] == f"/mediation/{case.pk}/papers/"
    answer = client.post(address, {"place": place, "scan": scan(2)}, follow=True)
    kept = Scan.objects.latest("pk")
    assert "已收入卷宗：人民调解协议书，2 页。" in answer.content.decode()
    assert client.get(f"/mediation/{case.pk}/papers/scans/{kept.pk}/").content == kept.read()
    out = f"/mediation/{case.pk}/papers/scans/{kept.pk}/withdraw/"
    assert client.post(out, {"why": "错"}).status_code == 400
    assert "已撤下" in client.post(out, {"why": "传错了案件"}, follow=True).content.decode()


def test_the_whole_file_opens_as_one_pdf(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    client = as_user(cast.mediator)
    assert client.get(f"/mediation/{case.pk}/papers/file/").status_code == 400
    complete(case, cast)
    pages = pages_of(client.get(f"/mediation/{case.pk}/papers/file/").content)
    assert "调解卷宗" in pages[0]
    assert "卷内目录" in pages[1]
    assert "卷宗齐全，可以归档" in client.get(f"/mediation/{case.pk}/papers/").content.decode()


def test_verifying_tells_what_was_changed(cast: Cast, as_user: AsUser, capsys: Any) -> None:
    case = settled(cast)
    paper, _ = workflow.issue(dispute=case, code="register", actor=cast.mediator)
    client, address = as_user(cast.mediator), f"/mediation/{case.pk}/papers/verify/"
    assert "核验通过：1 份文件" in client.post(address, follow=True).content.decode()
    call_command("verify_papers")
    assert orjson.loads(capsys.readouterr().out) == {"checked": 1, "intact": 1, "failed": []}
    paper.file.storage.delete(paper.file.name)
    assert "文件不见了" in client.post(address, follow=True).content.decode()
    with pytest.raises(SystemExit):
        call_command("verify_papers")
    assert client.get(f"/mediation/{case.pk}/papers/issued/{paper.pk}/").status_code == 404


def test_the_api_lists_issues_and_gives_the_pdf(cast: Cast, api: Api) -> None:
    case = settled(cast)
    client, address = api(cast.mediator), f"/api/v1/cases/{case.pk}/papers/"
    listed = client.get(address).json()
    assert listed["case_no"] == NUMBER
    assert "人民调解受理登记表" in listed["missing"]
    register = next(row for row in listed["papers"] if row["code"] == "register")
    assert (register["state"], register["needed"], register["version"]) == ("todo", True, None)
    first = client.post(address, {"code": "register"})
    again = client.post(address, {"code": "register"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["sha256"] == again.json()["sha256"]
    answer = client.get(f"{address}{first.json()['id']}/", headers={"Accept": "application/pdf"})
    assert answer.content.startswith(b"%PDF")
    assert PersonalAccess.objects.count() == 1
    assert client.post(address, {"code": "evidence"}).status_code == 400
    assert client.post(address, {"code": "nothing"}).status_code == 404
    assert api(cast.leader).post(address, {"code": "register"}).status_code == 403
    assert api(cast.far_command).get(address).status_code == 404


def test_the_letterhead_is_edited_by_who_edits_reference(cast: Cast, as_user: AsUser) -> None:
    address = f"/mediation/letterheads/{cast.street.pk}/"
    assert as_user(cast.mediator).get(address).status_code == 403
    client = as_user(cast.administrator)
    assert client.get("/mediation/letterheads/").headers["Location"] == address
    assert "城东街道人民调解委员会" in client.get(address).content.decode()
    sent = {
        "word": "温城东",
        "committee": "温岭市城东街道调委会",
        "court": "温岭市人民法院",
        "keeping": "30年",
    }
    assert client.post(address, sent).status_code == 302
    assert Letterhead.objects.get().word == "温城东"
    assert client.post(address, {**sent, "word": ""}).status_code == 400
    assert client.get(f"/mediation/letterheads/{cast.far_street.pk}/").status_code == 404


@pytest.fixture
def far_mediator(cast: Cast) -> Any:
    """A mediator of a station in the other street."""
    station = Unit.objects.create(kind=Unit.Kind.STATION, name="太平联勤工作站", area=cast.far_street)
    Post.objects.create(
        user=cast.nobody, area=cast.far_street, unit=station, role=Role.objects.get(code="mediator")
    )
    return cast.nobody


def test_all_that_the_archive_asks_for_is_issued_in_one_go(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    client, page = as_user(cast.mediator), f"/mediation/{case.pk}/papers/"
    lacking = missing(case)
    assert f"一并签发 {len(lacking)} 份" in client.get(page).content.decode()
    told = client.post(f"{page}make/", follow=True).content.decode()
    assert f"已签发 {len(lacking)} 份文书" in told
    assert "一并签发" not in told
    assert missing(case) == ["人民调解协议书签字扫描件"]
    assert "现在没有可以签发的文书" in client.post(f"{page}make/", follow=True).content.decode()
    assert Paper.objects.filter(dispute=case).count() == len(lacking)


def test_a_paper_that_cannot_be_made_leads_back_to_the_file_and_says_why(cast: Cast, as_user: AsUser) -> None:
    case = settled(cast)
    case.facts = "张𠮷家漏水"
    case.save()
    client, file = as_user(cast.mediator), f"/mediation/{case.pk}/papers/"
    for sent in (client.get, client.post):
        told = sent(f"{file}make/application/0/", follow=True)
        assert told.redirect_chain == [(file, 302)]
        assert "人民调解申请书：字库里没有这些字：𠮷" in told.content.decode()
    told = client.post(f"{file}make/", follow=True)
    assert "字库里没有这些字：𠮷" in told.content.decode()
