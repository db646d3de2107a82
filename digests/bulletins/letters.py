"""Who is told of a bulletin: the officers of each village, and its group."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.urls import reverse

from digests.bulletins.models import Bulletin, BulletinCopy
from grids.models import Post
from matters.notices import BOTH, WEBHOOK, Letter, post_letters
from matters.wording import NoticeKind
from shared.dates import today

VIEW = "bulletins.view"
KIND = NoticeKind(
    "bulletin",
    "通报",
    {"期": "2026年第12期", "村社": "河边村", "应登记": "1520", "已登记": "1488", "纠纷警情": "3"},
    usual=(WEBHOOK,),
)


def officers(villages: Iterable[int]) -> dict[int, list[int]]:
    """Village → users who hold a post at the village itself that opens bulletins."""
    found: dict[int, set[int]] = defaultdict(set)
    posts = Post.objects.filter(area__in=list(villages), role__rights__contains=[VIEW]).on(today())
    for village, user in posts.values_list("area_id", "user_id"):
        found[village].add(user)
    return {village: sorted(users) for village, users in found.items()}


def send(bulletin: Bulletin, copies: Sequence[BulletinCopy], *, again: str = "") -> int:
    """Write the notices of these copies; how many are new."""
    to = officers(copy.village_id for copy in copies)
    rows = {row["area"]: row for row in bulletin.snapshot["villages"]}
    letters = [_letter(bulletin, copy, rows.get(copy.village_id, {}), to, again) for copy in copies]
    return post_letters(letters=letters, channels=BOTH)


def _letter(
    bulletin: Bulletin, copy: BulletinCopy, row: dict[str, object], to: dict[int, list[int]], again: str
) -> Letter:
    name = str(row.get("name", ""))
    living, registered, disputes = (row.get(key) for key in ("living", "registered", "disputes"))
    stated = (
        f"流动人口应登记 {living} 人，已登记 {registered} 人"
        if living is not None
        else "流动人口登记没有填报"
    )
    return Letter(
        f"bulletin:{copy.pk}{again}",
        f"{'请阅读' if again else ''}{bulletin.get_kind_display()} {bulletin}",
        f"{name}：{stated}；重点纠纷警情 {disputes or 0} 起。请打开阅读，系统会记下已读。",
        reverse("bulletin_copy", args=[copy.pk]),
        to.get(copy.village_id, []),
        kind=KIND.code,
        values={
            "期": str(bulletin),
            "村社": name,
            "应登记": "—" if living is None else str(living),
            "已登记": "—" if registered is None else str(registered),
            "纠纷警情": str(disputes or 0),
        },
        areas=(copy.village_id,),
    )
