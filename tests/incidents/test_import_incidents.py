"""The police exports as they are: exact figures, every dirty case, twice = once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from grids.imports import engine
from grids.imports.workflow import correct_row, receive
from grids.models import Area, ImportBatch, ImportRow, Term
from incidents.importing.tray import place_incident
from incidents.models import PoliceIncident
from matters.models import Event, Matter
from matters.workflow import advance
from shared.dates import SHANGHAI
from shared.errors import InvalidInput
from shared.jinja import date_text
from tests.grids.street import build_street
from tests.incidents.exports import HEADER, NIGHT, WEEK, figures, line, one

Import = Callable[..., ImportBatch]


@pytest.fixture
def street(loaded: None) -> Area:
    """城东街道 as the files name it."""
    return build_street()


@pytest.fixture
def take(street: Area) -> Import:
    """Import rows of HEADER's columns, each a text with commas; or a whole file."""

    def run(*rows: str, file: Path | None = None, header: str = HEADER, dry_run: bool = False) -> ImportBatch:
        data = file.read_bytes() if file else "\n".join((header, *rows)).encode()
        batch = receive(kind="incidents", area=street, name="x.csv", data=data, actor=None, dry_run=dry_run)
        return engine.run_batch(batch.pk)

    return run


# The two files as they are


def test_the_week_file(take: Import) -> None:
    batch = take(file=WEEK)
    assert figures(batch) == {"created": 192, "unchanged": 1, "rejected": 3, "unplaced": 1, "total": 196}
    assert batch.state == ImportBatch.State.DONE
    assert PoliceIncident.objects.count() == Matter.objects.count() == 192
    marked = Event.objects.filter(action="not_referred").count()  # a street without a station
    written = 192 + Matter.objects.exclude(closed_at=None).count() + marked
    assert Event.objects.count() == written
    again = take(file=WEEK)
    assert figures(again) == {"unchanged": 193, "rejected": 3, "unplaced": 1, "total": 196}
    assert Event.objects.count() == written


def test_the_night_file(take: Import) -> None:
    assert figures(take(file=NIGHT)) == {"created": 27, "total": 27}
    assert figures(take(file=NIGHT)) == {"unchanged": 27, "total": 27}
    wide = one("3310810020261100506".replace("506", "500"))
    assert wide.address.endswith("新街３１号")
    assert wide.address_key == "萧北村新街31号"
    assert wide.caller_phone == "13900000522"
    assert wide.matter.occurred_at == datetime(2026, 11, 22, 20, 46, tzinfo=SHANGHAI)


def test_rejected_rows_of_the_week_file_are_kept_with_number_column_value_and_reason(take: Import) -> None:
    rows = list(take(file=WEEK).rows.filter(outcome="rejected").order_by("number"))
    kept = [(row.number, row.errors[0]["column"], row.errors[0]["value"]) for row in rows]
    assert kept == [
        (193, "接警单编号", ""),
        (194, "报警时间", "2026/13/45 99:00"),
        (195, "警情类别", "星际走私"),
    ]
    assert "词表" in rows[2].errors[0]["reason"]
    assert "同义词" in rows[2].errors[0]["reason"]
    assert rows[0].values["address"] == "温岭市城东街道河边村"
    assert "caller_name" not in rows[0].values


def test_the_row_from_outside_waits_in_the_tray(take: Import, street: Area) -> None:
    take(file=WEEK)
    outside = PoliceIncident.objects.get(placed="tray")
    assert outside.police_number == "331081002026119992"
    assert outside.matter.area == street
    assert outside.matter.state == "reported"
    assert set(Matter.objects.exclude(pk=outside.pk).values_list("state", flat=True)) == {
        "assigned",
        "closed",
    }


def test_former_names_lead_to_the_village_of_today(take: Import) -> None:
    take(file=WEEK)
    former = PoliceIncident.objects.filter(village_text="殿前村")
    assert former.count() == 7
    assert set(former.values_list("placed", flat=True)) == {"alias"}
    areas = set(former.values_list("matter__area__name", flat=True))
    assert areas == {"楼山村", "楼山村第一网格"}


