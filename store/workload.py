"""Which onboardings take whose hours, and how many were spent? Read for a few people at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, select

from domain.rules.workload import Window
from domain.wire import Wire
from store.engine import read_connection, read_transaction, write_transaction
from store.rows import add
from store.tables import NOT_ENDED, STAFF_SIDE, hours_spent, onboardings, people, stages

MOST = 5_000
"""Onboardings that are looked at for one page: what fifty people look after."""
MOST_LISTED = 300
FALLBACK = timedelta(days=120)
"""How long one goes whose end is not written yet."""


class Taking(NamedTuple):
    """An onboarding under way, as far as it takes hours: `roles` says who plays each role of ours."""

    onboarding: str
    account: str
    owner: str
    playbook_hash: str | None
    whole: Window
    stages: Mapping[str, Window]
    roles: Mapping[str, str]


class Mine(Wire):
    """An onboarding for which somebody may have spent hours."""

    onboarding: str
    account: str


def taking(engine: Engine, handles: Collection[str]) -> Sequence[Taking]:
    """Every onboarding under way in which any of them takes part."""
    owned = select(onboardings.c.onboarding).where(onboardings.c.owner.in_(handles), NOT_ENDED)
    with read_transaction(engine) as connection:
        helped = select(people.c.onboarding).where(people.c.id.in_(handles), STAFF_SIDE).distinct().limit(MOST * 4)
        ids = {*connection.scalars(owned.limit(MOST)), *connection.scalars(helped)}
        columns = [onboardings.c[name] for name in ("onboarding", "account", "owner", "playbook_hash", "ends_by")]
        columns += [onboardings.c.closed_at, onboardings.c.opened_at]
        rows = connection.execute(select(*columns).where(onboardings.c.onboarding.in_(ids), NOT_ENDED)).all()
        open_ones = [row.onboarding for row in rows][:MOST]
        windows, roles = _stages(connection, open_ones), _roles(connection, open_ones)
    return [
        Taking(
            row.onboarding,
            row.account,
            row.owner,
            row.playbook_hash,
            _whole(row.closed_at or row.opened_at, row.ends_by),
            windows.get(row.onboarding, {}),
            {**roles.get(row.onboarding, {}), "csm": row.owner},
        )
        for row in rows[:MOST]
    ]


def mine(engine: Engine, handle: str) -> Sequence[Mine]:
    """The onboardings under way in which that person takes part, by the customer's name."""
    owned = select(onboardings.c.onboarding).where(onboardings.c.owner == handle, NOT_ENDED)
    helped = select(people.c.onboarding).where(people.c.id == handle, STAFF_SIDE)
    query = select(onboardings.c.onboarding, onboardings.c.account).where(
        onboardings.c.onboarding.in_(owned.union(helped)), NOT_ENDED
    )
    with read_connection(engine) as connection:
        rows = connection.execute(query.order_by(onboardings.c.account_folded).limit(MOST_LISTED))
        return [Mine.model_validate(row) for row in rows.mappings()]


def spent(engine: Engine, handles: Collection[str], *, first: date, until: date) -> Mapping[str, Mapping[date, float]]:
    """The hours that each of them has recorded, by day, from the first day until before the other one."""
    query = (
        select(hours_spent.c.person, hours_spent.c.day, func.sum(hours_spent.c.minutes).label("minutes"))
        .where(hours_spent.c.person.in_(handles), hours_spent.c.day >= first, hours_spent.c.day < until)
        .group_by(hours_spent.c.person, hours_spent.c.day)
    )
    each: dict[str, dict[date, float]] = defaultdict(dict)
    with read_connection(engine) as connection:
        for row in connection.execute(query):
            each[row.person][row.day] = row.minutes / 60
    return each


def record_hours(
    engine: Engine, person: str, onboarding: str, *, day: date, minutes: int, key: str, now: datetime
) -> None:
    """Write down what somebody has spent; the same key again changes nothing."""
    row = {"key": key, "person": person, "onboarding": onboarding, "day": day, "minutes": minutes, "at": now}
    with write_transaction(engine) as connection:
        add(connection, hours_spent, [row])


def _stages(connection: Connection, ids: Sequence[str]) -> Mapping[str, Mapping[str, Window]]:
    columns = stages.c.onboarding, stages.c.key, stages.c.opens_on, stages.c.closes_on
    each: dict[str, dict[str, Window]] = defaultdict(dict)
    for row in connection.execute(select(*columns).where(stages.c.onboarding.in_(ids))):
        if row.opens_on and row.closes_on:
            opens, closes = date.fromisoformat(row.opens_on), date.fromisoformat(row.closes_on)
            each[row.onboarding][row.key] = Window(opens, closes)
    return each


def _roles(connection: Connection, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    query = select(people.c.onboarding, people.c.id, people.c.role).where(people.c.onboarding.in_(ids), STAFF_SIDE)
    each: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(query.order_by(people.c.onboarding, people.c.id)):
        each[row.onboarding].setdefault(row.role, row.id)
    return each


def _whole(began: datetime, ends: datetime | None) -> Window:
    return Window(began.date(), (ends or began + FALLBACK).date())
