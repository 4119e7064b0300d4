"""Is the hand-off one person's word? Who may vouch for a criterion, and what figures say to it."""

import functools
from typing import Any

import pytest

from domain import agenda
from domain.record import Figure
from domain.rules.rebuilding import rebuild
from domain.rules.weighing import is_missed
from tests.support.simulation import EXECUTIVE, MANAGER, OTHER_CSM, OWNER, Simulation, deal, high_touch, opened

ADOPTION = "adoption_on_target"
SEASONAL = "Half of them work in the season only, which begins in March."


@functools.cache
def _late() -> Simulation:
    onboarding = opened()
    onboarding.to_day(100)
    return onboarding


@pytest.fixture
def late() -> Simulation:
    """Day 100, with nothing reached: criteria do not depend on that."""
    return _late().fork()


def measured(onboarding: Simulation, **figures: float) -> None:
    onboarding.ledger.measured[onboarding.id] = {
        metric: Figure(metric=metric, value=value, at=onboarding.now) for metric, value in figures.items()
    }


def vouch(onboarding: Simulation, by: str, criterion: str = ADOPTION, **more: Any) -> None:
    onboarding.tell("attest_criterion", criterion=criterion, by=by, **more)


def holds(onboarding: Simulation, criterion: str = ADOPTION) -> bool:
    return criterion not in onboarding.state.unmet()


# --- figures


def test_a_word_that_no_figure_speaks_against_counts(late: Simulation) -> None:
    """Met exactly, and never measured: neither speaks against it."""
    measured(late, activation_rate=85, weekly_use_rate=75.0)

    vouch(late, OWNER)

    assert holds(late)
    assert [] == late.facts("criterion_doubted")


def test_a_word_against_a_figure_counts_for_nothing_without_a_reason(late: Simulation) -> None:
    """The owner hears of it, and nobody else."""
    measured(late, activation_rate=41, weekly_use_rate=80)

    vouch(late, OWNER)

    assert not holds(late)
    [doubt] = late.facts("criterion_doubted")
    assert [("activation_by_60", 41.0)] == [(one["target"], one["value"]) for one in doubt.data["figures"]]
    [notice] = late.notices("criterion_doubted")
    assert (OWNER, "", "41", "85") == (
        notice.to,
        notice.facts["reason"],
        notice.facts["figures"][0]["value"],
        notice.facts["figures"][0]["at_least"],
    )


def test_with_a_reason_it_counts_once_the_manager_has_approved_it(late: Simulation) -> None:
    measured(late, activation_rate=41)

    vouch(late, OWNER, reason=SEASONAL)

    [notice] = late.notices("criterion_doubted")
    assert (MANAGER, SEASONAL) == (notice.to, notice.facts["reason"])
    assert not holds(late)

    vouch(late, MANAGER)

    assert holds(late)
    [attested], [approved] = late.facts("criterion_attested"), late.facts("criterion_approved")
    assert (SEASONAL, MANAGER, OWNER) == (attested.data["reason"], approved.by, approved.data["vouched_by"])


def test_nobody_approves_their_own_word_and_nobody_who_is_no_approver(late: Simulation) -> None:
    measured(late, activation_rate=41)

    vouch(late, MANAGER, reason=SEASONAL)
    vouch(late, MANAGER)
    assert not holds(late)
    assert [EXECUTIVE] == late.told("criterion_doubted"), "not the manager, whose word it is"

    vouch(late, EXECUTIVE)
    assert holds(late)


def test_a_colleague_who_vouches_anew_is_weighed_anew(late: Simulation) -> None:
    measured(late, activation_rate=41)
    vouch(late, OWNER, reason=SEASONAL)

    vouch(late, OTHER_CSM, reason="I have seen them work.")

    assert [OWNER, OTHER_CSM] == [row.by for row in late.facts("criterion_doubted")]
    assert not holds(late)


