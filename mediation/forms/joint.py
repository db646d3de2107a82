"""Forms of the steps of joint mediation: invitations, sittings, records."""

from copy import copy
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from grids.models import Unit
from grids.queries import parameters
from mediation import suggest
from mediation.forms.base import StepForm, options
from mediation.forms.fields import lines, moment, pick
from mediation.models import Brand, Invitation, Party, Record, Room, Session, Van
from mediation.workflow import joint, records, sittings
from mediation.workflow.sittings import Sitting
from shared.dates import local
from shared.jinja import moment_text

LENGTHS = [("30", "半小时"), ("60", "1 小时"), ("90", "1 个半小时"), ("120", "2 小时"), ("180", "3 小时")]


class InviteForm(StepForm):
    """邀请: one department or brand; those asked already are left out."""

    action = "invite"
    who = forms.ChoiceField(label="邀请谁")
    question = lines("请协助什么", 300, 3)
    answer_by = moment("答复期限", required=False)

    def prepare(self) -> None:
        """Departments and brands of the street."""
        case, street = self.dispute, f"/{self.dispute.station.area.parent_ids[0]}/"
        hours = parameters("mediation_answer_hours")["mediation_answer_hours"]
        self.fields["answer_by"].help_text = f"不填按 {hours} 小时"
        asked = list(case.invitations.exclude(answer__in=Invitation.SHUT).values_list("unit", "brand"))
        units = Unit.objects.filter(area__path__startswith=street, kind__in=joint.INVITED).exclude(
            Q(pk=case.station_id) | Q(pk__in=[unit for unit, _ in asked if unit])
        )
        gone = {brand for _, brand in asked}
        brands = [b for b in suggest.brands(case.station, case.dispute_type) if b.id not in gone]
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            ("部门和队伍", [(f"unit-{u.pk}", u.name) for u in units.order_by("kind", "id")]),
            ("品牌调解室", [(f"brand-{b.id}", f"{b.name}（{b.why}）") for b in brands]),
        ]

    def run(self) -> object:
        """Ask."""
        kind, key = self.cleaned_data["who"].split("-")
        return joint.invite(
            dispute=self.dispute,
            unit=Unit.objects.get(pk=key) if kind == "unit" else None,
            brand=Brand.objects.get(pk=key) if kind == "brand" else None,
            question=self.cleaned_data["question"],
            answer_by=self.cleaned_data["answer_by"],
            **self.common(),
        )


class UninviteForm(StepForm):
    """取消邀请."""

    action = "uninvite"
    bad = True

    def rows(self) -> Any:
        """Unanswered ones."""
        return self.dispute.invitations.filter(answer="")

    def run(self) -> object:
        """Take it back."""
        return joint.uninvite(invitation=self.subject, **self.common())


class AnswerForm(forms.Form):
    """A department's or brand's answer: no move of the case, so no step."""

    answer = pick(
        "是否参加",
        [(Invitation.Answer.ACCEPTED.value, "参加"), (Invitation.Answer.DECLINED.value, "不参加")],
        tiles=True,
    )
    advice = lines(
        "意见或建议",
        2000,
        4,
        required=False,
        help_text="不参加的，写明原因，此后不再看到这件案件；意见写进案件，长期留存",
    )


class SittingForm(StepForm):
    """When and where; the length is chosen, not reckoned."""

    only_for: ClassVar[dict[str, str]] = {
        "room": "where=room",
        "van": "where=van",
        "link": "where=video",
        "place": "where=on_site",
    }

    starts_at = moment("什么时间开始")
    length = pick("大约多久", LENGTHS, initial="60")
    where = pick("怎么开", list(Session.Where.choices), tiles=True, initial=Session.Where.ROOM)
    room = options(Room.objects.none(), "房间", required=False)
    van = options(Van.objects.none(), "调解车", required=False)
    link = forms.URLField(label="视频链接", required=False, max_length=300, assume_scheme="https")
    place = forms.CharField(label="现场地点", required=False, max_length=120)

    def prepare(self) -> None:
        """Rooms and vans of the station; a single room is taken as chosen."""
        station = self.dispute.station
        rooms = Room.objects.filter(station=station, is_active=True).order_by("id")
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]
        self.fields["van"].queryset = Van.objects.filter(station=station, is_active=True)  # type: ignore[attr-defined]
        if first := rooms.first():
            self.initial["room"] = first.pk

    def sitting(self) -> Sitting:
        """As the workflow takes it."""
        given = self.cleaned_data
        length = timedelta(minutes=int(given["length"]))
        names = ("starts_at", "where", "room", "van", "link", "place")
        return Sitting(ends_at=given["starts_at"] + length, **{name: given[name] for name in names})


