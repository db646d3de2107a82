"""Matters, their timeline and clocks, what must be answered, and the notices that go out."""

from matters.models.clock import CalendarDay, Card, ClockRule, ClockRun, Extension, Pause
from matters.models.matter import Event, Matter
from matters.models.notice import Notice
from matters.models.obligation import Obligation
from matters.models.photo import EventPhoto
from matters.models.telling import NoticeChoice, NoticeTemplate, Robot
from matters.models.todo import BulkAssignment, SavedSearch

__all__ = [
    "BulkAssignment",
    "CalendarDay",
    "Card",
    "ClockRule",
    "ClockRun",
    "Event",
    "EventPhoto",
    "Extension",
    "Matter",
    "Notice",
    "NoticeChoice",
    "NoticeTemplate",
    "Obligation",
    "Pause",
    "Robot",
    "SavedSearch",
]
