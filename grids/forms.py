"""What people type about visits and targets, checked field by field; nothing is written here."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile

from grids.models import Area, Target, Visit
from grids.queries.areas import area_choices
from grids.workflow import Position
from shared.faces import DayInput, MomentInput
from shared.filters import IdField
from shared.identity import check_identity

Words = Mapping[str, Mapping[str, str]]
ANY = [("", "全部")]
MET = {
    Target.Kind.PLACE: {"principal": "负责人", "other": "员工", "nobody": "没见到"},
    Target.Kind.PERSON: {"principal": "本人", "other": "家人", "nobody": "没见到"},
}
HAZARD_LEVELS = (("ordinary", "一般"), ("serious", "较大"), ("major", "重大"))
URGENCIES = (("none", "不急"), ("watch", "要尽快"), ("high", "可能打起来"))
"""How urgent a dispute is, by the risk that it grows worse; `high` also goes to the police at once."""
HAZARD = {
    "hazard_type": "hazard_type",
    "level": "hazard_level",
    "description": "hazard_description",
    "address": "hazard_address",
}
DISPUTE = {
    "dispute_type": "dispute_type",
    "urgency": "dispute_urgency",
    "facts": "dispute_facts",
    "one": "dispute_one",
    "other": "dispute_other",
    "address": "dispute_address",
}
"""What a finding is made of → the field that asks for it; the first says that there is one."""


class PhotosInput(forms.ClearableFileInput):
    """Several photos from camera or album."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """A list of uploaded files, perhaps empty."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file by the rules of one; what is in it is looked at later (grids.photos)."""
        files = data if isinstance(data, list | tuple) else [data]
        return [cast(UploadedFile, forms.FileField.clean(self, file, initial)) for file in files if file]


