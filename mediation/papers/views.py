"""Pages of a case's file: its list, each paper as PDF, signed copies coming in, the whole as one PDF."""

from typing import cast
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from grids.models import Area
from grids.scope import scoped, within
from mediation.models import Archive, Paper, Scan
from mediation.papers import page, rendering, workflow
from mediation.papers.binding import bind
from mediation.papers.forms import LetterheadForm, ScanForm, WithdrawForm
from mediation.papers.numbering import letterhead_of, set_letterhead
from mediation.papers.required import ready
from mediation.papers.slots import slot_of, slots_of
from shared.addresses import client_address
from shared.crypto import Unreadable
from shared.errors import Conflict, InvalidInput
from shared.pages import by_htmx, to_page


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """A PDF with personal data: shown by the browser, kept by nobody on the way."""
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def kept_response(request: HttpRequest, kept: Paper | Scan | Archive) -> HttpResponse:
    """A kept file, logged as a look. Raises Http404 where the file is gone, Conflict where it was changed."""
    name = page.name_of(kept)
    try:
        pdf = kept.read()
    except FileNotFoundError as error:
        raise Http404 from error
    except Unreadable as error:
        raise Conflict(f"{name}的文件被改动过，打不开。请联系管理员从备份恢复。") from error
    page.look(_actor(request), kept.dispute, name, client_address(request))
    return pdf_response(pdf, f"{kept.dispute}{name}")


@scoped("mediation.view")
@never_cache
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything in the file, and what it lacks."""
    dispute = page.case_for(request.user, pk)
    section = page.section(dispute, _actor(request))
    context = {
        **section,
        "state_words": page.state_words,
        "ready": len(ready(dispute, section["slots"])),
    }
    return render(request, "mediation/papers.html", context)


@scoped("mediation.handle")
@never_cache
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, pk: int, code: str, subject: int) -> HttpResponse:
    """GET shows how the paper would look now; POST issues it and opens it."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    slot = slot_of(dispute, code, subject)
    try:
        if request.method == "POST":
            paper, _ = workflow.issue(dispute=dispute, code=code, subject=subject, actor=_actor(request))
            return redirect("paper_pdf", pk, paper.pk)
        if slot.why_not or not slot.kind.made:
            raise InvalidInput(slot.why_not or f"{slot.title}请上传扫描件。")
        pdf = rendering.render(slot.content(dispute))
    except InvalidInput as error:
        return _refused(request, pk, f"{slot.title}：{error.message}")
    page.look(_actor(request), dispute, f"{slot.title}预览", client_address(request))
    return pdf_response(pdf, f"{dispute}{slot.title}预览")


def _refused(request: HttpRequest, pk: int, why: str) -> HttpResponse:
    """Back to the file, which says why the paper cannot be made."""
    messages.error(request, why)
    return redirect("case_papers", pk)


@scoped("mediation.handle")
@require_POST
def make_ready(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue in one go what the archive still asks for."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    try:
        count = workflow.issue_ready(dispute=dispute, actor=_actor(request))
    except InvalidInput as error:
        return _refused(request, pk, error.message)
    messages.success(request, f"已签发 {count} 份文书。" if count else "现在没有可以签发的文书。")
    return redirect("case_papers", pk)


@scoped("mediation.handle")
@never_cache
def paper_pdf(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """A paper as it was issued."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    return kept_response(request, get_object_or_404(Paper, pk=paper, dispute=dispute))


@scoped("mediation.handle")
@never_cache
def scan_pdf(request: HttpRequest, pk: int, scan: int) -> HttpResponse:
    """A signed copy as it came in; a withdrawn one is still on record."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    return kept_response(request, get_object_or_404(Scan, pk=scan, dispute=dispute))


@scoped("mediation.handle")
@never_cache
@require_http_methods(["GET", "POST"])
def scan_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed copy or other material comes in."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    chosen = {"place": request.GET.get("place", "")}
    form = ScanForm(slots_of(dispute), request.POST or None, request.FILES or None, initial=chosen)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                scan, created = workflow.attach(dispute=dispute, actor=_actor(request), **form.what)
            except InvalidInput as error:
                form.refuse(error)
            else:
                told = (
                    f"已收入卷宗：{scan.title}，{scan.pages} 页。" if created else "这份扫描件已经在卷宗里。"
                )
                messages.success(request, told)
                return to_page(request, reverse("case_papers", args=[pk]))
    context = {"form": form, "dispute": dispute}
    status = 200 if by_htmx(request) else status
    return render(request, "mediation/paper_scan.html", context, status=status)


@scoped("mediation.handle")
@never_cache
@require_http_methods(["GET", "POST"])
def scan_withdraw(request: HttpRequest, pk: int, scan: int) -> HttpResponse:
    """A scan that does not belong here is taken out, with the reason."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    found = get_object_or_404(Scan, pk=scan, dispute=dispute)
    form = WithdrawForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                workflow.withdraw(scan=found, why=form.cleaned_data["why"], actor=_actor(request))
            except InvalidInput as error:
                form.add_error("why", error.message)
            else:
                messages.success(request, f"已撤下：{found.title}。")
                return redirect("case_papers", pk)
    context = {"form": form, "scan": found, "dispute": dispute}
    return render(request, "mediation/paper_withdraw.html", context, status=status)


@scoped("mediation.handle")
@never_cache
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole file as one PDF: as it was archived, else as it is now."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    archive = dispute.archives.order_by("-version").first() if dispute.archived_on else None
    if archive:
        return kept_response(request, archive)
    held = [slot for slot in slots_of(dispute) if slot.held]
    if not held:
        raise InvalidInput("卷宗里还没有签发的文书，请先签发。")
    bound = bind(dispute, held, filer="", on=timezone.localdate())
    page.look(_actor(request), dispute, "卷宗全卷", client_address(request))
    return pdf_response(bound.pdf, f"{dispute}卷宗")


@scoped("mediation.handle")
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Read every kept file again and compare it with its SHA-256."""
    dispute = page.case_for(request.user, pk, page.RIGHT)
    kept = page.kept_of(dispute)
    faults = page.broken(kept)
    for fault in faults:
        messages.error(request, f"{fault.name}：{fault.why}。")
    if not faults:
        messages.success(request, f"核验通过：{len(kept)} 份文件与收入时完全一致。")
    return redirect("case_papers", pk)


@scoped("reference.edit")
def letterheads(request: HttpRequest) -> HttpResponse:
    """To the letterhead of the reader's own street."""
    streets = Area.objects.filter(within(request.user, "reference.edit", ""), level=Area.Level.STREET)
    street = streets.order_by("pk").first()
    if street is None:
        raise Http404
    return redirect("letterhead", street.pk)


@scoped("reference.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def letterhead(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands on the papers of a street: its word in case numbers, committee, court."""
    streets = Area.objects.filter(within(request.user, "reference.edit", ""), level=Area.Level.STREET)
    street = get_object_or_404(streets, pk=pk)
    form = LetterheadForm(request.POST or None, instance=letterhead_of(street))
    valid = request.method == "POST" and form.is_valid()
    if valid:
        set_letterhead(actor=_actor(request), street=street, **form.cleaned_data)
        messages.success(request, "文书抬头已保存，以后签发的文书按新的抬头。")
        return redirect("letterhead", pk)
    context = {"form": form, "street": street}
    return render(request, "mediation/letterhead.html", context, status=400 if form.errors else 200)
