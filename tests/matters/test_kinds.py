"""Every kind, state, action and member of the cast, against a table written by hand and not from the code."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from grids.scope import rights_of
from matters.loop import KINDS, STANDARD_LOOP, STATES, derive
from matters.models import Matter
from matters.workflow import advance, available_actions
from shared.errors import NotAllowed, NotFound, TransitionRefused
from tests.cast import POSTS, Cast
from tests.incidents.made import hazard, incident
from tests.incidents.reports.made import report

TARGETS = {
    "place": "assigned",
    "accept": "accepted",
    "assign": "assigned",
    "handle": "handling",
    "echo": "echoed",
    "send_back": "accepted",
    "verify": "closed",
    "redo": "handling",
    "transfer": "assigned",
    "ask_info": "",
    "answer_info": "",
    "ask_extension": "",
    "grant_extension": "",
    "refuse_extension": "",
    "supervise": "",
    "merge": "merged",
    "refer": "referred",
    "cancel": "cancelled",
    "reopen": "accepted",
    "divert": "assigned",
    "sign": "",
    "contact": "",
    "arrive": "handling",
    "reply": "echoed",
    "hand_back": "accepted",
    "to_hazard": "referred",
}
"""Action → state after it; "" = the same."""
EARLY = "merge refer cancel"
WORK = "ask_info ask_extension"
STANDARD = {
    "reported": {
        "officer": f"accept {EARLY}",
        "leader": f"accept supervise {EARLY}",
        "command": f"accept supervise {EARLY}",
    },
    "accepted": {
        "officer": f"assign {EARLY}",
        "leader": f"assign supervise {EARLY}",
        "command": f"assign supervise {EARLY}",
    },
    "assigned": {
        "worker": f"echo handle send_back {WORK}",
        "officer": f"assign echo handle send_back {WORK} {EARLY}",
        "leader": f"assign supervise {EARLY}",
        "command": f"assign supervise {EARLY}",
    },
    "handling": {
        "worker": f"echo send_back {WORK}",
        "officer": f"transfer echo send_back {WORK} {EARLY}",
        "leader": f"transfer supervise {EARLY}",
        "command": f"transfer supervise {EARLY}",
    },
    "echoed": {
        "officer": "verify redo",
        "leader": "verify redo supervise",
        "command": "verify redo supervise",
    },
    "closed": {"officer": "reopen", "leader": "reopen", "command": "reopen"},
    "cancelled": {},
    "merged": {},
    "referred": {},
}
DECIDE = "grant_extension refuse_extension"
NOT_NOW = {
    "accepted": {"officer": DECIDE, "leader": DECIDE, "command": DECIDE},
    "assigned": {
        "worker": "answer_info", "officer": f"answer_info {DECIDE}", "leader": DECIDE, "command": DECIDE,
    },
}  # fmt: skip
NOT_NOW["handling"] = NOT_NOW["assigned"]
"""Moves whose condition does not hold: nobody asked for material nor for more time."""
STEPS = "sign contact arrive reply hand_back"
NOT_DIVERTED = {
    state: {
        **NOT_NOW[state],
        "command": f"{NOT_NOW[state]['command']} {STEPS}",
        "mediator": STEPS,
        "liaison": STEPS,
    }
    for state in ("assigned", "handling")
}
CLOSED_BY_CONDITION = {
    "hazard": NOT_NOW,
    "citizen_report": NOT_NOW,
    "police_incident": {**NOT_NOW, **NOT_DIVERTED},
}
"""Of an incident that the police did not pass on, the receiving side's steps too."""
REPORTERS = ["worker", "officer", "command", "police", "liaison"]
"""Who may raise a hazard, and so turn a report into one."""
EXPECTED = {
    "hazard": STANDARD,
    "citizen_report": {
        **STANDARD,
        **{
            state: {
                **STANDARD[state],
                **{person: f"to_hazard {STANDARD[state].get(person, '')}".strip() for person in REPORTERS},
            }
            for state in ("reported", "accepted", "assigned", "handling")
        },
    },
    "police_incident": {
        **STANDARD,
        "reported": {**STANDARD["reported"], "command": f"place accept supervise {EARLY}"},
        **{
            state: {
                **STANDARD[state],
                "command": f"divert {STANDARD[state]['command']}",
                "police": "divert",
            }
            for state in ("accepted", "assigned", "handling")
        },
    },
}
ELSEWHERE = {"dispute": "tests/mediation/test_workflow.py"}
"""Kinds with states of their own, and the test that goes through all of their actions in all of them."""
MAKERS: dict[str, Callable[[Cast], Matter]] = {
    "hazard": lambda cast: hazard(cast).matter,
    "police_incident": incident,
    "citizen_report": lambda cast: report(cast, cast.grid_a).matter,
}
SEE = {"worker", "officer", "mediator", "police", "liaison", "leader", "command", "program"}
"""Who sees matters of grid A at all."""
NO_RIGHT = {"captain", "landlord", "manager", "administrator", "nobody"}
"""Who sees no matter anywhere: the API says 403; the rest see others, so this one is not there: 404."""
PEOPLE = [*POSTS, "nobody"]


