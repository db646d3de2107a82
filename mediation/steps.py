"""Every step of a case by its action: the case's page offers them, one page and one API address take them."""

from mediation.forms import amend, joint, moves, outcome, parties
from mediation.forms.base import StepForm

STEPS: dict[str, type[StepForm]] = {
    form.action: form
    for form in (
        moves.AcceptForm,
        moves.InvestigateForm,
        moves.MediateForm,
        moves.FailForm,
        moves.RefuseForm,
        moves.WithdrawForm,
        moves.RejectForm,
        moves.PassOnForm,
        moves.DefaultForm,
        moves.ReopenForm,
        moves.ArchiveForm,
        moves.TakeEffectForm,
        moves.FollowForm,
        moves.AssignForm,
        moves.RiskForm,
        moves.ExtendForm,
        amend.AmendForm,
        parties.OnePartyForm,
        parties.LeaveForm,
        parties.AgentForm,
        joint.InviteForm,
        joint.UninviteForm,
        joint.PlanForm,
        joint.ReplanForm,
        joint.CallOffForm,
        joint.HoldForm,
        joint.WriteForm,
        outcome.AgreeForm,
        outcome.KeepForm,
        outcome.VisitForm,
        outcome.ConfirmForm,
        outcome.RulingForm,
    )
}
