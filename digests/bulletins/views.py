"""Pages of bulletins: the list, one as the street reads it, a village's copy, and the weekly figures."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from digests.bulletins import queries
from digests.bulletins.figures import ENTER, enter
from digests.bulletins.forms import LABELS, FiguresForm, IssueForm, WeekForm
from digests.bulletins.models import Bulletin, BulletinCopy
from digests.bulletins.workflow import ISSUE, VIEW, issue, mark_read, remind
from grids.models import Area
from grids.queries import parameters
from grids.scope import covers, paths_of, reader, scoped
from shared.dates import WEEKDAYS
from shared.errors import DomainError
from shared.pages import page_of


@scoped(VIEW)
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """The street's bulletins with how many villages read them; to a village, what came to it."""
    streets: QuerySet[Area] = Area.objects.within(request.user, VIEW).filter(level=Area.Level.STREET)
    above = streets.exists()
    found = queries.bulletins(request.user) if above else queries.copies(request.user)
    context = {
        "page": page_of(request, found, order=queries.ORDER, size=30),
        "above": above,
        "kinds": dict(Bulletin.Kind.choices),
        "rule": parameters("bulletin_weekday", "bulletin_hour"),
        "weekdays": WEEKDAYS,
    }
    return render(request, "digests/bulletins/list.html", context)


@scoped(VIEW)
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """One bulletin as it was issued, with who has read it and who has not."""
    seen: QuerySet[Bulletin] = Bulletin.objects.within(request.user, VIEW)
    found = get_object_or_404(seen.select_related("street", "issued_by"), pk=pk)
    receipts = queries.receipts(found)
    context = {
        "bulletin": found,
        "snapshot": found.snapshot,
        "receipts": receipts,
        "unread": [row for row in receipts if row["first"] is None],
        "may_remind": covers(request.user, ISSUE, found.street),
        "own": None,
    }
    return render(request, "digests/bulletins/page.html", context)


@scoped(VIEW)
def bulletin_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A village's copy; its officers are noted as having read it."""
    seen: QuerySet[BulletinCopy] = BulletinCopy.objects.within(request.user, VIEW)
    copy = get_object_or_404(seen.select_related("village", "bulletin__street", "bulletin__issued_by"), pk=pk)
    mark_read(copy=copy, reader=reader(request))
    found = copy.bulletin
    context = {"bulletin": found, "snapshot": found.snapshot, "own": copy.village, "receipts": []}
    return render(request, "digests/bulletins/page.html", context)


@scoped(ISSUE)
def bulletin_issue(request: HttpRequest) -> HttpResponse:
    """Issue a bulletin over a period."""
    streets: QuerySet[Area] = Area.objects.within(request.user, ISSUE)
    streets = streets.filter(level=Area.Level.STREET, is_active=True).order_by("id")
    form = IssueForm(request.POST or None, streets=streets)
    if request.method == "POST" and form.is_valid():
        try:
            made, new = issue(**form.cleaned_data, actor=reader(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"通报{made}已发到各村社。" if new else f"通报{made}已经发过了。")
            return redirect("bulletin", pk=made.pk)
    return render(request, "digests/bulletins/issue.html", {"form": form}, status=400 if form.errors else 200)


@scoped(ISSUE)
@require_POST
def bulletin_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the villages where nobody has read it."""
    seen: QuerySet[Bulletin] = Bulletin.objects.within(request.user, ISSUE)
    found = get_object_or_404(seen.select_related("street"), pk=pk)
    told = remind(bulletin=found, actor=reader(request))
    messages.success(request, "已提醒没读的村社。" if told else "没读的村社今天都提醒过了，或没有干部在岗。")
    return redirect("bulletin", pk=pk)


@scoped(ENTER)
def registration(request: HttpRequest) -> HttpResponse:
    """The weekly figures of the reader's villages, one row each."""
    asked = request.POST if request.method == "POST" else request.GET
    week = WeekForm({"week": asked.get("week", "")}).monday()
    rows = queries.figures(request.user, week)
    form = FiguresForm(request.POST or None, rows=rows, week=week)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            n = enter(week=week, figures=form.figures(), actor=reader(request))
        except DomainError as error:
            status = error.status
            form.add_error(error.field if error.field in form.fields else None, _told(error))
        else:
            messages.success(request, f"已保存 {n} 个村社的数字。" if n else "数字没有变化。")
            return redirect(f"{request.path}?week={week}")
    context = {
        "form": form,
        "rows": rows,
        "week": week,
        "week_form": WeekForm(initial={"week": week}),
        "labels": LABELS,
        "whole": bool(paths_of(request.user, ISSUE)),
    }
    status = 400 if form.errors and status == 200 else status
    return render(request, "digests/bulletins/registration.html", context, status=status)


def _told(error: DomainError) -> str:
    """With what stands there now, where somebody else was first."""
    now = error.extra.get("now") or {}
    numbers = "，".join(f"{LABELS[name]} {value}" for name, value in now.items())
    return f"{error.message}现在是：{numbers}。" if now else error.message
