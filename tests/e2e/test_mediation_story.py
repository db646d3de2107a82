"""From a police incident to an archived file: a case comes over, two departments join, an agreement in parts
is signed and kept, people are visited, the file is closed.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from matters.workflow import advance
from mediation.models import Agreement, Dispute, FollowUp, Invitation, Letterhead, Paper
from mediation.papers import workflow
from mediation.papers.slots import slots_of
from shared.dates import local, today
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.incidents.made import incident
from tests.mediation.cases import Station
from tests.mediation.files import scan

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ISSUED = re.compile(r"/papers/make/")


def shot(page: Page, name: str) -> None:
    """A picture to look at, where STORY_SHOTS names a folder."""
    if folder := os.environ.get("STORY_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fill(page: Page, fields: dict[str, str]) -> None:
    """By the names of the form: text, choice or tile."""
    for name, value in fields.items():
        field = page.locator(f'main [name="{name}"]').first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            page.locator(f'main label:has([name="{name}"][value="{value}"])').click()
        else:
            field.fill(value)


def step(page: Page, case: Dispute, action: str, **fields: str) -> None:
    """Open the step from the case's page, fill it in, save; the case's page says that it is done."""
    page.locator(f'main a[href*="/mediation/{case.pk}/do/{action}/"]').first.click()
    page.wait_for_url(f"**/do/{action}/**")
    for fold in page.locator("main form details:not([open]):visible").all():
        fold.locator("summary").click()
    fill(page, fields)
    shot(page, f"step-{action}")
    page.locator("main form .dock button").click()
    page.wait_for_url(f"**/mediation/{case.pk}/")


def answer(page: Page, username: str, case: Dispute, advice: str) -> None:
    """A department's liaison finds the case, opens it, and answers on it."""
    sign_in(page, username)
    page.goto("/mediation/?view=asked")
    page.locator(f'main a[href="/mediation/{case.pk}/"]').first.click()
    page.wait_for_url(f"**/mediation/{case.pk}/")
    fill(page, {"answer": "accepted", "advice": advice})
    shot(page, f"answer-{username}")
    page.get_by_role("button", name="保存答复").click()
    expect(page.get_by_text("答复已发给工作站。").first).to_be_visible()
    page.context.close()


def test_from_a_police_incident_to_an_archived_file(device: Callable[[int], Page], cast: Cast) -> None:
    station = Station(cast)
    Letterhead.objects.create(
        street=cast.street, word="城东", committee="城东街道人民调解委员会", court="温岭市人民法院"
    )
    matter = incident(
        cast,
        title="纠纷：欠薪争吵",
        incident_type="dispute",
        caller_name="陈翀龢",
        summary="欠薪三个月，争吵",
    )
    advance(
        matter=matter,
        action="refer",
        actor=cast.command,
        evidence={"refer_to": "mediation", "answer": "双方愿意到联勤工作站调解"},
    )
    case = Dispute.objects.get(origin=matter)
    assert (case.station, case.source) == (cast.station, "police")

    office = device(1440)
    sign_in(office, "mediator")
    office.goto(f"/mediation/{case.pk}/")
    expect(office.get_by_text("陈**").first).to_be_visible()
    step(office, case, "party", side="respondent", name="阿卜杜拉·买买提", phone="13900005678")
    step(office, case, "accept")
    step(office, case, "investigate")
    step(office, case, "write", kind="investigation", text="问：欠多少工资？\n答：三个月，九千元。")
    step(office, case, "mediate")
    for unit in (station.justice, station.labour):
        step(office, case, "invite", who=f"unit-{unit.pk}", question="请到场说明工资支付的规定")
    answer(device(390), "justice", case, "工资应按月足额支付，可分期，要写明每期日期。")
    answer(device(390), "labour", case, "已查看考勤记录，欠薪九千元属实。")
    assert Invitation.objects.filter(dispute=case, answer="accepted").count() == 2

    office.reload()
    expect(office.get_by_text("欠薪九千元属实").first).to_be_visible()
    now = local(timezone.now())
    step(office, case, "plan", starts_at=f"{now:%Y-%m-%dT%H:%M}", length="60")
    step(office, case, "hold", minutes="双方确认欠薪九千元，同意分两期付清。")
    days = [today() + timedelta(days=n) for n in (0, 10)]
    step(
        office,
        case,
        "agree",
        form="written",
        responsibility="用工方未按月支付工资，负全部责任。",
        content="九千元分两期付清，双方再无其他争议。",
        manner="instalments",
        term_on=str(days[1]),
        amount="9000",
        currency="CNY",
        part_1_on=str(days[0]),
        part_1_amount="5000",
        part_2_on=str(days[1]),
        part_2_amount="4000",
    )
    shot(office, "agreed")
    office.goto(f"/mediation/{case.pk}/papers/")
    row = office.get_by_role("row").filter(has_text="人民调解协议书")
    with office.expect_request(ISSUED):
        row.get_by_role("button", name="签发").click()
    office.goto(f"/mediation/{case.pk}/papers/")
    expect(row.get_by_text("待签字回传")).to_be_visible()
    row.get_by_role("link", name="传扫描件").click()
    signed = scan(2, "协议书签字.pdf")
    office.locator('input[type="file"]').set_input_files(
        {"name": "协议书签字.pdf", "mimeType": "application/pdf", "buffer": signed.read()}
    )
    office.locator("main form .dock button").click()
    expect(office.get_by_text("已收入卷宗：").first).to_be_visible()

    office.goto(f"/mediation/{case.pk}/")
    for part in ("第一期", "第二期"):
        step(office, case, "keep", proof=f"{part}：转账回单，收款人已签收")
    expect(office.get_by_text("起可以登记").first).to_be_visible()
    FollowUp.objects.filter(dispute=case).update(due_on=today())
    office.reload()
    for _ in range(2):
        step(office, case, "visit", way="phone", finding="kept", note="工资已收到，双方和气。")
    case.refresh_from_db()
    case.matter.refresh_from_db()
    assert case.matter.state == "followed"

    office.goto(f"/mediation/{case.pk}/papers/")
    expect(office.get_by_text("还不能归档，缺：")).to_be_visible()
    shot(office, "papers-missing")
    for slot in slots_of(case):
        if slot.kind.made and not slot.why_not and not slot.held:
            workflow.issue(dispute=case, code=slot.code, subject=slot.subject, actor=cast.mediator)
    office.reload()
    expect(office.get_by_role("heading", name="卷宗齐全，可以归档")).to_be_visible()
    shot(office, "papers")
    office.goto(f"/mediation/{case.pk}/")
    step(office, case, "archive")
    shot(office, "archived")

    case = Dispute.objects.get(pk=case.pk)
    assert case.matter.state == "archived"
    assert case.case_no == f"({today().year})城东人调字第001号"
    assert case.archives.get().pages > 8
    assert Agreement.objects.get(dispute=case).performed_on == today()
    assert Paper.objects.filter(dispute=case, code="agreement").exists()
    office.goto("/mediation/stats/")
    expect(office.get_by_text("1/1").first).to_be_visible()
    expect(office.get_by_role("heading", name="调解成功率 100%")).to_be_visible()
    shot(office, "stats")
