"""What can be said from few customers? Survival over time, the difference of two groups, shares with their bounds, NPS.

Plain Python: the sums are short, and tests hold them against published examples and against lifelines.
"""

from collections.abc import Iterable, Sequence
from math import erfc, exp, log, sqrt
from typing import NamedTuple

Z_95 = 1.959963984540054
"""Of the normal distribution, 95 % lie within so many standard deviations."""
PROMOTES, DETRACTS = 9, 6
"""From 0 to 10, who answers 9 or 10 promotes, and who answers 6 or less detracts (Reichheld, 2003)."""


class Lifetime(NamedTuple):
    """How long somebody was watched, in days, and whether it `ended` then; else they were watched no longer."""

    days: float
    ended: bool


class Surviving(NamedTuple):
    """After so many `days` the share that has survived, with the bounds between which it lies by 95 %.

    Of `at_risk` who were watched until then, `ended` so many on that day.
    """

    days: float
    at_risk: int
    ended: int
    share: float
    least: float
    most: float


class Difference(NamedTuple):
    """How unlike two groups survive: `p` is how likely chance alone makes them as unlike as that."""

    chi_square: float
    p: float


class Share(NamedTuple):
    """A share with the bounds between which it lies by 95 %, all from 0 to 1."""

    share: float
    least: float
    most: float


def kaplan_meier(lifetimes: Iterable[Lifetime]) -> tuple[Surviving, ...]:
    """The share that survives, at each day on which any ended; bounds by Greenwood's variance of log(-log)."""
    watched = list(lifetimes)
    share, variance, steps = 1.0, 0.0, list[Surviving]()
    for days in sorted({one.days for one in watched if one.ended}):
        at_risk = sum(one.days >= days for one in watched)
        ended = sum(one.ended and one.days == days for one in watched)
        share *= 1 - ended / at_risk
        if share > 0:
            variance += ended / (at_risk * (at_risk - ended))
        steps.append(Surviving(days, at_risk, ended, share, *_bounds(share, variance)))
    return tuple(steps)


def survived(steps: Sequence[Surviving], *, days: float) -> float:
    """The share that survives so many days; 1 before the first ended."""
    return next((step.share for step in reversed(steps) if step.days <= days), 1.0)


def median_of(steps: Sequence[Surviving]) -> float | None:
    """After how many days half have ended; None while more than half survive."""
    return next((step.days for step in steps if step.share <= 0.5), None)


def log_rank(one: Iterable[Lifetime], other: Iterable[Lifetime]) -> Difference:
    """The log-rank test of two groups. Nobody who ended, or nobody in a group, makes no difference: p is 1."""
    ours, theirs = list(one), list(other)
    more, variance = 0.0, 0.0
    for days in sorted({each.days for each in (*ours, *theirs) if each.ended}):
        of_ours, of_theirs = (sum(each.days >= days for each in group) for group in (ours, theirs))
        at_risk = of_ours + of_theirs
        ended = sum(each.ended and each.days == days for each in (*ours, *theirs))
        more += sum(each.ended and each.days == days for each in ours) - ended * of_ours / at_risk
        if at_risk > 1:
            variance += ended * (of_ours / at_risk) * (of_theirs / at_risk) * (at_risk - ended) / (at_risk - 1)
    if not variance:
        return Difference(0.0, 1.0)
    chi_square = more * more / variance
    return Difference(chi_square, erfc(sqrt(chi_square / 2)))


def wilson(number: int, of: int, *, z: float = Z_95) -> Share:
    """The share of `number` in `of`, with Wilson's bounds, which hold for small numbers too; of nothing, 0 to 1."""
    if of == 0:
        return Share(0.0, 0.0, 1.0)
    share, spread = number / of, z * z / of
    middle = share + spread / 2
    reach = z * sqrt(share * (1 - share) / of + spread / (4 * of))
    # Rounding leaves a hair's breadth at both ends, where the bounds are known.
    least = 0.0 if number == 0 else (middle - reach) / (1 + spread)
    most = 1.0 if number == of else (middle + reach) / (1 + spread)
    return Share(share, least, most)


def net_promoter_score(answers: Sequence[int]) -> float | None:
    """The share that promotes less the share that detracts, from -100 to 100; None without an answer."""
    if not answers:
        return None
    return 100 * (sum(one >= PROMOTES for one in answers) - sum(one <= DETRACTS for one in answers)) / len(answers)


def _bounds(share: float, variance: float) -> tuple[float, float]:
    """Within 0 to 1 always, also for few (Kalbfleisch and Prentice, 2002, 1.4)."""
    if share in (0.0, 1.0):
        return share, share
    middle, reach = log(-log(share)), Z_95 * sqrt(variance) / log(share)
    return exp(-exp(middle - reach)), exp(-exp(middle + reach))
