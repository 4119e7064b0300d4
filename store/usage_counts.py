"""What does the use of the product come to? Days of groups, counted from their events whenever something was added."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, Date, Engine, bindparam, case, delete, distinct, func, literal, or_, select, tuple_

from domain.usage import EPOCH, NOBODY, FreshDay
from store.engine import write_transaction
from store.rows import insert_into, put
from store.tables import usage_daily, usage_events, usage_fresh, usage_people

FORGOTTEN_AT_ONCE = 5_000


class SqlUsageBooks:
    """The books of usage of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        """Count the next days of groups that something was written to, in the order of groups and days.

        They are locked meanwhile: who writes to them waits, and so does who counts the same.
        """
        where = tuple_(usage_fresh.c.group_id, usage_fresh.c.day) > after
        in_order = select(usage_fresh).where(where).order_by(usage_fresh.c.group_id, usage_fresh.c.day)
        with write_transaction(self._engine) as connection:
            found = connection.execute(in_order.limit(most).with_for_update()).mappings()
            fresh = [FreshDay(**row) for row in found]
            for one in fresh:
                _count(connection, one)
        return fresh

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """They need not be counted again, where nothing was written since."""
        if not fresh:
            return
        gone = delete(usage_fresh).where(
            usage_fresh.c.group_id == bindparam("of"),
            usage_fresh.c.day == bindparam("on"),
            usage_fresh.c.writes == bindparam("seen"),
        )
        with write_transaction(self._engine) as connection:
            connection.execute(gone, [{"of": one.group_id, "on": one.day, "seen": one.writes} for one in fresh])

    def forget(self, *, before: date) -> int:
        """Delete some of the events of the days before that, and say how many; 0 when there are none left."""
        old = select(usage_events.c.key).where(usage_events.c.day < _number(before)).limit(FORGOTTEN_AT_ONCE)
        with write_transaction(self._engine) as connection:
            return connection.execute(delete(usage_events).where(usage_events.c.key.in_(old))).rowcount


def _count(connection: Connection, fresh: FreshDay) -> None:
    its = (usage_events.c.day == fresh.day) & (usage_events.c.group_id == fresh.group_id)
    users = func.count(distinct(func.nullif(usage_events.c.person, NOBODY)))
    counted = select(usage_events.c.event, users.label("users"), func.count().label("count")).where(its)
    day = _day(fresh.day)
    found = connection.execute(counted.group_by(usage_events.c.event)).mappings()
    put(connection, usage_daily, [{"group_id": fresh.group_id, "day": day, **row} for row in found])
    active = select(literal(fresh.group_id), usage_events.c.person, literal(day, Date), literal(day, Date)).where(
        its, usage_events.c.person != NOBODY
    )
    insert = insert_into(connection, usage_people).from_select(
        ["group_id", "person", "first_day", "last_day"], active.distinct()
    )
    new, there = insert.excluded, usage_people.c
    earlier, later = new.first_day < there.first_day, new.last_day > there.last_day
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["group_id", "person"],
            set_={
                "first_day": case((earlier, new.first_day), else_=there.first_day),
                "last_day": case((later, new.last_day), else_=there.last_day),
            },
            where=or_(earlier, later),
        )
    )


def _day(number: int) -> date:
    return (EPOCH + timedelta(days=number)).date()


def _number(day: date) -> int:
    return (day - EPOCH.date()).days
