"""Reads of residents' reports: rows of lists and of the API, and how content people are (满意率)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from incidents.queries import MATTER
from incidents.reports.following import NOT_RATED
from incidents.reports.models import CitizenReport, Rating
from matters.models import EventPhoto

PUBLIC_PHOTOS = ("open", "add", "answer_info", "verify")


@dataclass(frozen=True)
class Content:
    """满意率 = (满意 + 基本满意) ÷ valid ratings (domain.md, KPIs), and how many answers could be rated."""

    good: int
    rated: int
    answered: int


def of_reports(reports: QuerySet[CitizenReport, Any]) -> Any:
    """Reports as plain rows, without anything personal; `score` is the valid rating, "" for none."""
    score = Rating.objects.filter(report=OuterRef("pk"), answered_at=OuterRef("matter__closed_at"))
    return reports.annotate(
        score=Coalesce(Subquery(score.values("score")[:1]), Value(""), output_field=CharField())
    ).values("matter_id", "report_type", "description", "address", "placed", "score", **MATTER)


def report_rows(user: Any) -> Any:
    """Reports of the user's territory as plain rows."""
    return of_reports(CitizenReport.objects.within(user, "reports.view"))


def content_of(rows: QuerySet[CitizenReport, Any]) -> Content:
    """How content the senders of these rows are with their answers."""
    keys = rows.order_by().values("matter_id")
    rated = (
        Rating.objects.valid()
        .filter(report__in=keys)
        .aggregate(good=Count("pk", filter=Q(score__in=Rating.GOOD)), rated=Count("pk"))
    )
    answered = CitizenReport.objects.filter(pk__in=keys, matter__closed_at__isnull=False).exclude(
        matter__outcome__in=NOT_RATED
    )
    return Content(rated["good"], rated["rated"], answered.count())


def public_photos(report: CitizenReport) -> list[EventPhoto]:
    """What the sender sent and what came with the answer; photos of the work in between stay inside."""
    found = EventPhoto.objects.filter(event__matter=report.pk, event__action__in=PUBLIC_PHOTOS)
    return list(found.select_related("event").order_by("id"))


def of_wechat(index: str) -> Any:
    """The reports that a WeChat account sent, newest first."""
    mine = CitizenReport.objects.filter(wechat_index=index).select_related("matter__area__parent")
    return mine.order_by("-matter__occurred_at", "-pk")
