"""Pages on which an official changes the limits of the stages and the calendar's exceptions."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from grids.scope import reader, scoped
from grids.vocabulary.queries import history_of, source_text
from matters import limits
from matters.loop import KINDS
from matters.models import CalendarDay, ClockRule
from matters.models.clock import Unit
from matters.workdays import PUBLISHED
from shared.dates import today
from shared.errors import DomainError
from shared.faces import DayInput


class LimitForm(forms.Form):
    """改时限."""

    amount = forms.IntegerField(label="时限", min_value=1, max_value=limits.LONGEST)
    unit = forms.ChoiceField(label="单位", choices=Unit.choices, widget=forms.RadioSelect)
    seen = forms.CharField(widget=forms.HiddenInput)


class DayForm(forms.Form):
    """加一个例外日."""

    day = forms.DateField(label="日期", widget=DayInput)
    is_workday = forms.TypedChoiceField(
        label="这一天",
        choices=[("0", "放假"), ("1", "上班")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="说明", max_length=40, help_text="例如：国庆节调休")


@scoped("reference.edit")
@require_http_methods(["GET", "POST"])
def clock_rules(request: HttpRequest) -> HttpResponse:
    """Every limit by kind, and the days that are worked, or not, against the calendar; POST adds a day."""
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            limits.set_day(actor=reader(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "例外日已保存，以后起算的期限按它计算。")
            return redirect("clock_rules")
    rules = list(ClockRule.objects.all())
    context = {
        "groups": {k.label: [r for r in rules if r.kind == k.code] for k in KINDS.values()},
        "days": CalendarDay.objects.all(),
        "form": form,
        "published": max(PUBLISHED),
        "unknown": [year for year in (today().year, today().year + 1) if year not in PUBLISHED],
    }
    return render(request, "matters/clock_rules.html", context, status=400 if form.errors else 200)


@scoped("reference.edit")
@require_http_methods(["GET", "POST"])
def clock_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One limit, where it comes from, and who changed it."""
    rule = get_object_or_404(ClockRule, pk=pk)
    now = {"amount": rule.amount, "unit": rule.unit, "seen": f"{rule.amount} {rule.unit}"}
    form = LimitForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            limits.set_limit(actor=reader(request), rule=rule, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{rule.label}的时限已改，以后起算的按新时限。")
            return redirect("clock_rules")
    context = {
        "rule": rule,
        "form": form,
        "history": history_of(rule),
        "source": source_text(rule.source),
    }
    return render(request, "matters/clock_rule.html", context, status=400 if form.errors else 200)


@scoped("reference.edit")
@require_POST
def calendar_day_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an exception back."""
    limits.drop_day(actor=reader(request), day=get_object_or_404(CalendarDay, pk=pk))
    messages.success(request, "例外日已去掉。")
    return redirect("clock_rules")