class VisitForm(forms.Form):
    """走访登记. 情况怎么样 has no initial value on purpose (look/README.md); met and chips start as last
    time.
    """

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    met = forms.ChoiceField(label="见到谁", widget=forms.RadioSelect, initial=Visit.Met.PRINCIPAL)
    result = forms.ChoiceField(
        label="情况怎么样",
        widget=forms.RadioSelect,
        choices=Visit.Result.choices,
        error_messages={"required": "请点一下情况怎么样：正常、有变化，还是要处理。"},
    )
    chips = forms.MultipleChoiceField(
        label="做了什么", widget=forms.CheckboxSelectMultiple, required=False, help_text="可多选"
    )
    note = forms.CharField(
        label="补充说明",
        widget=forms.Textarea,
        required=False,
        max_length=1000,
        help_text="可用键盘上的话筒说",
    )
    hazard_type = forms.ChoiceField(label="是什么隐患", required=False)
    hazard_level = forms.ChoiceField(
        label="严重程度", widget=forms.RadioSelect, choices=HAZARD_LEVELS, initial="ordinary", required=False
    )
    hazard_description = forms.CharField(
        label="隐患情况", widget=forms.Textarea, required=False, max_length=1000
    )
    hazard_address = forms.CharField(label="地点", required=False, max_length=200)
    dispute_type = forms.ChoiceField(label="是什么纠纷", required=False)
    dispute_one = forms.CharField(
        label="一方", required=False, max_length=60, help_text="姓名或单位，不清楚就不填"
    )
    dispute_other = forms.CharField(label="另一方", required=False, max_length=60)
    dispute_facts = forms.CharField(label="为什么事", widget=forms.Textarea, required=False, max_length=1000)
    dispute_address = forms.CharField(label="纠纷地点", required=False, max_length=200)
    dispute_urgency = forms.ChoiceField(
        label="急不急", widget=forms.RadioSelect, choices=URGENCIES, initial="none", required=False
    )
    photos = PhotosField(label="照片", required=False)
    visited_at = forms.DateTimeField(
        label="走访时间", required=False, widget=MomentInput, help_text="不填就是现在，可补记 7 天内的"
    )
    latitude = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0, max_value=1_000_000)

    saved: int | None = None
    """The visit that the same client id already stands for, where its content differs."""

    def __init__(
        self, *args: Any, target: Target, words: Words, last_chips: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        vocabulary = words[f"visit_chip_{target.kind}"]
        own = dict.fromkeys([*target.chips, *last_chips, *vocabulary])
        self._choose("met", MET[Target.Kind(target.kind)].items())
        self._choose("chips", [(chip, vocabulary.get(chip, chip)) for chip in own])
        for name in ("hazard_type", "dispute_type"):
            self._choose(name, [("", "请选择"), *words[name].items()])
        self.fields["chips"].initial = list(last_chips)
        for name in ("hazard_address", "dispute_address"):
            self.fields[name].initial = target.address
        self.fields["photos"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp"

    def _choose(self, name: str, pairs: Any) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = list(pairs)

    def clean(self) -> dict[str, Any]:
        """A visit that met somebody says how things are; a hazard or dispute is told whole or not at all."""
        data = super().clean() or {}
        if data.get("met") == Visit.Met.NOBODY and not data.get("result"):
            self.errors.pop("result", None)
            data["result"] = ""
        if data.get("hazard_type") and not data.get("hazard_description"):
            self.add_error("hazard_description", "请写明隐患情况，办理的人才知道做什么。")
        if data.get("hazard_description") and not data.get("hazard_type"):
            self.add_error("hazard_type", "请选择是什么隐患。")
        data["hazard_level"] = data.get("hazard_level") or HAZARD_LEVELS[0][0]
        self._clean_dispute(data)
        return data

    def _clean_dispute(self, data: dict[str, Any]) -> None:
        data["dispute_urgency"] = data.get("dispute_urgency") or URGENCIES[0][0]
        told = [name for name in ("dispute_facts", "dispute_one", "dispute_other") if data.get(name)]
        if data.get("dispute_type") and not data.get("dispute_facts"):
            self.add_error("dispute_facts", "请写明谁和谁、为什么事，调解员才知道找谁。")
        if told and not data.get("dispute_type"):
            self.add_error("dispute_type", "请选择是什么纠纷。")
        if data.get("dispute_one") and data.get("dispute_one") == data.get("dispute_other"):
            self.add_error("dispute_other", "双方写成了同一个名字，请核对。")

    def content(self) -> dict[str, Any]:
        """The arguments for `log_visit` besides target, actor and photos."""
        data = self.cleaned_data
        kept = {name: data[name] for name in ("client_id", "visited_at", "met", "result", "chips", "note")}
        found = {"hazard": self._found(HAZARD), "dispute": self._found(DISPUTE)}
        return {**kept, "position": self._position(), **found}

    def _position(self) -> Position | None:
        data = self.cleaned_data
        if data["latitude"] is None or data["longitude"] is None:
            return None
        return Position(data["latitude"], data["longitude"], data["accuracy"])

    def _found(self, parts: Mapping[str, str]) -> dict[str, str] | None:
        """The finding that these fields tell of; None where its sort was not chosen."""
        data = self.cleaned_data
        if not data[next(iter(parts.values()))]:
            return None
        return {part: data[name] for part, name in parts.items()}

    @property
    def tells_hazard(self) -> bool:
        """Whether the folded part has something in it that must be seen."""
        return self._tells("hazard_type", "hazard_description")

    @property
    def tells_dispute(self) -> bool:
        """Likewise."""
        return self._tells("dispute_type", "dispute_facts", "dispute_one", "dispute_other")

    def _tells(self, *names: str) -> bool:
        return any(self[name].errors or (self.is_bound and self[name].value()) for name in names)


class AreaFilter(forms.Form):
    """Filters that every list here has: within my territory, which village or grid."""

    area = forms.ChoiceField(label="村社网格", required=False)

    def __init__(self, data: Any, *, user: Any, right: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = area_choices(user, right, str(data.get("area", "")))
        self.fields["area"].choices = [*ANY, *choices]  # type: ignore[attr-defined]


class VisitFilter(AreaFilter):
    """Which visits to list."""

    q = forms.CharField(label="姓名、首字母、电话后四位或证件号", required=False, max_length=80)
    since = forms.DateField(label="从", required=False, widget=DayInput)
    until = forms.DateField(label="到", required=False, widget=DayInput)
    category = forms.ChoiceField(label="类别", required=False)
    result = forms.ChoiceField(
        label="情况", required=False, choices=[*ANY, *Visit.Result.choices, ("nobody", "没见到人")]
    )
    target = IdField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, words: Words, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["category"].choices = category_choices(words)  # type: ignore[attr-defined]


class TargetFilter(AreaFilter):
    """Which targets to list."""

    q = forms.CharField(label="姓名、首字母、电话后四位或证件号", required=False, max_length=80)
    category = forms.ChoiceField(label="类别", required=False)
    colour = forms.ChoiceField(label="等级", required=False, choices=[*ANY, *Target.Colour.choices])
    state = forms.ChoiceField(
        label="走访",
        required=False,
        choices=[
            *ANY,
            ("over", "已超期"),
            ("due", "今天到期"),
            ("suspended", "暂停走访"),
            ("removed", "已移出名册"),
        ],
    )
    group = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, words: Words, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["category"].choices = category_choices(words)  # type: ignore[attr-defined]


def category_choices(words: Words) -> list[Any]:
    """All categories, persons and places apart."""
    people, places = list(words["key_person"].items()), list(words["place_type"].items())
    return [*ANY, ("重点人员", people), ("重点场所", places)]


class TargetForm(forms.Form):
    """Fields of a target. Personal values are not sent to the page: empty means unchanged."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="类型", widget=forms.RadioSelect, choices=Target.Kind.choices)
    name = forms.CharField(label="姓名或名称", max_length=80, required=False)
    category = forms.ChoiceField(label="类别")
    colour = forms.ChoiceField(label="等级", widget=forms.RadioSelect, choices=Target.Colour.choices)
    grid = forms.ModelChoiceField(label="责任网格", queryset=Area.objects.none())
    address = forms.CharField(label="地址", max_length=120, required=False)
    contact_name = forms.CharField(label="联系人", max_length=60, required=False)
    phone = forms.RegexField(
        label="电话",
        regex=r"^[\d+][\d -]{5,19}$",
        required=False,
        error_messages={"invalid": "请填手机号或带区号的电话。"},
    )
    id_number = forms.CharField(label="证件号码", max_length=30, required=False)
    note = forms.CharField(label="要看什么", max_length=200, required=False)

    PERSONAL = ("phone", "id_number")

    def __init__(
        self, *args: Any, user: Any, words: Words, target: Target | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        grids = Area.objects.within(user, "targets.manage").filter(level=Area.Level.GRID, is_active=True)
        cast(Any, self.fields["grid"]).queryset = grids.order_by("path")
        kind = str(self["kind"].value() or "person") if target is None else target.kind
        words_of = {"person": words["key_person"], "place": words["place_type"]}
        categories = cast(forms.ChoiceField, self.fields["category"])
        if target is None:
            categories.choices = [
                (Target.Kind(k).label, list(words_of[k].items())) for k in ("person", "place")
            ]
            self.fields["name"].required = True
        else:
            del self.fields["kind"]
            categories.choices = list(words_of[target.kind].items())
            hidden = self.PERSONAL if target.kind == "place" else (*self.PERSONAL, "name", "contact_name")
            for name in hidden:
                self.fields[name].help_text = "不改就留空"
        self.chosen = words_of.get(kind, {})

    def clean_id_number(self) -> str:
        """GB 11643 numbers by date and check digit; other documents as they are."""
        return check_identity(self.cleaned_data["id_number"])

    def clean(self) -> dict[str, Any]:
        """The category must belong to the kind."""
        data = super().clean() or {}
        if data.get("category") and data["category"] not in self.chosen:
            self.add_error("category", "这个类别不属于所选类型，请重新选择。")
        return data

    def changes(self) -> dict[str, Any]:
        """What to write: empty personal fields of a known target stay as they are."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if self.target is None:
            return data
        silent = [*self.PERSONAL, *(["name", "contact_name"] if self.target.kind == "person" else [])]
        if not data["name"]:
            silent.append("name")
        return {name: value for name, value in data.items() if value or name not in silent}


class SuspendForm(forms.Form):
    """Why no visits are owed, and until when."""

    reason = forms.ChoiceField(label="原因", widget=forms.RadioSelect)
    note = forms.CharField(label="说明", max_length=150, required=False, help_text="例如：在市一医院住院")
    until = forms.DateField(
        label="暂停到", required=False, widget=DayInput, help_text="不填就一直暂停，要手动恢复"
    )

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(words["suspension_reason"].items())  # type: ignore[attr-defined]

    def reason_text(self) -> str:
        """The reason in words, with what was added."""
        chosen = dict(self.fields["reason"].choices)[self.cleaned_data["reason"]]  # type: ignore[attr-defined]
        return "：".join(part for part in (chosen, self.cleaned_data["note"]) if part)
