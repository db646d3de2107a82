"""Mediation: brands and mediators, the case with its parties, sittings, agreement and what follows it."""

from mediation.models.agreement import Agreement, Confirmation, Instalment
from mediation.models.dispute import Dispute
from mediation.models.joint import Invitation
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
from mediation.models.record import FollowUp, Record
from mediation.models.session import Attendance, Session

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
    "FollowUp",
    "Instalment",
    "Invitation",
    "Letterhead",
    "Mediator",
    "Paper",
    "Party",
    "Record",
    "Room",
    "Scan",
    "ScanWithdrawal",
    "Session",
    "Van",
]
