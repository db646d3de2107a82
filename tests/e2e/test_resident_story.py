"""A resident's story: reported on a phone, done with a photo, looked at by another, answered, and rated."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from chengdong.sweep import sweep
from incidents.reports.models import CitizenReport, Rating
from matters.models import Card, ClockRun, EventPhoto, Matter, Notice
from matters.workflow import advance
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.incidents.reports.made import report
from tests.pictures import picture

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_resident_is_answered_and_says_what_he_thinks(
    device: Callable[[int], Page], cast: Cast, tmp_path: Path
) -> None:
    before, after = tmp_path / "before.jpg", tmp_path / "after.jpg"
    before.write_bytes(picture(size=(400, 300)))
    after.write_bytes(picture(size=(401, 300)))

    phone = device(390)
    phone.goto("/report/")
    phone.get_by_label("设施损坏", exact=True).check(force=True)
    phone.get_by_label("什么情况").fill("东门的路灯不亮三天了，<b>看不清路</b>")
    phone.get_by_label("具体在哪里").fill("河边村一区26号门口")
    phone.get_by_label("照片").set_input_files(before)
    phone.get_by_label("手机号").fill("13900004321")
    phone.get_by_role("button", name="上报这个问题").click()
    phone.wait_for_url(re.compile(r"/echo/[A-Z2-9]{10}/$"))
    expect(phone.get_by_role("heading", name="待受理")).to_be_visible()
    made = CitizenReport.objects.get()
    expect(phone.get_by_text(f"请记下查询码 {made.code}")).to_be_visible()
    assert made.matter.area == cast.grid_a
    page = f"/matters/{made.pk}/"

    office = device(1440)
    sign_in(office, "officer")
    office.goto("/matters/")
    office.get_by_role("link", name=re.compile("设施损坏")).first.click()
    office.wait_for_url(re.compile(page))
    assert office.locator(".photo").count() == 1, "no pair before there is an after"
    office.get_by_role("button", name="受理", exact=True).click()
    office.locator("select[name=area]").first.select_option(str(cast.grid_a.pk))
    office.get_by_role("button", name="流转", exact=True).first.click()
    expect(office.get_by_text("已流转")).to_be_visible()

    worker = device(390)
    sign_in(worker, "worker")
    worker.goto(page)
    form = worker.locator("form.move", has=worker.get_by_role("button", name="反馈", exact=True))
    form.locator("textarea[name=note]").fill("内部说明：电工老张换的灯泡")
    form.locator("input[type=file]").set_input_files(after)
    form.get_by_role("button", name="反馈", exact=True).click()
    expect(worker.get_by_text("已反馈")).to_be_visible()
    assert worker.get_by_role("button", name="审核答复").count() == 0

    office.goto(page)
    assert office.locator(".time .photo").count() == 2
    assert office.locator("#photos .photo").count() == 2, "before and after, side by side"
    form = office.locator("form.move", has=office.get_by_role("button", name="审核答复"))
    form.get_by_label("已解决", exact=True).check(force=True)
    form.locator("textarea[name=answer]").fill("路灯已换新灯泡，当晚亮了。")
    form.locator("input[type=file]").set_input_files(after)
    form.get_by_role("button", name="审核答复").click()
    expect(office.get_by_text("已审核答复")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("路灯已换新灯泡，当晚亮了。").first).to_be_visible()
    expect(phone.get_by_text("内部说明")).to_have_count(0)
    expect(phone.locator(".photo")).to_have_count(2)
    phone.get_by_label("满意", exact=True).check(force=True)
    phone.get_by_label("想说的话").fill("来得快")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("您的评价：满意，来得快")).to_be_visible()
    assert Rating.objects.get().score == "satisfied"
    assert EventPhoto.objects.count() == 3

    other = device(390)
    other.goto(f"/echo/{made.code}/")
    other.get_by_label("手机号后四位").fill("4321")
    other.get_by_role("button", name="查看").click()
    expect(other.get_by_text("您的评价：满意，来得快")).to_be_visible()
    office.goto("/reports/")
    expect(office.get_by_role("heading", name="满意率 100%")).to_be_visible()


def late_by(made: CitizenReport, days: float) -> None:
    """As if its deadline, and the warning before it, had been so many days ago."""
    due = timezone.now() - timedelta(days=days)
    when = {"due_at": due, "warn_at": min(due, timezone.now()) - timedelta(hours=1)}
    ClockRun.objects.filter(matter=made.matter, stopped_at=None).update(**when)
    Matter.objects.filter(pk=made.pk).update(**when)
    sweep()
    sweep()


def cards(made: CitizenReport) -> list[str]:
    return list(Card.objects.filter(matter=made.matter).order_by("id").values_list("grade", flat=True))


def test_one_that_nobody_answers_climbs_to_the_leader(device: Callable[[int], Page], cast: Cast) -> None:
    made = report(cast)
    title = made.matter.title
    advance(matter=made.matter, action="accept", actor=cast.officer)
    advance(matter=made.matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    late_by(made, -1)
    assert cards(made) == ["yellow"]
    assert Notice.objects.get(subject=f"黄牌，快到期：{title}").recipient == cast.worker
    late_by(made, 2)
    assert cards(made) == ["yellow", "red", "reminder"]
    red = Notice.objects.filter(subject=f"红牌，已超期：{title}")
    assert {notice.recipient for notice in red} == {cast.worker, cast.officer}

    phone = device(390)
    phone.goto(f"/echo/{made.code}/")
    expect(phone.get_by_text("现在已经超期，会一级一级报到街道领导")).to_be_visible()

    leader = device(390)
    sign_in(leader, "leader")
    leader.goto("/inbox/")
    leader.get_by_text(f"催办，超期未办：{title}").click(timeout=5000)
    leader.get_by_role("link", name="打开", exact=True).click()
    leader.wait_for_url(re.compile(f"/matters/{made.pk}/"))
    expect(leader.get_by_text("红牌").first).to_be_visible()
    expect(leader.get_by_text(re.compile("^超期2天")).first).to_be_visible()
    leader.get_by_text("督办", exact=True).first.click()
    form = leader.locator("form.move", has=leader.get_by_role("button", name="督办", exact=True))
    form.locator("textarea[name=note]").fill("今天之内修好")
    form.get_by_role("button", name="督办", exact=True).click()
    expect(leader.get_by_text("领导已督办")).to_be_visible()
    assert Notice.objects.filter(subject__startswith="督办", recipient=cast.worker).exists()
