"""What is to be built: seed, days, streets, and the words to build it with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from shared.dates import SHANGHAI

HERE = Path(__file__).resolve().parent
DAYS = 120
"""Days of visits and incidents where no `--years` is given."""


@cache
def read(name: str) -> dict[str, Any]:
    """One of the package's word lists."""
    return tomllib.loads((HERE / f"{name}.toml").read_text())


@dataclass(frozen=True)
class Plan:
    """History runs from `start` up to the morning of `until`, which is the demo's today; `now` is given where
    that morning is still to come, so that nobody called after it.
    """

    seed: int
    until: date
    days: int = DAYS
    streets: int = 1
    now: datetime | None = None

    @property
    def start(self) -> date:
        """First day of the history."""
        return self.until - timedelta(days=self.days)

    def by(self, minutes: int) -> datetime:
        """So many minutes after the midnight of today, or the present where that is still to come."""
        at = moment(self.until, minutes)
        return min(at, self.now) if self.now else at

    def dice(self, *about: object) -> Random:
        """Random numbers of its own for each part: a change in one leaves the others as they were."""
        return Random(f"{self.seed}/{'/'.join(map(str, about))}")  # noqa: S311 -- made to be repeated


def moment(day: date, minutes: int) -> datetime:
    """So many minutes after midnight of the day, on the street's clock."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI) + timedelta(minutes=minutes)


def pool(entries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Each key as often as its `weight` says: choose from it to draw by weight."""
    return [key for key, entry in entries.items() for _ in range(entry["weight"])]
