"""One dispute of the demo as a story: what happens when, up to the demo's today."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from chengdong.demo.plan import moment
from chengdong.demo.timelines import Step
from mediation.kinds import DISPUTE
from shared.dates import local

SUCCESS, FAILURE = "success", "failure"
UNKEPT_NOTE = "电话催了三次，仍未付清，已告知可以申请强制执行或起诉。"
RULINGS = {"confirmed": "裁定有效", "refused": "裁定驳回", "withdrawn": "已撤回"}
ENDS = {
    FAILURE: "fail",
    "withdrawn": "withdraw",
    "refused": "refuse",
    "rejected": "reject",
    "passed_on": "pass_on",
}


UNKEPT = 0.035
"""Share of agreements of which the last part is never kept."""
TO_COURT, GRANTED = 0.14, 0.94
"""Share of agreements that both bring before the court, and of those the share that it confirms."""


@dataclass
class Court:
    """司法确认: asked for, and what became of it; `result` "" while it is open."""

    applied: datetime
    decided: datetime | None
    result: str


@dataclass
class Story:
    """Steps in their order, and when what is written with them happens."""

    result: str
    received: datetime
    mediator: int
    steps: list[Step] = field(default_factory=list)
    accepted: datetime | None = None
    written: datetime | None = None
    sitting: datetime | None = None
    ended: datetime | None = None
    parts: list[tuple[date, datetime | None]] = field(default_factory=list)
    visits: list[tuple[int, date, datetime | None]] = field(default_factory=list)
    court: "Court | None" = None
    archived: datetime | None = None

    def state(self) -> str:
        """Where the steps lead."""
        state = DISPUTE.start
        for step in self.steps:
            move = DISPUTE.move(state, step.action)
            if move is None:
                raise LookupError(f"dispute: no {step.action} in {state}")
            state = move.lands(state)
        return state


def told(
    dice: Random,
    received: datetime,
    now: datetime,
    mediator: int,
    result: str,
    words: dict[str, Any],
    parts: int,
) -> Story:
    """The story of one dispute, cut off at `now`. `parts` = how many instalments it is kept in."""
    story = Story(result, received, mediator)
    at = received + timedelta(minutes=dice.randint(20, 1500))
    if result == "rejected":
        _end(story, at, "不属人民调解范围，已告知到有关部门办理。")
    elif result == "refused":
        _end(story, at, "被申请人明确拒绝调解。")
    else:
        story.accepted = _step(story, "accept", at)
        at = story.accepted + timedelta(hours=dice.randint(3, 40))
        if result == "withdrawn":
            _end(story, at, dice.choice(words["withdrawn"]))
        elif result == "passed_on":
            _end(story, at, "转有关部门处理，材料已交接。")
        else:
            _mediate(story, dice, at, words, parts)
    _close(story, dice, now)
    return story


def at_work(at: datetime) -> datetime:
    """The same moment, or the next morning where nobody is at the station."""
    here = local(at)
    if 8 <= here.hour < 18:
        return at
    day = here.date() + timedelta(days=here.hour >= 18)
    return moment(day, 510 + here.minute // 2)


def _step(story: Story, action: str, at: datetime, note: str = "", **evidence: str) -> datetime:
    at = at_work(at)
    if story.steps:
        at = max(at, story.steps[-1].at + timedelta(minutes=1))
    story.steps.append(Step(action, story.mediator, at, note, evidence))
    return at


def _end(story: Story, at: datetime, note: str) -> None:
    outcome = {"rejected": "not_ours", "passed_on": "passed_on"}.get(story.result, "")
    story.ended = _step(story, ENDS[story.result], at, note, **({"outcome": outcome} if outcome else {}))


def _mediate(story: Story, dice: Random, at: datetime, words: dict[str, Any], parts: int) -> None:
    _step(story, "investigate", at)
    story.written = _step(story, "write", at + timedelta(hours=dice.randint(1, 20)), kind="调查记录")
    begun = _step(story, "mediate", story.written + timedelta(hours=dice.randint(2, 30)))
    day = begun.date() + timedelta(days=dice.randint(1, 6))
    story.sitting = moment(day, dice.choice([540, 570, 600, 840, 870, 900]))
    _step(story, "plan", begun + timedelta(minutes=dice.randint(5, 200)))
    held = _step(story, "hold", story.sitting + timedelta(minutes=90), session="第1次调解会")
    at = held + timedelta(minutes=dice.randint(10, 1200))
    if story.result == FAILURE:
        _end(story, at, dice.choice(words["apart"]))
        return
    story.ended = _step(story, "agree", at, form="书面协议")
    _step(story, "take_effect", at)
    for n in range(1, parts + 1):
        due = at.date() + timedelta(days=14 if parts == 1 else 25 * n)
        late = dice.random() < 0.06
        done = moment(due + timedelta(days=dice.randint(3, 9) if late else -dice.randint(0, 4)), 620)
        kept = n < parts or dice.random() >= UNKEPT
        story.parts.append((due, max(done, at + timedelta(minutes=5)) if kept else None))
    for after in (7, 30):
        due = at.date() + timedelta(days=after)
        story.visits.append((after, due, moment(due + timedelta(days=dice.randint(0, 2)), 900)))
    if dice.random() < TO_COURT:
        applied = moment(at.date() + timedelta(days=dice.randint(1, 24)), dice.randint(540, 990))
        decided = moment(applied.date() + timedelta(days=dice.randint(5, 15)), 600)
        result = "confirmed" if dice.random() < GRANTED else dice.choice(["refused", "withdrawn"])
        story.court = Court(applied, decided, result)


def _close(story: Story, dice: Random, now: datetime) -> None:
    """What follows the agreement in the order of time; the archive; nothing after `now`."""
    kept = [done for _, done in story.parts if done]
    seen = [done for _, _, done in story.visits if done]
    after = [("keep", done, {"part": f"第{n}期"}) for n, done in enumerate(kept, start=1)]
    after += [("visit", done, {"round": f"{days}天回访"}) for days, _, done in story.visits if done]
    if story.parts:
        due, done = story.parts[-1]
        settled = max(kept) if done else moment(due + timedelta(days=8), 560)
        after.append(("perform" if done else "default", settled + timedelta(seconds=1), {}))
        after.append(("follow", max(settled, *seen) + timedelta(seconds=2), {}))
    if story.court and story.court.decided:
        after.append(("confirm", story.court.applied, {}))
        after.append(("ruling", story.court.decided, {"result": RULINGS[story.court.result]}))
    for action, at, evidence in sorted(after, key=lambda one: one[1]):
        _step(story, action, at, UNKEPT_NOTE if action == "default" else "", **evidence)
    if story.steps and story.result not in {"rejected", "passed_on"}:
        outcome = {SUCCESS: "settled", "withdrawn": "cancelled"}.get(story.result, "could_not")
        last = story.steps[-1].at + timedelta(hours=dice.randint(20, 90))
        story.archived = _step(story, "archive", last, "", outcome=outcome, answer="已办结归档。")
    story.steps = [step for step in story.steps if step.at < now]
    for name in ("accepted", "written", "ended", "archived"):
        if (at := getattr(story, name)) and at >= now:
            setattr(story, name, None)
    if story.court:
        story.court = _known(story.court, now)
    story.parts = [(due, done if done and done < now else None) for due, done in story.parts]
    story.visits = [(d, due, done if done and done < now else None) for d, due, done in story.visits]


def _known(court: Court, now: datetime) -> Court | None:
    """As far as it had come by `now`."""
    if court.applied >= now:
        return None
    return court if court.decided and court.decided < now else Court(court.applied, None, "")
