"""A deadline in words: from when, how long, what was skipped, what moved it, and who allowed that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from matters.models import ClockRun, Extension, Matter
from matters.models.clock import Unit, limit_text
from matters.workdays import Calendar, calendar
from shared.dates import local
from shared.jinja import date_text, moment_text

STAGES = {"accept": "登记", "handle": "受理", "verify": "反馈"}
"""What a stage's clock runs from."""
NAMES = {"accept": "受理", "handle": "办理", "verify": "审核"}


@dataclass(frozen=True)
class Told:
    """One clock: its sum in a line, then each thing that moved it; `unknown` = years without announced
    holidays; `state` over, open, hold or done."""

    name: str
    line: str
    moved: tuple[str, ...]
    unknown: tuple[int, ...]
    state: str
    text: str


def clocks_of(matter: Matter) -> list[Told]:
    """Every clock of the matter's present life, the one that runs last."""
    runs = ClockRun.objects.filter(matter=matter, life=matter.reopened).order_by("started_at", "id")
    found = list(runs.prefetch_related("pauses", "extensions__decided_by", "extensions__asked_by"))
    days = calendar() if found else Calendar()
    return [_told(run, days) for run in found]


def _told(run: ClockRun, days: Calendar) -> Told:
    start = date_text(run.started_at) if run.unit != Unit.MINUTES else moment_text(run.started_at)
    since, until = local(run.started_at).date(), local(run.due_at).date()
    parts = [
        " + ".join(
            (f"{STAGES.get(run.stage, '开始')} {start}", limit_text(run.amount, run.unit), *_added(run))
        )
    ]
    counted = run.unit == Unit.WORKDAYS
    if counted and (free := _ranges(days.free_weekdays(since, until))):
        parts.append(f"跳过 {'、'.join(free)}")
    if counted and (worked := _ranges(days.worked_weekends(since, until))):
        parts.append(f"{'、'.join(worked)} 补班照算")
    moved = tuple(_moves(run))
    line = f"{moment_text(run.due_at)} = {'，'.join(parts)}"
    unknown = tuple(days.unknown(since, until)) if counted else ()
    return Told(NAMES.get(run.stage, run.stage), line, moved, unknown, *_state(run))


def _state(run: ClockRun) -> tuple[str, str]:
    if any(pause.ended_at is None for pause in run.pauses.all()):
        return "hold", "暂停计时"
    if run.stopped_at is None:
        return ("open", "正在计时") if timezone.now() <= run.due_at else ("over", "已超期，还在计时")
    return ("done", "按时") if run.stopped_at <= run.due_at else ("over", "超期")


def _added(run: ClockRun) -> Iterator[str]:
    """What came to the limit: pauses that moved it, and time that was granted."""
    yield from (f"暂停 {length}" for one in run.pauses.all() if (length := _length(run, one.moved)))
    granted = (one for one in run.extensions.all() if one.state == Extension.State.GRANTED)
    yield from (f"延期 {_asked(run, one.days)}" for one in granted)


def _asked(run: ClockRun, days: int) -> str:
    return f"{days} {Unit.WORKDAYS.label if run.unit == Unit.WORKDAYS else Unit.DAYS.label}"


def _moves(run: ClockRun) -> Iterator[str]:
    for pause in run.pauses.all():
        until = moment_text(pause.ended_at) if pause.ended_at else "现在"
        length = _length(run, pause.moved)
        moved = f"，顺延 {length}" if length else "，期限没有变"
        how = moved if pause.ended_at else "，期限待恢复后重算"
        yield f"暂停 {moment_text(pause.started_at)} 至 {until}{how}：{pause.reason}"
    for asked in run.extensions.all():
        by, told = asked.asked_by.name, asked.get_state_display()
        if asked.state == Extension.State.GRANTED and asked.decided_by:
            told = f"{asked.decided_by.name} 批准"
        yield f"延期 {_asked(run, asked.days)}，{by} 申请，{told}：{asked.reason}"


def _length(run: ClockRun, moved: int) -> str:
    """Nothing for what moved nothing."""
    whole = moved // 60 if run.unit == Unit.MINUTES else moved
    return f"{whole} {run.get_unit_display()}" if whole else ""


def _ranges(days: list[date]) -> list[str]:
    """`10月1日–7日`: days in a row, weekends between them included."""
    found: list[list[date]] = []
    for day in days:
        if found and (day - found[-1][-1]).days <= (3 if found[-1][-1].weekday() == 4 else 1):
            found[-1].append(day)
        else:
            found.append([day])
    return [_range(row[0], row[-1]) for row in found]


def _range(first: date, last: date) -> str:
    if first == last:
        return f"{first.month}月{first.day}日"
    end = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
    return f"{first.month}月{first.day}日–{end}"
