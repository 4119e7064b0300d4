"""Can a figure that was reported be true? What cannot is set apart with the reason, and counts in nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from domain.measure.figures import FIGURES
from domain.measure.goals import OF_A_GOAL
from domain.measure.reported import Reported

CLOCKS_DIFFER = timedelta(hours=1)
"""So far a sender's clock may be ahead of ours."""
TIMES = 10
KNOWN_BY = 3
"""A report that is ten times what three or more before it were is a slip of a decimal, or of a unit, more often than a
fact; a fact is reported again, by a person, who corrects the figure to what it is."""


def why_set_apart(
    metric: str, value: float, at: datetime, *, before: Sequence[Reported], closed_at: datetime, now: datetime
) -> str | None:
    """Why that report does not count; None where it does. `before` are the reports that count of the same figure."""
    if at > now + CLOCKS_DIFFER:
        return f"lies ahead: {at:%Y-%m-%d %H:%M}, and it is {now:%Y-%m-%d %H:%M} (UTC)"
    if at < closed_at and not metric.startswith(OF_A_GOAL):
        return f"was before the contract: {at:%Y-%m-%d}, and the deal was closed on {closed_at:%Y-%m-%d}"
    kind = FIGURES.get(metric)
    if kind is not None and kind.counts:
        return None
    for one in before:
        if one.at == at and one.value != value:
            return f"was reported as {one.value:g} for the same moment: correct one of them"
    usual = [one.value for one in before if one.value]
    if len(usual) >= KNOWN_BY and (kind is None or kind.most > 100):
        middle = median(usual)
        if middle and value / middle >= TIMES:
            return f"is {value:g}, and was {middle:g} so far: correct it, or say that it is so"
    return None
