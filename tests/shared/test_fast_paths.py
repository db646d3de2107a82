"""What is drawn the quick way is what Django would draw."""

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html
from django.urls import reverse, set_script_prefix
from django.urls.exceptions import NoReverseMatch

from shared.faces import face
from shared.jinja import url

CHOICES = [
    ("", "不限"),
    (3, '三<script>"'),
    ("重点", [("a&b", "甲 & 乙"), ("c", "丙")]),
    ('<"组">', [("d", "丁")]),
]


class Filter(forms.Form):
    place = forms.ChoiceField(label="村社", choices=CHOICES, required=True, help_text="选一个")
    other = forms.ChoiceField(choices=CHOICES, required=False, widget=forms.Select(attrs={"data-x": "1 < 2"}))


def as_django_draws(bound: Any, attrs: dict[str, Any]) -> str:
    return str(bound.as_widget(attrs=attrs))


@pytest.mark.parametrize(
    "data", [None, {}, {"place": "3"}, {"place": "a&b", "other": "d"}, {"place": "nowhere"}]
)
@pytest.mark.parametrize("prefix", [None, "f"])
def test_a_list_of_choices_is_drawn_as_django_does(data: dict[str, str] | None, prefix: str | None) -> None:
    given = {f"{prefix}-{k}" if prefix else k: v for k, v in data.items()} if data is not None else None
    form = Filter(given, initial={"place": 3}, prefix=prefix)
    for name in ("place", "other"):
        shown = face(form[name], autofocus=True)
        attrs = {"class": "input", "autofocus": True}
        if shown.describedby:
            attrs["aria-describedby"] = shown.describedby
        assert parse_html(str(shown.control)) == parse_html(as_django_draws(form[name], attrs))


def test_no_choice_can_break_out_of_the_list() -> None:
    drawn = str(face(Filter({})["place"]).control)
    assert "<script>" not in drawn
    assert drawn.count("<select") == drawn.count("</select>") == 1
    assert drawn.count("<option") == 5


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("visits", (), {}),
        ("visit", (7,), {}),
        ("visit", (8,), {}),
        ("visit", (), {"pk": 9}),
        ("visit", ("10",), {}),
    ],
)
def test_addresses_are_those_of_reverse(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert url(name, *args, **kwargs) == reverse(name, args=args or None, kwargs=kwargs or None)


def test_addresses_follow_the_prefix_and_refuse_what_does_not_fit() -> None:
    assert url("visit", 7) == "/visits/7/"
    set_script_prefix("/portal/")
    try:
        assert url("visit", 7) == "/portal/visits/7/"
    finally:
        set_script_prefix("/")
    for wrong in ((), (1, 2), (-1,), ("x",)):
        with pytest.raises(NoReverseMatch):
            url("visit", *wrong)
