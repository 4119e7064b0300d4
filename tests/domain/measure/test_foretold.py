"""Does the page of a quarter say rightly what the score said before, and no more than so few customers allow?"""

from datetime import date, timedelta

import pytest

from domain.measure.foretold import Ended, WeekScored, concordance, foretold, score_before
from domain.measure.health import Band

END = date(2026, 12, 31)


def ended(score: float | None, *, left: bool, days: int = 60, band: Band | None = "red") -> Ended:
    """Somebody whose only week lies so many days before the end."""
    week = WeekScored(END - timedelta(days=days), score, band if score is not None else None)
    return Ended("onboarding-1", END, left, [week])


def test_of_each_band_it_says_who_left_and_who_stayed() -> None:
    each = [ended(40, left=True), ended(45, left=False), ended(85, left=False, band="green")]

    said = foretold(each, days=60)

    assert [("red", 1, 1), ("amber", 0, 0), ("green", 0, 1)] == [(one.band, one.left, one.stayed) for one in said.bands]
    assert 0.5 == said.bands[0].share.share


@pytest.mark.parametrize(("days", "counts"), [(59, False), (60, True), (73, True), (74, False)])
def test_the_last_week_before_that_day_counts_unless_it_is_too_old(days: int, counts: bool) -> None:
    """Who was not looked at for two weeks has no score: nobody knows what it was."""
    assert counts is (score_before(ended(40, left=True, days=days), days=60) is not None)


def test_who_had_no_score_is_counted_apart() -> None:
    said = foretold([ended(None, left=True), ended(40, left=False, days=200)], days=60)

    assert (1, 1) == (said.unknown_left, said.unknown_stayed)
    assert all(not one.left and not one.stayed for one in said.bands)


def test_the_share_of_pairs_is_the_area_under_the_curve() -> None:
    """Of 25 pairs, 20 have the lower score with who left, and two are equal."""
    assert 21 / 25 == concordance([10, 20, 30, 40, 70], [50, 60, 70, 80, 40])


@pytest.mark.parametrize(("left", "stayed"), [([], [90] * 9), ([10] * 4, [90] * 9), ([10] * 9, [90] * 4)])
def test_with_too_few_of_either_kind_nothing_is_said(left: list[float], stayed: list[float]) -> None:
    assert concordance(left, stayed) is None


def test_a_score_that_always_and_one_that_never_tells() -> None:
    assert [1.0, 0.5] == [concordance([1] * 5, [2] * 5), concordance([1] * 5, [1] * 5)]
