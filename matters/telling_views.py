"""How one is told (/me/notices/), and the wording of each kind of notice (/notices/templates/)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from grids.queries import parameters
from grids.scope import reader, scoped
from matters import wording
from matters.channels import PERSONAL, personal
from matters.choices import choices_of, choose
from matters.models import Notice, NoticeTemplate
from matters.timing import CODES
from shared.errors import DomainError
from shared.guards import signed_in

LABELS = dict(Notice.Channel.choices)


class ChoicesForm(forms.Form):
    """Per kind of notice the channels beside the inbox, and one's own mail address."""

    email = forms.EmailField(label="邮箱", required=False, help_text="选了“邮件”的通知发到这里。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in wording.KINDS.values():
            self.fields[kind.code] = forms.MultipleChoiceField(
                label=kind.label,
                required=False,
                choices=[(way, LABELS[way]) for way in PERSONAL],
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        """Mail needs an address."""
        given = self.cleaned_data
        if not given.get("email") and any("mail" in given.get(kind, ()) for kind in wording.KINDS):
            self.add_error("email", "选了邮件，请填邮箱。")
        return given


class TemplateForm(forms.Form):
    """The wording of one kind of notice."""

    subject = forms.CharField(label="标题", max_length=120)
    body = forms.CharField(label="正文", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@signed_in()
def my_notices(request: HttpRequest) -> HttpResponse:
    """Through which channels each kind of notice comes to the reader; the inbox has all of them."""
    user = reader(request)
    form = ChoicesForm(request.POST or None, initial={"email": user.email, **choices_of(user)})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        choose(user=user, email=given.pop("email"), channels=given)
        messages.success(request, "通知方式已保存。")
        return redirect("my_notices")
    context = {
        "form": form,
        "kinds": wording.KINDS,
        "missing": [LABELS[way] for way in PERSONAL if way not in personal()],
        "hours": parameters(*CODES),
    }
    return render(request, "matters/my_notices.html", context, status=400 if form.errors else 200)


@scoped("reference.edit")
def notice_templates(request: HttpRequest) -> HttpResponse:
    """Every kind of notice with its wording."""
    rows = wording.templates(wording.KINDS)
    context = {"kinds": wording.KINDS, "rows": rows, "plain": wording.PLAIN}
    return render(request, "matters/notice_templates.html", context)


@scoped("reference.edit")
def notice_template(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind's wording: try it with samples, then save it."""
    if kind not in wording.KINDS:
        raise Http404
    rules, row = wording.KINDS[kind], NoticeTemplate.objects.filter(kind=kind).first()
    subject, body = (row.subject, row.body) if row else wording.PLAIN
    form = TemplateForm(
        request.POST or None,
        initial={"subject": subject, "body": body, "version": row.version if row else 0},
    )
    shown, status = wording.preview(rules, subject=subject, body=body), 200
    if request.method == "POST":
        try:
            found: wording.Words | None = _tried(request, rules, form) if form.is_valid() else shown
            if found is None:
                messages.success(request, "模板已保存，从下一条通知起用新写法。")
                return redirect("notice_templates")
            shown = found
        except DomainError as error:
            form.add_error(error.field, _told(error))
            status = error.status
        status = 400 if form.errors and status == 200 else status
    context = {"kind": rules, "form": form, "preview": shown}
    return render(request, "matters/notice_template.html", context, status=status)


def _tried(request: HttpRequest, kind: wording.NoticeKind, form: TemplateForm) -> wording.Words | None:
    """What the preview button shows; None when it was saved instead."""
    given = form.cleaned_data
    if "preview" in request.POST:
        return wording.preview(kind, subject=given["subject"], body=given["body"])
    wording.set_template(kind=kind, actor=reader(request), **given)
    return None


def _told(error: DomainError) -> str:
    """With what stands there now, where somebody else was first."""
    now = error.extra.get("now") or {}
    return f"{error.message} 现在是：{now['subject']} / {now['body']}" if now else error.message
