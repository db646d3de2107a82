"""One's own notices, and the operator's page of what could not be sent."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from grids.models import Post
from grids.scope import reader, scoped, within
from matters.models import Notice, Robot
from matters.notices import inbox, mark_read, retry
from matters.ways import CHANNELS, STATES, UNSENT, to_do, ways_of
from matters.wording import label_of
from shared.filters import id_of
from shared.guards import signed_in
from shared.pages import page_of

OPERATE = "notices.operate"


@signed_in()
def inbox_list(request: HttpRequest) -> HttpResponse:
    """The reader's notices, newest first."""
    mine = inbox(request.user)
    view = request.GET.get("view", "")
    found = mine.filter(read_at=None) if view == "unread" else mine
    context = {
        "page": page_of(request, found.defer("body"), order=("-id",), size=30),
        "unread": mine.filter(read_at=None).count(),
        "view": view,
    }
    return render(request, "matters/inbox.html", context)


@signed_in()
def inbox_open(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice; opening it marks it read."""
    notice = get_object_or_404(inbox(request.user), pk=pk)
    mark_read(notices=Notice.objects.filter(pk=pk), reader=reader(request))
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return render(
        request, "matters/inbox_notice.html", {"notice": notice, "link": notice.url if inside else ""}
    )


@signed_in()
@require_POST
def inbox_read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    n = mark_read(notices=Notice.objects.all(), reader=reader(request))
    messages.success(request, f"{n} 条通知已标为已读。" if n else "没有未读的通知。")
    return redirect("inbox")


def _outside(request: HttpRequest) -> QuerySet[Notice]:
    """Notices of the outside channels to people with a post in the reader's territory, and to its groups."""
    people = Post.objects.filter(within(request.user, OPERATE)).values("user")
    groups = Robot.objects.within(request.user, OPERATE).values("pk")
    told = Q(recipient__in=people) | Q(robot__in=groups)
    return Notice.objects.exclude(channel=Notice.Channel.INBOX).filter(told)


def _asked(request: HttpRequest, found: QuerySet[Notice]) -> tuple[QuerySet[Notice], str, str]:
    """Narrowed to the state (the failed ones, where none is asked) and the channel of the address."""
    state, channel = request.GET.get("state", "failed"), request.GET.get("channel", "")
    if channel in CHANNELS:
        found = found.filter(channel=channel)
    if state == "unsent":
        return found.filter(state__in=UNSENT), state, channel
    return found.filter(state=state) if state in Notice.State.values else found, state, channel


@scoped(OPERATE)
def notices(request: HttpRequest) -> HttpResponse:
    """What goes through the outside channels, failed ones first; the texts stay with their recipients."""
    mine = _outside(request)
    found, state, channel = _asked(request, mine)
    ways = ways_of(mine)
    rows = found.select_related("recipient", "robot__area").defer("body")
    context = {
        "page": page_of(request, rows, order=("-id",)),
        "counts": {
            code: sum(way[code] for way in ways if channel in ("", way["channel"])) for code in STATES
        },
        "ways": ways,
        "states": [(code, Notice.State(code).label) for code in STATES],
        "state": state,
        "channel": channel,
        "label_of": label_of,
        "to_do": to_do,
    }
    return render(request, "matters/notices.html", context)


@scoped(OPERATE)
@require_POST
def notices_retry(request: HttpRequest) -> HttpResponse:
    """Send failed notices again: one, or all."""
    pk = request.POST.get("notice", "")
    mine, channel = _outside(request), request.POST.get("channel", "")
    if channel in CHANNELS:
        mine = mine.filter(channel=channel)
    n = retry(notices=mine.filter(pk=id_of(pk) or 0) if pk else mine)
    messages.success(request, f"{n} 条通知将在半分钟内重发。" if n else "没有要重发的通知。")
    return redirect("notices")
