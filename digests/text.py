"""A digest as plain text of at most twenty lines, for messages: names masked, no phone numbers."""

from typing import Any

from digests.models import DigestKind
from shared.dates import WEEKDAYS

WIDTH = 60
THINGS = 14
THINGS_ABOVE, AREAS_ABOVE = 6, 8
"""Lines of things and of areas below, where there are areas below."""
KINDS = {"incident": "昨夜警情", "repeat": "重复警情", "overdue": "超期事项", "visit": "到期走访"}
CARDS = {"red": "红牌", "yellow": "黄牌"}


def subject(digest: dict[str, Any]) -> str:
    """`早上预响 11月24日 河边村第一网格：应回应 12 件`, as it stands in a list of notices."""
    day = digest["business_date"]
    if digest["kind"] == DigestKind.MORNING:
        told = f"应回应 {digest['expected']} 件" if digest["expected"] else "今天没有要回应的"
    else:
        told = f"还有 {digest['open']} 件没回应" if digest["open"] else "都有回应"
    return f"{DigestKind(digest['kind']).label} {day.month}月{day.day}日 {digest['snapshot']['name']}：{told}"


def body(digest: dict[str, Any], *, link: str = "") -> str:
    """The digest in words: its numbers, then what is open by name, as many as fit, then what follows."""
    day, snapshot = digest["business_date"], digest["snapshot"]
    label = DigestKind(digest["kind"]).label
    open_ones = [item for item in snapshot["items"] if item["state"] == "open"]
    below = sorted(
        (child for child in snapshot["children"] if child["open"]), key=lambda child: -child["open"]
    )
    shown = open_ones[: THINGS_ABOVE if snapshot["children"] else THINGS]
    lines = [
        f"【{label}】{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]} {snapshot['name']}",
        _numbers(digest) if digest["kind"] == DigestKind.MORNING else _sum(digest),
        *(_thing(n, item, snapshot["name"]) for n, item in enumerate(shown, 1)),
        *(
            [f"另有 {digest['open'] - len(shown)} 件，打开链接看全部。"]
            if digest["open"] > len(shown)
            else []
        ),
        *(f"{child['name']}：待回应 {child['open']}/{child['expected']}" for child in below[:AREAS_ABOVE]),
        *_ending(digest),
        *([link] if link else []),
    ]
    return "\n".join(
        line if len(line) <= WIDTH or line == link else f"{line[: WIDTH - 1]}…" for line in lines
    )


def _numbers(digest: dict[str, Any]) -> str:
    numbers = digest["snapshot"]["numbers"]
    parts = "、".join(f"{label} {numbers[kind]}" for kind, label in KINDS.items() if numbers[kind])
    carried = f"，其中昨天没回应 {numbers['carried']} 件" if numbers["carried"] else ""
    return f"应回应 {digest['expected']} 件{f'：{parts}' if parts else ''}{carried}。"


def _sum(digest: dict[str, Any]) -> str:
    parts = (("已回应", "done"), ("已说明", "excused"), ("待回应", "open"))
    return f"应回应 {digest['expected']} = " + " + ".join(f"{label} {digest[name]}" for label, name in parts)


def _thing(n: int, item: dict[str, Any], here: str) -> str:
    card = f"·{CARDS[item['colour']]}" if item["kind"] == "repeat" and item["colour"] in CARDS else ""
    carried = f"，第{item['carried'] + 1}天" if item["carried"] else ""
    place = "" if item["place"] == here else f"{item['place']}（{item['who'] or '无人在岗'}）"
    return f"{n}. [{KINDS[item['kind']]}{card}] {place}{item['title']}{carried}；{item['detail']}"


def _ending(digest: dict[str, Any]) -> list[str]:
    if not digest["expected"]:
        return ["没有要回应的。"]
    if digest["kind"] == DigestKind.MORNING:
        return [f"请在 {digest['snapshot']['cut_off']} 前逐件回应；做不到的，说明原因。"]
    if not digest["open"]:
        return ["件件有着落。"]
    return [
        "没回应的已上报上一级，明早预响再提醒。"
        if digest["snapshot"]["level"] != "street"
        else "没回应的明早预响再提醒。"
    ]
