"""The figures of mediation: each number equals the list behind it, on page, in API and return."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, RequestFactory
from python_calamine import CalamineWorkbook

from accounts.models import User
from grids.models import Unit
from mediation.figures import counts
from mediation.figures.asked import asked
from mediation.figures.meaning import ASIDE, FIGURES, Numbers, counted
from mediation.filters import CaseFilter
from mediation.models import Agreement, Brand, Confirmation, Dispute, Invitation
from mediation.queries.cases import case_rows
from tests.cast import Cast
from tests.mediation.made import dispute

JAN, YEAR = date(2026, 1, 5), {"from": "2026-01-01", "to": "2026-10-31"}


def ended(cast: Cast, result: str, took: int = 10, form: str = "", **fields: Any) -> Dispute:
    """A case that was received on 5 January, and how it ended."""
    case = dispute(
        cast,
        received_on=JAN,
        accepted_on=JAN,
        result=result,
        concluded_on=JAN + timedelta(days=took),
        **fields,
    )
    if form:
        day = JAN + timedelta(days=took)
        Agreement.objects.create(
            dispute=case,
            form=form,
            facts="漏水",
            responsibility="楼上",
            content="修好",
            manner="one_payment",
            amount=1000,
            currency="CNY",
            term_on=day,
            signed_on=day,
            effective_on=day,
            by=cast.mediator,
        )
    return case


@pytest.fixture
def year(cast: Cast) -> Cast:
    """Eight cases of the cast's station and two of another one."""
    brand = Brand.objects.create(station=cast.station, name="老梁调解室", fields=["neighbour"])
    other = Unit.objects.create(kind="station", name="凤屏联勤工作站", area=cast.other_village)
    done = ended(cast, "success", 4, "written", brand=brand, risk="high")
    pact = done.agreements.get()
    pact.performed_on = done.concluded_on
    pact.save()
    Confirmation.objects.create(
        agreement=pact,
        by_both=True,
        apply_by=date(2026, 2, 8),
        applied_on=date(2026, 2, 1),
        court="温岭市人民法院",
        result="confirmed",
        decided_on=date(2026, 2, 3),
        by=cast.mediator,
    )
    Agreement.objects.filter(pk=pk_of_old(done, cast)).update(is_current=False)
    ended(cast, "success", 30, "oral", dispute_type="contract", source="police")
    ended(cast, "success", 10, "written", brand=brand)
    ended(cast, "failure", 20, dispute_type="contract")
    for result in ("withdrawn", "refused", "passed_on"):
        ended(cast, result)
    dispute(cast, received_on=JAN + timedelta(days=40))
    ended(cast, "failure", 3, station=other, area=cast.other_village)
    ended(cast, "success", 3, "written", station=other, area=cast.other_village)
    return cast


def pk_of_old(case: Dispute, cast: Cast) -> int:
    """A former agreement of a reopened case: it counts no more."""
    return Agreement.objects.create(
        dispute=case,
        is_current=False,
        form="oral",
        facts="漏水",
        responsibility="楼上",
        content="修好",
        manner="act",
        term_on=JAN,
        signed_on=JAN,
        effective_on=JAN,
        by=cast.mediator,
    ).pk


def whole(user: User, **query: Any) -> Numbers:
    form = asked(query_dict(YEAR | query), user)
    return counts.total(form.narrowed(counted(user)), form.cleaned_data["period"])


def query_dict(query: dict[str, Any]) -> Any:
    return RequestFactory().get("/", query).GET


def listed(user: User, href: str) -> int:
    """How many cases the list behind an address has."""
    request = RequestFactory().get(href)
    request.user = user
    found = CaseFilter(request.GET, queryset=case_rows(user), request=request)
    found.offer(station=[], brand=[], type=[], source=[])
    return int(found.qs.count())


def test_what_is_concluded_and_what_stands_apart(year: Cast) -> None:
    own = whole(year.leader, station=year.station.pk)
    assert [own[code] for code in ("received", "open", "accepted", "concluded", "success", "failure")] == [
        *(8, 1, 7, 4, 3, 1)
    ]
    assert [own[code] for code in ASIDE] == [1, 1, 0, 1]
    assert tuple(own.ratio("success_rate")) == (3, 4)
    assert tuple(own.ratio("written_rate")) == (2, 3)
    assert tuple(own.ratio("performed_rate")) == (1, 3)
    assert tuple(own.ratio("confirmed_rate")) == (1, 3)
    assert (own["calmed"], own["amount"]) == (1, 3000)
    assert (own.days("median"), own.days("p90")) == (15.0, 27.0)


@pytest.mark.parametrize("by", list(counts.BY))
def test_every_number_equals_the_list_behind_it(year: Cast, by: str) -> None:
    form = asked(query_dict(YEAR | {"by": by}), year.leader)
    parts = counts.parts(counted(year.leader), form.cleaned_data["period"], by)
    total = counts.total(counted(year.leader), form.cleaned_data["period"])
    assert total["received"] == 10
    for figure in FIGURES:
        assert listed(year.leader, form.rows(figure)) == total[figure], figure
        assert sum(part.numbers[figure] for part in parts) == total[figure], figure
        for part in parts:
            assert listed(year.leader, form.rows(figure, part.key)) == part.numbers[figure], (part, figure)


