"""What holds whatever comes, and in whatever order? Whole onboardings under random news.

The simulation looks after every turn: an owner and a next wake-up or a named wait, one entry per slot, known words for
the status, nothing twice, nothing about what is settled, nothing after the ending, no hand-off that is not deserved,
no spinning, and the same state after a trip through JSON.
"""

import functools
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import agenda
from domain.news import read_news
from domain.refusal import Refused
from tests.support.simulation import Simulation, deal, opened
from tests.support.strategies import Arrival, any_news, random_story, story_of_seed

SEEDS = range(12)
"""The stories that are also played on a real server."""
DEALS = ("lindenau-germany", "calloway-uk", "pinecrest-us")
"""Deals to play stories of, one for each tier."""
MOST_TURNS_A_DAY = 5
LONG_AFTER = 170


def play(onboarding: Simulation, story: list[Arrival]) -> int:
    """Let the news come; returns how many pieces were accepted."""
    accepted = 0
    for arrival in story:
        onboarding.until(onboarding.deal.closed_at + arrival.after)
        if arrival.signal:
            onboarding.hear(arrival.kind, arrival.raw)
            continue
        try:
            onboarding.update(arrival.kind, arrival.raw)
            accepted += 1
        except Refused as refused:
            assert refused.reason
    onboarding.to_day(LONG_AFTER)
    return accepted


def deal_of(seed: int) -> str:
    return DEALS[seed % len(DEALS)]


@functools.cache
def played(seed: int) -> tuple[Simulation, int]:
    onboarding = opened(deal_of(seed))
    return onboarding, play(onboarding, story_of_seed(onboarding, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_onboarding_keeps_its_promises_whatever_comes(seed: int) -> None:
    onboarding, accepted = played(seed)

    assert accepted > 0
    assert len(onboarding.ledger.writings) < LONG_AFTER * MOST_TURNS_A_DAY
    assert len(onboarding.state.model_dump_json()) < 20_000


def test_the_stories_end_in_many_ways() -> None:
    """Stories would prove little if all of them got stuck in the same place."""
    ends = {played(seed)[0].status() for seed in SEEDS}

    assert len(ends) >= 3


def test_a_story_of_a_seed_is_always_the_same() -> None:
    assert story_of_seed(opened(), 7) == story_of_seed(opened(), 7)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(DEALS), dice=st.randoms(use_true_random=False))
def test_news_may_come_while_a_turn_is_written_down(name: str, dice: random.Random) -> None:
    """Handlers run between two awaits of the loop: what they change must not be lost nor undone."""

    def interrupt(state: agenda.State, now: object) -> None:
        for _ in range(dice.randint(1, 3)):
            kind, raw, _ = any_news(state, dice)
            try:
                news = read_news(kind, raw)
                agenda.check(state, news, onboarding.now)
            except Refused:
                continue
            agenda.apply(state, news, onboarding.now)

    onboarding = opened(name)
    for arrival in random_story(onboarding.state, dice)[:40]:
        if dice.random() < 0.3:
            onboarding.meanwhile = interrupt
        play_one(onboarding, arrival)

    assert onboarding.state.owner == onboarding.state.cast["csm"][0]


def play_one(onboarding: Simulation, arrival: Arrival) -> None:
    onboarding.until(onboarding.deal.closed_at + arrival.after)
    try:
        onboarding.update(arrival.kind, arrival.raw)
    except Refused:
        onboarding.hear(arrival.kind, arrival.raw)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(DEALS),
    dice=st.randoms(use_true_random=False),
    hours=st.lists(st.integers(1, 500), max_size=25),
)
def test_any_news_in_any_order_breaks_nothing(name: str, dice: random.Random, hours: list[int]) -> None:
    onboarding = opened(name)

    for wait in hours:
        kind, raw, _ = any_news(onboarding.state, dice)
        play_one(onboarding, Arrival(onboarding.now - onboarding.deal.closed_at + timedelta(hours=wait), kind, raw))

    assert onboarding.status()


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(DEALS), dice=st.randoms(use_true_random=False), late=st.integers(0, 150))
def test_an_onboarding_that_is_taken_up_at_any_day_keeps_its_promises(
    name: str, dice: random.Random, late: int
) -> None:
    closed = deal(name).closed_at
    reached = [
        {"milestone": milestone.key, "at": closed + timedelta(days=late / 2)}
        for milestone in opened(name).state.milestones
        if dice.random() < 0.4
    ]

    taken_up = deal(name, as_of=closed + timedelta(days=late), reached=reached)
    onboarding = Simulation(taken_up, playbook=opened(name).playbook)
    told_at_once = [notice.to for notice in onboarding.notices("taken_up")]
    onboarding.until(onboarding.now + timedelta(days=40))

    assert len(told_at_once) <= 1
    assert onboarding.status()