def test_what_was_approved_may_be_taken_back(late: Simulation) -> None:
    measured(late, activation_rate=41)
    vouch(late, OWNER, reason=SEASONAL)
    vouch(late, MANAGER)

    vouch(late, MANAGER, holds=False)

    assert not holds(late)


def test_figures_count_as_they_stood_when_somebody_vouched(late: Simulation) -> None:
    """A quiet week after that takes nothing back: a word has its day, like every signature."""
    measured(late, activation_rate=90)
    vouch(late, OWNER)

    measured(late, activation_rate=41)
    vouch(late, "project_lead", criterion="self_sufficient")

    assert holds(late)


def test_a_target_whose_day_has_not_come_speaks_against_nothing() -> None:
    onboarding = opened()
    onboarding.to_day(40)
    measured(onboarding, activation_rate=41)

    vouch(onboarding, OWNER)

    assert holds(onboarding)


def test_a_reason_may_come_after_the_word(late: Simulation) -> None:
    """Also in the same moment, before the figures were looked at."""
    measured(late, activation_rate=41)
    vouch(late, OWNER)

    vouch(late, OWNER, reason=SEASONAL)

    assert [MANAGER] == [notice.to for notice in late.notices("criterion_doubted") if notice.facts["reason"]]


def test_what_it_waits_for_is_said(late: Simulation) -> None:
    measured(late, activation_rate=41)
    vouch(late, OWNER, reason=SEASONAL)

    assert agenda.why(late.state, ADOPTION, late.now) == (
        f"{OWNER} vouches for {ADOPTION} against activation_by_60: it takes the approval of {MANAGER} or {EXECUTIVE}"
    )


def test_an_onboarding_that_is_lived_again_remembers_what_spoke_against_it(late: Simulation) -> None:
    measured(late, activation_rate=41)
    vouch(late, OWNER, reason=SEASONAL)
    past = late.ledger.past(late.id)
    assert past is not None

    again = rebuild(late.dossier, past, late.team, now=late.now).criterion(ADOPTION)

    assert late.state.criterion(ADOPTION) == again


@pytest.mark.parametrize(
    ("key", "value", "missed"),
    [
        ("activation_by_60", 85, False),
        ("activation_by_60", 84.9, True),
        ("few_tickets_by_60", 4, False),
        ("few_tickets_by_60", 5, True),
        ("further_results", 0, False),
    ],
)
def test_a_target_is_missed_below_at_least_and_from_below_on(key: str, value: float, *, missed: bool) -> None:
    target = next(target for target in high_touch().targets if target.key == key)

    assert missed == is_missed(target, value)


# --- persons


def test_the_owner_alone_cannot_vouch_for_all(late: Simulation) -> None:
    """The hand-off is not one person's word, and least of all of the one who did the work."""
    vouch(late, OWNER)
    vouch(late, OWNER, criterion="outcomes_visible")

    field, reason = late.refusal("attest_criterion", criterion="self_sufficient", by=OWNER)

    assert ("by", True) == (field, reason.startswith("the owner alone cannot vouch for all of"))
    vouch(late, "project_lead", criterion="self_sufficient")
    assert holds(late, "self_sufficient")


def test_where_the_customer_vouches_for_one_the_owner_may_for_the_others(late: Simulation) -> None:
    vouch(late, "executive_sponsor", criterion="outcomes_visible")

    vouch(late, OWNER)
    vouch(late, OWNER, criterion="self_sufficient")

    assert {"milestones_complete"} == set(late.state.unmet())
    assert late.refusal("attest_criterion", criterion="outcomes_visible", by=OWNER)[0] == "by"


def test_an_onboarding_of_an_older_edition_keeps_its_rules() -> None:
    """Neither who vouches nor what was measured counts there."""
    older = Simulation(deal())
    older.state.rules = 2
    older.to_day(100)
    measured(older, activation_rate=41)

    for key in (ADOPTION, "outcomes_visible", "self_sufficient"):
        vouch(older, OWNER, criterion=key)

    assert ["milestones_complete"] == older.state.unmet()
