"""Pages of visits: logging one, the list, one visit, its photos."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from grids import photos
from grids.forms import MET, VisitFilter, VisitForm
from grids.intervals import interval_days
from grids.models import Target, Visit, VisitPhoto
from grids.queries import visits as reads
from grids.queries import words
from grids.raised import raised_by
from grids.scope import reader, scoped
from grids.workflow import log_visit
from shared.errors import Conflict, DomainError
from shared.filters import id_of
from shared.pages import page_of

SCHEMES = ("key_person", "place_type", "visit_chip_person", "visit_chip_place", "hazard_type", "dispute_type")


@scoped("visits.log")
def new(request: HttpRequest) -> HttpResponse:
    """走访登记 of the target that the address names."""
    target = _asked_for(request)
    if target is None:
        return redirect("targets")
    last = target.visits.order_by("-visited_on", "-id").first()
    known = words(*SCHEMES)
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        target=target,
        words=known,
        last_chips=last.chips if last and last.is_valid else (),
    )
    if request.method == "POST" and form.is_valid() and _save(request, target, form):
        return redirect("home")
    context = {
        "form": form,
        "target": target,
        "last": last,
        "words": known,
        "days": interval_days(),
        "met": MET[Target.Kind(target.kind)],
    }
    return render(request, "grids/visit_form.html", context, status=400 if form.errors else 200)


def _asked_for(request: HttpRequest) -> Target | None:
    """The target that the address or the form names, within the reader's grids; None where none is named."""
    given = request.POST.get("target") or request.GET.get("target", "")
    if not given:
        return None
    seen = Target.objects.within(request.user, "visits.log").select_related("grid")
    target: Target = get_object_or_404(seen, pk=id_of(given))
    return target


def _save(request: HttpRequest, target: Target, form: VisitForm) -> bool:
    """Log what the form says; a refusal becomes the form's error."""
    try:
        pictures = photos.clean(form.cleaned_data["photos"])
        visit, created = log_visit(target=target, actor=reader(request), photos=pictures, **form.content())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        form.saved = error.extra.get("visit") if isinstance(error, Conflict) else None
        return False
    messages.success(request, _told(visit, created))
    return True


def _told(visit: Visit, created: bool) -> str:
    """What was saved, and when the next visit is owed."""
    if not created:
        return f"{visit.target.shown}的这次走访先前已经保存，没有重复登记。"
    if not visit.is_valid:
        return f"已保存：{visit.target.shown}没见到人。这次不算走访，改天还要再去。"
    due_on = visit.target.due_on
    said = f"已保存：走访{visit.target.shown}，{visit.get_result_display()}。"
    return f"{said}下次在 {due_on.month}月{due_on.day}日前。"


@scoped("visits.view")
def visit_list(request: HttpRequest) -> HttpResponse:
    """Visits in the reader's territory, newest first."""
    known = words("key_person", "place_type")
    form = VisitFilter(request.GET, user=request.user, right="visits.view", words=known, auto_id="id_%s")
    form.full_clean()
    found = reads.narrowed(Visit.objects.within(request.user, "visits.view"), form.cleaned_data)
    page = page_of(request, reads.rows(found), order=("-visited_on", "-id"))
    labels = {**known["key_person"], **known["place_type"]}
    context = {"page": page, "form": form, "labels": labels, "query": request.GET.urlencode()}
    return render(request, "grids/visits.html", context)


@scoped("visits.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit."""
    rows = Visit.objects.within(request.user, "visits.view").select_related("target", "grid", "visitor")
    visit = get_object_or_404(rows.prefetch_related("photos"), pk=pk)
    known = words("key_person", "place_type", f"visit_chip_{visit.target.kind}")
    chips = known[f"visit_chip_{visit.target.kind}"]
    context = {
        "visit": visit,
        "category": {**known["key_person"], **known["place_type"]}.get(
            visit.target.category, visit.target.category
        ),
        "chips": [chips.get(chip, chip) for chip in visit.chips],
        "met": MET[visit.target.kind][visit.met],
        "raised": raised_by(visit, reader(request)),
    }
    return render(request, "grids/visit.html", context)


@scoped("visits.view")
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """A photo, only to those who may see its visit; 404 where its file is gone."""
    seen = Visit.objects.within(request.user, "visits.view").values("pk")
    return photos.served(get_object_or_404(VisitPhoto.objects.filter(visit__in=seen), pk=pk).image)
