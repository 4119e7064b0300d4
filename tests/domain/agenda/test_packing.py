"""Which states are packed away? Those that others have followed, and never one that somebody is changing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from domain.agenda import FoldingState, State, packing
from domain.agenda.packing import DOZING, packed


def fold_others() -> None:
    """So many that whoever was folded before is packed."""
    for number in range(DOZING):
        FoldingState(State(onboarding=f"another-{number}")).fold()


def test_of_states_that_were_folded_those_that_others_have_followed_are_packed() -> None:
    """Who was awake a moment ago wakes again soonest: to unpack and pack it each time costs as much as half a turn."""
    states = [State(onboarding=f"onboarding-{number}") for number in range(DOZING + 1)]
    kept = [FoldingState(state) for state in states]
    for one in kept:
        one.fold()

    assert kept[0].state is not states[0]
    assert all(one.state is state for one, state in zip(kept[1:], states[1:], strict=True))


def test_what_is_awake_is_not_packed_however_many_others_are_folded() -> None:
    """A change that is made to it would be lost."""
    kept = FoldingState(State(onboarding="onboarding-1"))
    kept.fold()
    awake = kept.state
    fold_others()

    awake.facts += 1

    assert kept.state is awake


def test_who_wakes_while_another_thread_packs_the_state_changes_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is packed may not change meanwhile, and what is changed is not lost."""
    begun, let_go, facts = Event(), Event(), list[int]()

    def slowly(state: State) -> bytes:
        if state.onboarding == "onboarding-1" and not begun.is_set():
            begun.set()
            assert let_go.wait(10)
            facts.append(state.facts)
        return packed(state)

    kept = FoldingState(State(onboarding="onboarding-1"))
    kept.fold()
    monkeypatch.setattr(packing, "packed", slowly)
    with ThreadPoolExecutor(1) as another:
        folding = another.submit(fold_others)
        assert begun.wait(10)
        kept.state.facts += 1
        let_go.set()
        folding.result()

    assert ([0], 1) == (facts, kept.state.facts)
