"""What was measured last about an onboarding? The latest figure of each metric, reported or counted from usage."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from domain.deal import DealClosed
from domain.record import Figure
from store.tables import measurements, usage_groups, usage_people

A_WEEK = timedelta(days=7)


def latest_figures(connection: Connection, onboarding: str, deal: DealClosed, *, now: datetime) -> Mapping[str, Figure]:
    """The latest figure of each metric. Where another system reports one that usage gives too, the report counts.

    `now` is wall time, by which usage is counted.
    """
    return {**_of_usage(connection, onboarding, deal, now=now), **_reported(connection, onboarding)}


def _reported(connection: Connection, onboarding: str) -> dict[str, Figure]:
    of_it = measurements.c.onboarding == onboarding
    newest = select(measurements.c.metric, func.max(measurements.c.at).label("at")).where(of_it)
    last = newest.group_by(measurements.c.metric).subquery()
    same = (measurements.c.metric == last.c.metric) & (measurements.c.at == last.c.at)
    rows = connection.execute(select(measurements).join(last, same).where(of_it).order_by(measurements.c.key))
    return {row.metric: Figure(metric=row.metric, value=row.value, at=row.at) for row in rows}


def _of_usage(connection: Connection, onboarding: str, deal: DealClosed, *, now: datetime) -> dict[str, Figure]:
    """The share of the seats in use since the close, and in the last seven days; none without seats or any use."""
    since_close = _users(connection, onboarding, since=min(deal.closed_at, now).date())
    if not deal.seats or not since_close:
        return {}
    counted = {
        "activation_rate": since_close,
        "weekly_use_rate": _users(connection, onboarding, since=(now - A_WEEK).date()),
    }
    return {
        metric: Figure(metric=metric, value=round(100 * users / deal.seats, 1), at=now, origin="usage")
        for metric, users in counted.items()
    }


def _users(connection: Connection, onboarding: str, *, since: date) -> int:
    groups = select(usage_groups.c.group_id).where(usage_groups.c.onboarding == onboarding)
    theirs = usage_people.c.group_id.in_(groups) & (usage_people.c.last_day >= since)
    return connection.scalar(select(func.count(usage_people.c.person.distinct())).where(theirs)) or 0
