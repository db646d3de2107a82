"""Looking at full personal data against a logged reason, and the administrator's log of such looks."""

from typing import cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import workflow
from accounts.models import User
from accounts.personal import KINDS
from grids.people import queries
from grids.queries import labels
from grids.scope import scoped
from shared.addresses import client_address
from shared.errors import InvalidInput
from shared.pages import page_of


class ReasonForm(forms.Form):
    """查看理由：点一个常用的，或自己写."""

    common = forms.ChoiceField(label="为什么要看", widget=forms.RadioSelect, required=False)
    reason = forms.CharField(
        label="其他理由",
        required=False,
        max_length=200,
        widget=forms.TextInput(),
        help_text="不在上面的，请写明，至少 4 个字",
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.reasons = labels("reveal_reason")
        field = self.fields["common"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = list(self.reasons.items())

    def words(self) -> str:
        """The reason that goes into the log; what was typed goes with what was chosen."""
        chosen = self.reasons.get(self.cleaned_data["common"], "")
        return "：".join(part for part in (chosen, self.cleaned_data["reason"].strip()) if part)


@scoped("personal.reveal")
@never_cache
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Masked until a reason is given; the look is logged before the numbers show, once."""
    user = cast(User, request.user)
    known = KINDS.get(kind)
    subject = known.load(user, pk) if known else None
    if known is None or subject is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "subject": subject, "kind": known, "shown": False}
    if request.method == "POST" and form.is_valid():
        try:
            context["access"] = workflow.record_access(
                user=user,
                kind=kind,
                subject_id=pk,
                subject_name=subject.name,
                fields=[field.label for field in subject.fields],
                reason=form.words(),
                address=client_address(request),
            )
            context["shown"] = True
        except InvalidInput as error:
            form.add_error("reason", error.message)
    return render(request, "grids/people/reveal.html", context, status=400 if form.errors else 200)


@scoped("users.manage")
@never_cache
def log(request: HttpRequest) -> HttpResponse:
    """Who in the territory looked at whose numbers, and why."""
    page = page_of(request, queries.looks_within(cast(User, request.user)), order=("-id",))
    return render(request, "grids/people/personal_log.html", {"page": page, "kinds": KINDS})
