"""Reading Chinese addresses as they are written: the parts in front of the village, road and house number,
the key of one address."""

import re
from typing import NamedTuple

from shared.cells import key

_SIGNS = re.compile(r"[,.;:、。()\[\]【】《》\"'“”‘’!?]")
_REGION = re.compile(r"^(?:[一-龥]{2,8}?(?:省|自治区))?(?:[一-龥]{2,6}?市(?![场政民区])){0,2}")
_TOWN = re.compile(r"^[一-龥]{2,4}?(?:街道(?!路)|镇(?![一-龥]{0,2}[路街])|乡(?!村|镇))")
_NUMBER = re.compile(r"\d+")
_NEARBY = re.compile(r"(附近|旁边|旁|门口|门前|对面|楼下|路口)+$")
_ONLY_A_ROAD = re.compile(r"(路|街|道|巷|弄|村|社区|区|桥)$")
_SUFFIX = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区|村|居)$")


class House(NamedTuple):
    """Road (or quarter) and house number; None where no number is written."""

    road: str
    number: int | None


def plain(address: object) -> str:
    """Half-width, without blanks and signs, 号 and 幢 in one writing: `新街 ３６號` → `新街36号`."""
    text = _SIGNS.sub("", key(str(address)))
    text = text.replace("號", "号").replace("栋", "幢").replace("座", "幢")
    return re.sub(r"(?<=\d)(#楼|号楼)", "幢", text).replace("#", "号")


def without_region(address: str) -> str:
    """A plain address without province and city: `温岭市城东街道…` → `城东街道…`."""
    return _REGION.sub("", address, count=1)


def town_of(address: str) -> str:
    """The street or town that a plain address without region begins with; empty where it names none."""
    found = _TOWN.match(address)
    return found[0] if found else ""


def base(name: str) -> str:
    """A village's name without 村 or 社区, in comparing form."""
    return _SUFFIX.sub("", plain(name))


def has_suffix(name: str) -> bool:
    """Whether the name itself says that it is a village or community."""
    return bool(_SUFFIX.search(plain(name)))


def without_suffix(behind: str) -> str:
    """What stands behind a short name, without the 村 or 社区 that belongs to the name."""
    return re.sub(r"^(村|社区)", "", behind, count=1)


def house(rest: str) -> House:
    """`新街36号` → (`新街`, 36); `一区8幢` → (`一区`, 8)."""
    found = _NUMBER.search(rest)
    return House(rest[: found.start()], int(found[0][:9])) if found else House(rest, None)


def same_place(rest: str) -> str:
    """What two reports of one place share; empty where the address is too vague to be one place (a whole road
    or village)."""
    short = _NEARBY.sub("", rest)
    if not re.search(r"\d", short) and (len(short) < 4 or _ONLY_A_ROAD.search(short)):
        return ""
    return short[:100]
