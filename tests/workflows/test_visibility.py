"""What do people find an onboarding by in the Temporal UI?"""

from datetime import UTC, datetime, time, timedelta

from domain import agenda
from domain.agenda import State
from tests.support.simulation import Simulation, gone_live, opened
from workflows.visibility import NEXT_DUE, attributes


def next_due(state: State, now: datetime) -> datetime | None:
    shown: datetime | None = attributes(state, agenda.progress(state, now))[NEXT_DUE]
    return shown


def midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def test_what_is_due_next_is_what_people_owe_next() -> None:
    """Also once its day is past: whoever looks for what is late finds it."""
    onboarding = opened()
    first, *_ = sorted(onboarding.state.milestones, key=lambda milestone: milestone.due)

    onboarding.until(first.due + timedelta(days=3))

    assert midnight(first.due) == next_due(onboarding.state, onboarding.now)


def test_what_happens_by_itself_does_not_move_what_is_due_next() -> None:
    """Each change of it is an event of the history, and a turn of the server's."""
    onboarding = opened()
    at_first = next_due(onboarding.state, onboarding.now)

    assert _woken_for(onboarding, days=4) > 1
    assert at_first == next_due(onboarding.state, onboarding.now)


def test_once_all_is_reached_the_hand_off_is_due_next_and_nothing_after_the_end() -> None:
    onboarding = gone_live()
    for milestone in onboarding.state.milestones:
        milestone.status = "reached"
    state = onboarding.state
    assert state.hand_off_by is not None

    assert midnight(state.hand_off_by) == next_due(state, onboarding.now)
    state.ending = "handed_over"
    assert next_due(state, onboarding.now) is None


def test_of_an_onboarding_of_an_older_edition_what_happens_by_itself_stands_there() -> None:
    """Its history replays."""
    onboarding = opened()
    onboarding.state.rules = 3
    following = agenda.progress(onboarding.state, onboarding.now).next_due
    assert following is not None

    assert midnight(following) == next_due(onboarding.state, onboarding.now)


def _woken_for(onboarding: Simulation, *, days: int) -> int:
    """How often it woke in so many days."""
    until, woken = onboarding.now + timedelta(days=days), 0
    while (at := onboarding.wakes_at()) is not None and at <= until:
        onboarding.until(at)
        woken += 1
    return woken
