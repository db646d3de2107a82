"""The page of figures, its CSV, and the monthly return as a workbook."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from grids.scope import reader, scoped
from mediation.figures import counts, export
from mediation.figures.asked import asked
from mediation.figures.meaning import ASIDE, FIGURES, RATES, RIGHT, counted
from mediation.figures.returns import ReturnForm, workbook
from shared.downloads import csv_file


@scoped(RIGHT)
def stats(request: HttpRequest) -> HttpResponse:
    """Received, open, concluded, the four rates and the days to settle, with the rows behind each number."""
    user = reader(request)
    form = asked(request.GET, user)
    cases, data = form.narrowed(counted(user)), form.cleaned_data
    context = {
        "form": form,
        "period": data["period"],
        "by": data["by"],
        "breakdowns": counts.BY,
        "whole": counts.total(cases, data["period"]),
        "parts": counts.parts(cases, data["period"], data["by"]),
        "rates": RATES,
        "aside": [FIGURES[code] for code in ASIDE],
        "station": form.names.get(data.get("station", ""), ""),
        "return_form": ReturnForm(None, user, initial=ReturnForm.of(data)),
    }
    return render(request, "mediation/stats.html", context)


@scoped(RIGHT)
def stats_csv(request: HttpRequest) -> HttpResponseBase:
    """The table of the page with all its figures."""
    user = reader(request)
    form = asked(request.GET, user)
    cases, data = form.narrowed(counted(user)), form.cleaned_data
    period, by = data["period"], data["by"]
    rows = export.lines(counts.parts(cases, period, by), counts.total(cases, period))
    name = f"调解统计{period.since:%Y%m%d}-{period.until:%Y%m%d}.csv"
    return csv_file(name, [counts.BY[by], *export.HEADER], rows)


@scoped(RIGHT)
def monthly_return(request: HttpRequest) -> HttpResponseBase:
    """人民调解工作月报表 of a month as a workbook."""
    user = reader(request)
    form = ReturnForm(request.GET, user)
    if not form.is_valid():
        messages.error(request, "请先选月报的月份，再导出。")
        return redirect("mediation_stats")
    return workbook(user, form)
