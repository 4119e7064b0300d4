"""Does a plan tell what a change of the playbook then does?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.agenda.state import State
from domain.playbook import content_hash
from domain.record import Writing
from domain.rehearsal.driving import Driver
from domain.rehearsal.memory import Memory
from domain.rehearsal.planning import Planned, hash_of, plan_for
from domain.rules.writing_down import Decided, in_full_detail, what_is_heard
from tests.domain.agenda.test_changing import (
    KINDS,
    edited,
    told,
    what_counts,
    with_another_signature,
    with_other_meetings,
    without_one,
)
from tests.support.simulation import MANAGER, Simulation, gone_live, opened, staff


def planned(onboarding: Simulation, edit: Callable[[dict[str, Any]], None]) -> Planned:
    to = edited(edit)
    return plan_for(
        onboarding.state,
        onboarding.dossier,
        staff(),
        Memory(),
        to=to,
        hashed=content_hash(to),
        now=onboarding.now,
        hours=onboarding.hours,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_difference_is_what_happens_then(kind: Callable[[dict[str, Any]], None]) -> None:
    onboarding = opened()
    onboarding.in_time(to="environment_live")
    before = what_counts(onboarding.state)

    plan = planned(onboarding, kind)

    assert before == what_counts(onboarding.state)
    told(onboarding, edited(kind))
    [changed] = onboarding.facts("playbook_changed")
    assert plan.difference.model_dump(mode="json", exclude_defaults=True).items() <= changed.data.items()


def test_fewer_meetings_are_fewer_mails() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")

    plan = planned(onboarding, with_other_meetings)

    assert plan.mails
    assert all(one.after < one.before for one in plan.mails)


def test_who_would_be_asked_to_sign_is_named() -> None:
    onboarding = opened()
    onboarding.in_time(to="discovery_completed")

    assert ("integrations_specified",) == planned(onboarding, with_another_signature).asked


def test_what_cannot_be_changed_says_why() -> None:
    onboarding = opened()
    onboarding.in_time(to="plan_agreed")
    onboarding.hear("reach_milestone", {"milestone": "documentation_handed_over"})

    assert "hypercare" in planned(gone_live(), without_one).refused
    assert "documentation_handed_over, which was reported" in planned(onboarding, without_one).refused


def test_the_hash_is_that_of_the_whole_answer() -> None:
    onboarding = opened()
    plan, other = planned(onboarding, with_other_meetings), planned(onboarding, without_one)

    assert hash_of("a", [plan]) == hash_of("a", [planned(onboarding, with_other_meetings)])
    assert 3 == len({hash_of("a", [plan]), hash_of("b", [plan]), hash_of("a", [other])})


def test_a_plan_holds_while_only_time_passes_and_not_once_something_happened() -> None:
    """Numbers of mails pass with the days; what was reached since is not what the plan saw."""
    onboarding = opened()
    onboarding.in_time(to="environment_live")
    plan = planned(onboarding, with_other_meetings)
    onboarding.tell("note", note="They are pleased", by=MANAGER)
    onboarding.until(onboarding.now + timedelta(hours=30))
    later = planned(onboarding, with_other_meetings)
    onboarding.settled("training_planned")

    assert plan.is_what(later)
    assert not plan.is_what(planned(onboarding, with_other_meetings))
    assert not plan.is_what(planned(opened(), with_other_meetings))


def test_without_days_ahead_the_same_is_told_but_for_mails() -> None:
    onboarding = opened()
    to = edited(with_other_meetings)
    of_it = (onboarding.state, onboarding.dossier, staff(), Memory())

    now = plan_for(*of_it, to=to, hashed=content_hash(to), now=onboarding.now, ahead=timedelta(0))

    assert () == now.mails
    assert planned(onboarding, with_other_meetings).is_what(now)


@pytest.mark.parametrize("at", [0, 4, 25, 80])
def test_a_copy_that_writes_down_only_what_is_heard_tells_the_same(at: int) -> None:
    """A plan leaves out the read model, and drafts until they go: nobody hears of either."""
    onboarding = opened()
    if not at:
        onboarding.settled("handoff_reviewed")
    onboarding.to_day(at)

    def ahead(writing: Callable[[Decided], Writing]) -> tuple[State, Memory]:
        memory = Memory(dossier=onboarding.dossier)
        copy = Driver(
            onboarding.state.model_copy(deep=True),
            onboarding.dossier,
            staff(),
            memory,
            now=onboarding.now,
            hours=onboarding.hours,
            writing=writing,
        )
        copy.tell("note", note="Two weeks of silence begin", by=MANAGER)
        copy.until(onboarding.now + timedelta(days=40))
        return copy.state, memory

    (full_state, full), (state, heard) = ahead(in_full_detail), ahead(what_is_heard)

    assert full_state == state
    assert full.notices == heard.notices
    assert full.journal == heard.journal
    assert full.notices
    assert (at == 0) == any(row.kind == "draft_sent" for row in heard.journal.values()), "it counts from the review"
