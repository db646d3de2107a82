"""The people and places that every test can call on: one small street, its neighbour, and somebody in
every post.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from grids.models import AddressRule, Area, Post, Role, Target, Unit, Visit
from shared.dates import today

PASSWORD = "Street-2026-test"


def at_run_time(changed: dict[str, Any]) -> dict[str, Any]:
    """A test's parameters, whose days a function makes: the day of collection may be over by then."""
    return {name: value() if callable(value) else value for name, value in changed.items()}


@dataclass
class Cast:
    """城东街道 with 河边村 (grids A and A2) and 楼山村 (grid B), and 太平街道 (grid far) outside."""

    street: Area
    village: Area
    other_village: Area
    grid_a: Area
    grid_a2: Area
    grid_b: Area
    far_street: Area
    far_grid: Area
    police_unit: Unit
    station: Unit
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            found: User = self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None
        return found

    def target(self, grid: Area | None = None, **fields: object) -> Target:
        """A key place in a grid (grid A where none is named), due today."""
        defaults: dict[str, object] = {
            "kind": Target.Kind.PLACE,
            "category": "food_stall",
            "name": "老渡口烧烤",
            "colour": Target.Colour.YELLOW,
            "grid": grid or self.grid_a,
            "address": "河边村一区26号",
            "contact_name": "陈示例",
            "phone": "13900005776",
            "enrolled_on": today() - timedelta(days=200),
            "due_on": today(),
        }
        return Target.objects.create(**{**defaults, **fields})

    def visit(self, target: Target, day: date | None = None, **fields: object) -> Visit:
        """A visit as a row, past the workflow: for lists and counts."""
        day = day or today()
        defaults: dict[str, object] = {
            "client_id": uuid4(),
            "payload_hash": uuid4().hex,
            "target": target,
            "grid": target.grid,
            "visitor": self.worker,
            "visited_at": timezone.now(),
            "visited_on": day,
            "met": Visit.Met.PRINCIPAL,
            "result": Visit.Result.NORMAL,
            "due_on": target.due_on,
        }
        return Visit.objects.create(**{**defaults, **fields})


POSTS = {
    "worker": ("grid_a", "grid_worker"),
    "neighbour": ("grid_b", "grid_worker"),
    "officer": ("village", "village_officer"),
    "other_officer": ("other_village", "village_officer"),
    "mediator": ("street", "mediator"),
    "police": ("street", "police"),
    "liaison": ("street", "liaison"),
    "leader": ("street", "street_leader"),
    "command": ("street", "command"),
    "captain": ("street", "captain"),
    "landlord": ("village", "landlord"),
    "manager": ("village", "safety_manager"),
    "program": ("street", "api_program"),
    "administrator": ("street", "administrator"),
    "far_worker": ("far_grid", "grid_worker"),
    "far_command": ("far_street", "command"),
}


def build_cast() -> Cast:
    """Create the small world; roles and vocabulary must be loaded. Role demands for a second factor are
    lifted.
    """
    street = Area.objects.plant(name="城东街道", level=Area.Level.STREET, code="331081002")
    village = Area.objects.plant(parent=street, name="河边村", level=Area.Level.VILLAGE, population=5000)
    other = Area.objects.plant(
        parent=street, name="楼山村", level=Area.Level.VILLAGE, aliases=["殿前村", "殿前"], population=4000
    )
    grid_a = Area.objects.plant(parent=village, name="河边村第一网格", level=Area.Level.GRID)
    grid_a2 = Area.objects.plant(parent=village, name="河边村第二网格", level=Area.Level.GRID)
    grid_b = Area.objects.plant(parent=other, name="楼山村第一网格", level=Area.Level.GRID)
    far_street = Area.objects.plant(name="太平街道", level=Area.Level.STREET)
    far_village = Area.objects.plant(parent=far_street, name="太平村", level=Area.Level.VILLAGE)
    far_grid = Area.objects.plant(parent=far_village, name="太平村第一网格", level=Area.Level.GRID)
    AddressRule.objects.create(area=grid_a, village=village, road="一区", low=1, high=999)
    AddressRule.objects.create(area=grid_a2, village=village, road="二区", low=1, high=999)
    AddressRule.objects.create(area=grid_b, village=other, road="楼山路", low=1, high=999)
    police_unit = Unit.objects.create(kind=Unit.Kind.POLICE, name="城东派出所", area=street)
    station = Unit.objects.create(kind=Unit.Kind.STATION, name="九龙湖联勤工作站", area=village)
    cast = Cast(
        street=street,
        village=village,
        other_village=other,
        grid_a=grid_a,
        grid_a2=grid_a2,
        grid_b=grid_b,
        far_street=far_street,
        far_grid=far_grid,
        police_unit=police_unit,
        station=station,
    )
    Role.objects.update(second_factor=False)
    roles = {role.code: role for role in Role.objects.all()}
    units = {"police": police_unit, "mediator": station}
    for username, (place, role) in POSTS.items():
        user = User(username=username, name=f"{roles[role].label}示例")
        user.set_password(PASSWORD)
        user.save()
        Post.objects.create(
            user=user,
            area=cast.__dict__[place],
            unit=units.get(username),
            role=roles[role],
            starts_on=date(2024, 1, 1),
        )
        cast.people[username] = user
    resident = User(username="nobody", name="无岗位")
    resident.set_password(PASSWORD)
    resident.save()
    cast.people["nobody"] = resident
    return cast
