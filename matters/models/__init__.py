"""Matters, their timeline, what must be answered, and the notices that go out."""

from matters.models.matter import Event, Matter
from matters.models.notice import Notice
from matters.models.obligation import Obligation
from matters.models.photo import EventPhoto
from matters.models.telling import NoticeChoice, NoticeTemplate, Robot

__all__ = ["Event", "EventPhoto", "Matter", "Notice", "NoticeChoice", "NoticeTemplate", "Obligation", "Robot"]
