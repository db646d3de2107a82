"""Why a seat stays empty, person by person, and what would help: each advice is tried before it is given."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mediation.roster.rules import Limits, Person, Turn, refusals
from mediation.roster.solver import Answer, Group, Place, Worker, parts, solve

NEEDED = "换到这里，别处会缺人"
TRY = 2.0
"""Deterministic time of one trial."""


def turns_by_person(
    places: Sequence[Place], workers: Sequence[Worker], taken: Mapping[str, int]
) -> dict[int, list[Turn]]:
    """All turns of each person: those that were fixed before, and those of the answer."""
    found: dict[int, list[Turn]] = defaultdict(list, {worker.id: list(worker.fixed) for worker in workers})
    for place in places:
        if place.turn.key in taken:
            found[taken[place.turn.key]].append(place.turn)
    return found


def reasons(
    places: Sequence[Place],
    workers: Sequence[Worker],
    answer: Answer,
    limits: Limits,
    names: Mapping[int, str],
) -> dict[str, list[str]]:
    """For each gap one line for each person who belongs there: `金玉芬：请假`."""
    turns = turns_by_person(places, workers, answer.taken)
    by_key = {place.turn.key: place for place in places}
    found = {}
    for key in answer.gaps:
        place = by_key[key]
        fit = [worker for worker in workers if place.group in worker.groups]
        found[key] = [
            f"{names[w.id]}：{'；'.join(refusals(place.turn, w.person, turns[w.id], limits)) or NEEDED}"
            for w in fit
        ] or ["没有可排的人"]
    return found


def helps(
    places: Sequence[Place],
    workers: Sequence[Worker],
    answer: Answer,
    limits: Limits,
    label: Callable[[Group], str],
) -> list[str]:
    """What would close gaps, by solving again with one thing changed; only what does help is told."""
    found: list[str] = []
    gaps = set(answer.gaps)
    for seats, people in parts(places, workers):
        open_here = [place for place in seats if place.turn.key in gaps]
        if open_here:
            found += _for_part(seats, people, open_here, limits, label)
    return found


def _for_part(
    seats: list[Place],
    people: list[Worker],
    open_here: list[Place],
    limits: Limits,
    label: Callable[[Group], str],
) -> list[str]:
    def left(workers: list[Worker], bound: Limits) -> int:
        return len(solve(seats, workers, bound, effort=TRY, balance=False).gaps)

    before, found = len(open_here), []
    for group in dict.fromkeys(place.group for place in open_here):
        after = left([*people, Worker(0, frozenset({group}))], limits)
        if after < before:
            found.append(f"{label(group)}增加 1 人，缺口由 {before} 个减到 {after} 个。")
    on_leave = [replace(w, person=Person((), w.person.nights)) for w in people]
    if any(worker.person.away for worker in people) and (after := left(on_leave, limits)) < before:
        found.append(f"已批的请假错开时间，缺口由 {before} 个减到 {after} 个。")
    if any(place.turn.is_night for place in open_here):
        more = replace(limits, nights=limits.nights + 1)
        if (after := left(people, more)) < before:
            found.append(
                f"7 天内夜班上限由 {limits.nights} 个改为 {more.nights} 个，"
                f"缺口由 {before} 个减到 {after} 个。"
            )
    return found or ["加 1 人、错开请假或放宽夜班都不够，要从别的站借调或减少班次。"]
