"""When was an entry of the journal, by the onboarding's own clock? Some are written by that of the wall.

What the workflow decides stands in business time. What comes by a page, a mail or a webhook is written when it comes,
by the wall's clock. On a real clock both are the same; on a compressed one the same page would show two calendars.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.clock import DAY, Clock
from store.reads import JournalEntry

AT_ONCE = timedelta(seconds=5)
"""Between what an entry says of when it was and when it was written, where both are by the wall's clock."""


def in_own_time(rows: Sequence[JournalEntry], day_length: timedelta) -> list[JournalEntry]:
    """The entries, in the same order, all by the onboarding's own clock, of which the entries themselves tell."""
    clock = _clock(rows, day_length) if day_length != DAY else None
    if clock is None:
        return list(rows)
    return [row.model_copy(update={"at": clock.business(row.at)}) if _by_wall(row) else row for row in rows]


def _clock(rows: Sequence[JournalEntry], day_length: timedelta) -> Clock | None:
    """The clock by which the entries in business time go; None where there is none of them."""
    own = [row for row in rows if not _by_wall(row)]
    if not own:
        return None
    since = own[0].recorded_at

    def ahead(row: JournalEntry) -> datetime:
        # The clock runs evenly, and what is written late or dated back lies behind it.
        return row.at - (row.recorded_at - since) * (DAY / day_length)

    nearest = max(own, key=ahead)
    return Clock(day=day_length, business_start=nearest.at, wall_start=nearest.recorded_at)


def _by_wall(row: JournalEntry) -> bool:
    return abs(row.at - row.recorded_at) < AT_ONCE
