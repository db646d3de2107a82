"""How the outside channels are doing, for the operator: what waits, what failed, which is down and why."""

import re
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from matters.channels import set_up
from matters.models import Notice

CHANNELS = {code: label for code, label in Notice.Channel.choices if code != Notice.Channel.INBOX}
STATES = ("failed", "waiting", "sending", "held", "sent", "bundled")
GONE = "群机器人被移除了，或者地址变了：请系统管理员重新登记"
UNLIKE = "和群里的安全设置（密钥、关键词、来源地址）不一致：请系统管理员照群里的设置重新登记"
TO_DO = {
    "93000": GONE,
    "300001": GONE,
    "19001": GONE,
    "310000": UNLIKE,
    "19021": UNLIKE,
    "19022": UNLIKE,
    "19024": UNLIKE,
    "550": "对方邮箱不存在或拒收：请收件人在“通知方式”里核对邮箱",
    "503": "对方的服务正忙：过一会儿再重发",
}
"""What an operator can do about the codes that gateways, mail servers and group robots answer with."""
UNSENT = ("waiting", "sending", "held")
TRIED = Q(state=Notice.State.WAITING, attempts__gt=0)


def to_do(error: str) -> str:
    """The next step for what a channel answered; nothing where only its own words tell."""
    return next((TO_DO[code] for code in re.findall(r"(?<!\d)\d{3,6}(?!\d)", error) if code in TO_DO), "")


def ways_of(notices: QuerySet[Notice]) -> list[dict[str, Any]]:
    """Every channel that is set up or was used, with its counts by state; one is `down` while what was tried
    waits to be tried again.
    """
    counts = {state: Count("id", filter=Q(state=state)) for state in STATES}
    rows = notices.values("channel").annotate(
        **counts,
        last=Max("sent_at"),
        tried=Count("id", filter=TRIED),
        error=Max("error", filter=TRIED),
        again=Max("next_at", filter=TRIED),
    )
    known = {row["channel"]: row for row in rows}
    usable = set(set_up())
    nothing = {**dict.fromkeys((*STATES, "tried"), 0), "last": None, "error": "", "again": None}
    return [
        {**nothing, "channel": code, **known.get(code, {}), "label": label, "usable": code in usable}
        for code, label in CHANNELS.items()
        if code in usable or code in known
    ]
