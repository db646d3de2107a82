"""Who holds which post: the named demo accounts, one worker for each grid, one officer for each village."""

from datetime import timedelta
from random import Random

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from accounts.models import User
from chengdong.demo.copying import Table
from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment, read
from grids.models import Post, Role
from shared.crypto import blind
from shared.pinyin import initials

PASSWORD = "Chengdong-2026"  # noqa: S105 -- of the demo, printed for everybody
WITHOUT_PASSWORD = {"program"}
"""Accounts that only programs use, with an API key."""


def invented_name(dice: Random) -> str:
    """A common surname with a common given name."""
    words = read("words")
    given: str = dice.choice(words["given_two"] if dice.random() < 0.7 else words["given_one"])
    surname: str = dice.choice(words["surnames"])
    return surname + given


def phone(number: int) -> str:
    """139000xxxxx, the block of the sample files too; spread so that neighbouring numbers look different."""
    return f"139000{(number * 7919 + 31) % 100_000:05d}"


class Registrar:
    """Makes the users of one street after another; the password is hashed once for all."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.password = make_password(PASSWORD)
        self.roles = dict(Role.objects.values_list("code", "id"))
        self.users, self.posts = Table(User), Table(Post)

    def people(self, street: Street) -> None:
        """All users and posts of a street."""
        taken: dict[int, int] = {}
        if street.number == 0:
            for username, (name, role, place, unit) in read("street")["accounts"].items():
                area = street.find(place).id
                user = self.appoint(username, name, role, area, street.units[unit] if unit else None)
                street.people[username] = user
                if role in {"grid_worker", "village_officer"}:
                    taken[area] = user
        dice = self.plan.dice("people", street.number)
        prefix = f"s{street.number}" if street.number else ""
        for n, village in enumerate(street.villages, start=1):
            village.officer = taken.get(village.id) or self.appoint(
                f"{prefix}v{n:02d}", invented_name(dice), "village_officer", village.id
            )
        for n, grid in enumerate(street.grids, start=1):
            grid.worker = taken.get(grid.id) or self.appoint(
                f"{prefix}g{n:03d}", invented_name(dice), "grid_worker", grid.id
            )
        if street.number:
            for key in ("leader", "command", "police"):
                role = read("street")["accounts"][key][1]
                street.people[key] = self.appoint(f"{prefix}{key}", invented_name(dice), role, street.id)

    def appoint(self, username: str, name: str, role: str, area: int, unit: int | None = None) -> int:
        """One user with one post; returns the user's id."""
        admin = username == "admin"
        number = phone(90_000 + self.users.count)
        user = self.users.add(
            password=f"{UNUSABLE_PASSWORD_PREFIX}demo" if username in WITHOUT_PASSWORD else self.password,
            is_superuser=admin,
            is_staff=admin,
            username=username,
            date_joined=moment(self.plan.start, 540),
            name=name,
            phone=number,
            phone_index=blind(number, "phone"),
            initials=initials(name),
            is_demo=True,
        )
        held_since = self.plan.start - timedelta(days=400)
        self.posts.add(user=user, area=area, unit=unit, role=self.roles[role], starts_on=held_since)
        return user

    def close(self) -> None:
        """Send all."""
        self.users.close()
        self.posts.close()
