"""What a resident's report adds to its matter's page, and its sender for the reveal page."""

from django.urls import reverse

from accounts.models import User
from accounts.personal import PersonalField, Subject
from grids.queries import words
from grids.scope import covers
from incidents.before_after import of_photos
from incidents.reports.models import CitizenReport
from matters.details import Detail
from matters.models import Matter
from shared.crypto import mask
from shared.texts import without_numbers


def of_report(matter: Matter, user: User) -> Detail:
    """What was reported, masked; photos before and after and ratings below it."""
    report = (
        CitizenReport.objects.select_related("continued_as").prefetch_related("ratings").get(matter=matter)
    )
    labels = words("report_type")["report_type"]
    description = without_numbers(report.description)
    where = f"{report.latitude:.5f}, {report.longitude:.5f}" if report.latitude is not None else ""
    accuracy = f"（约 {report.accuracy:.0f} 米）" if where and report.accuracy is not None else ""
    reveal = bool(report.phone) and covers(user, "personal.reveal", matter.area)
    return Detail(
        lead=description,
        facts=(
            ("类型", labels.get(report.report_type, report.report_type)),
            ("地点", without_numbers(report.address)),
            ("落格", report.get_placed_display()),
            ("位置", where + accuracy),
            ("上报人", mask(report.phone) or ("微信用户" if report.wechat_index else "没有留电话")),
            ("情况", description),
        ),
        reveal=reverse("reveal", args=["citizen_report", matter.pk]) if reveal else "",
        template="incidents/_report.html",
        extra={
            "ratings": sorted(report.ratings.all(), key=lambda rating: rating.at),
            "closed_at": matter.closed_at,
            "onward": report.continued_as,
            **of_photos(matter),
        },
    )


def reporter(user: User, pk: int) -> Subject | None:
    """The phone that was left, for a reader with `personal.reveal` there."""
    seen = CitizenReport.objects.within(user, "personal.reveal").select_related("matter")
    report = seen.filter(pk=pk).first()
    if report is None:
        return None
    return Subject(
        name="上报人",
        meta=f"群众上报 {report.matter.number}",
        fields=(PersonalField("联系电话", report.phone),),
        back=reverse("matter_page", args=[pk]),
    )
