"""The generator: seats and people in, who sits where out, by OR-tools CP-SAT, the same answer each time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from ortools.sat.python import cp_model

from mediation.roster.rules import Limits, Person, Turn, away_at, clash

EFFORT = 6.0
"""CP-SAT's deterministic time to fill a group, the same on any machine; a third of it to even it out."""
SEED = 20211
FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)
GAP_OF_MEDIATOR, GAP_OF_DEPARTMENT = 10, 3
"""What an empty seat weighs: the 24-hour cover before a department's desk."""

Group = tuple[int, int | None]
"""Station and department (None = mediator): who may sit where."""


class Place(NamedTuple):
    """A seat to fill."""

    turn: Turn
    group: Group


@dataclass(frozen=True)
class Worker:
    """Somebody who may be called on, with what he is bound to already (`fixed`, never moved)."""

    id: int
    groups: frozenset[Group]
    person: Person = field(default_factory=Person)
    fixed: tuple[Turn, ...] = ()


@dataclass
class Answer:
    """Who takes each seat (by its key); `gaps` are the keys that stay empty; `proven`: no answer has fewer
    gaps.
    """

    taken: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    proven: bool = True


def parts(places: Sequence[Place], workers: Sequence[Worker]) -> list[tuple[list[Place], list[Worker]]]:
    """Groups that share nobody are independent: each is solved by itself."""
    root: dict[Group, Group] = {place.group: place.group for place in places}

    def find(group: Group) -> Group:
        while root[group] != group:
            group = root[group]
        return group

    for worker in workers:
        mine = sorted((g for g in worker.groups if g in root), key=_order)
        for group in mine[1:]:
            root[find(group)] = find(mine[0])
    found: dict[Group, tuple[list[Place], list[Worker]]] = {}
    for place in places:
        found.setdefault(find(place.group), ([], []))[0].append(place)
    for worker in workers:
        mine = sorted((g for g in worker.groups if g in root), key=_order)
        if mine:
            found[find(mine[0])][1].append(worker)
    return [found[key] for key in sorted(found, key=_order)]


def _order(group: Group) -> tuple[int, int]:
    return group[0], group[1] or 0


def solve(
    places: Sequence[Place],
    workers: Sequence[Worker],
    limits: Limits,
    *,
    effort: float = EFFORT,
    balance: bool = True,
    tell: Callable[[int, int], None] | None = None,
) -> Answer:
    """Fill all seats that can be filled, then spread hours and nights evenly. `tell(done, total)` after
    each group.
    """
    answer, groups = Answer(), parts(places, workers)
    for number, (seats, people) in enumerate(groups, start=1):
        one = _Model(seats, people, limits, effort).answer(balance=balance)
        answer.taken |= one.taken
        answer.gaps += one.gaps
        answer.proven &= one.proven
        if tell:
            tell(number, len(groups))
    return answer


