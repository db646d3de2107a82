"""Mediation: brands and mediators, the case from intake to what follows it, rosters of stations,
van calls.
"""

from mediation.models.agreement import Agreement, Confirmation, Instalment
from mediation.models.dispute import Dispute
from mediation.models.joint import Invitation
from mediation.models.leave import Feed, Leave, Swap
from mediation.models.papers import (
    Archive,
    CaseCounter,
    Letterhead,
    Paper,
    Scan,
    ScanWithdrawal,
)
from mediation.models.party import Agent, Party
from mediation.models.people import Brand, Mediator
from mediation.models.place import Booking, Room, Van
from mediation.models.proposal import Proposal, ProposedShift
from mediation.models.record import FollowUp, Record
from mediation.models.roster import Member, Presence, ShiftPattern
from mediation.models.session import Attendance, Session
from mediation.models.shift import Shift
from mediation.models.van import VanCall, VanEvent

__all__ = [
    "Agent",
    "Agreement",
    "Archive",
    "Attendance",
    "Booking",
    "Brand",
    "CaseCounter",
    "Confirmation",
    "Dispute",
    "Feed",
    "FollowUp",
    "Instalment",
    "Invitation",
    "Leave",
    "Letterhead",
    "Mediator",
    "Member",
    "Paper",
    "Party",
    "Presence",
    "Proposal",
    "ProposedShift",
    "Record",
    "Room",
    "Scan",
    "ScanWithdrawal",
    "Session",
    "Shift",
    "ShiftPattern",
    "Swap",
    "Van",
    "VanCall",
    "VanEvent",
]