def test_house_numbers_lead_to_a_grid(take: Import) -> None:
    take(file=WEEK)
    found = dict(
        PoliceIncident.objects.filter(village_text="河边村").values_list("address", "matter__area__name")
    )
    assert found["温岭市城东街道河边村一区224号"] == "河边村第一网格"
    assert found["温岭市城东街道河边村二区37号"] == "河边村第二网格"
    assert found["温岭市城东街道河边村二区175号"] == "河边村"
    assert found["温岭市城东街道河边村九龙湖路1号"] == "河边村"


def test_formulas_stay_text_and_personal_columns_are_encrypted(take: Import) -> None:
    take(file=WEEK)
    incident = one("331081002026119993")
    assert incident.summary == "=1+1"
    assert incident.caller_name == '=HYPERLINK("http://x")'
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT caller_name, caller_phone FROM incidents_policeincident WHERE caller_phone <> ''"
        )
        stored = cursor.fetchall()
    assert len(stored) == 190
    assert all(name.startswith("sm4:") and phone.startswith("sm4:") for name, phone in stored)


# Again, changed, moved


def test_the_same_content_in_another_writing_is_unchanged(take: Import) -> None:
    take(line())
    same = line(
        at="2026-11-16 04:03:00",
        phone="139 0000 5776\t",
        address="温岭市城东街道河边村一区２６号",
        type="矛盾纠纷",
    )
    assert figures(take(same)) == {"unchanged": 1, "total": 1}


def test_a_changed_row_is_an_update_with_its_differences(take: Import) -> None:
    take(line())
    batch = take(line(result="现场调解", type="噪音扰民", phone="13900009999", at="2026/11/16 05:00"))
    assert figures(batch) == {"updated": 1, "total": 1}
    row = batch.rows.get()
    told = {change["column"]: (change["old"], change["new"]) for change in row.errors}
    day = date_text(date(2026, 11, 16))
    assert told == {
        "处警结果": ("正在办理", "现场调解"),
        "警情类别": ("纠纷", "噪音扰民"),
        "联系电话": ("139****5776", "139****9999"),
        "报警时间": (f"{day} 04:03", f"{day} 05:00"),
    }
    incident = one()
    assert (incident.attended_result, incident.incident_type) == ("现场调解", "noise")
    assert incident.matter.title == "噪音扰民：停车"
    assert incident.matter.occurred_at == datetime(2026, 11, 16, 5, tzinfo=SHANGHAI)
    event = incident.matter.events.last()
    assert event is not None
    assert event.action == "update"
    assert "处警结果：正在办理 → 现场调解" in event.note
    assert "13900009999" not in event.note
    assert PoliceIncident.objects.filter(phone_index=incident.phone_index).count() == 1
    assert figures(
        take(line(result="现场调解", type="噪音扰民", phone="13900009999", at="2026/11/16 05:00"))
    ) == {
        "unchanged": 1,
        "total": 1,
    }


def test_an_empty_cell_and_a_missing_column_erase_nothing(take: Import) -> None:
    take(line())
    assert figures(take(line(result="", phone="", level=""))) == {"unchanged": 1, "total": 1}
    fewer = "接警单编号,报警时间,警情类别,所属村社"
    assert figures(take("A1,2026/11/16 04:03,纠纷,河边村", header=fewer)) == {"unchanged": 1, "total": 1}
    assert one().attended_result == "正在办理"


def test_two_states_of_one_number_in_a_file_count_once_and_the_later_one_wins(take: Import) -> None:
    rows = [line(result="正在办理"), line("A2"), line(result="现场调解")]
    batch = take(*rows)
    assert figures(batch) == {"created": 2, "unchanged": 1, "total": 3}
    assert one().attended_result == "现场调解"
    assert "第 4 行" in batch.rows.get(number=2).errors[0]["reason"]
    assert figures(take(*rows)) == {"unchanged": 3, "total": 3}


def test_a_bad_later_row_does_not_replace_a_good_one(take: Import) -> None:
    assert figures(take(line(), line(at="昨天"))) == {"created": 1, "rejected": 1, "total": 2}
    assert one().attended_result == "正在办理"