def made(cast: Cast, kind: str, state: str, handler: User | None = None) -> Matter:
    """A matter of grid A in a state, echoed and later ones by the worker."""
    matter = MAKERS[kind](cast)
    Matter.objects.filter(pk=matter.pk).update(state=state)
    ended = (
        {"closed_at": timezone.now(), "outcome": "settled", "answer": "好了"}
        if state in {"closed", "cancelled", "merged", "referred"}
        else {}
    )
    handled = handler or (cast.worker if state not in {"reported", "accepted", "assigned"} else None)
    Matter.objects.filter(pk=matter.pk).update(handler=handled, **ended)
    matter.refresh_from_db()
    return matter


def full(cast: Cast) -> dict[str, Any]:
    """Everything that any move asks for."""
    return {
        "note": "已到现场",
        "evidence": evidence(cast, cast.grid_a2),
    }


def evidence(cast: Cast, area: Any) -> dict[str, Any]:
    """Everything but the note; the main matter lies open in the next grid."""
    main = Matter.objects.filter(title="主件").first() or incident(cast, cast.grid_a2, title="主件")
    own = {"days": 3, "main": main.number, "refer_to": "other", "receiver": "command"}
    own |= {"hazard_type": "egress", "hazard_level": "ordinary"}
    return {"outcome": "settled", "answer": "已处理。", "area": area, **own}


def verdict(cast: Cast, matter: Matter, action: str, actor: User) -> str:
    """What `advance` says, undone afterwards."""
    try:
        with transaction.atomic():
            event = advance(matter=Matter.objects.get(pk=matter.pk), action=action, actor=actor, **full(cast))
            transaction.set_rollback(True)
        return f"moved to {event.to_state}"
    except (NotAllowed, NotFound, TransitionRefused) as error:
        return type(error).__name__


def expected(kind: str, state: str, action: str, person: str) -> str:
    """The same by the table above."""
    if person not in SEE:
        return "NotFound"
    open_to = EXPECTED[kind][state]
    if action in open_to.get(person, "").split():
        return f"moved to {TARGETS[action] or state}"
    not_now = CLOSED_BY_CONDITION[kind].get(state, {})
    if action in not_now.get(person, "").split():
        return "TransitionRefused"
    known = any(action in said.split() for said in (*open_to.values(), *not_now.values()))
    return "NotAllowed" if known else "TransitionRefused"


def test_every_registered_kind_is_gone_through() -> None:
    assert set(KINDS) == {*EXPECTED, *ELSEWHERE}, "a new kind needs its own row of the table, or its own test"
    assert set(EXPECTED) == set(MAKERS)
    for kind, where in ELSEWHERE.items():
        assert "def test_every_action_is_open_only_in_its_states" in Path(where).read_text(), kind
    for kind, table in EXPECTED.items():
        assert set(table) == set(KINDS[kind].states)
    assert {t.action for kind in EXPECTED for t in KINDS[kind].loop} == set(TARGETS)


@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize("kind", list(EXPECTED))
def test_every_action_by_every_member_of_the_cast(cast: Cast, kind: str, state: str) -> None:
    matter = made(cast, kind, state)
    for person in PEOPLE:
        for action in TARGETS:
            actor = cast.people[person]
            assert verdict(cast, matter, action, actor) == expected(kind, state, action, person), (
                person,
                action,
            )
        offered = {t.action for t in available_actions(matter, actor)}
        assert offered == set(EXPECTED[kind][state].get(person, "").split()), person
    matter.refresh_from_db()
    assert (matter.state, matter.version, matter.events.count()) == (state, 1, 1)


@pytest.mark.parametrize("kind", list(EXPECTED))
def test_who_echoed_does_not_verify_even_with_the_right(cast: Cast, kind: str) -> None:
    matter = made(cast, kind, "echoed", handler=cast.officer)
    assert [t.action for t in available_actions(matter, cast.officer)] == (
        ["redo"] if kind != "hazard" else []
    )
    assert verdict(cast, matter, "verify", cast.officer) == "NotAllowed"
    assert verdict(cast, matter, "verify", cast.command) == "moved to closed"


