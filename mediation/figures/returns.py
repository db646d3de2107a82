"""人民调解工作月报表: disputes by type in the layout that goes to the justice office, as a workbook."""

import tempfile
from calendar import monthrange
from datetime import date
from typing import IO, Any

import xlsxwriter
from django import forms
from django.http import FileResponse

from grids.models import Area, Unit
from grids.queries import words
from grids.queries.coverage import Period
from mediation.figures import counts
from mediation.figures.meaning import Numbers, counted
from mediation.queries.stations import station_choices
from shared.dates import today
from shared.renderers import harmless

TITLE = "人民调解工作月报表"
GROUPS = (
    ("案件办理（件）", ("received", "accepted", "open")),
    ("调解结果（件）", ("concluded", "success", "failure")),
    ("协议形式（件）", ("written", "oral")),
    ("协议落实（件）", ("performed", "confirmed")),
    ("涉及金额", ("amount",)),
    ("防止激化（件）", ("calmed",)),
    ("未计入（件）", ("withdrawn", "refused", "rejected", "passed_on")),
)
WORDS = {
    "received": "登记",
    "accepted": "受理",
    "open": "未办结",
    "concluded": "调解结束",
    "success": "调解成功",
    "failure": "调解不成",
    "written": "书面协议",
    "oral": "口头协议",
    "performed": "履行完毕",
    "confirmed": "司法确认",
    "amount": "元",
    "calmed": "化解",
    "withdrawn": "撤回",
    "refused": "拒绝调解",
    "rejected": "不予受理",
    "passed_on": "转办",
}
COLUMNS = tuple(code for _, codes in GROUPS for code in codes)
LAST = len(COLUMNS)
HEAD = 5
"""Lines above the first type."""


class ReturnForm(forms.Form):
    """Which month, and which station; without one the whole street."""

    month = forms.DateField(
        label="月报月份",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
    )
    station = forms.ChoiceField(label="工作站", required=False)

    def __init__(self, data: Any, user: Any, **more: Any) -> None:
        super().__init__(data, auto_id="return_%s", **more)
        self.names = dict(station_choices(user))
        self.fields["station"].choices = [("", "全部"), *self.names.items()]  # type: ignore[attr-defined]
        if len(self.names) < 2:
            self.fields["station"].widget = forms.HiddenInput()

    @staticmethod
    def of(data: dict[str, Any]) -> dict[str, Any]:
        """The month in which the page's period ends, and its station."""
        return {"month": min(data["period"].until, today()), "station": data.get("station", "")}

    @property
    def period(self) -> Period:
        """The month's days."""
        first: date = self.cleaned_data["month"]
        return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))


def _whose(user: Any, form: ReturnForm) -> str:
    """The office whose return it is."""
    named = form.cleaned_data["station"]
    if named:
        return form.names[named]
    stations = list(Unit.objects.filter(pk__in=[int(pk) for pk in form.names]).select_related("area"))
    if len(stations) == 1:
        return stations[0].name
    streets = {station.area.parent_ids[0] for station in stations}
    names = Area.objects.filter(pk__in=streets).order_by("pk").values_list("name", flat=True)
    return "、".join(names) or "本单位"


def workbook(user: Any, form: ReturnForm) -> FileResponse:
    """The file: values, no formulas, so that every program shows the same."""
    period, station = form.period, form.cleaned_data["station"]
    cases = counted(user).filter(station=station) if station else counted(user)
    whose = _whose(user, form)
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("月报表")
    looks = _looks(book)
    _head(sheet, looks, whose, period)
    whole = counts.total(cases, period)
    last = _lines(sheet, looks, counts.parts(cases, period, "type"), whole)
    _foot(sheet, looks, last, whole)
    _print(sheet)
    book.close()
    out.seek(0)
    name = f"{TITLE}{period.since:%Y%m}{whose}.xlsx"
    return FileResponse(out, as_attachment=True, filename=name)


