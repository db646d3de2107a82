"""The floors in the server: what the same stack needs when nothing but the answer is made."""

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench import dispute_floors, matter_floors
from bench.answers import SIZE, answer
from bench.statements import LOG_VISIT
from grids.models import Target, Visit
from grids.queries.visits import API_ROW
from matters.models import Matter, Obligation
from shared.crypto import mask
from shared.dates import today


def nothing(request: HttpRequest) -> HttpResponse:
    """204."""
    return HttpResponse(status=204)


def visits(request: HttpRequest) -> HttpResponse:
    """The newest visits of a street."""
    found = Visit.objects.filter(grid__path__startswith=request.GET["path"]).order_by("-visited_on", "-id")
    rows = list(found.values(*API_ROW)[: SIZE + 1])[:SIZE]
    for row in rows:
        if row["target__kind"] == "person":
            row["target__name"] = mask(row["target__name"])
    return answer({"results": rows})


def my_day(request: HttpRequest) -> HttpResponse:
    """What a grid has to do today: what the alert asked, visits due, matters that wait."""
    grid, day = int(request.GET["grid"]), today()
    asked = Obligation.objects.filter(area_id=grid, business_date=day).order_by("-carried", "id")
    due = Target.objects.due(day).filter(grid_id=grid).order_by("due_on", "id")
    waiting = Matter.objects.filter(
        area_id=grid, closed_at=None, state__in=["assigned", "handling"]
    ).order_by("due_at", "id")
    return answer(
        {
            "asked": list(
                asked.values(
                    "id", "kind", "title", "detail", "state", "carried", "due_at", "target_id", "matter_id"
                )
            ),
            "due": list(
                due.values("id", "kind", "name", "category", "colour", "address", "due_on", "note")[:60]
            ),
            "waiting": list(waiting.values("id", "kind", "title", "state", "due_at", "occurred_at")[:20]),
        }
    )


@csrf_exempt
def log(request: HttpRequest) -> HttpResponse:
    """A visit with its audit row, in one statement."""
    data = orjson.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(LOG_VISIT, {**data, "day": today(), "new": 14})
        (visit,) = cursor.fetchone()
    return answer({"id": visit}, 201)


urlpatterns = [
    path("floor/nothing/", nothing),
    path("floor/visits/", visits),
    path("floor/day/", my_day),
    path("floor/log/", log),
    *dispute_floors.urlpatterns,
    *matter_floors.urlpatterns,
]
