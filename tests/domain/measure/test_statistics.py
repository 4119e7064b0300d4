"""Do our sums equal published examples, and those of lifelines?"""

import random

import pytest

from domain.measure.statistics import (
    Lifetime,
    kaplan_meier,
    log_rank,
    median_of,
    net_promoter_score,
    survived,
    wilson,
)

# Freireich et al., Blood 21 (1963): weeks of remission of 42 children with leukaemia; a plus means still in remission.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def lifetimes(text: str) -> list[Lifetime]:
    return [Lifetime(float(one.rstrip("+")), not one.endswith("+")) for one in text.split()]


def test_survival_is_that_of_the_published_example() -> None:
    """Kaplan-Meier of the treated as in Kleinbaum and Klein, Survival Analysis (2012), table 2.3."""
    steps = kaplan_meier(lifetimes(TREATED))

    expected = [(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)]
    assert expected == [(step.days, round(step.share, 4)) for step in steps]
    assert (21, 3) == (steps[0].at_risk, steps[0].ended)
    assert 23 == median_of(steps)
    assert 8 == median_of(kaplan_meier(lifetimes(PLACEBO)))
    assert [1.0, 0.8067] == [round(survived(steps, days=days), 4) for days in (5, 9)]


def test_the_difference_is_that_of_the_published_example() -> None:
    """Log-rank 16.79 for the same, Kleinbaum and Klein, chapter 2."""
    difference = log_rank(lifetimes(TREATED), lifetimes(PLACEBO))

    assert 16.79 == round(difference.chi_square, 2)
    assert difference.p < 0.0001


@pytest.mark.parametrize(
    ("number", "of", "least", "most"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_bounds_of_a_share_are_those_of_the_published_examples(number: int, of: int, least: float, most: float) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    share = wilson(number, of)

    assert (least, most) == (round(share.least, 4), round(share.most, 4))
    assert 1.0 == wilson(of, of).most


@pytest.mark.parametrize("seed", range(20))
def test_survival_and_difference_are_those_of_lifelines(seed: int) -> None:
    """Ties and people who are watched no longer included; to 1e-12."""
    # Here: with it comes pandas, which takes a second, and not every process of the tests needs it.
    from lifelines import KaplanMeierFitter  # type: ignore[import-untyped]
    from lifelines.statistics import logrank_test  # type: ignore[import-untyped]

    dice = random.Random(seed)
    groups = [
        [Lifetime(float(dice.randint(1, 30)), dice.random() < 0.7) for _ in range(dice.randint(5, 60))] for _ in "ab"
    ]
    [ours, theirs] = [([one.days for one in group], [one.ended for one in group]) for group in groups]

    fitted = KaplanMeierFitter().fit(*ours)
    bounds = fitted.confidence_interval_survival_function_
    steps = kaplan_meier(groups[0])
    difference, expected = log_rank(*groups), logrank_test(ours[0], theirs[0], ours[1], theirs[1])

    for step in steps:
        assert step.share == pytest.approx(fitted.survival_function_.loc[step.days].iloc[0], abs=1e-12)
        if 0 < step.share < 1:
            assert [step.least, step.most] == pytest.approx(list(bounds.loc[step.days]), abs=1e-9)
    assert difference.chi_square == pytest.approx(expected.test_statistic, rel=1e-9)
    assert difference.p == pytest.approx(expected.p_value, rel=1e-9)


def test_who_promotes_less_who_detracts() -> None:
    """Reichheld, "The One Number You Need to Grow", Harvard Business Review 81 (2003): 9 and 10 do, 0 to 6 do not."""
    assert 20.0 == net_promoter_score([10, 9, 8, 7, 6])
    assert -100.0 == net_promoter_score([0, 6])
    assert net_promoter_score([]) is None


def test_of_nobody_nothing_is_claimed() -> None:
    assert () == kaplan_meier([])
    assert 1.0 == log_rank([], lifetimes(PLACEBO)).p
    assert (0.0, 1.0) == (wilson(0, 0).least, wilson(0, 0).most)
