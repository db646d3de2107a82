"""Pages of matters: the list, one page per matter, and the drawing of a kind's loop."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from grids.scope import reader, scoped
from matters import diagram, pages, queries
from matters.filters import MatterFilter, offer_areas
from matters.loop import KINDS, state_label
from matters.models import Event, Matter
from matters.models.matter import MatterQuerySet
from matters.needs import NEEDS
from matters.photos import photo_for
from matters.todo_views import beside_list
from shared.errors import DomainError
from shared.pages import page_of


@scoped("matters.view")
def matter_list(request: HttpRequest) -> HttpResponse:
    """Every matter of the reader's territory, narrowed as asked; an address that asks nothing opens on what
    waits for the reader.
    """
    standing = queries.standing(request.user)
    if not request.GET and standing["waiting"]:
        request.GET = QueryDict("view=waiting")
    found = MatterFilter(request.GET, queryset=queries.rows(request.user), request=request)
    context = {
        "form": offer_areas(found.form, request.user, "matters.view"),
        "page": page_of(request, found.qs, order=found.order),
        "standing": {name: queries.figure(n) for name, n in standing.items()},
        "view": request.GET.get("view") or "all",
        "kinds": dict(queries.kind_choices()),
        "state_label": state_label,
        "place_of": queries.place_of,
        "holder_of": queries.holder_of,
        **beside_list(request),
    }
    return render(request, "matters/list.html", context)


@scoped("matters.view")
def matter_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One matter: where it stands, what happened, and the moves that the reader can make now."""
    matter = _seen(request, pk)
    if own := KINDS[matter.kind].page:
        return redirect(own, pk)
    refused = None
    if request.method == "POST":
        try:
            event = pages.make_move(matter, reader(request), request.POST, request.FILES)
        except DomainError as error:
            refused, matter = error, _seen(request, pk)
        else:
            return _moved(request, matter, event)
    context = pages.page_context(matter, reader(request), request.POST or None, refused, request.FILES)
    context["after"] = _came_from(request)
    context["tried"] = context["tried"] or request.GET.get("do", "")
    return render(request, "matters/page.html", context, status=refused.status if refused else 200)


def _moved(request: HttpRequest, matter: Matter, event: Event) -> HttpResponse:
    """Back to where the reader came from (my day); else this page, with a way to my day at hand."""
    if after := _came_from(request):
        messages.success(request, f"已{event.label}：{matter.title}。")
        return redirect(after)
    told = f"已{event.label}，现在是“{state_label(matter.kind, event.to_state)}”。"
    messages.success(request, format_html('{}<a class="btn" href="{}">回到今天</a>', told, reverse("home")))
    return redirect("matter_page", pk=matter.pk)


def _came_from(request: HttpRequest) -> str:
    """The page of this portal that the address or the form names as `next`; "" for none or another site's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def _seen(request: HttpRequest, pk: int) -> Matter:
    seen: MatterQuerySet = Matter.objects.within(request.user, "matters.view")
    return get_object_or_404(
        seen.select_related("area__parent", "handler", "reporter", "unit", "merged_into"), pk=pk
    )


@scoped("matters.view")
def matter_photo(request: HttpRequest, pk: int) -> FileResponse:
    """A photo of a matter's timeline, only to those who may see the matter."""
    return photo_for(request.user, pk)


@scoped("matters.view")
def loop_page(request: HttpRequest, kind: str) -> HttpResponse:
    """A kind's table of moves, drawn and listed from the table itself."""
    if kind not in KINDS:
        raise Http404
    rules = KINDS[kind]
    context: dict[str, Any] = {
        "kind": rules,
        "kinds": queries.kind_choices(),
        "states": rules.states,
        "ends": "、".join(f"“{rules.states[state]}”" for state in rules.used if state in rules.ended),
        "drawing": diagram.draw(rules),
        "roles": queries.roles_by_right(),
        "needs": NEEDS,
    }
    return render(request, "matters/loop.html", context)
