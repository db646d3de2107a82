"""Pages of imports: the list, a new file, the result with its rows, correction, templates."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts.models import User
from accounts.workflow import record_access
from grids.imports import queries, workbooks, workflow
from grids.imports.base import Importer, importer_of
from grids.imports.forms import CorrectionForm, ImportForm, TakeOutForm
from grids.imports.tasks import run_import
from grids.models import ImportBatch, ImportRow
from grids.scope import covers, scoped
from shared.addresses import client_address
from shared.errors import DomainError, InvalidInput
from shared.pages import by_htmx, page_of, to_page

may_import = scoped(*queries.RIGHTS)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    return get_object_or_404(queries.batches_of(request.user), pk=pk)


@may_import
def import_list(request: HttpRequest) -> HttpResponse:
    """Imports of the reader's territory, newest first."""
    context = {
        "page": page_of(request, queries.batches_of(request.user), order=("-id",)),
        "labels": {importer.code: importer.label for importer in queries.kinds_of(request.user)},
        "counted": queries.counted,
    }
    return render(request, "grids/imports/list.html", context)


@may_import
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file in and leave it to the worker; the result page shows how far it is."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(data, files, user=request.user, kind=request.GET.get("kind", ""))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                batch = workflow.receive(
                    kind=given["kind"],
                    area=given["area"],
                    name=given["file"].name,
                    data=given["file"].read(),
                    actor=_user(request),
                    dry_run=given["dry_run"],
                )
                transaction.on_commit(lambda: _send(batch.pk))
            return to_page(request, reverse("import_batch", args=[batch.pk]))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {"form": form, "kinds": queries.kinds_of(request.user)}
    status = 400 if form.errors and not by_htmx(request) else 200
    return render(request, "grids/imports/new.html", context, status=status)


def _send(batch_id: int) -> None:
    """Tell a worker; where nobody can be told, the sweep finds the batch within a minute."""
    try:
        run_import.delay(batch_id)
    except OperationalError:
        return


@may_import
@never_cache
def import_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; when it has ended, its numbers, each with the rows behind it."""
    batch = _batch(request, pk)
    numbers = queries.numbers_of(batch)
    first = next((name for name in ("rejected", "created", "updated") if numbers[name]), "unchanged")
    show = request.GET.get("show", first)
    if show not in queries.SHOWN:
        raise Http404
    importer = importer_of(batch.kind)
    context = {
        "batch": batch,
        "importer": importer,
        "tray": _tray(request, batch, importer),
        "tabs": [(queries.SHOWN[name][0], f"?show={name}", n) for name, n in numbers.items()],
        "here": f"?show={show}",
        "label": queries.SHOWN[show][0],
        "numbers": numbers,
        "page": page_of(request, queries.rows_of(batch, show), order=("number",)),
        "link": lambda row: (
            reverse(importer.page, args=[row.object_id]) if row.object_id and importer.page else ""
        ),
    }
    return render(request, "grids/imports/batch.html", context)


def _tray(request: HttpRequest, batch: ImportBatch, importer: Importer) -> str:
    """Where what could not be placed waits, if the reader may place it."""
    route, right = importer.tray
    waits = route and batch.unplaced and not batch.dry_run
    return reverse(route) if waits and covers(request.user, right, batch.area) else ""


@may_import
@never_cache
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress line alone, asked for every two seconds; when the import has ended, the page is loaded
    anew."""
    batch = _batch(request, pk)
    answer = render(request, "grids/imports/_progress.html", {"batch": batch})
    if batch.finished_at is not None:
        answer["HX-Refresh"] = "true"
    return answer


def _refused(request: HttpRequest, pk: int, number: int) -> tuple[ImportRow, Importer]:
    batch = _batch(request, pk)
    row = get_object_or_404(
        ImportRow.objects.filter(outcome=ImportRow.Outcome.REJECTED), batch=batch, number=number
    )
    row.batch = batch
    return row, importer_of(batch.kind)


@may_import
@never_cache
def import_row(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Correct a refused row and take it in."""
    row, importer = _refused(request, pk, number)
    form = CorrectionForm(request.POST if request.method == "POST" else None, row=row, importer=importer)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            workflow.correct_row(batch_id=pk, number=number, cells=form.given(), actor=_user(request))
            messages.success(request, f"第 {number} 行已更正并导入。")
            return redirect(f"{reverse('import_batch', args=[pk])}?show=rejected")
        except InvalidInput as error:
            form.tell({problem["code"]: problem["reason"] for problem in error.extra.get("problems", [])})
            status = error.status
    context = {"form": form, "row": row, "batch": row.batch, "importer": importer}
    return render(request, "grids/imports/row.html", context, status=status)


@may_import
@require_POST
def import_row_drop(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say that a refused row needs nothing more."""
    _batch(request, pk)
    workflow.drop_row(batch_id=pk, number=number, actor=_user(request))
    messages.success(request, f"第 {number} 行不再处理，已记下是谁决定的。")
    return redirect(f"{reverse('import_batch', args=[pk])}?show=rejected")


@may_import
@never_cache
def import_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Refused rows as a workbook, in full, against a logged reason (Personal Information Protection Law Art.
    51, 54)."""
    batch, user = _batch(request, pk), _user(request)
    importer = importer_of(batch.kind)
    form = TakeOutForm(request.POST if request.method == "POST" else None, batch=batch)
    if request.method == "POST" and form.is_valid():
        rows = queries.rows_of(batch, "rejected").order_by("number")
        try:
            record_access(
                user=user,
                kind="import_batch",
                subject_id=batch.pk,
                subject_name=f"{importer.label}导入退回的 {batch.rejected} 行",
                fields=["退回行的全部列"],
                reason=form.cleaned_data["reason"],
                address=client_address(request),
            )
            file = workbooks.refused(batch, importer, rows.iterator(chunk_size=500), user.get_full_name())
            return FileResponse(file, as_attachment=True, filename=f"{importer.label}退回的行.xlsx")
        except InvalidInput as error:
            form.add_error("reason", error.message)
    context = {"form": form, "batch": batch, "importer": importer}
    return render(request, "grids/imports/refused.html", context, status=400 if form.errors else 200)


@may_import
def import_template(request: HttpRequest, kind: str) -> FileResponse:
    """A sheet to fill in."""
    importer = next((known for known in queries.kinds_of(request.user) if known.code == kind), None)
    if importer is None:
        raise Http404
    return FileResponse(
        workbooks.template(importer), as_attachment=True, filename=f"{importer.label}导入模板.xlsx"
    )
