"""The Jinja2 environment of all portal pages: filters in the street's wording, addresses, `ui` kit."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup

from shared import charts, faces
from shared.crypto import mask
from shared.dates import WEEKDAYS, local, today

NOTHING = "—"
KIT = ("ui/core.html", "ui/lists.html", "ui/forms.html", "ui/data.html", "ui/case.html")


def _local(value: date | None) -> date | None:
    return local(value) if isinstance(value, datetime) else value


def date_text(value: date | None) -> str:
    """`11月10日`; with the year in front when it is not this one."""
    if (value := _local(value)) is None:
        return NOTHING
    year = "" if value.year == today().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def day_text(value: date | None) -> str:
    """`11月25日 星期三`."""
    if (value := _local(value)) is None:
        return NOTHING
    return f"{date_text(value)} 星期{WEEKDAYS[value.weekday()]}"


def clock_text(value: datetime | None) -> str:
    """`23:52` on the street's clock."""
    if value is None:
        return NOTHING
    value = local(value)
    return f"{value.hour:02}:{value.minute:02}"


def moment_text(value: datetime | None) -> str:
    """`11月25日 14:26`."""
    return NOTHING if value is None else f"{date_text(value)} {clock_text(value)}"


def ago_text(value: datetime | None) -> str:
    """`刚刚`, `5分钟前`, `3小时前`, `昨天 23:40`, else the moment."""
    if value is None:
        return NOTHING
    passed = timezone.now() - value
    if timedelta(0) <= passed < timedelta(minutes=1):
        return "刚刚"
    if timedelta(0) <= passed < timedelta(hours=1):
        return f"{passed.seconds // 60}分钟前"
    days = (today() - local(value).date()).days
    if days == 0 and passed >= timedelta(0):
        return f"{passed.seconds // 3600}小时前"
    return f"昨天 {clock_text(value)}" if days == 1 else moment_text(value)


def iso_text(value: date | None) -> str:
    """For the `datetime` attribute of `<time>`."""
    return "" if value is None else value.isoformat()


def length_text(span: timedelta) -> str:
    """`3天`, `5小时`, `12分钟`, rounded down, of at least one minute."""
    if span >= timedelta(days=1):
        return f"{span.days}天"
    minutes = max(int(span.total_seconds() // 60), 1)
    return f"{minutes // 60}小时" if minutes >= 60 else f"{minutes}分钟"


def percent(value: float | None, digits: int = 1) -> str:
    """0.974 → `97.4%`, 1.0 → `100%`; None (denominator 0) → `—`."""
    if value is None:
        return NOTHING
    text = f"{value * 100:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def share(numerator: float, denominator: float) -> float | None:
    """The quotient; None where the denominator is 0, so that nobody reads an empty week as a bad one."""
    return numerator / denominator if denominator else None


def due(at: date | None, warn: datetime | None = None) -> tuple[str, str]:
    """State and wording of a term, for a chip. A plain date is due until the day ends, a moment then.

    `warn` is the moment from which the term counts as near (yellow).
    """
    if at is None:
        return "bare", "无期限"
    if isinstance(at, datetime):
        left = at - timezone.now()
        if left <= timedelta(0):
            return "over", f"超期{length_text(-left)}"
        return ("soon" if warn and warn <= timezone.now() else "open"), f"剩{length_text(left)}"
    days = (at - today()).days
    if days < 0:
        return "over", f"超期{-days}天"
    return ("soon", "今天到期") if days == 0 else ("open", f"剩{days}天")


def countdown(span: timedelta) -> Markup:
    """`4:20` under an hour, `2时15分` above, of the absolute length: for the clocks of the live board."""
    seconds = int(abs(span.total_seconds()))
    if seconds < 3600:
        return Markup("{}:{:02}").format(seconds // 60, seconds % 60)
    return Markup("{}<b>时</b>{}<b>分</b>").format(seconds // 3600, seconds % 3600 // 60)


@cache
def icon(name: str, size: str = "", label: str = "") -> Markup:
    """One symbol of static/icons.svg; size "s" is as high as the text. Without a label it is decoration."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    kind = " icon--s" if size == "s" else ""
    return Markup('<svg class="icon{}" {}><use href="{}#i-{}"/></svg>').format(
        kind, spoken, static("icons.svg"), name
    )


STAND_IN = 918273645
"""A number that stands where a row's id will."""


@cache
def _shape(urlconf: str, prefix: str, name: str, numbers: int) -> list[str]:
    return reverse(name, args=[STAND_IN] * numbers or None, urlconf=urlconf).split(str(STAND_IN))


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route; one with ids is looked up once, then filled in: lists have fifty."""
    if kwargs or any(type(arg) is not int or arg < 0 for arg in args):
        return reverse(name, args=args or None, kwargs=kwargs or None)
    first, *rest = _shape(settings.ROOT_URLCONF, get_script_prefix(), name, len(args))
    return first + "".join([f"{number}{part}" for number, part in zip(args, rest, strict=True)])


class Kit:
    """`ui.<macro>` for every macro of templates/ui/, without an import in each page."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def macros(self) -> dict[str, Callable[..., Any]]:
        """Every macro by name."""
        found: dict[str, Callable[..., Any]] = {}
        for file in KIT:
            module = self._environment.get_template(file).module
            found |= {k: v for k, v in vars(module).items() if isinstance(v, Macro) and not k.startswith("_")}
        return found

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The macro; read once per process unless templates are watched for changes."""
        try:
            macro = self.macros()[name]
        except KeyError:
            raise AttributeError(f"templates/ui/ has no macro '{name}'") from None
        if not self._environment.auto_reload:
            self.__dict__[name] = macro
        return macro


FILTERS: dict[str, Callable[..., Any]] = {
    "date": date_text,
    "day": day_text,
    "clock": clock_text,
    "moment": moment_text,
    "ago": ago_text,
    "iso": iso_text,
    "length_of": length_text,
    "pct": percent,
    "masked": mask,
}


class Pages(Environment):
    """Looks for a row's value before it looks for a method of `dict`: lists name a thousand of them."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`row.title`."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """What settings.TEMPLATES names. A name that no view gave is an error, not a blank."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Pages(**options)
    made.filters.update(FILTERS)
    made.globals.update(
        static=static,
        url=url,
        icon=icon,
        due=due,
        share=share,
        ui=Kit(made),
        face=faces.face,
        choices=faces.choices,
        told=faces.told,
        countdown=countdown,
        sum_segments=charts.sum_segments,
        spark_line=charts.spark_line,
        spark_bars=charts.spark_bars,
    )
    return made
