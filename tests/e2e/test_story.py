"""A day on the street, through the real thing: export in, morning alert by a real worker, visits on a
phone, evening echo, one named gap.
"""

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chengdong.tasks import sweep
from digests.clock import ensure_schedules
from digests.models import Digest, Schedule
from grids.models import Visit
from matters.models import Obligation
from mediation.models import Dispute
from shared.dates import today
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.workers import celery_worker, until

DATA = Path(__file__).resolve().parent.parent / "data"
LAST_DAY = date(2026, 11, 22)
MARKED = "3310810020261100100"
STAMP = re.compile(r"2026[/-]1[12]-?/?\d\d(?= )")

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def moved_week(tmp_path: Path) -> Path:
    """The week file as the police export it, its last day moved to yesterday. The one call of that night in
    the worker's grid is marked 移交调解; it comes a second time under another number, not marked: the grid's
    to answer.
    """
    shift = today() - timedelta(days=1) - LAST_DAY
    text = (DATA / "police_week_2026-11-16.csv").read_bytes().decode("gb18030")
    (marked,) = [row for row in text.splitlines() if row.startswith(MARKED)]
    text = f"{text.rstrip()}\n{marked.replace(MARKED, '3310810020261199999').removesuffix('是')}否\n"

    def later(found: re.Match[str]) -> str:
        stamp = found.group()
        form = "%Y/%m/%d" if "/" in stamp else "%Y-%m-%d"
        return (datetime.strptime(stamp, form) + shift).strftime(form)  # noqa: DTZ007 -- a bare day

    path = tmp_path / "police_week.csv"
    path.write_bytes(STAMP.sub(later, text).encode("gb18030"))
    return path


def owed(page: Page) -> int:
    """The number in "还有 N 件要回应"."""
    page.goto("/")
    return int(page.locator("h1 .hot").inner_text())


def test_a_day_on_the_street(device: Callable[[int], Page], cast: Cast, tmp_path: Path) -> None:
    file = moved_week(tmp_path)
    last_night = [
        row
        for row in csv.DictReader(file.read_bytes().decode("gb18030").splitlines())
        if row["所属村社"] == "河边村"
        and "一区" in row["警情地址"]
        and row["报警时间"].startswith(f"{today() - timedelta(days=1):%Y/%m/%d}")
    ]
    assert last_night, "the file has incidents of the worker's grid on its last day"
    for name in ("老渡口烧烤", "康达五金厂"):
        cast.target(name=name, colour="red")
    gap = cast.target(name="后岸出租房", category="rental_cluster")
    ensure_schedules()
    Schedule.objects.filter(kind="morning").update(at=time(0, 0))
    Schedule.objects.filter(kind="evening").update(at=time(23, 59, 59))

    with celery_worker(tmp_path / "worker.log"):
        office = device(1440)
        sign_in(office, "command")
        office.goto("/imports/new/?kind=incidents")
        office.locator('input[name="kind"][value="incidents"]').check(force=True)
        office.locator('input[type="file"]').set_input_files(file)
        office.get_by_role("button", name="上传并导入").click()
        office.wait_for_url(re.compile(r"/imports/\d+/"))
        expect(office.get_by_text("新增 193 + 更新 0 + 未变 1 + 退回 3")).to_be_visible(timeout=60_000)

        sweep.delay()
        until(lambda: Digest.objects.filter(kind="morning", area=cast.grid_a).exists(), "the morning alert")
        asked = Obligation.objects.filter(area=cast.grid_a, business_date=today())
        expected = asked.count()
        assert expected == len(last_night) + 3
        (referred,) = asked.exclude(state="open")
        assert (Dispute.objects.get(origin=referred.matter_id).station, referred.state) == (
            cast.station,
            "done",
        )

        phone = device(390)
        sign_in(phone, "worker")
        assert owed(phone) == expected - 1
        for left in range(expected - 2, 0, -1):
            answer_next(phone, avoid=gap.name)
            assert owed(phone) == left
        assert Visit.objects.filter(visitor=cast.worker).count() == 2

        Schedule.objects.filter(kind="evening").update(at=time(0, 0, 1))
        sweep.delay()
        until(lambda: Digest.objects.filter(kind="evening", area=cast.street).exists(), "the evening echo")

    grid = Digest.objects.get(kind="evening", area=cast.grid_a, audience="area")
    assert (grid.expected, grid.done, grid.excused, grid.open) == (expected, expected - 1, 0, 1)
    leader = device(390)
    sign_in(leader, "leader")
    street = Digest.objects.get(kind="evening", area=cast.street, audience="area")
    leader.goto(f"/digests/{street.pk}/")
    leader.get_by_role("link", name="河边村", exact=True).click()
    leader.get_by_role("link", name=cast.grid_a.name, exact=True).click()
    expect(leader.get_by_role("heading", name="还有 1 件没回应")).to_be_visible()
    expect(leader.get_by_text(gap.name)).to_be_visible()
    expect(leader.get_by_text("康达五金厂")).to_have_count(0)
    leader.goto("/inbox/")
    expect(leader.get_by_text("晚间回响").first).to_be_visible()


def answer_next(phone: Page, *, avoid: str) -> None:
    """Answer the first thing on my day that is not the one to be left: an incident by echo, a target by
    three taps.
    """
    link = phone.locator(
        'main a[href^="/matters/"].line, main a[href^="/matters/"].btn, main a[href^="/visits/new/"]'
    )
    links = [(one.inner_text(), one.get_attribute("href") or "") for one in link.all()]
    title = phone.locator(".next__title").inner_text()
    href = next(
        href
        for text, href in links
        if re.search(r"\d", href) and avoid not in (title if text.strip() in {"开始走访", "去回应"} else text)
    )
    phone.goto(href)
    if "/visits/new/" in href:
        phone.get_by_text("负责人", exact=False).first.click() if phone.locator(
            'input[name="met"]:checked'
        ).count() == 0 else None
        phone.get_by_label("正常", exact=True).check(force=True)
        phone.get_by_role("button", name="保存走访").click()
        phone.wait_for_url("**/")
    else:
        phone.locator("textarea[name=note]").first.fill("已上门了解，双方同意调解，情况平稳。")
        phone.get_by_role("button", name=re.compile("反馈|回应")).first.click()
        phone.wait_for_url("**/")
        expect(phone.get_by_text(re.compile("^已回应：")).first).to_be_visible()
