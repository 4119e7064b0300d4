"""Which customers left or stayed in a span of time, with what health before? And how long does anybody stay?"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Engine, select

from domain.measure.foretold import Ended, WeekScored
from domain.measure.statistics import Lifetime
from domain.news import HANDED_OVER
from store.engine import read_connection
from store.tables import evaluation_weeks, onboardings

LEFT = "churned"
MOST = 20_000
"""Onboardings that are looked at, the newest first: more would take longer than anybody waits for a page."""


def ended_between(engine: Engine, since: datetime, until: datetime) -> Sequence[Ended]:
    """Onboardings that were handed over or left from `since` on and before `until`, with the weeks that were kept."""
    of_it = onboardings.c.ending.in_([LEFT, *sorted(HANDED_OVER)])
    when = (onboardings.c.ended_at >= since, onboardings.c.ended_at < until)
    named = (onboardings.c.onboarding, onboardings.c.ended_at, onboardings.c.ending)
    ends = select(*named).where(of_it, *when).order_by(onboardings.c.ended_at.desc()).limit(MOST)
    of_ends = ends.subquery()
    kept = select(
        evaluation_weeks.c.onboarding, evaluation_weeks.c.at, evaluation_weeks.c.score, evaluation_weeks.c.band
    ).join(of_ends, of_ends.c.onboarding == evaluation_weeks.c.onboarding)
    weeks: defaultdict[str, list[WeekScored]] = defaultdict(list)
    with read_connection(engine) as connection:
        for row in connection.execute(kept):
            weeks[row.onboarding].append(WeekScored(row.at.date(), row.score, row.band))
        return [
            Ended(row.onboarding, row.ended_at.date(), row.ending == LEFT, weeks[row.onboarding])
            for row in connection.execute(ends)
        ]


def lifetimes(engine: Engine, *, now: datetime) -> Sequence[Lifetime]:
    """How long each customer was watched from the close on, and whether they left then.

    Those who were handed over, or are still under way, were watched until then.
    """
    column = onboardings.c
    query = select(column.closed_at, column.ended_at, column.as_of, column.ending).where(
        column.closed_at.is_not(None), column.ending.is_(None) | column.ending.in_([LEFT, *sorted(HANDED_OVER)])
    )
    with read_connection(engine) as connection:
        rows = connection.execute(query.order_by(column.closed_at.desc()).limit(MOST)).all()
    watched = []
    for row in rows:
        until = row.ended_at or max(now, row.as_of or now)
        watched.append(Lifetime(max((until - row.closed_at).days, 0), row.ending == LEFT))
    return watched


def first_ending(engine: Engine) -> date | None:
    """The day on which the first onboarding ended; None while none has."""
    query = select(onboardings.c.ended_at).where(onboardings.c.ended_at.is_not(None))
    with read_connection(engine) as connection:
        first = connection.scalar(query.order_by(onboardings.c.ended_at).limit(1))
    return first.date() if first else None
