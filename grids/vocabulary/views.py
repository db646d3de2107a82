"""Pages on which an official extends the vocabulary and changes the numbers of the rules."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from grids.models import Parameter, Term
from grids.scope import scoped
from grids.vocabulary import queries, workflow
from grids.vocabulary.schemes import scheme_of
from shared.errors import DomainError


class WordsForm(forms.Form):
    """加同义词."""

    words = forms.CharField(label="加同义词", max_length=300, help_text="几个词用顿号隔开")


class TermForm(forms.Form):
    """新词条."""

    label = forms.CharField(label="名称", max_length=60)
    words = forms.CharField(label="同义词", max_length=300, required=False, help_text="几个词用顿号隔开")


class NameForm(forms.Form):
    """改名."""

    label = forms.CharField(label="名称", max_length=60)


class ValueForm(forms.Form):
    """改参数."""

    value = forms.IntegerField(label="数值", min_value=1, max_value=workflow.LARGEST)
    seen = forms.IntegerField(widget=forms.HiddenInput)


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def _refused(form: forms.Form, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


@scoped("reference.edit")
def reference(request: HttpRequest) -> HttpResponse:
    """All vocabularies with how many entries they have, and all parameters."""
    context = {"groups": queries.schemes(), "parameters": Parameter.objects.order_by("id")}
    return render(request, "grids/vocabulary/reference.html", context)


@scoped("reference.edit")
@require_http_methods(["GET", "POST"])
def scheme(request: HttpRequest, scheme: str) -> HttpResponse:
    """One vocabulary; where it is open, a form for one more entry."""
    terms = list(Term.objects.filter(scheme=scheme))
    if not terms:
        raise Http404
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = workflow.split_words(form.cleaned_data["words"])
        try:
            workflow.add_term(
                actor=_actor(request), scheme=scheme, label=form.cleaned_data["label"], words=words
            )
        except DomainError as error:
            _refused(form, error)
        else:
            messages.success(request, "词条已加，马上可用。")
            return redirect("scheme", scheme)
    context = {"scheme": scheme_of(scheme), "terms": terms, "form": form}
    return render(request, "grids/vocabulary/scheme.html", context, status=400 if form.errors else 200)


@scoped("reference.edit")
@require_http_methods(["GET", "POST"])
def term(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its synonyms and who changed it; POST adds synonyms."""
    found = get_object_or_404(Term, pk=pk)
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            words = workflow.split_words(form.cleaned_data["words"])
            workflow.add_words(actor=_actor(request), term=found, words=words)
        except DomainError as error:
            _refused(form, error)
        else:
            messages.success(request, "同义词已加，下一次导入就会认得。")
            return redirect("term", pk)
    context = {
        "term": found,
        "scheme": scheme_of(found.scheme),
        "form": form,
        "history": queries.history_of(found),
    }
    context["name_form"] = NameForm(initial={"label": found.label})
    return render(request, "grids/vocabulary/term.html", context, status=400 if form.errors else 200)


@scoped("reference.edit")
@require_POST
def term_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a synonym, rename the entry, group it, or take it out of use and back."""
    found, actor = get_object_or_404(Term, pk=pk), _actor(request)
    if word := request.POST.get("drop"):
        workflow.drop_word(actor=actor, term=found, word=word)
    elif "label" in request.POST:
        workflow.rename(actor=actor, term=found, label=request.POST["label"][:60])
    elif request.POST.get("in_use") in {"0", "1"}:
        workflow.set_in_use(actor=actor, term=found, in_use=request.POST["in_use"] == "1")
    elif "group" in request.POST:
        workflow.set_group(actor=actor, term=found, group=request.POST["group"])
    messages.success(request, "已保存。")
    return redirect("term", pk)


@scoped("reference.edit")
@require_http_methods(["GET", "POST"])
def parameter(request: HttpRequest, code: str) -> HttpResponse:
    """One number, where it comes from, and who changed it."""
    found = get_object_or_404(Parameter, code=code)
    form = ValueForm(request.POST or None, initial={"value": found.value, "seen": found.value})
    if request.method == "POST" and form.is_valid():
        try:
            workflow.set_parameter(actor=_actor(request), parameter=found, **form.cleaned_data)
        except DomainError as error:
            _refused(form, error)
        else:
            messages.success(request, f"{found.label}已改，马上按新数值执行。")
            return redirect("reference")
    context = {"parameter": found, "form": form, "history": queries.history_of(found)}
    context["source"] = queries.source_text(found.source)
    return render(request, "grids/vocabulary/parameter.html", context, status=400 if form.errors else 200)
