"""Which spans of time are left where some overlap? For whatever does not count twice, like a pause in a busy season."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

Moment = TypeVar("Moment", int, datetime)
"""Numbers of days, or moments."""


def without_overlaps(spans: Iterable[tuple[Moment, Moment]]) -> list[tuple[Moment, Moment]]:
    """The spans in their order, from the first to before the second each; those that overlap or touch as one."""
    whole: list[tuple[Moment, Moment]] = []
    for first, last in sorted(spans):
        if whole and first <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], last)
        else:
            whole.append((first, last))
    return whole
