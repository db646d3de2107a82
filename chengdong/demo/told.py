"""What the first demo street was told: group robots, notices that failed, two bulletins, saved searches."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment
from digests.bulletins.content import compose
from digests.bulletins.figures import monday
from digests.bulletins.models import Bulletin, BulletinCopy, BulletinReading, Registration
from grids.models import Area
from matters.models import Notice, NoticeChoice, Robot, SavedSearch

WEEKS = 2
UNREAD, UNSTATED = (3, 8), 2
"""Villages that did not open the first and the last bulletin; villages without figures in the last week."""
GROUPS = (("河边村", "wecom"), ("楼山村", "dingtalk"), ("下蒋村", "feishu"))
TROUBLES: tuple[tuple[str, str, str, int], ...] = (
    ("mail", "failed", "邮件服务器答复 550", 1),
    ("wecom", "failed", "企业微信群没有收：93000 invalid webhook url", 1),
    ("dingtalk", "failed", "钉钉群没有收：310000 sign not match", 1),
    ("feishu", "failed", "飞书群连不上", 5),
    ("webhook", "failed", "消息接口答复 503", 5),
    ("mail", "sent", "", 1),
    ("dingtalk", "sent", "", 1),
)
SEARCHES = {
    "command": (
        ("超期的警情", "view=overdue&kind=police_incident"),
        ("待审核的", "view=waiting&state=echoed"),
    ),
    "village": (("消防隐患", "q=消防&kind=hazard"), ("等我处理的警情", "view=waiting&kind=police_incident")),
}


def tell(plan: Plan, street: Street) -> None:
    """All of it; what happens by itself later comes on top."""
    morning = moment(plan.until, 8 * 60 + 1)
    _notices(street, morning)
    for back in range(WEEKS, 0, -1):
        _bulletin(plan, street, WEEKS - back, back)
    SavedSearch.objects.bulk_create(
        SavedSearch(user_id=street.people[who], name=name, query=query)
        for who, rows in SEARCHES.items()
        for name, query in rows
    )
    NoticeChoice.objects.create(user_id=street.people["village"], kind="evening", channel="mail", wanted=True)


def _notices(street: Street, at: datetime) -> None:
    """The robots are off: a demo speaks to nobody outside."""
    robots = {
        channel: Robot.objects.create(
            area_id=street.village(name).id,
            channel=channel,
            name=f"{name}工作群",
            token=f"demo-{channel}",
            is_active=False,
        )
        for name, channel in GROUPS
    }
    for n, (channel, state, error, attempts) in enumerate(TROUBLES):
        robot = robots.get(channel)
        to: dict[str, Any] = {"robot": robot} if robot else {"recipient_id": street.people["village"]}
        told = Notice.objects.create(
            source=f"demo:{n}",
            channel=channel,
            kind="morning",
            urgency="day",
            subject="早上预响：今天要回应的已列出",
            body="请打开链接看全部。",
            url="/digests/",
            state=state,
            error=error,
            attempts=attempts,
            sent_at=at if state == "sent" else None,
            **to,
        )
        Notice.objects.filter(pk=told.pk).update(created_at=at, next_at=at)


def _bulletin(plan: Plan, street: Street, n: int, back: int) -> None:
    """The bulletin of the Monday so many weeks back, with the figures that its villages stated."""
    day = monday(plan.until) - timedelta(days=7 * (back - 1))
    dice = plan.dice("bulletins", n)
    stated = street.villages if back > 1 else street.villages[:-UNSTATED]
    for village in stated:
        living = dice.randint(180, 3200)
        Registration.objects.create(
            village_id=village.id,
            week=day - timedelta(days=7),
            living=living,
            registered=living - dice.randint(0, living // 12),
            moved_in=dice.randint(2, 40),
            moved_out=dice.randint(2, 40),
            entered_by_id=village.officer,
        )
    issued = moment(day, 9 * 60)
    bulletin = Bulletin.objects.create(
        street_id=street.id,
        kind=Bulletin.Kind.WEEKLY,
        year=day.year,
        number=n + 1,
        week=day,
        since=day - timedelta(days=7),
        until=day - timedelta(days=1),
        snapshot=compose(Area.objects.get(pk=street.id), day - timedelta(days=7), day - timedelta(days=1)),
        client_id=UUID(int=dice.getrandbits(128), version=4),
        payload_hash="demo",
        issued_at=issued,
    )
    for place, village in enumerate(street.villages):
        copy = BulletinCopy.objects.create(bulletin=bulletin, village_id=village.id)
        if place % len(street.villages) >= UNREAD[n]:
            opened = issued + timedelta(minutes=dice.randint(3, 240))
            BulletinReading.objects.create(copy=copy, reader_id=village.officer, opened_at=opened)
