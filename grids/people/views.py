"""The administrator's pages on people: find, add, give and end posts, shut an account, reset what was
lost."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import second_factor
from accounts.models import User
from grids.models import Post
from grids.people import queries, workflow
from grids.people.forms import PeopleFilter, PersonForm, TermPostForm
from grids.rights import by_group
from grids.scope import scoped, within
from shared.dates import today
from shared.errors import DomainError
from shared.pages import page_of

ACTIONS = {
    "deactivate": (
        "停用账号",
        "本人马上不能再登录，名下接口密钥马上失效；任职和以往记录都保留，可以重新启用。",
        True,
    ),
    "activate": ("重新启用", "本人可以用原来的密码登录，仍在有效期内的任职随即生效。", False),
    "reset-password": (
        "重设密码",
        "原密码马上失效，所有设备退出；新的首次密码只显示一次，本人登录后必须修改。",
        True,
    ),
    "reset-second-factor": (
        "重设动态口令",
        "请先当面或电话核实本人。重设后手机口令和备用码作废，下次登录重新绑定。",
        True,
    ),
}


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def _person(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(queries.people_within(_actor(request)), pk=pk)


@scoped("users.manage")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with a post in the territory."""
    form = PeopleFilter(request.GET or None)
    cleaned = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = queries.people_list(_actor(request), words=cleaned.get("q", ""), state=cleaned.get("state", ""))
    page = page_of(request, rows, order=("initials", "id"))
    return render(request, "grids/people/list.html", {"filter_form": form, "page": page})


@scoped("users.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """A new account with its first post; the first password shows once."""
    form = PersonForm(request.POST or None, actor=_actor(request))
    if request.method == "POST" and form.is_valid():
        try:
            user, password = workflow.add_person(actor=_actor(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _tell_password(request, user, password)
    return render(request, "grids/people/new.html", {"form": form}, status=400 if form.errors else 200)


def _tell_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    return render(request, "grids/people/first_password.html", {"person": user, "password": password})


@scoped("users.manage")
@never_cache
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: posts with their rights, account, what the administrator may do."""
    actor, found = _actor(request), _person(request, pk)
    posts = queries.posts_to_show(found)
    held = frozenset(right for post in posts if _held(post) for right in post.role.rights)
    context: dict[str, Any] = {
        "person": found,
        "posts": [(post, _lasts(post), _may_end(actor, post)) for post in posts],
        "today": today(),
        "keys": queries.keys_of(found),
        "has_device": second_factor.has_device(found),
        "why_not": workflow.why_not(actor, found),
        "himself": found.pk == actor.pk,
        "rights": [(group, "、".join(labels)) for group, labels in by_group(held).items()],
    }
    return render(request, "grids/people/person.html", context)


def _lasts(post: Post) -> bool:
    return post.ends_on is None or post.ends_on >= today()


def _held(post: Post) -> bool:
    return post.starts_on <= today() and _lasts(post)


def _may_end(actor: User, post: Post) -> bool:
    return _lasts(post) and post.user_id != actor.pk and workflow.may_hand_out(actor, post.role, post.area)


@scoped("users.manage")
@require_http_methods(["GET", "POST"])
def post_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more post for a person."""
    found = _person(request, pk)
    form = TermPostForm(request.POST or None, actor=_actor(request))
    if request.method == "POST" and form.is_valid():
        try:
            workflow.give_post(actor=_actor(request), user=found, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "任职已保存，马上生效。")
            return redirect("person", pk)
    context = {"form": form, "person": found}
    return render(request, "grids/people/post_new.html", context, status=400 if form.errors else 200)


@scoped("users.manage")
@require_http_methods(["GET", "POST"])
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then end a post as of now."""
    reachable = Post.objects.filter(within(_actor(request), "users.manage")).select_related(
        "user", "area", "role"
    )
    post = get_object_or_404(reachable, pk=pk)
    if request.method == "POST":
        workflow.end_post(actor=_actor(request), post=post)
        messages.success(request, "任职已结束，权限马上收回。")
        return redirect("person", post.user_id)
    return render(request, "grids/people/post_end.html", {"post": post})


@scoped("users.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def account_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Ask once more, then shut, open or reset."""
    if action not in ACTIONS:
        raise Http404
    actor, found = _actor(request), _person(request, pk)
    title, what, bad = ACTIONS[action]
    if request.method == "GET":
        context = {
            "person": found,
            "title": title,
            "what": what,
            "bad": bad,
            "why_not": workflow.why_not(actor, found),
        }
        return render(request, "grids/people/action.html", context)
    if action == "reset-password":
        return _tell_password(request, found, workflow.reset_password(actor=actor, user=found))
    WRITES[action](actor=actor, user=found)
    messages.success(request, f"已{title}：{found.name}。")
    return redirect("person", pk)


WRITES = {
    "deactivate": workflow.deactivate,
    "activate": workflow.activate,
    "reset-second-factor": workflow.reset_second_factor,
}