def _looks(book: Any) -> dict[str, Any]:
    centred = {
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "font_name": "宋体",
        "font_size": 10,
    }
    return {
        "title": book.add_format({**centred, "bold": True, "font_size": 18}),
        "left": book.add_format({"font_name": "宋体", "font_size": 10}),
        "right": book.add_format({"font_name": "宋体", "font_size": 10, "align": "right"}),
        "head": book.add_format({**centred, "border": 1, "bold": True}),
        "name": book.add_format({**centred, "border": 1, "align": "left", "num_format": "@"}),
        "cell": book.add_format({**centred, "border": 1, "num_format": "#,##0"}),
        "money": book.add_format({**centred, "border": 1, "num_format": "#,##0.00"}),
        "note": book.add_format({"font_name": "宋体", "font_size": 9, "text_wrap": True, "valign": "top"}),
    }


def _head(sheet: Any, looks: dict[str, Any], whose: str, period: Period) -> None:
    sheet.merge_range(0, 0, 0, LAST, TITLE, looks["title"])
    month = f"{period.since.year}年{period.since.month}月"
    sheet.write_string(1, 0, f"填报单位（盖章）：{harmless(whose)}", looks["left"])
    sheet.write_string(1, LAST // 2, month, looks["left"])
    sheet.write_string(1, LAST, "单位：件、元", looks["right"])
    sheet.merge_range(2, 0, 4, 0, "纠纷类型", looks["head"])
    column = 1
    for group, codes in GROUPS:
        last = column + len(codes) - 1
        if len(codes) > 1:
            sheet.merge_range(2, column, 2, last, group, looks["head"])
        else:
            sheet.write_string(2, column, group, looks["head"])
        for code in codes:
            sheet.write_string(3, column, WORDS[code], looks["head"])
            sheet.write_number(4, column, column, looks["head"])
            column += 1


def _lines(sheet: Any, looks: dict[str, Any], found: list[counts.Part], whole: Numbers) -> int:
    """Every type of the vocabulary, also without a case; then the sum. Returns the sum's line."""
    by_key = {part.key: part for part in found}
    names = {**words("dispute_type")["dispute_type"], **{part.key: part.name for part in found}}
    line = HEAD
    for key, name in names.items():
        numbers = by_key[key].numbers if key in by_key else Numbers({})
        _line(sheet, looks, line, name, numbers)
        line += 1
    _line(sheet, looks, line, "合计", whole)
    return line


def _line(sheet: Any, looks: dict[str, Any], line: int, name: str, numbers: Numbers) -> None:
    sheet.write_string(line, 0, str(harmless(name)), looks["name"])
    for column, code in enumerate(COLUMNS, start=1):
        look = looks["money" if code == "amount" else "cell"]
        sheet.write_number(line, column, float(numbers[code]), look)


def _foot(sheet: Any, looks: dict[str, Any], last: int, whole: Numbers) -> None:
    ratio = whole.ratio("success_rate")
    rate = "—" if ratio.rate is None else f"{ratio.rate * 100:.1f}%（{ratio.numerator}/{ratio.denominator}）"
    sheet.write_string(last + 1, 0, f"调解成功率：{rate}", looks["left"])
    note = (
        "说明：登记、未办结按登记日期，受理按受理日期，其余按调解结束日期统计；调解结束＝调解成功＋调解不成；"
        f"涉及金额为协议金额，人民币；外币协议{whole['foreign']}件，未计入金额。"
    )
    sheet.merge_range(last + 2, 0, last + 2, LAST, note, looks["note"])
    sheet.set_row(last + 2, 28)
    day = today()
    gap = "　" * 8
    names = gap.join(
        ("单位负责人：", "审核人：", "填表人：", f"填报日期：{day.year}年{day.month}月{day.day}日")
    )
    sheet.merge_range(last + 4, 0, last + 4, LAST, names, looks["left"])


def _print(sheet: Any) -> None:
    """One A4 page across."""
    sheet.set_row(0, 32)
    sheet.set_row(3, 30)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, LAST, 8)
    money = COLUMNS.index("amount") + 1
    sheet.set_column(money, money, 14)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.freeze_panes(HEAD, 1)
