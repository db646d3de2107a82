"""The floors of the to-do list and the board: the same rows, plainly selected, as JSON."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench.answers import SIZE, answer
from matters.models import Matter

LANE = 5
ROW = (
    "id", "kind", "number", "title", "state", "version", "occurred_at", "moved_at", "due_at", "area_id",
    "area__name", "area__level", "area__parent__name", "handler__name",
)  # fmt: skip


def matters(request: HttpRequest) -> HttpResponse:
    """Open matters of a street, the most urgent first; or the one with a number."""
    found = Matter.objects.filter(area__path__startswith=request.GET["path"])
    if number := request.GET.get("number"):
        found = found.filter(number=number)
    else:
        found = found.filter(closed_at=None).order_by("due_at", "id")
    return answer({"results": list(found.values(*ROW)[:SIZE])})


def board(request: HttpRequest) -> HttpResponse:
    """The most urgent open ones of each state."""
    inside = Matter.objects.filter(area__path__startswith=request.GET["path"], closed_at=None)
    rows = []
    for state in ("reported", "accepted", "assigned", "handling", "echoed"):
        rows += list(inside.filter(state=state).order_by("due_at", "id").values(*ROW)[:LANE])
    return answer({"results": rows})


urlpatterns = [path("floor/matters/", matters), path("floor/board/", board)]
