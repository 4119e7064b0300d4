"""What may somebody do now, and what comes later? On the pure core, with a real playbook."""

import pytest

from domain.notice import Person
from domain.record import MilestoneRow, RegisterRow
from domain.room import signing
from domain.room.signing import Numbered
from domain.room.steps import Standing, Steps, steps_of
from tests.support.simulation import Simulation, opened, staff


def standing_of(onboarding: Simulation, *, halted: bool = False) -> Standing:
    """How the onboarding stands, from what it has written."""
    ledger, id = onboarding.ledger, onboarding.id
    rows = [Numbered(number, row) for number, row in enumerate(ledger.journal[id].values(), start=1)]
    milestones: dict[str, MilestoneRow] = {row.key: row for row in ledger.standings[id].milestones}
    tasks: list[RegisterRow] = [row for row in ledger.registers(id) if row.kind == "task"]
    signed = [one.key for one in onboarding.dossier.playbook.milestones if one.sign_off]
    return Standing(
        dossier=onboarding.dossier,
        team=staff(),
        owner=onboarding.state.owner,
        milestones=milestones,
        sign_offs={key: signing.sign_off(key, rows) for key in signed},
        tasks=tasks,
        halted=halted,
    )


def person(onboarding: Simulation, id: str) -> Person:
    found = onboarding.dossier.person(id)
    assert found is not None
    return found


def steps(onboarding: Simulation, id: str = "project_lead", *, halted: bool = False) -> Steps:
    return steps_of(person(onboarding, id), standing_of(onboarding, halted=halted))


@pytest.fixture
def onboarding() -> Simulation:
    onboarding = opened()
    onboarding.to_day(8)
    return onboarding


def test_what_waits_for_something_else_comes_later(onboarding: Simulation) -> None:
    """The plan is signed once the kickoff was held, and not before."""
    before = steps(onboarding)
    onboarding.settled("kickoff_held")
    after = steps(onboarding)

    assert ([], ["plan_agreed"]) == ([step.key for step in before.now], [step.key for step in before.later][:1])
    assert ("kickoff_held",) == before.later[0].waits_for
    assert ["plan_agreed"] == [step.key for step in after.now]
    assert "plan_agreed" not in {step.key for step in after.later}


def test_a_task_of_ones_own_stands_among_them_by_its_day(onboarding: Simulation) -> None:
    """What somebody else has, or has done, does not."""
    onboarding.settled("kickoff_held")
    for owner, due in (
        ("project_lead", "2026-11-09"),
        ("technical_lead", "2026-11-09"),
        ("project_lead", "2026-12-30"),
    ):
        onboarding.tell("add_task", title=f"For {owner}", due=due, owner=owner, by="jonas.weber")

    assert ["task-1", "plan_agreed", "task-3"] == [step.key for step in steps(onboarding).now]
    onboarding.tell("close_task", task="task-1", by="project_lead")
    assert ["plan_agreed", "task-3"] == [step.key for step in steps(onboarding).now]


def test_what_was_refused_is_nobodys_until_it_is_asked_for_again(onboarding: Simulation) -> None:
    """Then it says so."""
    onboarding.settled("kickoff_held")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=["too soon"], by="project_lead")
    assert "plan_agreed" not in {step.key for step in steps(onboarding).now}

    onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber")
    [step] = [step for step in steps(onboarding).now if step.key == "plan_agreed"]
    assert step.again


def test_nothing_is_asked_of_anybody_while_it_is_halted(onboarding: Simulation) -> None:
    """Paused, or over."""
    onboarding.settled("kickoff_held")
    assert Steps((), ()) == steps(onboarding, halted=True)


def test_nobody_is_asked_for_what_is_ours_or_comes_by_itself(onboarding: Simulation) -> None:
    """Every step of every customer's person is a milestone that they may report or sign."""
    each = [
        step
        for one in onboarding.dossier.people
        for step in (*steps(onboarding, one.id).now, *steps(onboarding, one.id).later)
    ]
    internal = {"handoff_reviewed", "introduction_sent", "hypercare_closed", "first_win_shown"}

    assert each
    assert not internal & {step.key for step in each}
