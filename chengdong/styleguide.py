"""The style guide: every component of the pages in every state, with made-up content."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengdong.errors import plain
from chengdong.nav import MENU
from grids.scope import public
from shared.dates import today
from shared.faces import DayInput, HourInput, MomentInput
from shared.pages import Page

ERRORS = {"400", "403", "404", "409", "500", "csrf"}
SPRITE = Path(settings.BASE_DIR) / "static" / "icons.svg"


def icon_names() -> list[str]:
    """Every symbol of the sprite."""
    return re.findall(r'<symbol id="i-([\w-]+)"', SPRITE.read_text())


class SampleForm(forms.Form):
    """Every kind of field."""

    met = forms.ChoiceField(
        label="见到谁",
        widget=forms.RadioSelect,
        choices=[("owner", "负责人"), ("staff", "员工"), ("nobody", "没见到")],
    )
    state = forms.ChoiceField(
        label="情况怎么样",
        widget=forms.RadioSelect,
        choices=[("well", "正常"), ("changed", "有变化"), ("act", "要处理")],
    )
    done = forms.MultipleChoiceField(
        label="做了什么",
        required=False,
        help_text="可多选",
        widget=forms.CheckboxSelectMultiple,
        choices=[("quiet", "提醒22点后静音"), ("fire", "查看灭火器"), ("way", "清出通道")],
    )
    name = forms.CharField(label="场所名称", max_length=40, help_text="按门头招牌写")
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("bar", "涉酒"), ("lodging", "住宿")])
    on = forms.DateField(label="哪一天", widget=DayInput)
    hour = forms.TimeField(label="几点", required=False, widget=HourInput)
    moment = forms.DateTimeField(label="起止时间", required=False, widget=MomentInput)
    note = forms.CharField(
        label="补充说明", required=False, help_text="可用键盘上的话筒说", widget=forms.Textarea
    )
    photo = forms.FileField(label="照片", required=False)
    sure = forms.BooleanField(label="已当面告知负责人", help_text="不勾选不能保存")


class SampleFilter(forms.Form):
    """A filter bar."""

    q = forms.CharField(label="名称、地址或电话后四位", required=False)
    level = forms.ChoiceField(label="等级", required=False, choices=[("", "全部"), ("red", "红色")])
    since = forms.DateField(label="从哪天", required=False, widget=DayInput)


@public("只有编造的样例，供制作和检查页面")
def styleguide(request: HttpRequest) -> HttpResponse:
    """Everything that pages are composed of."""
    now = timezone.now()
    rates = [0.951, 0.958, 0.962, 0.955, 0.967, 0.97, 0.968, 0.971, 0.98, 0.984, 0.993, 0.974]
    return render(
        request,
        "styleguide.html",
        {
            "form": SampleForm(auto_id="blank_%s"),
            "failed": SampleForm({"name": "x" * 41, "on": "11.25"}, auto_id="failed_%s"),
            "filter": SampleFilter({"level": "red"}, auto_id="filter_%s"),
            "page": Page(rows=[], next="?cursor=a", previous="?cursor=~b"),
            "now": now,
            "today": today(),
            "hours": {n: now + timedelta(hours=n, minutes=1) for n in (-50, -1, 2, 60)},
            "days": {n: today() + timedelta(days=n) for n in (-3, 0, 9)},
            "rates": rates,
            "weeks": [3, 5, 2, 4, 6, 5, 3, 4, 2, 5, 4, 7],
            "menu": MENU,
            "span": timedelta(hours=2, minutes=15),
            "icons": icon_names(),
            "party": SimpleNamespace(phone="13912345776", identity="331081199001011234"),
        },
    )


@public("只有编造的样例，供制作和检查页面")
def error_sample(request: HttpRequest, name: str) -> HttpResponse:
    """An error page as it looks, with status 200."""
    if name not in ERRORS:
        raise Http404
    return plain(200, name)
