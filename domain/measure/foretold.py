"""Did the score foretell who left? What it said so many days before, of those who left and of those who stayed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from domain.measure.health import Band
from domain.measure.statistics import Share, wilson

AHEAD = (60, 90)
"""Days before the end at which the score is asked: early enough to do something about it."""
NO_OLDER_THAN = timedelta(days=14)
"""A score that was not computed for longer says nothing of that day: customers are looked at once a week."""
ENOUGH = 5
"""Customers of each kind from which on a comparison says anything."""


class WeekScored(NamedTuple):
    """A score that was kept; None where too little was known."""

    on: date
    score: float | None
    band: Band | None


class Ended(NamedTuple):
    """An onboarding that ended on a day: the customer `left`, or stayed. `weeks` are those that were kept."""

    onboarding: str
    on: date
    left: bool
    weeks: Sequence[WeekScored]


class BandSaid(NamedTuple):
    """Of the customers whose score was in that band: how many left, how many stayed, and the share that left."""

    band: Band
    left: int
    stayed: int
    share: Share


class Foretold(NamedTuple):
    """What the score said `days` before the end.

    `concordance` is how often somebody who left had the lower score of a pair with somebody who stayed: 1 is always,
    0.5 is chance; None with too few of either kind. Without a score were `unknown_left` and `unknown_stayed`.
    """

    days: int
    bands: tuple[BandSaid, ...]
    unknown_left: int
    unknown_stayed: int
    concordance: float | None


def foretold(ended: Iterable[Ended], *, days: int) -> Foretold:
    """What the scores of these customers said so many days before they ended."""
    said = [(one.left, score_before(one, days=days)) for one in ended]
    known = [(left, week) for left, week in said if week is not None and week.score is not None]
    bands: tuple[Band, ...] = ("red", "amber", "green")
    return Foretold(
        days=days,
        bands=tuple(_of_band(band, [left for left, week in known if week.band == band]) for band in bands),
        unknown_left=sum(left for left, _ in said) - sum(left for left, _ in known),
        unknown_stayed=sum(not left for left, _ in said) - sum(not left for left, _ in known),
        concordance=concordance(
            [week.score for left, week in known if left and week.score is not None],
            [week.score for left, week in known if not left and week.score is not None],
        ),
    )


def score_before(one: Ended, *, days: int) -> WeekScored | None:
    """The last week that was kept up to so many days before the end; None where that is too long before."""
    until = one.on - timedelta(days=days)
    known = [week for week in one.weeks if until - NO_OLDER_THAN < week.on <= until]
    return max(known, key=lambda week: week.on, default=None)


def concordance(left: Sequence[float], stayed: Sequence[float]) -> float | None:
    """The share of pairs of one who left and one who stayed in which the lower score is of who left; ties count half.

    The area under the ROC curve (Hanley and McNeil, 1982). None with fewer than `ENOUGH` of either kind.
    """
    if min(len(left), len(stayed)) < ENOUGH:
        return None
    pairs = [(gone, there) for gone in left for there in stayed]
    return sum(1.0 if gone < there else 0.5 if gone == there else 0.0 for gone, there in pairs) / len(pairs)


def _of_band(band: Band, left: Sequence[bool]) -> BandSaid:
    return BandSaid(band, sum(left), len(left) - sum(left), wilson(sum(left), len(left)))