@pytest.mark.parametrize("state", ["reported", "assigned", "echoed", "closed"])
def test_the_api_answers_by_the_same_table(cast: Cast, api: Callable[[User], APIClient], state: str) -> None:
    matter = made(cast, "police_incident", state)
    body = {"note": "已到现场", "evidence": evidence(cast, cast.grid_a2.pk)}
    for person in PEOPLE:
        client = api(cast.people[person])
        for action in TARGETS:
            said = expected("police_incident", state, action, person)
            status = {"NotFound": 404, "NotAllowed": 403, "TransitionRefused": 409}.get(said, 200)
            if person in NO_RIGHT:
                status = 403
            elif "incidents.view" not in rights_of(cast.people[person]):
                status = 404
            with transaction.atomic():
                answer = client.post(
                    f"/api/v1/matters/{matter.pk}/actions/",
                    {"action": action, "version": 1, **body},
                    format="json",
                )
                transaction.set_rollback(True)
            assert answer.status_code == status, (person, action, answer.content.decode())
            if status == 409:
                allowed = EXPECTED["police_incident"][state].get(person, "").split()
                assert sorted(answer.json()["allowed"]) == sorted(allowed)


@pytest.mark.parametrize(
    ("action", "missing"),
    [("echo", "note"), ("send_back", "note"), ("cancel", "note"), ("assign", "area")],
)
def test_each_missing_evidence_is_a_400_that_names_it(
    cast: Cast, api: Callable[[User], APIClient], action: str, missing: str
) -> None:
    matter = made(cast, "hazard", "assigned")
    answer = api(cast.officer).post(
        f"/api/v1/matters/{matter.pk}/actions/", {"action": action, "version": 1}, format="json"
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [missing]
    matter.refresh_from_db()
    assert matter.version == 1


def test_a_matter_is_not_given_to_another_village_nor_to_the_street(
    cast: Cast, api: Callable[[User], APIClient]
) -> None:
    matter = made(cast, "hazard", "assigned")
    for actor, area in [
        (cast.officer, cast.grid_b),
        (cast.command, cast.street),
        (cast.command, cast.far_grid),
    ]:
        answer = api(actor).post(
            f"/api/v1/matters/{matter.pk}/actions/",
            {"action": "assign", "version": 1, "evidence": {"area": area.pk}},
            format="json",
        )
        assert answer.status_code == 400, area
        assert "area" in answer.json()["errors"]
    matter.refresh_from_db()
    assert matter.area == cast.grid_a


def test_evidence_that_a_move_does_not_need_changes_nothing(cast: Cast) -> None:
    matter = made(cast, "hazard", "assigned")
    advance(matter=matter, action="echo", actor=cast.officer, note="清了", evidence={"area": cast.grid_a2})
    assert matter.area == cast.grid_a
    assert matter.closed_at is None


def test_being_given_to_another_grid_forgets_the_handler(cast: Cast) -> None:
    matter = made(cast, "hazard", "assigned", handler=cast.worker)
    event = advance(matter=matter, action="assign", actor=cast.command, evidence={"area": cast.grid_a2})
    assert (matter.area, matter.handler) == (cast.grid_a2, None)
    assert event.evidence == {"area": str(cast.grid_a2.pk), "area_name": "河边村第二网格"}


def test_a_closing_keeps_what_its_outcome_is(cast: Cast) -> None:
    for outcome in ("settled", "not_ours", "unfounded", "passed_on", "could_not"):
        matter = made(cast, "hazard", "echoed")
        advance(
            matter=matter,
            action="verify",
            actor=cast.command,
            evidence={"outcome": outcome, "answer": "见记录"},
        )
        assert (matter.outcome, matter.state) == (outcome, "closed")
    matter = made(cast, "hazard", "assigned")
    before = timezone.now() - timedelta(seconds=5)
    advance(matter=matter, action="cancel", actor=cast.command, note="重复上报")
    assert (matter.outcome, matter.answer, matter.state) == ("cancelled", "重复上报", "cancelled")
    assert matter.closed_at is not None
    assert matter.closed_at > before


def test_derive_leaves_the_standard_loop_alone() -> None:
    own = derive(STANDARD_LOOP, remove=["cancel"], echo={"label": "回应"})
    assert "cancel" in {t.action for t in STANDARD_LOOP}
    assert {t.label for t in own if t.action == "echo"} == {"回应"}
    assert {t.label for t in STANDARD_LOOP if t.action == "echo"} == {"反馈"}
