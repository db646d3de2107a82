"""The floors of the to-do list and the board: the same rows, plainly selected, as JSON."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench.answers import SIZE, answer
from grids.models import Area
from matters.models import Matter
from shared import plain

LANE = 5
ROW = (
    "id", "kind", "number", "title", "state", "version", "occurred_at", "moved_at", "due_at", "area_id",
    "area__name", "area__level", "area__parent__name", "handler__name",
)  # fmt: skip


COUNTS = """
SELECT (SELECT count(*) FROM (SELECT FROM matters_matter matter JOIN grids_area area ON area.id = area_id
            WHERE closed_at IS NULL AND path LIKE %s LIMIT 1000) found),
       (SELECT count(*) FROM (SELECT FROM matters_matter matter JOIN grids_area area ON area.id = area_id
            WHERE closed_at IS NULL AND path LIKE %s AND due_at < now() LIMIT 1000) found),
       waiting.n, waiting.late
FROM (
    SELECT count(*) AS n, count(*) FILTER (WHERE due_at < now()) AS late FROM (
        SELECT due_at FROM matters_matter
        WHERE closed_at IS NULL AND paused_at IS NULL
          AND (state IN ('reported', 'accepted') AND (area_id = %s OR due_at < now())
               OR state = 'echoed' AND (area_id = %s OR due_at < now() OR handler_id = ANY(ARRAY(
                      SELECT user_id FROM grids_post post JOIN grids_role role ON role.id = post.role_id
                      WHERE 'matters.verify' = ANY(role.rights)))))
        LIMIT 1000
    ) found
) waiting
"""
"""The list's headline: what is open, late, and with the leader."""


def matters(request: HttpRequest) -> HttpResponse:
    """Open matters of a street, the newest first, with the headline's counts; or the one with a number, or
    those with a word in title or place.
    """
    found = Matter.objects.filter(area__path__startswith=request.GET["path"])
    if number := request.GET.get("number"):
        found = found.filter(number=number)
    else:
        found = found.filter(closed_at=None).order_by("-occurred_at", "-id")
    if word := request.GET.get("word"):
        there = Area.objects.filter(Q(name__contains=word) | Q(parent__name__contains=word))
        found = found.filter(Q(title__contains=word) | Q(area__in=there.values("pk")))
    street = request.GET["path"].strip("/").split("/")[0]
    inside = request.GET["path"] + "%"
    counts = plain.rows(COUNTS, inside, inside, street, street)
    return answer({"results": list(found.values(*ROW)[:SIZE]), "counts": counts})


STANDS = """
SELECT area_id, kind, state, count(*), count(due_at) FILTER (WHERE due_at < now())
FROM matters_matter WHERE closed_at IS NULL GROUP BY area_id, kind, state
"""
OWED = """
SELECT area_id, state, count(*) FROM matters_obligation
WHERE business_date = (SELECT max(business_date) FROM matters_obligation) GROUP BY area_id, state
"""


def board(request: HttpRequest) -> HttpResponse:
    """The most urgent open ones of each state, and the board's numbers: what stands where, who owes."""
    inside = Matter.objects.filter(area__path__startswith=request.GET["path"], closed_at=None)
    rows = []
    for state in ("reported", "accepted", "assigned", "handling", "echoed"):
        rows += list(inside.filter(state=state).order_by("due_at", "id").values(*ROW)[:LANE])
    return answer({"results": rows, "stands": plain.rows(STANDS), "owed": plain.rows(OWED)})


urlpatterns = [path("floor/matters/", matters), path("floor/board/", board)]
