"""Every write on rosters: set-up, proposing and publishing, changing a shift, leave, swaps, calendars."""

from mediation.roster.workflow.feeds import make_feed, revoke_feed
from mediation.roster.workflow.leave import ask_leave, decide_leave, withdraw_leave
from mediation.roster.workflow.members import add_member, end_member
from mediation.roster.workflow.proposals import ask_proposal, drop_proposal, seat_person
from mediation.roster.workflow.publishing import publish
from mediation.roster.workflow.setup import end_pattern, end_presence, save_pattern, save_presence
from mediation.roster.workflow.shifts import change_shift
from mediation.roster.workflow.swaps import answer_swap, ask_swap, withdraw_swap

__all__ = [
    "add_member",
    "answer_swap",
    "ask_leave",
    "ask_proposal",
    "ask_swap",
    "change_shift",
    "decide_leave",
    "drop_proposal",
    "end_member",
    "end_pattern",
    "end_presence",
    "make_feed",
    "publish",
    "revoke_feed",
    "save_pattern",
    "save_presence",
    "seat_person",
    "withdraw_leave",
    "withdraw_swap",
]