def test_an_update_moves_an_incident_but_never_what_a_person_placed(take: Import, cast_command: Any) -> None:
    take(line(), line("A2", address="夜市", village="不知道"))
    take(
        line(address="楼山村殿前街20号", village="楼山村"),
        line("A2", address="楼山村殿前街20号", village="楼山村"),
    )
    assert one().matter.area.name == one("A2").matter.area.name == "楼山村第一网格"
    assert (one("A2").placed, one("A2").matter.state) == ("column", "assigned")
    take(line("A3", address="夜市", village="不知道"))
    place_incident(incident=one("A3"), area=Area.objects.get(name="坦头村"), actor=cast_command)
    take(line("A3", address="楼山村殿前街20号", village="楼山村"))
    assert (one("A3").placed, one("A3").matter.area.name) == ("hand", "坦头村")
    assert one("A3").address == "楼山村殿前街20号"


def test_an_update_leaves_a_closed_matter_where_it_is(take: Import) -> None:
    take(line())
    Matter.objects.update(state="handling")
    take(line(address="楼山村殿前街20号", village="楼山村", result="现场调解"))
    assert one().matter.area.name == "河边村第一网格"
    assert (one().matter.state, one().attended_result) == ("handling", "现场调解")


def test_what_a_person_assigned_stays_and_the_import_says_so(take: Import, cast_command: Any) -> None:
    take(line())
    advance(
        matter=one().matter,
        action="assign",
        actor=cast_command,
        evidence={"area": Area.objects.get(name="坦头村")},
    )
    assert one().placed == "hand"
    batch = take(line(address="楼山村殿前街20号", village="楼山村"))
    assert (one().matter.area.name, one().address_key) == ("坦头村", "楼山村殿前街20号")
    told = batch.rows.get().errors[-1]
    assert (told["column"], told["old"], told["new"]) == (
        "落格",
        "按新地址是楼山村第一网格",
        "人工指定，仍在坦头村",
    )
    assert "落格：按新地址是楼山村第一网格 → 人工指定，仍在坦头村" in Event.objects.latest("id").note
    take(line(address="坦头村坦头路2号", village="坦头村"))
    assert "落格" not in Event.objects.latest("id").note, "the new address agrees with the person"


def test_a_number_of_another_street_is_refused(take: Import) -> None:
    take(line())
    other = build_street("太平街道")
    data = "\n".join((HEADER, line(result="改"))).encode()
    batch = engine.run_batch(receive(kind="incidents", area=other, name="x", data=data, actor=None).pk)
    assert figures(batch) == {"rejected": 1, "total": 1}
    assert one().attended_result == "正在办理"


# Dirty cells


@pytest.mark.parametrize(
    ("columns", "column", "said"),
    [
        ({"at": ""}, "报警时间", "缺报警时间"),
        ({"at": "2026/02/30 10:00"}, "报警时间", "不是一个存在的时间"),
        ({"type": ""}, "警情类别", "缺警情类别"),
        ({"type": "星际走私"}, "警情类别", "同义词"),
        ({"level": "超级"}, "警情级别", "不在警情级别里"),
        ({"phone": "1.39E+10"}, "联系电话", "科学计数法"),
        ({"mediation": "也许"}, "是否移交调解", "是”或“否"),
        ({"address": "", "village": ""}, "警情地址", "至少补一项"),
        ({"address": "长" * 201}, "警情地址", "最多 200"),
    ],
)
def test_a_dirty_cell_sends_its_row_back(
    take: Import, columns: dict[str, str], column: str, said: str
) -> None:
    batch = take(line(**columns), line("A2"))
    assert figures(batch) == {"created": 1, "rejected": 1, "total": 2}
    error = batch.rows.get(outcome="rejected").errors[0]
    assert error["column"] == column
    assert said in error["reason"]


@pytest.mark.parametrize("number", ["", "3.31081E+18", "编号一", "A" * 41])
def test_a_dirty_number_sends_its_row_back(take: Import, number: str) -> None:
    assert figures(take(line(number))) == {"rejected": 1, "total": 1}


