"""Form fields as they are shown: control by widget, errors in words, everything tied to the control."""

import re
from typing import Any

import pytest
from django import forms
from django.template import engines

from shared.faces import DayInput, choices, face, told


class Sample(forms.Form):
    """One field of each kind that is told apart."""

    met = forms.ChoiceField(label="见到谁", choices=[("", "---"), ("a", "负责人")], widget=forms.RadioSelect)
    done = forms.MultipleChoiceField(
        label="做了什么", choices=[("x", "查看灭火器")], widget=forms.CheckboxSelectMultiple, required=False
    )
    name = forms.CharField(label="名称", max_length=3, help_text="按招牌写")
    own = forms.CharField(label="自定", error_messages={"required": "招牌名不能空着，请抄门头"})
    on = forms.DateField(label="日期", widget=DayInput)
    kind = forms.ChoiceField(label="类别", choices=[("b", "涉酒")])
    sure = forms.BooleanField(label="已告知")
    photo = forms.FileField(label="照片")


def _html(form: forms.Form, name: str, **attributes: str) -> str:
    backend: Any = engines["jinja2"]
    return str(backend.env.globals["ui"].field(form[name], **attributes))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("met", "tiles"),
        ("done", "ticks"),
        ("name", "input"),
        ("sure", "tick"),
        ("photo", "file"),
        ("on", "input"),
    ],
)
def test_control_follows_the_widget(name: str, kind: str) -> None:
    assert face(Sample()[name]).kind == kind


def test_empty_choice_is_no_tile() -> None:
    assert [choice.value for choice in choices(Sample()["met"])] == ["a"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("met", {}, "请选一项"),
        ("name", {}, "请填写这一项"),
        ("name", {"name": "四个字啊"}, "最多3个字，现在4个，请删短"),
        ("own", {}, "招牌名不能空着，请抄门头"),
        ("on", {"on": "11.25"}, "日期或时间不对，请从日历里选"),
        ("kind", {"kind": "zzz"}, "这个选项现在不能用，请重新选"),
        ("sure", {}, "请勾选后再提交"),
        ("photo", {}, "请选择文件"),
    ],
)
def test_errors_say_what_to_do(name: str, data: dict[str, str], message: str) -> None:
    assert told(Sample(data)[name]) == [message]


@pytest.mark.parametrize("name", ["name", "on", "kind", "photo", "sure", "met"])
def test_every_reference_to_a_description_has_its_target(name: str) -> None:
    html = _html(Sample({"name": "四个字啊"}), name)
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    for target in described[1].split():
        assert html.count(f'id="{target}"') == 1
    assert f"id_{name}_error" in described[1]


def test_optional_is_said_required_is_not() -> None:
    assert "选填" in _html(Sample(), "done")
    assert "选填" not in _html(Sample(), "name")
    assert face(Sample()["done"], quiet=True).hint == ""


def test_day_is_written_as_the_device_wants_it() -> None:
    form = Sample({"on": "2026-11-25"})
    assert 'value="2026-11-25"' in _html(form, "on")
    assert 'type="date"' in _html(form, "on")


def test_extra_attributes_reach_the_control() -> None:
    html = _html(Sample(), "name", inputmode="text", hx_get="/x/")
    assert 'hx-get="/x/"' in html
    assert 'inputmode="text"' in html
