"""One case with all that its page shows, read in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch

from accounts.models import User
from grids.queries import words
from matters.loop import Transition
from matters.models import Event
from matters.pages import steps
from matters.queries import timeline
from matters.workflow import available_actions
from mediation import hints
from mediation.models import Agent, Agreement, Confirmation, Dispute, FollowUp, Instalment, Party, Session
from mediation.queries.onward import Next, next_step
from mediation.steps import STEPS
from mediation.workflow.agreements import confirm_by, opening
from mediation.workflow.joint import asked
from mediation.workflow.sittings import where_of
from shared.dates import today
from shared.texts import without_numbers

TOLD = (
    "whom",
    "changed",
    "session",
    "part",
    "round",
    "role",
    "kind",
    "result",
    "side",
    "form",
    "risk",
    "court",
)
"""What a line of the timeline names beside its move: the first of these that it carries."""
SIDE = (("applicant", "申请人"), ("respondent", "被申请人"), ("third", "第三人"))


@dataclass
class Line:
    """One line of what happened."""

    at: datetime
    title: str
    who: str = ""
    note: str = ""


@dataclass
class CasePage:
    """Everything, loaded."""

    dispute: Dispute
    parties: list[Party]
    events: list[Event]
    lines: list[Line]
    moves: list[Transition]
    agreement: Agreement | None
    confirmation: Confirmation | None
    next: Next
    hints: list[hints.Hint]
    steps: list[tuple[str, str, str]]
    labels: dict[str, dict[str, str]]
    sessions: list[Session] = field(default_factory=list)
    instalments: list[Instalment] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    waiting: dict[int, date] = field(default_factory=dict)
    """First days of the visits that cannot be registered yet."""
    reveals: bool = False
    """Whether numbers that stand in texts are for the reader's eyes."""

    def told(self, text: str) -> str:
        """A text as the reader may see it: the police wrote it for themselves, a department is a guest."""
        return text if self.reveals else without_numbers(text)

    def side(self, code: str) -> list[Party]:
        """Those who stand there now."""
        return [party for party in self.parties if party.side == code and party.left_on is None]

    @property
    def open(self) -> set[str]:
        """Actions that the reader can make now."""
        return {move.action for move in self.moves}

    @property
    def near(self) -> set[str]:
        """Actions that have a button of their own in the next step, or a link in their section."""
        return {
            self.next.action,
            "follow",
            "amend",
            "party",
            "write",
            "invite",
            "confirm",
            *(a for a, _ in self.next.also),
        }

    @property
    def court_open(self) -> bool:
        """Whether both can still go to court."""
        return bool(self.agreement) and self.apply_by >= today()

    @property
    def apply_by(self) -> Any:
        """The last day for the court; None without an agreement."""
        return confirm_by(self.agreement) if self.agreement else None


def load(dispute: Dispute, user: User) -> CasePage:
    """The page of a case that the reader may see."""
    parties = list(dispute.parties.prefetch_related(Prefetch("agents", Agent.objects.order_by("id"))))
    events = timeline(dispute.matter)
    moves = [move for move in available_actions(dispute.matter, user) if move.action in STEPS]
    sessions = list(dispute.sessions.select_related("room", "van", "host"))
    agreement = dispute.agreements.filter(is_current=True).first()
    instalments = list(agreement.instalments.all()) if agreement else []
    follow_ups = list(agreement.follow_ups.select_related("by")) if agreement else []
    confirmation = Confirmation.objects.filter(agreement=agreement).first() if agreement else None
    page = CasePage(
        dispute=dispute,
        parties=parties,
        events=events,
        lines=_lines(dispute, events),
        moves=moves,
        agreement=agreement,
        confirmation=confirmation,
        next=Next(""),
        hints=hints.hints_of(dispute, [p for p in parties if p.left_on is None], user),
        steps=steps(dispute.matter, events),
        labels=words("dispute_type", "case_source", "currency"),
        sessions=sessions,
        instalments=instalments,
        follow_ups=follow_ups,
        waiting={key: first for key, first in opening(follow_ups).items() if first > today()},
        reveals=Dispute.objects.within(user, "personal.reveal").filter(pk=dispute.pk).exists(),
    )
    for line in page.lines:
        line.note = page.told(line.note)
    page.next = next_step(dispute, sessions, instalments, follow_ups, page.waiting, page.open)
    return page


def _lines(dispute: Dispute, events: list[Event]) -> list[Line]:
    """The timeline with the answers of those who were asked, newest first."""
    found = [
        Line(
            event.at,
            _titled(event),
            event.actor.name if event.actor else "系统",
            event.note,
        )
        for event in reversed(events)
    ]
    for invitation in dispute.invitations.select_related("unit", "brand", "answered_by"):
        if invitation.answered_at:
            who = invitation.answered_by.name if invitation.answered_by else ""
            told = f"{invitation}答复：{invitation.get_answer_display()}"
            found.append(Line(invitation.answered_at, told, who, invitation.advice))
    return sorted(found, key=lambda line: line.at, reverse=True)


def _titled(event: Event) -> str:
    """`邀请联合调解：司法所`."""
    kept = event.evidence
    beside = next((kept[key] for key in TOLD if key in kept), "")
    return f"{event.label}：{beside}" if beside else event.label


def answerable(dispute: Dispute, user: User) -> list[Any]:
    """Invitations of the case that the reader can answer now."""
    waiting = dispute.invitations.filter(answer="").select_related("unit", "brand", "asked_by")
    return [invitation for invitation in waiting if user.pk in asked(invitation)]


def place_of(session: Session) -> str:
    """Where it is held, in words."""
    return where_of(session)
