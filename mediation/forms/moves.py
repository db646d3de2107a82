"""Forms of the steps that move a case on, give it to somebody, or end it."""

from typing import Any

from django import forms

from accounts.models import User
from mediation import suggest
from mediation.forms.base import StepForm
from mediation.forms.fields import day, lines, pick
from mediation.models import Brand, Dispute
from mediation.workflow import agreements, moves


class AcceptForm(StepForm):
    """受理."""

    action = "accept"
    lead = "受理后起算一个月的调解期限。调解不收费，任何一方可以随时退出。"

    def run(self) -> object:
        """Accept."""
        return moves.accept(dispute=self.dispute, **self.common())


class InvestigateForm(StepForm):
    """开始调查."""

    action = "investigate"
    lead = "核实事实、听取各方意见。调查情况用“写笔录”记下。"

    def run(self) -> object:
        """Begin."""
        return moves.start(dispute=self.dispute, action=self.action, **self.common())


class MediateForm(InvestigateForm):
    """开始调解."""

    action = "mediate"
    lead = "开始后可以安排调解会，邀请部门和品牌调解室参加。"


class NoteForm(StepForm):
    """A step that asks for a few words only."""

    note = lines("说明", 2000, 3)
    prompt = "说明"

    def prepare(self) -> None:
        """What the note is about."""
        self.fields["note"].label = self.prompt


class EndForm(NoteForm):
    """An end without agreement."""

    bad = True

    def run(self) -> object:
        """End."""
        return moves.end(
            dispute=self.dispute, action=self.action, note=self.cleaned_data["note"], **self.common()
        )


class FailForm(EndForm):
    """调解不成 (人民调解法 Art. 26)."""

    action = "fail"
    prompt = "分歧在哪里，为什么谈不成"
    lead = (
        "调解不成的，终止调解，并告知当事人可以依法通过仲裁、行政、司法等途径维护权利，不得阻止"
        "（人民调解法第二十六条、第三条）。告知书在卷宗里打印。"
    )


class RefuseForm(EndForm):
    """当事人拒绝 (Art. 17)."""

    action = "refuse"
    prompt = "谁拒绝，怎么说的"
    lead = "当事人一方明确拒绝调解的，不得调解（人民调解法第十七条）。"


class WithdrawForm(EndForm):
    """撤回."""

    action = "withdraw"
    prompt = "谁撤回，为什么"
    lead = "当事人可以随时要求终止调解（人民调解法第二十三条）。"


class RejectForm(EndForm):
    """不予受理."""

    action = "reject"
    prompt = "为什么不予受理，已告知到哪里办"
    lead = "只能通过专门机关处理，或法律禁止用民间调解处理的，不予受理。"


class PassOnForm(EndForm):
    """转办."""

    action = "pass_on"
    prompt = "转到哪里，交接了什么"


class DefaultForm(NoteForm):
    """登记未履行."""

    action = "default"
    bad = True
    prompt = "哪一方没有履行，原因是什么"
    lead = "可以督促履行；经司法确认的，另一方可以申请法院强制执行，其他的可以向法院起诉。"

    def run(self) -> object:
        """Note it."""
        return moves.default(dispute=self.dispute, note=self.cleaned_data["note"], **self.common())


class ReopenForm(NoteForm):
    """重开."""

    action = "reopen"
    prompt = "为什么重开"
    lead = "重新起算一个月的调解期限。原来的协议留在卷宗里，不再是现行协议。"

    def run(self) -> object:
        """Open again."""
        return moves.reopen(dispute=self.dispute, note=self.cleaned_data["note"], **self.common())


class ArchiveForm(StepForm):
    """归档."""

    action = "archive"
    lead = "归档前会检查卷宗，缺什么会逐项指出。"
    note = lines("结案说明", 500, 2, required=False)

    def run(self) -> object:
        """Close the file."""
        return moves.archive(dispute=self.dispute, note=self.cleaned_data["note"], **self.common())


class TakeEffectForm(StepForm):
    """协议生效."""

    action = "take_effect"
    lead = (
        "各方签名、盖章或者按指印后，协议生效；口头协议自达成之日起生效（人民调解法第二十九条、第三十条）。"
    )

    def run(self) -> object:
        """Let it run."""
        return agreements.take_effect(dispute=self.dispute, **self.common())


class FollowForm(StepForm):
    """回访完成."""

    action = "follow"
    lead = "各次回访都已登记，可以归档。"

    def run(self) -> object:
        """Done."""
        return agreements.followed(dispute=self.dispute, **self.common())


class AssignForm(StepForm):
    """指派调解员, the best fitting first."""

    action = "assign"
    lead = "按擅长、在岗和手上案件数排序，第一位是建议人选。"
    mediator = forms.ChoiceField(label="主办调解员", widget=forms.RadioSelect)
    brand = forms.ChoiceField(label="品牌调解室", required=False)
    helpers = forms.MultipleChoiceField(
        label="共同调解员", widget=forms.CheckboxSelectMultiple, required=False, help_text="可多选"
    )

    def prepare(self) -> None:
        """Names with the reasons beside them."""
        case = self.dispute
        people = suggest.mediators(case.station, case.dispute_type)
        named = [(str(p.id), f"{p.name}（{p.why}）") for p in people]
        self.fields["mediator"].choices = named  # type: ignore[attr-defined]
        self.fields["helpers"].choices = [(str(p.id), p.name) for p in people]  # type: ignore[attr-defined]
        brands = suggest.brands(case.station, case.dispute_type)
        self.fields["brand"].choices = [  # type: ignore[attr-defined]
            ("", "不用"),
            *((str(b.id), f"{b.name}（{b.why}）") for b in brands),
        ]
        chosen = case.mediator_id or (people[0].id if people else "")
        self.initial.update({"mediator": str(chosen), "brand": str(case.brand_id or "")})

    def run(self) -> object:
        """Give it to them."""
        given = self.cleaned_data
        return moves.assign(
            dispute=self.dispute,
            mediator=User.objects.get(pk=given["mediator"]),
            brand=Brand.objects.get(pk=given["brand"]) if given["brand"] else None,
            helpers=list(User.objects.filter(pk__in=given["helpers"])),
            **self.common(),
        )


class RiskForm(StepForm):
    """激化风险 (Art. 25)."""

    action = "risk"
    lead = "“可能激化”会立即通知派出所（人民调解法第二十五条）。"
    risk = pick("风险程度", list(Dispute.Risk.choices), tiles=True)
    note = lines("什么风险，采取了什么措施", 300, 3, required=False)

    def prepare(self) -> None:
        """As it stands."""
        self.initial.update({"risk": self.dispute.risk, "note": self.dispute.risk_note})

    def run(self) -> object:
        """Assess."""
        given = self.cleaned_data
        return moves.assess(dispute=self.dispute, risk=given["risk"], note=given["note"], **self.common())


class ExtendForm(NoteForm):
    """延期."""

    action = "extend"
    prompt = "延期理由"
    lead = "调解期限一个月；双方当事人都书面同意的，才可以延长。"
    until = day("新的期限")
    by_both = forms.BooleanField(label="双方当事人都已书面同意延期", required=False)

    def run(self) -> object:
        """Extend."""
        given: dict[str, Any] = self.cleaned_data
        return moves.extend(
            dispute=self.dispute,
            until=given["until"],
            by_both=given["by_both"],
            note=given["note"],
            **self.common(),
        )
