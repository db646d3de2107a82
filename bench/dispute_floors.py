"""The floors of mediation in the server: the same rows, nothing but them."""

from uuid import uuid4

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.answers import SIZE, answer
from matters.models import Event, Matter
from mediation.models import Dispute, Party
from mediation.queries.cases import BESIDE, COLUMNS, ORDER
from shared.crypto import blind
from shared.dates import local

BY = {"initials": "initials", "tail": "phone_tail"}


def disputes(request: HttpRequest) -> HttpResponse:
    """The newest cases of a street, perhaps those of one party, with the masked names of both sides."""
    found = Dispute.objects.filter(matter__area__path__startswith=request.GET["path"])
    asked = {column: request.GET[name] for name, column in BY.items() if name in request.GET}
    if name := request.GET.get("name"):
        asked["name_index"] = blind(name, "name")
    if asked:
        found = found.filter(pk__in=Party.objects.filter(**asked).values("dispute"))
    rows = list(found.order_by(*ORDER).values(*COLUMNS, **BESIDE)[: SIZE + 1])[:SIZE]
    by_id = {row["matter_id"]: row for row in rows}
    parties = Party.objects.filter(dispute__in=by_id, left_on=None)
    for dispute, side, called in parties.values_list("dispute", "side", "name"):
        by_id[dispute].setdefault(side, []).append(f"{called[:1]}**")
    return answer({"results": rows})


@csrf_exempt
def intake(request: HttpRequest) -> HttpResponse:
    """A case with its matter, its first line and its parties."""
    data, now = orjson.loads(request.body), timezone.now()
    with transaction.atomic():
        matter = Matter.objects.create(
            kind="dispute",
            number=f"TB{uuid4().hex[:14]}",
            title="邻里纠纷",
            area_id=data["area"],
            unit_id=data["station"],
            state="registered",
            occurred_at=now,
        )
        Event.objects.create(matter=matter, action="create", label="登记", to_state="registered", at=now)
        dispute = Dispute.objects.create(
            matter=matter,
            client_id=data["client_id"],
            payload_hash=uuid4().hex,
            station_id=data["station"],
            received_at=now,
            received_on=local(now).date(),
            **{name: data[name] for name in ("dispute_type", "source", "facts")},
        )
        rows = [Party(dispute=dispute, **party) for party in data["parties"]]
        for row in rows:
            row.index()
        Party.objects.bulk_create(rows)
    return answer({"id": dispute.pk}, 201)


urlpatterns = [path("floor/disputes/", disputes), path("floor/intake/", intake)]
