"""What do days of groups come to? From their events: who was active, and the users' weeks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    SmallInteger,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from domain.usage import EPOCH, NOBODY, FreshDay
from store.columns import Words
from store.rows import Insert, as_table, insert_into
from store.tables import usage_events, usage_features, usage_people, usage_weeks
from store.usage_weeks import OF_A_WEEK, THURSDAY

SECONDS_OF_A_DAY = 86_400


def count_days(connection: Connection, fresh: Sequence[FreshDay]) -> None:
    """Count those days from all their events; doing so again changes nothing. Needs one day at least."""
    did = _did(connection, fresh)
    people, weeks = _of_people(connection, did), _of_weeks(connection, did)
    if connection.dialect.name == "postgresql":
        # As one statement, which reads and groups the events once for both.
        connection.execute(weeks.add_cte(people.cte("into_people")))
        return
    for insert in (people, weeks):
        connection.execute(insert)


def _did(connection: Connection, fresh: Sequence[FreshDay]) -> CTE:
    """Who did what on those days: some hundred rows where there are thousands of events."""
    named: dict[str, TypeEngine[Any]] = {"group_id": Words(), "day": Integer()}
    days = as_table(connection, "fresh_days", named, [(one.group_id, one.day) for one in fresh])
    event = usage_events.c
    of_each = (event.group_id, event.day, event.event, event.person)
    of_days = usage_events.join(days, and_(days.c.group_id == event.group_id, days.c.day == event.day))
    return select(*of_each).select_from(of_days).where(event.person != NOBODY).distinct().cte("did")


def _of_people(connection: Connection, did: CTE) -> Insert:
    """Who was active on those days: the first and the last day of each."""
    first, last = (_date(connection, of(did.c.day)) for of in (func.min, func.max))
    active = select(did.c.group_id, did.c.person, first, last)
    insert = insert_into(connection, usage_people).from_select(
        ["group_id", "person", "first_day", "last_day"], active.group_by(did.c.group_id, did.c.person)
    )
    new, there = insert.excluded, usage_people.c
    earlier, later = new.first_day < there.first_day, new.last_day > there.last_day
    return insert.on_conflict_do_update(
        index_elements=["group_id", "person"],
        set_={
            "first_day": case((earlier, new.first_day), else_=there.first_day),
            "last_day": case((later, new.last_day), else_=there.last_day),
        },
        where=or_(earlier, later),
    )


def _of_weeks(connection: Connection, did: CTE) -> Insert:
    """What users did is added to their weeks."""
    weekday = (did.c.day + THURSDAY) % OF_A_WEEK
    monday = (did.c.day - weekday).label("week")
    # The sum of different powers of two sets the bit of each: SQLite has no aggregate that ORs.
    days = func.sum(distinct(literal_column("1").op("<<")(weekday)))
    features = func.sum(distinct(func.coalesce(usage_features.c.bit, 0)))
    with_features = did.outerjoin(usage_features, usage_features.c.event == did.c.event)
    weeks = (
        select(did.c.group_id, monday, did.c.person, cast(days, SmallInteger), cast(features, BigInteger))
        .select_from(with_features)
        .group_by(did.c.group_id, monday, did.c.person)
    )
    adding = insert_into(connection, usage_weeks).from_select([one.name for one in usage_weeks.columns], weeks)
    there, new = usage_weeks.c, adding.excluded
    return adding.on_conflict_do_update(
        index_elements=["group_id", "week", "person"],
        set_={name: there[name].op("|")(new[name]) for name in ("days", "features")},
        where=or_(*(there[name].op("|")(new[name]) != there[name] for name in ("days", "features"))),
    )


def _date(connection: Connection, day: ColumnElement[int]) -> ColumnElement[date]:
    """The date of a day that is counted since 1970."""
    if connection.dialect.name == "postgresql":
        return literal(EPOCH.date(), Date) + day
    return func.date(day * SECONDS_OF_A_DAY, "unixepoch", type_=Date)