class PlanForm(SittingForm):
    """安排调解会."""

    action = "plan"
    lead = "主持人、房间和车辆在同一时间只能有一场，系统会拦住重复安排。"

    def run(self) -> object:
        """Plan."""
        return sittings.plan(dispute=self.dispute, sitting=self.sitting(), **self.common())


class ReplanForm(SittingForm):
    """改期."""

    action = "replan"

    def rows(self) -> Any:
        """Planned ones."""
        return self.dispute.sessions.filter(state="planned")

    def prepare(self) -> None:
        """As it was planned."""
        super().prepare()
        session = self.subject
        minutes = str(int((session.ends_at - session.starts_at).total_seconds() // 60))
        self.initial.update({"starts_at": local(session.starts_at), "length": minutes})
        self.initial.update(
            {name: getattr(session, name) for name in ("where", "room", "van", "link", "place")}
        )

    def run(self) -> object:
        """Move."""
        return sittings.replan(session=self.subject, sitting=self.sitting(), **self.common())


class CallOffForm(StepForm):
    """取消调解会."""

    action = "call_off"
    bad = True
    note = lines("为什么取消", 200, 2)

    def rows(self) -> Any:
        """Planned ones."""
        return self.dispute.sessions.filter(state="planned")

    def run(self) -> object:
        """Call off."""
        return sittings.call_off(session=self.subject, note=self.cleaned_data["note"], **self.common())


class HoldForm(StepForm):
    """记录调解会."""

    action = "hold"
    present = forms.MultipleChoiceField(
        label="谁到会了", widget=forms.CheckboxSelectMultiple, required=False, help_text="可多选"
    )
    minutes = lines("调解经过", 8000, 8, help_text="各方怎么说、谈到哪一步；可以用语音输入")
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    """Who stood on the list: an answer to an invitation comes without another version of the case."""

    def rows(self) -> Any:
        """Planned ones, the earliest first."""
        return self.dispute.sessions.filter(state="planned").order_by("starts_at")

    def prepare(self) -> None:
        """Who is expected by now."""
        seats = sittings.seats(self.dispute, self.subject)
        self.fields["present"].choices = [(seat.key, seat.text) for seat in seats]  # type: ignore[attr-defined]
        self.initial["present"] = [seat.key for seat in seats]
        self.initial["shown"] = " ".join(self.initial["present"])
        before = str(self.data.get("shown") or "").split()
        self.joined = [seat.text for seat in seats if before and seat.key not in before]
        if self.joined:
            sent: Any = copy(self.data)
            sent["shown"] = self.initial["shown"]
            self.data = sent

    def clean_present(self) -> list[str]:
        """Nobody is put down as absent who did not stand on the list."""
        if self.joined:
            raise forms.ValidationError(f"刚加入：{'、'.join(self.joined)}。请核对谁到会了，再保存一次。")
        found: list[str] = self.cleaned_data["present"]
        return found

    def run(self) -> object:
        """Put it on record."""
        given = {name: self.cleaned_data[name] for name in ("minutes", "present")}
        return sittings.hold(session=self.subject, **given, **self.common())


class WriteForm(StepForm):
    """写笔录."""

    action = "write"
    lead = "保存后不能改；写错了，另写一份更正。"
    kind = pick("类型", list(Record.Kind.choices), initial=Record.Kind.INVESTIGATION)
    at = moment("时间")
    place = forms.CharField(label="地点", max_length=120, required=False)
    asked = options(Party.objects.none(), "被调查人", required=False)
    corrects = options(Record.objects.none(), "更正哪一份", required=False)
    text = lines("内容", 8000, 10, help_text="可以用语音输入")

    def prepare(self) -> None:
        """Now, at the station; one of the parties."""
        self.fields["asked"].queryset = self.dispute.parties.filter(left_on=None)  # type: ignore[attr-defined]
        written = self.dispute.records.order_by("id")
        self.fields["corrects"].queryset = written.select_related("by")  # type: ignore[attr-defined]
        self.fields["corrects"].label_from_instance = _record_named  # type: ignore[attr-defined]
        if not written:
            del self.fields["corrects"]
        mediating = self.dispute.matter.state == "mediating"
        self.initial.update(
            {
                "at": local(timezone.now()),
                "place": self.dispute.station.name,
                "kind": Record.Kind.MEDIATION if mediating else Record.Kind.INVESTIGATION,
            }
        )

    def run(self) -> object:
        """Write."""
        names = ("kind", "at", "place", "asked", "corrects", "text")
        given: dict[str, Any] = {name: self.cleaned_data.get(name) for name in names}
        return records.write(dispute=self.dispute, **given, **self.common())


def _record_named(row: Record) -> str:
    """`调查记录，11月26日 03:48，金玉芬`."""
    return f"{row.get_kind_display()}，{moment_text(row.at)}，{row.by.name}"
