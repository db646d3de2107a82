"""The board's page, and the one fragment of it that is asked for again every 15 seconds."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition
from markupsafe import Markup

from grids.scope import scoped
from incidents import board
from incidents.boards.asked import Asked, asked_by
from incidents.boards.chart import chart
from incidents.boards.lanes import KEYS, lanes, sums
from incidents.queries import short_address
from incidents.repeats.queries import repeat_rule
from matters.models import Obligation
from matters.queries import kind_choices, place_of
from shared.jinja import length_text
from shared.pages import page_of

REPEATS_ON_WALL = 3


def _asked(request: HttpRequest) -> Asked:
    """The reader and what the address narrows the board to; read once for mark and answer."""
    asked: Asked | None = getattr(request, "board_asked", None)
    if asked is None:
        asked = asked_by(request.user, request.GET.get("village", ""), request.GET.get("kind", ""))
        request.board_asked = asked  # type: ignore[attr-defined]
    return asked


def _lasting(span: timedelta) -> Markup:
    """`17小时` with the unit small, as the board's clocks are set."""
    text = length_text(span)
    figures = "".join(c for c in text if c.isdecimal())
    return Markup("{}<b>{}</b>").format(figures, text.removeprefix(figures))


def _context(request: HttpRequest) -> dict[str, Any]:
    """The moving part; with `screen=1` only as much of it as fits a wall that nobody scrolls."""
    asked, wall = _asked(request), request.GET.get("screen") == "1"
    rule, counted = repeat_rule(), sums(asked)
    found = lanes(asked, counted, board.SHOWN_ON_WALL if wall else board.SHOWN)
    day, total, owing = board.tallies(asked)
    return {
        "lanes": found,
        "running": sum(one.open for one in counted),
        "late": sum(one.counts["over"] for one in counted),
        "chart": None if wall else chart(asked, counted),
        "keys": KEYS,
        "day": day,
        "total": total,
        "owing": owing,
        "wall": wall,
        "repeats": board.repeats(asked, rule)[: REPEATS_ON_WALL if wall else None],
        "rule": rule,
        "asked": asked,
        "short": short_address,
        "lasting": _lasting,
    }


@scoped("board.view")
def board_page(request: HttpRequest) -> HttpResponse:
    """两室融合: what is running now, who owes an answer, what keeps coming back.

    `auto=1` lets a browser without scripts ask again by itself; nobody gets that unasked.
    """
    query = request.GET.copy()
    for name in ("screen", "auto"):
        query.pop(name, None)
    context = {
        **_context(request),
        "kinds": kind_choices(),
        "auto": request.GET.get("auto") == "1",
        "query": query.urlencode(),
    }
    answer = render(request, "incidents/board.html", context)
    if context["auto"]:
        answer["Refresh"] = "30"
    return answer


@scoped("board.view")
def board_gaps(request: HttpRequest) -> HttpResponse:
    """还差谁: every thing of the double alert that nobody has answered yet, the longest owed first."""
    asked = _asked(request)
    context = {
        "asked": asked,
        "page": page_of(request, board.gaps(asked), order=("-carried", "id")),
        "kinds": dict(Obligation.Kind.choices),
        "place_of": place_of,
    }
    return render(request, "incidents/gaps.html", context)


def _etag(request: HttpRequest) -> str:
    return f'"{board.fingerprint(_asked(request))}"'


@scoped("board.view")
@condition(etag_func=_etag)
def board_live(request: HttpRequest) -> HttpResponse:
    """The board's moving part; 304 while nothing has changed. A proxy in between must ask us each time."""
    answer = render(request, "incidents/_board.html", _context(request))
    patch_cache_control(answer, private=True, no_cache=True)
    return answer
