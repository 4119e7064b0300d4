"""Is an onboarding that was lost and rebuilt the same as if it had never been lost?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.calendars import public_holidays
from activities.onboarding import Bookkeeping, Opening
from domain.agenda import Occasion, State
from domain.agenda.state import RULES
from domain.deal import onboarding_id
from domain.refusal import Refused
from domain.rules.rebuilding import CannotRebuild, rebuild
from playbooks.library import Library
from tests.support.fakes import MemoryLedger, Wakes
from tests.support.simulation import MANAGER, OTHER_CSM, OWNER, Simulation, deal, gone_live, opened, staff
from tests.support.strategies import story_of_seed

NOT_KEPT = {"seen", "counts", "facts", "pending"}
"""Fields that the store does not keep: ids of news, and counters, of which it keeps that no key comes twice."""


def lived_again(onboarding: Simulation) -> State:
    past = onboarding.ledger.past(onboarding.id)
    assert past is not None
    people = onboarding.ledger.people(onboarding.id)
    dossier = onboarding.dossier.model_copy(update={"people": people})
    return rebuild(dossier, past, staff(), now=onboarding.now)


def what_counts(state: State) -> dict[str, Any]:
    held = {(held.milestone, datetime.fromisoformat(held.news["at"])) for held in state.held}
    return {**state.model_dump(exclude=NOT_KEPT), "held": held}


def cut_off(name: str, seed: int, *, day: int) -> Simulation:
    """A random story of that deal, broken off on that day or before it would end."""
    onboarding = opened(name)
    for arrival in story_of_seed(onboarding, seed):
        if arrival.after > timedelta(days=day) or arrival.kind == "end_onboarding":
            break
        onboarding.until(onboarding.deal.closed_at + arrival.after)
        try:
            onboarding.update(arrival.kind, arrival.raw)
        except Refused:
            onboarding.hear(arrival.kind, arrival.raw)
    assert onboarding.state.ending is None
    return onboarding


@pytest.mark.parametrize(
    ("name", "seed", "day"),
    [
        ("lindenau-germany", 1, 25),
        ("lindenau-germany", 4, 90),
        ("calloway-uk", 2, 60),
        ("pinecrest-us", 5, 75),
    ],
)
def test_whatever_has_happened_it_comes_out_the_same(name: str, seed: int, day: int) -> None:
    """Rejections, pauses, new dates, issues, held signals: every piece of the state that decides anything."""
    onboarding = cut_off(name, seed, day=day)

    state = lived_again(onboarding)

    assert what_counts(onboarding.state) == what_counts(state)
    assert ["taken_up_again"] == [fact.kind for fact in state.pending]


@pytest.mark.parametrize("taken_back", [False, True])
def test_one_that_was_about_to_end_ends_then_or_goes_on_as_it_would_have(taken_back: bool) -> None:
    """Paused or not: which of the two it was, its status does not say while it is about to end."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.tell("pause", reason="strike")
    onboarding.tell("end_onboarding", ending="churned", reason="x", by=OWNER, grace_hours=8)
    if taken_back:
        onboarding.tell("take_back_ending", by=OWNER)

    state = lived_again(onboarding)

    assert what_counts(onboarding.state) == what_counts(state)
    assert taken_back is (state.ending_ahead is None)


def test_a_hand_over_that_was_dropped_comes_out_the_same() -> None:
    onboarding = opened()
    onboarding.in_time(to="success_plan_agreed")
    for criterion in ("adoption_on_target", "self_sufficient"):
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    agreed = {"ending": "handed_over_with_exceptions", "exceptions": ["outcomes_visible"], "reason": "agreed"}
    onboarding.tell("end_onboarding", **agreed, by=MANAGER, grace_hours=8)
    onboarding.tell("attest_criterion", criterion="self_sufficient", holds=False, by="project_lead")
    onboarding.until(onboarding.now + timedelta(days=5))
    onboarding.tell("raise_issue", title="It prints slowly")

    assert what_counts(onboarding.state) == what_counts(lived_again(onboarding))


def test_a_draft_that_was_sent_before_it_was_told_comes_out_the_same() -> None:
    """It was noted at the moment of the telling, and its milestone at that of the sending."""
    onboarding = opened()
    sent = onboarding.now + timedelta(minutes=1)
    onboarding.until(onboarding.now + timedelta(hours=1))
    onboarding.tell("send_draft", draft="introduction", at=sent.isoformat(), by=OWNER)

    assert what_counts(onboarding.state) == what_counts(lived_again(onboarding))