def test_the_pages_numbers_are_links_and_the_list_says_how_many(
    year: Cast, as_user: Callable[[User], Client]
) -> None:
    client = as_user(year.leader)
    page = client.get("/mediation/stats/", YEAR).content.decode()
    assert "66.7%" in page
    assert "4/6" in page
    links = {unescape(href) for href in re.findall(r'href="(/mediation/\?[^"]*figure=[^"]*)"', page)}
    assert len(links) > 15
    success = next(href for href in links if "figure=success&" in href and "type=" not in href)
    assert "4 件调解成功" in client.get(success).content.decode()
    assert parse_qs(urlsplit(success).query)["after"] == ["2026-01-01"]


def test_nothing_to_divide_by_is_a_dash(cast: Cast, as_user: Callable[[User], Client], api: Any) -> None:
    dispute(cast, received_on=JAN)
    page = as_user(cast.leader).get("/mediation/stats/", YEAR).content.decode()
    assert "调解成功率 —" in page
    total = api(cast.leader).get("/api/v1/stats/mediation/", YEAR).json()["total"]
    assert total["success_rate"] == {"numerator": 0, "denominator": 0, "rate": None}
    assert total["median"] is None


def test_figures_keep_to_the_station_and_leave_invitations_out(year: Cast, api: Any) -> None:
    other = Unit.objects.get(name="凤屏联勤工作站")
    case = Dispute.objects.filter(station=other)[0]
    Invitation.objects.create(
        dispute=case,
        unit=year.police_unit,
        asked_by=year.leader,
        asked_at=case.received_at,
        question="请协助",
        answer_by=case.received_at,
    )
    for user, received in ((year.mediator, 8), (year.leader, 10), (year.police, 0), (year.far_command, 0)):
        answer = api(user).get("/api/v1/stats/mediation/", YEAR | {"by": "station"}).json()
        assert answer["total"]["received"] == received, user.username
        assert sum(row["received"] for row in answer["results"]) == received
    assert api(year.worker).get("/api/v1/stats/mediation/").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "2026-03-01", "to": "2026-02-01"},
        {"from": "nonsense"},
        {"by": "moon"},
        {"station": "9"},
        {"to": "0001-01-01"},
    ],
)
def test_a_wrong_question_is_told(
    year: Cast, as_user: Callable[[User], Client], api: Any, wrong: Any
) -> None:
    assert api(year.mediator).get("/api/v1/stats/mediation/", wrong).status_code == 400
    assert as_user(year.mediator).get("/mediation/stats/", wrong).status_code == 200


def test_csv_holds_the_parts_and_the_sum(year: Cast, as_user: Callable[[User], Client], api: Any) -> None:
    done = as_user(year.leader).get("/mediation/stats/export/", YEAR)
    lines = b"".join(done).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("纠纷类型,登记,未办结,受理")
    assert lines[-1].startswith("合计,10,1,9,6,4,2,3,1,1,1,1")
    assert "66.7% (4/6)" in lines[-1]
    rows = (
        api(year.leader).get("/api/v1/stats/mediation/", YEAR | {"format": "csv"}).content.decode("utf-8-sig")
    )
    assert rows.splitlines()[0].startswith("key,name,received")


def test_as_many_queries_for_any_number_of_cases(
    year: Cast, as_user: Callable[[User], Client], count_queries: Any
) -> None:
    client, seen = as_user(year.leader), []
    client.get("/mediation/stats/", YEAR)
    for _ in range(2):
        with count_queries() as queries:
            client.get("/mediation/stats/", YEAR)
        seen.append(len(queries))
        for kind in ("traffic", "labour", "tenancy"):
            ended(year, "success", 3, "oral", dispute_type=kind)
    assert seen[0] == seen[1]


def sheet_of(client: Client, **query: Any) -> list[list[Any]]:
    done = client.get("/mediation/stats/return/", query)
    assert done.status_code == 200
    body = b"".join(done)
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def test_the_monthly_return_is_read_back_equal_to_the_page(
    year: Cast, as_user: Callable[[User], Client]
) -> None:
    rows = sheet_of(as_user(year.leader), month="2026-01", station=year.station.pk)
    flat = ["".join(str(cell) for cell in row) for row in rows]
    assert rows[0][0] == "人民调解工作月报表"
    assert f"填报单位（盖章）：{year.station.name}" in flat[1]
    assert "2026年1月" in flat[1]
    assert "单位：件、元" in flat[1]
    assert any("填表人" in text for text in flat)
    heads = rows[3][1:]
    by_name = {
        row[0]: dict(zip(heads, row[1:], strict=True)) for row in rows[5:] if isinstance(row[1], float)
    }
    total = by_name.pop("合计")
    month = {"from": "2026-01-01", "to": "2026-01-31", "station": year.station.pk}
    page = whole(year.leader, **month)
    expected = {
        "登记": "received",
        "受理": "accepted",
        "未办结": "open",
        "调解结束": "concluded",
        "调解成功": "success",
        "调解不成": "failure",
        "书面协议": "written",
        "口头协议": "oral",
        "履行完毕": "performed",
        "司法确认": "confirmed",
        "元": "amount",
        "化解": "calmed",
        "撤回": "withdrawn",
    }
    for head, code in expected.items():
        assert total[head] == page[code], head
        assert sum(row[head] for row in by_name.values()) == total[head], head
    assert total["调解结束"] == 3
    assert len(by_name) == 20
    assert by_name["合同"]["调解不成"] == 1
    assert not any(str(cell).startswith("=") for row in rows for cell in row)


def test_the_return_of_the_street_and_without_a_month(year: Cast, as_user: Callable[[User], Client]) -> None:
    rows = sheet_of(as_user(year.leader), month="2026-01")
    assert year.street.name in rows[1][0]
    done = as_user(year.leader).get("/mediation/stats/return/", {"month": "soon"})
    assert done.headers["Location"] == "/mediation/stats/"
