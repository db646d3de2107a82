"""Who of the staff hears of a resident's report, and of what the resident does with it."""

from accounts.models import User
from grids.models import Area, Post
from incidents.reports.models import CitizenReport, Rating
from matters.notices import post
from matters.wording import NoticeKind
from shared.dates import today

TAKES_IN = "matters.assign"
KIND = NoticeKind("report", "群众上报、补充、评价", {"事项": "人行道地砖破损", "区域": "河边村"})


def takers_of(area: Area) -> list[int]:
    """Those who take reports in there: the village's own officers, or the street's for what lies with it."""
    own = area.parent_id if area.level == Area.Level.GRID and area.parent_id else area.pk
    held = Post.objects.on(today()).filter(area_id=own, role__rights__contains=[TAKES_IN])
    return list(User.objects.filter(posts__in=held, is_active=True).distinct().values_list("pk", flat=True))


def tell_staff(report: CitizenReport) -> None:
    """A new report, in the inbox of who takes it in."""
    matter = report.matter
    _post(report, "new", f"群众上报：{matter.title}", "请受理并交给人办。", takers_of(matter.area))


def tell_of_rating(rating: Rating) -> None:
    """A resident who is not content: those who took it in and who handled it should know why."""
    if rating.score in Rating.GOOD:
        return
    matter = rating.report.matter
    told = [*takers_of(matter.area), *([matter.handler_id] if matter.handler_id else [])]
    body = f"群众评价“{rating.get_score_display()}”。{rating.words}".strip()
    _post(rating.report, f"rating:{rating.pk}", f"群众不满意：{matter.title}", body, told)


def tell_of_words(report: CitizenReport, nth: int) -> None:
    """The resident added something."""
    matter = report.matter
    told = [matter.handler_id] if matter.handler_id else takers_of(matter.area)
    _post(report, f"added:{nth}", f"群众补充：{matter.title}", "上报人补充了情况，请打开看。", told)


def _post(report: CitizenReport, what: str, subject: str, body: str, recipients: list[int]) -> None:
    post(
        source=f"report:{report.pk}:{what}",
        recipients=recipients,
        subject=subject,
        body=body,
        url=f"/matters/{report.pk}/",
        kind=KIND.code,
        values={"事项": report.matter.title, "区域": report.matter.area.name},
    )