def test_what_was_rejected_overruled_and_disputed_comes_out_the_same() -> None:
    """A sign-off that waits for something to be done goes on waiting, and what was asked for again stays asked for."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    reject = {"decision": "reject", "by": "project_lead", "reasons": ["not so"]}
    onboarding.tell("sign_off", milestone="plan_agreed", **reject)
    waiting = lived_again(onboarding).milestone("plan_agreed")
    onboarding.to_day(6)
    onboarding.tell("replan", milestone="gone_live", to="2027-03-01", reason="their fair", by=OWNER)
    onboarding.tell("sign_off", milestone="plan_agreed", **reject)
    onboarding.tell("ask_sign_off", milestone="plan_agreed", by=OWNER, note="Nothing falls on your fair.")
    onboarding.tell("raise_issue", title="It stops", issue="T-1", by="technical_lead")
    onboarding.tell("resolve_issue", issue="T-1", by=OWNER)
    onboarding.tell("dispute_issue", issue="T-1", by="technical_lead")
    onboarding.to_day(8)
    overrule = {"decision": "approve", "by": "executive_sponsor", "reasons": "We begin."}
    onboarding.tell("sign_off", milestone="plan_agreed", **overrule)

    assert waiting is not None
    assert (True, False, ["project_lead"]) == (waiting.rework, waiting.asked, waiting.rejected_by)
    assert what_counts(onboarding.state) == what_counts(lived_again(onboarding))


def test_what_was_told_is_not_told_again() -> None:
    """The onboarding goes on as a new run would: what fell due meanwhile is made good, nothing else."""
    onboarding = gone_live()
    before = len(onboarding.notices())
    onboarding.state = lived_again(onboarding)

    onboarding.settle()

    assert before == len(onboarding.notices())
    assert 1 == len(onboarding.facts("taken_up_again"))


def test_it_goes_on_by_the_rules_by_which_it_was_opened() -> None:
    """By newer ones its dates would move, which people were told."""
    onboarding = opened()
    past = onboarding.ledger.past(onboarding.id)
    assert past is not None
    older = [row.model_copy(update={"data": {n: v for n, v in row.data.items() if n != "rules"}}) for row in past.rows]

    then = rebuild(onboarding.dossier, past.model_copy(update={"rows": tuple(older)}), staff(), now=onboarding.now)

    assert lived_again(onboarding).rules == onboarding.state.rules == RULES
    assert then.rules == 2
    assert [onboarding.calendar.day_of(m.due).isoformat() for m in then.milestones if m.of_plan] == ["2026-11-09"]


def test_it_can_be_lost_twice() -> None:
    """The second time under another key, so that it is written down again."""
    onboarding = opened()
    for _ in range(2):
        onboarding.state = lived_again(onboarding)
        onboarding.settle()

    assert 2 == len(onboarding.facts("taken_up_again"))


def test_the_owner_is_whom_the_store_names() -> None:
    """Also an owner who was named after the opening."""
    onboarding = opened()
    onboarding.tell("reassign", owner=OTHER_CSM)

    assert OTHER_CSM == lived_again(onboarding).owner


def test_an_opening_that_is_taken_again_keeps_the_owner_who_was_told() -> None:
    """Its task was lost after it had been written: by now the load would choose another."""
    ledger = MemoryLedger()
    books = Bookkeeping(
        ledger=ledger,
        library=Library(None),
        staff=staff,
        calendars=public_holidays,
        wake=Wakes(),
        channels=(),
        threads=ThreadPoolExecutor(1),
    )
    closed = deal()
    opening = Opening(
        onboarding=onboarding_id(closed.source, closed.id),
        run="run-1",
        started_at=closed.closed_at,
        start=closed.model_dump(mode="json"),
    )
    first = books._open(opening)
    due = Occasion(state=first, now=closed.closed_at)
    books._turn(due)
    ledger.load_by_owner = lambda: {first.owner: 1000}  # type: ignore[method-assign]  # everybody else is free

    assert first.owner == books._open(opening).owner


def test_a_journal_that_does_not_fit_is_not_made_to() -> None:
    """Rows that somebody deleted, or a version that counted otherwise: a person has to look."""
    onboarding = gone_live()
    rows = onboarding.ledger.journal[onboarding.id]
    lost = next(key for key, row in rows.items() if row.kind == "milestone_reached" and row.about == "kickoff_held")
    del rows[lost]

    with pytest.raises(CannotRebuild, match="kickoff_held is reached, and comes out open"):
        lived_again(onboarding)


def test_one_that_was_never_opened_has_no_past() -> None:
    onboarding = Simulation(deal())
    onboarding.ledger.journal[onboarding.id].clear()

    with pytest.raises(CannotRebuild, match="never opened"):
        lived_again(onboarding)