class _Model:
    """One independent part as a CP-SAT model."""

    def __init__(
        self, places: Sequence[Place], workers: Sequence[Worker], limits: Limits, effort: float
    ) -> None:
        self.places, self.workers, self.limits, self.effort = places, workers, limits, effort
        self.model = cp_model.CpModel()
        self.takes: dict[tuple[int, str], cp_model.IntVar] = {}
        self.mine: dict[int, list[Place]] = {worker.id: [] for worker in workers}
        self.empty: dict[str, cp_model.IntVar] = {}
        for place in places:
            self._seat(place)
        for worker in workers:
            self._rest(worker)
            self._nights(worker)

    def _seat(self, place: Place) -> None:
        key = place.turn.key
        for worker in self.workers:
            if place.group in worker.groups and self._free(worker, place.turn):
                self.takes[worker.id, key] = self.model.new_bool_var(f"{worker.id}:{key}")
                self.mine[worker.id].append(place)
        gap = self.empty[key] = self.model.new_bool_var(f"gap:{key}")
        sitting = [self.takes[w.id, key] for w in self.workers if (w.id, key) in self.takes]
        self.model.add_exactly_one([*sitting, gap])

    def _free(self, worker: Worker, turn: Turn) -> bool:
        """Whether nothing that cannot move stands against it."""
        if away_at(turn, worker.person.away) or (turn.is_night and not worker.person.nights):
            return False
        return not any(clash(fixed, turn, self.limits) for fixed in worker.fixed)

    def _rest(self, worker: Worker) -> None:
        """A shift with the rest after it is one interval; at no moment does a person have two."""
        mine = self.mine[worker.id]
        spans = [(p.turn.starts_at, p.turn.ends_at + self.limits.rest, p.turn.key) for p in mine]
        for moment in sorted({starts for starts, _, _ in spans}):
            at_once = [self.takes[worker.id, key] for starts, ends, key in spans if starts <= moment < ends]
            if len(at_once) > 1:
                self.model.add_at_most_one(at_once)

    def _nights(self, worker: Worker) -> None:
        """At most so many night shifts in any seven days, those before and after the plan included."""
        nights = [p.turn for p in self.mine[worker.id] if p.turn.is_night]
        if not nights:
            return
        fixed = [turn.day for turn in worker.fixed if turn.is_night]
        week = timedelta(days=7)
        for first in sorted({turn.day for turn in nights} | set(fixed)):
            here = [self.takes[worker.id, t.key] for t in nights if first <= t.day < first + week]
            before = sum(first <= day < first + week for day in fixed)
            if here and len(here) + before > self.limits.nights:
                self.model.add(sum(here) <= max(self.limits.nights - before, 0))

    def answer(self, *, balance: bool) -> Answer:
        """First as few gaps as can be; then, with no more gaps than that, as even as can be."""
        weight = {
            p.turn.key: GAP_OF_MEDIATOR if p.group[1] is None else GAP_OF_DEPARTMENT for p in self.places
        }
        missing = sum(weight[key] * gap for key, gap in self.empty.items())
        self.model.minimize(missing)
        solver, status = self._run(self.effort)
        if status not in FOUND:
            return Answer({}, [place.turn.key for place in self.places], proven=False)
        found = self._read(solver)
        found.proven = status == cp_model.OPTIMAL
        if not balance or not self.takes:
            return found
        self.model.add(missing <= sum(weight[key] for key in found.gaps))
        for (worker, key), var in self.takes.items():
            self.model.add_hint(var, found.taken.get(key) == worker)
        for key, var in self.empty.items():
            self.model.add_hint(var, key not in found.taken)
        self.model.minimize(sum(self._spreads()))
        solver, status = self._run(self.effort / 3)
        if status not in FOUND:
            return found
        return replace(self._read(solver), proven=found.proven)

    def _spreads(self) -> Iterator[cp_model.LinearExprT]:
        """For each group: how far the most and the least hours and nights lie apart, leave counted as
        worked.
        """
        by_group: dict[frozenset[Group], list[Worker]] = {}
        for worker in self.workers:
            by_group.setdefault(worker.groups, []).append(worker)
        for number, (groups, people) in enumerate(
            sorted(by_group.items(), key=lambda g: sorted(map(_order, g[0])))
        ):
            seats = [p for p in self.places if p.group in groups]
            if len(people) < 2 or not seats:
                continue
            total = round(sum(_hours(p.turn) for p in seats))
            days = max(len({p.turn.day for p in seats}), 1)
            hours = {p.turn.key: round(_hours(p.turn)) for p in seats}
            fair = total / len(people) / days
            given = {worker.id: round(fair * _days_away(worker, seats)) for worker in people}
            yield 4 * self._apart(f"hours{number}", people, hours, given)
            nights = {p.turn.key: 1 for p in seats if p.turn.is_night}
            able = [worker for worker in people if worker.person.nights]
            if nights and len(able) > 1:
                yield 6 * self._apart(f"nights{number}", able, nights, {})
            weekend = {p.turn.key: 1 for p in seats if p.turn.day.weekday() >= 5}
            if weekend:
                yield 3 * self._apart(f"weekends{number}", people, weekend, {})

    def _apart(
        self, name: str, people: Sequence[Worker], amounts: Mapping[str, int], given: Mapping[int, int]
    ) -> cp_model.LinearExprT:
        top = sum(amounts.values()) + max(given.values(), default=0)
        most = self.model.new_int_var(0, top, f"{name}:most")
        least = self.model.new_int_var(0, top, f"{name}:least")
        for worker in people:
            load = given.get(worker.id, 0) + sum(
                amounts[p.turn.key] * self.takes[worker.id, p.turn.key]
                for p in self.mine[worker.id]
                if p.turn.key in amounts
            )
            self.model.add(load <= most)
            self.model.add(load >= least)
        return most - least

    def _run(self, effort: float) -> tuple[cp_model.CpSolver, int]:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = SEED
        solver.parameters.max_deterministic_time = effort
        return solver, int(solver.solve(self.model))

    def _read(self, solver: cp_model.CpSolver) -> Answer:
        taken = {key: worker for (worker, key), var in self.takes.items() if solver.boolean_value(var)}
        return Answer(taken, [p.turn.key for p in self.places if p.turn.key not in taken])


def _hours(turn: Turn) -> float:
    return (turn.ends_at - turn.starts_at).total_seconds() / 3600


def _days_away(worker: Worker, seats: Sequence[Place]) -> int:
    days: set[date] = {p.turn.day for p in seats}
    return sum(any(first <= day <= last for first, last in worker.person.away) for day in days)
