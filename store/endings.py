"""Who left, stayed or renewed in a span of time, with what health before? And how long does anybody stay?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, FromClause, select

from domain.measure.foretold import Ended, WeekScored
from domain.measure.renewals import Renewal
from domain.measure.statistics import Lifetime
from domain.news import HANDED_OVER
from store.engine import read_connection
from store.renewals import renewals_of
from store.tables import evaluation_weeks, onboardings, renewals

LEFT = "churned"
MOST = 20_000
"""Onboardings that are looked at, the newest first: more would take longer than anybody waits for a page."""


class Renewed(NamedTuple):
    """The last renewal of each customer in a span of time, and the same with the weeks that were kept."""

    renewals: Sequence[Renewal]
    ended: Sequence[Ended]


def ended_between(engine: Engine, since: datetime, until: datetime) -> Sequence[Ended]:
    """Onboardings that were handed over or left from `since` on and before `until`, with the weeks that were kept."""
    of_it = onboardings.c.ending.in_([LEFT, *sorted(HANDED_OVER)])
    when = (onboardings.c.ended_at >= since, onboardings.c.ended_at < until)
    named = (onboardings.c.onboarding, onboardings.c.ended_at, onboardings.c.ending)
    ends = select(*named).where(of_it, *when).order_by(onboardings.c.ended_at.desc()).limit(MOST)
    with read_connection(engine) as connection:
        weeks = _weeks(connection, ends.subquery())
        return [
            Ended(row.onboarding, row.ended_at.date(), row.ending == LEFT, weeks[row.onboarding])
            for row in connection.execute(ends)
        ]


def renewed_between(engine: Engine, since: date, until: date, *, today: date) -> Renewed:
    """The renewals, and those who left after the hand-off, from the day `since` on and before `until`.

    Of a customer who renewed more than once in that time the last one stands. What is agreed for a day ahead is left
    out until then.
    """
    days = (renewals.c.on_day >= since, renewals.c.on_day < until)
    named = select(renewals.c.onboarding).where(*days).distinct().order_by(renewals.c.onboarding).limit(MOST)
    with read_connection(engine) as connection:
        of_all = renewals_of(connection, connection.scalars(named).all())
        within = {
            id: [one for one in of_it if since <= one.on < until and one.has_come(today)]
            for id, of_it in of_all.items()
        }
        last = [of_it[-1] for of_it in within.values() if of_it]
        weeks = _weeks(connection, named.subquery())
    return Renewed(last, [Ended(one.onboarding, one.on, one.outcome == "left", weeks[one.onboarding]) for one in last])


def lifetimes(engine: Engine, *, now: datetime) -> Sequence[Lifetime]:
    """How long each customer was watched from the close on, and whether they left then.

    Those who were handed over were watched until then or until their last renewal, and those under way until now.
    """
    column = onboardings.c
    query = select(column.onboarding, column.closed_at, column.ended_at, column.as_of, column.ending).where(
        column.closed_at.is_not(None), column.ending.is_(None) | column.ending.in_([LEFT, *sorted(HANDED_OVER)])
    )
    with read_connection(engine) as connection:
        rows = connection.execute(query.order_by(column.closed_at.desc()).limit(MOST)).all()
        some = select(renewals.c.onboarding).distinct().order_by(renewals.c.onboarding).limit(MOST)
        last = {
            id: of_it[-1]
            for id, recorded in renewals_of(connection, connection.scalars(some).all()).items()
            if (of_it := [one for one in recorded if one.has_come(now.date())])
        }
    watched = []
    for row in rows:
        until = row.ended_at or max(now, row.as_of or now)
        days, left = (until - row.closed_at).days, row.ending == LEFT
        if (renewal := last.get(row.onboarding)) is not None:
            days, left = max(days, (renewal.on - row.closed_at.date()).days), renewal.outcome == "left"
        watched.append(Lifetime(max(days, 0), left))
    return watched


def first_ending(engine: Engine) -> date | None:
    """The day on which the first onboarding ended, before which no customer can renew; None while none has."""
    query = select(onboardings.c.ended_at).where(onboardings.c.ended_at.is_not(None))
    with read_connection(engine) as connection:
        first = connection.scalar(query.order_by(onboardings.c.ended_at).limit(1))
    return first.date() if first else None


def _weeks(connection: Connection, of: FromClause) -> Mapping[str, list[WeekScored]]:
    """The scores that were kept of the onboardings in that subquery."""
    kept = select(
        evaluation_weeks.c.onboarding, evaluation_weeks.c.at, evaluation_weeks.c.score, evaluation_weeks.c.band
    ).join(of, of.c.onboarding == evaluation_weeks.c.onboarding)
    weeks: defaultdict[str, list[WeekScored]] = defaultdict(list)
    for row in connection.execute(kept):
        weeks[row.onboarding].append(WeekScored(row.at.date(), row.score, row.band))
    return weeks