def test_an_official_extends_types_and_columns_by_synonyms(take: Import) -> None:
    Term.objects.filter(scheme="incident_type", code="theft").update(synonyms=["星际走私"])
    Term.objects.filter(scheme="incident_column", code="police_number").update(synonyms=["案号"])
    header = HEADER.replace("接警单编号", "案号")
    assert figures(take(line(type="星际走私"), header=header)) == {"created": 1, "total": 1}
    assert one().incident_type == "theft"


def test_a_row_with_a_village_only_and_one_with_an_address_only(take: Import) -> None:
    take(line(address=""), line("A2", village=""), line("A3", village="虎头山"))
    assert (one().address, one().placed, one().address_key) == ("河边村", "column", "")
    assert (one("A2").placed, one("A2").matter.area.name) == ("address", "河边村第一网格")
    assert (one("A3").placed, one("A3").matter.area.name) == ("column", "虎头山村")


def test_several_reasons_of_one_row_are_all_told(take: Import) -> None:
    batch = take(line("", at="x", type="y"))
    assert [error["column"] for error in batch.rows.get().errors] == ["接警单编号", "报警时间", "警情类别"]


# Checking only, correcting


def test_a_dry_run_writes_nothing_but_what_it_found(take: Import) -> None:
    batch = take(file=WEEK, dry_run=True)
    assert figures(batch) == {"created": 192, "unchanged": 1, "rejected": 3, "unplaced": 1, "total": 196}
    assert not PoliceIncident.objects.exists()
    assert not Matter.objects.exists()
    assert ImportRow.objects.filter(outcome="rejected").count() == 3


def test_a_refused_row_is_corrected_and_taken_in(take: Import, cast_command: Any) -> None:
    batch = take(file=WEEK)
    with pytest.raises(InvalidInput) as refused:
        correct_row(batch_id=batch.pk, number=195, cells={"incident_type": "走私"}, actor=cast_command)
    assert refused.value.extra["problems"][0]["value"] == "走私"
    row = correct_row(batch_id=batch.pk, number=195, cells={"incident_type": "盗窃"}, actor=cast_command)
    incident = one("331081002026119991")
    assert (row.outcome, row.object_id, row.resolved_by, row.personal) == (
        "corrected",
        incident.pk,
        cast_command,
        "",
    )
    assert (incident.incident_type, incident.caller_name, incident.matter.area.name) == (
        "theft",
        "匿名",
        "楼山村",
    )
    batch.refresh_from_db()
    assert figures(batch) == {"created": 193, "unchanged": 1, "rejected": 2, "unplaced": 1, "total": 196}


@pytest.fixture
def cast_command(street: Area, loaded: None) -> Any:
    """The command room of this street."""
    from accounts.models import User  # noqa: PLC0415 -- beside its only use
    from grids.models import Post, Role  # noqa: PLC0415

    user = User.objects.create(username="command", name="指挥室示例")
    Post.objects.create(user=user, area=street, role=Role.objects.get(code="command"))
    return user


# Cost


@pytest.mark.parametrize("again", [False, True], ids=["new rows", "changed rows"])
def test_a_chunk_costs_the_same_at_two_sizes(
    take: Import, street: Area, count_queries: Any, again: bool
) -> None:
    spent = []
    for size in (20, 400):
        rows = [line(f"{size}-{n}", address=f"河边村一区{n + 1}号") for n in range(size)]
        if again:
            take(*rows)
            rows = [row.replace("正在办理", "现场调解") for row in rows]
        with count_queries() as seen:
            batch = take(*rows)
        assert figures(batch) == {"updated" if again else "created": size, "total": size}
        spent.append(len(seen))
    assert spent[0] == spent[1]


def test_incidents_know_their_neighbours_in_time(take: Import) -> None:
    """Two reports of one address in two writings share their key: the repeat detector meets them."""
    take(line(), line("A2", address="河边一区26号门口", village="", at="2026/11/17 04:03"))
    assert one().address_key == one("A2").address_key == "河边村一区26号"
    assert one("A2").matter.occurred_at - one().matter.occurred_at == timedelta(days=1)
