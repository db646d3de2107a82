"""Pages that residents open without signing in: reporting, finding a report by its code, following it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from grids import photos
from grids.areas.drawing import draw
from grids.scope import public
from incidents.reports import access, following, limits
from incidents.reports.forms import CodeForm, RateForm, ReportForm, TailForm, WordsForm, open_areas
from incidents.reports.models import CitizenReport
from incidents.reports.public import followed
from incidents.reports.queries import public_photos
from incidents.reports.workflow import submit_report
from shared.errors import DomainError
from shared.filters import id_of


@public("群众不登录就能反映问题，按网络和设备限次")
def report(request: HttpRequest) -> HttpResponse:
    """The one form; `?area=` (map, poster) chooses the village. Sent twice it is one report."""
    asked = {"area": id_of(request.GET.get("area", ""))}
    form = ReportForm(request.POST or None, request.FILES or None, initial=asked)
    status = 200
    if request.method == "POST":
        try:
            sent = _submitted(request, form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            if sent is not None:
                return _to_follow(request, sent)
            status = 400
    answer = render(request, "incidents/report.html", {"form": form, **_villages(form)}, status=status)
    access.mark_device(request, answer)
    return answer


def _villages(form: ReportForm) -> dict[str, Any]:
    """The drawing of the villages, and the one that is chosen."""
    villages = list(open_areas())
    chosen = str(form["area"].value())
    return {
        "chosen": next((village for village in villages if str(village.pk) == chosen), None),
        "drawing": draw((village.pk, village.outline) for village in villages),
        "names": {village.pk: village.name for village in villages},
    }


def _submitted(request: HttpRequest, form: ReportForm) -> CitizenReport | None:
    """The report; None where the form must be mended. Limits first: pictures cost time."""
    sender = access.sender_of(request)
    if not form.is_valid():
        return None
    content = form.content()
    if not CitizenReport.objects.filter(client_id=content["client_id"]).exists():
        limits.check(limits.BY_ADDRESS, sender.address)
        limits.check(limits.BY_DEVICE, sender.device)
    pictures = photos.clean(form.cleaned_data["photos"])
    sent, _ = submit_report(sender=sender, photos=pictures, **content)
    return sent


def _to_follow(request: HttpRequest, sent: CitizenReport) -> HttpResponse:
    messages.success(request, f"已收到。请记下查询码 {sent.code}，或把这一页收藏起来。")
    answer = redirect("echo", sent.code)
    access.remember(answer, sent)
    return answer


@public("群众用查询码看办到哪一步；查错次数有限")
def echo_find(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                found = access.find_report(form.cleaned_data["code"], access.sender_of(request))
            except DomainError as error:
                form.add_error("code", error.message)
                status = error.status
            else:
                return redirect("echo", found.code)
    return render(request, "incidents/echo_find.html", {"form": form}, status=status)


@public("凭查询码看自己反映的事；留了手机号的还要后四位")
def echo(request: HttpRequest, code: str) -> HttpResponse:
    """One report: how it stands, what was answered; rate, add, ask for it to be taken up again."""
    report = _found(request, code)
    if code != report.code:
        return redirect("echo", report.code)
    if not access.opened(request, report):
        return _ask_tail(request, report)
    refused: DomainError | None = None
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if request.method == "POST":
        try:
            messages.success(request, _act(report, action, request))
        except DomainError as error:
            refused = error
        else:
            return redirect("echo", report.code)
    return _page(request, report, action, refused)


def _found(request: HttpRequest, code: str) -> CitizenReport:
    try:
        return access.find_report(code, access.sender_of(request))
    except DomainError as error:
        if error.status == 404:
            raise Http404(error.message) from error
        raise


def _ask_tail(request: HttpRequest, report: CitizenReport) -> HttpResponse:
    form = TailForm(request.POST if "tail" in request.POST else None)
    status = 200 if request.method == "GET" else 403
    if form.is_bound and form.is_valid():
        try:
            access.check_tail(report, form.cleaned_data["tail"])
        except DomainError as error:
            form.add_error("tail", error.message)
            status = error.status
        else:
            answer = redirect("echo", report.code)
            access.remember(answer, report)
            return answer
    return render(request, "incidents/echo_tail.html", {"form": form, "report": report}, status=status)


def _rate(report: CitizenReport, data: QueryDict, _: list[photos.Photo]) -> str:
    following.rate(report=report, score=data.get("score", ""), words=data.get("words", "")[:500])
    return "谢谢，您的评价已经记下。"


def _add(report: CitizenReport, data: QueryDict, pictures: list[photos.Photo]) -> str:
    following.add_words(report=report, words=data.get("words", ""), photos=pictures)
    return "补充的内容已经转给办理的人。"


def _reopen(report: CitizenReport, data: QueryDict, _: list[photos.Photo]) -> str:
    following.reopen(report=report, reason=data.get("words", ""))
    return "已经重新办理，进展会写在这里。"


ACTS: dict[str, Callable[[CitizenReport, QueryDict, list[photos.Photo]], str]] = {
    "rate": _rate,
    "add": _add,
    "reopen": _reopen,
}


def _act(report: CitizenReport, action: str, request: HttpRequest) -> str:
    """Do what the form asks; what is then said."""
    if action not in ACTS:
        raise DomainError("没有这个操作，请刷新页面。")
    if action != "add":
        return ACTS[action](report, request.POST, [])
    limits.check(limits.BY_DEVICE, following.counted_as(report))
    return _add(report, request.POST, photos.clean(request.FILES.getlist("photos")))


def _page(
    request: HttpRequest, report: CitizenReport, action: str, refused: DomainError | None
) -> HttpResponse:
    typed = request.POST if refused else None
    forms = {
        "rate": RateForm(typed if action == "rate" else None, auto_id="rate_%s"),
        "add": WordsForm(typed if action == "add" else None, auto_id="add_%s"),
        "reopen": WordsForm(typed if action == "reopen" else None, auto_id="reopen_%s"),
    }
    if refused and action in forms and forms[action].is_valid():
        field = refused.field if refused.field in forms[action].fields else None
        forms[action].add_error(field, refused.message)
    context = {
        "found": followed(report),
        "forms": forms,
        "tried": action if refused else "",
        "refused": refused if action not in forms else None,
        "address": request.build_absolute_uri(reverse("echo", args=[report.code])),
        "pictures": public_photos(report),
    }
    return render(request, "incidents/echo.html", context, status=refused.status if refused else 200)


@public("群众看自己上报的照片，凭查询码和手机尾号")
def echo_photo(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """The n-th photo of a report, to whoever may see the report."""
    report = _found(request, code)
    if not access.opened(request, report):
        raise Http404
    pictures = public_photos(report)
    if not 0 < number <= len(pictures):
        raise Http404
    served: FileResponse = photos.served(pictures[number - 1].image)
    return served
