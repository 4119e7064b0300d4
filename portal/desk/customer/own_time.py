"""By which clock does an onboarding go? Some of what is kept about it is dated by that of the wall.

What the workflow decides stands in business time. What comes by a page, a mail or a webhook is written when it comes,
by the wall's clock. On a real clock both are the same; on a compressed one the same page would show two calendars.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from domain.clock import DAY, Clock
from store import reads
from store.reads import JournalEntry
from store.work_lines import WorkLine

AT_ONCE = timedelta(seconds=5)
"""Between what an entry says of when it was and when it was written, where both are by the wall's clock."""
NEWEST = 200
"""Entries of the journal that tell how far the onboarding's clock is."""


def own_clock(engine: Engine, onboarding: str, day_length: timedelta) -> Clock:
    """The clock by which that onboarding goes; on a real clock nothing is read."""
    return Clock() if day_length == DAY else clock_of(reads.journal(engine, onboarding, newest=NEWEST), day_length)


def clock_of(rows: Sequence[JournalEntry], day_length: timedelta) -> Clock:
    """The clock by which the entries in business time go; the wall's where there is none of them."""
    own = [row for row in rows if not _by_wall(row)]
    if day_length == DAY or not own:
        return Clock()
    since = own[0].recorded_at

    def ahead(row: JournalEntry) -> datetime:
        # The clock runs evenly, and what is written late or dated back lies behind it.
        return row.at - (row.recorded_at - since) * (DAY / day_length)

    nearest = max(own, key=ahead)
    return Clock(day=day_length, business_start=nearest.at, wall_start=nearest.recorded_at)


def in_own_time(rows: Sequence[JournalEntry], clock: Clock) -> list[JournalEntry]:
    """The entries, in the same order, all by the onboarding's own clock."""
    if clock.real:
        return list(rows)
    return [row.model_copy(update={"at": clock.business(row.at)}) if _by_wall(row) else row for row in rows]


def in_own_days(lines: Sequence[WorkLine], engine: Engine, day_length: timedelta) -> list[WorkLine]:
    """Messages and questions, in the same order, each by the clock of its onboarding: they are dated by the wall's."""
    clocks = {id: own_clock(engine, id, day_length) for id in {line.onboarding for line in lines}}

    def own(line: WorkLine) -> WorkLine:
        clock = clocks[line.onboarding]
        return line._replace(due=clock.business(line.due), since=clock.business(line.since or line.due))

    return [own(line) for line in lines]


def _by_wall(row: JournalEntry) -> bool:
    return abs(row.at - row.recorded_at) < AT_ONCE
