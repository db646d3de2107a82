"""The menu as data: what there is, who may see it, and which five fit at a phone's thumb."""

from dataclasses import dataclass, replace
from functools import cache

from django.conf import settings
from django.urls import Resolver404, resolve


@dataclass(frozen=True, slots=True)
class Item:
    """A place to go for who holds any of `rights`; none named = everybody signed in. `place`: wide = desk,
    narrow = phone.
    """

    label: str
    path: str
    icon: str
    rights: tuple[str, ...] = ()
    place: str = ""
    here: bool = False
    count: int = 0


MENU = (
    Item("今天", "/", "today"),
    Item("本周", "/stats/", "week", ("stats.view",)),
    Item("两室", "/incidents/board/", "board", ("board.view",)),
    Item("双响", "/digests/", "echo", ("digests.view",)),
    Item("走访", "/visits/", "visit", ("visits.view",)),
    Item("上报", "/hazards/new/", "add", ("hazards.report",), "narrow"),
    Item("事项", "/matters/", "matters", ("matters.view",)),
    Item("警情", "/incidents/", "siren", ("incidents.view",)),
    Item("分流", "/incidents/diversions/", "change", ("incidents.divert", "diversions.take")),
    Item("隐患", "/hazards/", "hazard", ("hazards.view",)),
    Item("检查", "/hazards/inspections/new/", "visit", ("hazards.report",)),
    Item("行动", "/hazards/campaigns/", "flag", ("hazards.view",)),
    Item("群众上报", "/reports/", "phone", ("reports.view",)),
    Item("调解", "/mediation/", "scale", ("mediation.view",)),
    Item("值班", "/mediation/roster/", "calendar", ("roster.view",)),
    Item("出车", "/mediation/van/", "van", ("van.view",)),
    Item("走访对象", "/targets/", "target", ("targets.view",)),
    Item(
        "导入",
        "/imports/",
        "upload",
        ("incidents.import", "areas.manage", "targets.manage", "registration.enter"),
    ),
    Item("网格", "/areas/", "grid", ("areas.view", "areas.manage")),
    Item("人员", "/people/", "people", ("users.manage",)),
    Item("词表", "/reference/", "table", ("reference.edit",)),
    Item("通知", "/inbox/", "bell"),
    Item("我的", "/me/", "me"),
)
FIELD_BAR = ("/", "/visits/", "/hazards/new/", "/matters/")
DESK_BAR = (
    "/",
    "/stats/",
    "/incidents/board/",
    "/matters/",
    "/incidents/",
    "/mediation/van/",
    "/mediation/",
    "/mediation/roster/",
    "/digests/",
    "/hazards/",
    "/hazards/new/",
    "/hazards/inspections/new/",
    "/people/",
    "/reference/",
    "/inbox/",
)
LAST = "/me/"
SLOTS = 5


@cache
def _resolves(path: str, urlconf: str) -> bool:
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


def exists(path: str) -> bool:
    """True where the address answers in this version of the portal; a menu has no dead links."""
    return _resolves(path, settings.ROOT_URLCONF)


def opens(item: Item, rights: frozenset[str]) -> bool:
    """Whether these rights open the place; whether it is there is `exists`."""
    return not item.rights or not rights.isdisjoint(item.rights)


def allowed(rights: frozenset[str]) -> list[Item]:
    """Everything that these rights open, in the menu's order."""
    return [item for item in MENU if opens(item, rights) and exists(item.path)]


def thumb_bar(items: list[Item], rights: frozenset[str]) -> set[str]:
    """Paths of the phone's bar: visiting and reporting for those who visit, reading for others, 我的 last."""
    wanted = FIELD_BAR if "visits.log" in rights else DESK_BAR
    open_to_them = {item.path for item in items}
    return {*[path for path in wanted if path in open_to_them][: SLOTS - 1], LAST}


def bars(rights: frozenset[str], path: str, unread: int) -> list[Item]:
    """The one list that is a bottom bar on phones and a left rail on desks; `path` is where the reader is."""
    items = allowed(rights)
    thumbs = thumb_bar(items, rights)
    here = max((i.path for i in items if _inside(path, i.path)), key=len, default="")
    return [
        replace(
            item,
            place=item.place if item.path in thumbs else "wide",
            here=item.path == here,
            count=unread if item.path == "/inbox/" else 0,
        )
        for item in items
        if item.path in thumbs or item.place != "narrow"
    ]


def _inside(path: str, root: str) -> bool:
    return path == root if root == "/" else path.startswith(root)
