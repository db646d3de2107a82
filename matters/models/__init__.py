"""Matters, their timeline, what must be answered, and the notices that go out."""

from matters.models.matter import Event, Matter
from matters.models.notice import Notice
from matters.models.obligation import Obligation
from matters.models.photo import EventPhoto

__all__ = ["Event", "EventPhoto", "Matter", "Notice", "Obligation"]
