"""One's own notices, and the operator's page of what could not be sent."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from grids.models import Post
from grids.scope import reader, scoped, within
from matters.models import Notice
from matters.notices import inbox, mark_read, retry
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
    """Notices of the outside channel to people with a post in the reader's territory."""
    people = Post.objects.filter(within(request.user, OPERATE)).values("user")
    return Notice.objects.filter(channel=Notice.Channel.WEBHOOK, recipient__in=people)


@scoped(OPERATE)
def notices(request: HttpRequest) -> HttpResponse:
    """What goes through the outside channel, failed ones first; the texts stay with their recipients."""
    state = request.GET.get("state", "failed")
    found = _outside(request).filter(state=state) if state in Notice.State.values else _outside(request)
    context = {
        "page": page_of(request, found.select_related("recipient").defer("body"), order=("-id",)),
        "counts": dict(_outside(request).values_list("state").annotate(n=Count("id"))),
        "states": Notice.State.choices,
        "state": state,
    }
    return render(request, "matters/notices.html", context)


@scoped(OPERATE)
@require_POST
def notices_retry(request: HttpRequest) -> HttpResponse:
    """Send failed notices again: one, or all."""
    pk = request.POST.get("notice", "")
    n = retry(notices=_outside(request).filter(pk=id_of(pk) or 0) if pk else _outside(request))
    messages.success(request, f"{n} 条通知将在半分钟内重发。" if n else "没有要重发的通知。")
    return redirect("notices")
