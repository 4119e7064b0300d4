"""How much is the product used? Counts each day of each group from its events, whenever new ones have come."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Engine,
    FromClause,
    Integer,
    and_,
    bindparam,
    case,
    column,
    delete,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    values,
)

from domain.deal import DealClosed
from domain.playbook import Playbook
from domain.rules.using import Using, lets_usage_reach
from domain.usage import EPOCH, MS_OF_A_DAY, NOBODY, VIA_USAGE, FreshDay, groups_of, milliseconds
from store.columns import Words
from store.engine import read_transaction, write_transaction
from store.evaluations import remember_news
from store.rows import add, insert_into
from store.tables import (
    NOT_ENDED,
    deals,
    journal,
    milestones,
    onboardings,
    playbooks,
    usage_daily,
    usage_events,
    usage_fresh,
    usage_groups,
    usage_people,
)
from store.usage_weeks import fold, learn_features
from store.versions import KEPT_VERSION

REMEMBERED_PLAYBOOKS = 64
FORGOTTEN_AT_ONCE = 5_000
SECONDS_OF_A_DAY = 86_400


class SqlUsageBooks:
    """The recorded use of the product, `UsageBooks` of `activities.ports`, in SQL. May be shared by threads.

    A group is a customer as the product knows it; days are in UTC.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._playbook = lru_cache(REMEMBERED_PLAYBOOKS)(self._read_playbook)

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        """Count up to `most` days with new events, in the order of group and day, and return them.

        `after` is group and day of the last one before, `("", 0)` at first. A day stays new until `counted` is called.
        The days are locked meanwhile, so whoever adds events to them waits. Days that somebody is just writing to are
        left out: the writer asks for another look.
        """
        where = tuple_(usage_fresh.c.group_id, usage_fresh.c.day) > after
        in_order = select(usage_fresh).where(where).order_by(usage_fresh.c.group_id, usage_fresh.c.day)
        with write_transaction(self._engine) as connection:
            rows = connection.execute(in_order.limit(most).with_for_update(skip_locked=True)).mappings()
            days = [FreshDay(**row) for row in rows]
            if days:
                _count(connection, days)
        return days

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """Mark days as counted; one to which events were added meanwhile stays new."""
        if not fresh:
            return
        # In the order in which writers lock them.
        rows = [{"of": day.group_id, "on": day.day, "counted_writes": day.writes} for day in sorted(fresh)]
        gone = delete(usage_fresh).where(
            usage_fresh.c.group_id == bindparam("of"),
            usage_fresh.c.day == bindparam("on"),
            usage_fresh.c.writes == bindparam("counted_writes"),
        )
        with write_transaction(self._engine) as connection:
            connection.execute(gone, rows)

    def link(self, *, most: int) -> int:
        """Record the groups of up to `most` deals whose onboarding began since; returns how many deals, 0 at last."""
        linked = exists().where(usage_groups.c.onboarding == deals.c.onboarding)
        unlinked = select(deals.c.onboarding, deals.c.body).where(deals.c.run.is_not(None), ~linked).limit(most)
        with write_transaction(self._engine) as connection:
            new = connection.execute(unlinked).all()
            groups = {row.onboarding: groups_of(DealClosed.model_validate(row.body, extra="ignore")) for row in new}
            rows = [{"onboarding": onboarding, "group_id": one} for onboarding, of in groups.items() for one in of]
            add(connection, usage_groups, rows)
            remember_news(connection, [row.onboarding for row in new])
        return len(new)

    def learn_features(self) -> int:
        """Get to know the core features of playbooks that came since, and return how many events show new ones.

        Days on which these events happened are fresh again, as far back as single events are kept.
        """
        with write_transaction(self._engine) as connection:
            return learn_features(connection)

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        """The open onboardings of those groups whose playbooks let usage reach milestones, by id."""
        of_them = exists().where(usage_groups.c.onboarding == deals.c.onboarding, usage_groups.c.group_id.in_(groups))
        goes_by = KEPT_VERSION.label("playbook_hash")
        query = select(deals.c.onboarding, goes_by).join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(query.where(NOT_ENDED, of_them).order_by(deals.c.onboarding)).all()
            open_ones = [(row.onboarding, self._playbook(row.playbook_hash)) for row in rows]
            return [_using(connection, id, playbook) for id, playbook in open_ones if playbook is not None]

    def users(self, groups: Collection[str], event: str, *, since: datetime) -> int:
        """How many different users of the groups did `event` since then; events of unknown users do not count."""
        at = milliseconds(since)
        did = (usage_events.c.day >= at // MS_OF_A_DAY) & (usage_events.c.at >= at) & (usage_events.c.event == event)
        theirs = usage_events.c.group_id.in_(groups) & (usage_events.c.person != NOBODY)
        with read_transaction(self._engine) as connection:
            return connection.scalar(select(func.count(distinct(usage_events.c.person))).where(did, theirs)) or 0

    def active(self, groups: Collection[str], *, since: date) -> int:
        """How many different users of the groups did anything on that day or later."""
        theirs = usage_people.c.group_id.in_(groups) & (usage_people.c.last_day >= since)
        with read_transaction(self._engine) as connection:
            return connection.scalar(select(func.count(distinct(usage_people.c.person))).where(theirs)) or 0

    def forget(self, *, before: date) -> int:
        """Delete some events of the days before `before` and return how many; 0 when none are left."""
        old = select(usage_events.c.key).where(usage_events.c.day < _number(before)).limit(FORGOTTEN_AT_ONCE)
        with write_transaction(self._engine) as connection:
            return connection.execute(delete(usage_events).where(usage_events.c.key.in_(old))).rowcount

    def _read_playbook(self, hashed: str) -> Playbook | None:
        """The playbook; None where it lets usage reach no milestone, as most do."""
        with read_transaction(self._engine) as connection:
            body = connection.scalar(select(playbooks.c.body).where(playbooks.c.hash == hashed))
        playbook = Playbook.model_validate(body, extra="ignore")
        return playbook if lets_usage_reach(playbook) else None


def _using(connection: Connection, onboarding: str, playbook: Playbook) -> Using:
    body = connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding))
    deal = DealClosed.model_validate(body, extra="ignore")
    groups = select(usage_groups.c.group_id).where(usage_groups.c.onboarding == onboarding)
    standing = select(milestones.c.key, milestones.c.status).where(milestones.c.onboarding == onboarding)
    statuses = {row.key: row.status for row in connection.execute(standing)}
    by_usage = (journal.c.kind == "milestone_reached") & (journal.c.via == VIA_USAGE)
    reached = select(journal.c.about).where(journal.c.onboarding == onboarding, by_usage)
    return Using(
        onboarding=onboarding,
        playbook=playbook,
        seats=deal.seats,
        closed_at=deal.closed_at,
        groups=frozenset(connection.scalars(groups)),
        open=frozenset(key for key, status in statuses.items() if status == "open"),
        settled=frozenset(key for key, status in statuses.items() if status != "open"),
        told=frozenset(connection.scalars(reached)),
    )


def _count(connection: Connection, fresh: Sequence[FreshDay]) -> None:
    """Count those days of groups: users and times of each event, who was active, and their users' weeks."""
    named = (column("group_id", Words), column("day", Integer))
    days = values(*named).data([(one.group_id, one.day) for one in fresh]).cte("fresh_days")
    of_days = usage_events.join(
        days, and_(days.c.group_id == usage_events.c.group_id, days.c.day == usage_events.c.day)
    )
    _count_events(connection, of_days)
    _count_people(connection, of_days)
    fold(connection, days)
    # What was counted may change how a customer stands.
    theirs = select(usage_groups.c.onboarding).where(usage_groups.c.group_id.in_({one.group_id for one in fresh}))
    remember_news(connection, set(connection.scalars(theirs)))


def _count_events(connection: Connection, of_days: FromClause) -> None:
    event = usage_events.c
    users = func.count(distinct(func.nullif(event.person, NOBODY)))
    counted = select(event.group_id, _date(connection, event.day), event.event, users, func.count())
    counted = counted.select_from(of_days).where(true()).group_by(event.group_id, event.day, event.event)
    insert = insert_into(connection, usage_daily).from_select([one.name for one in usage_daily.columns], counted)
    again = {name: insert.excluded[name] for name in ("users", "count")}
    connection.execute(insert.on_conflict_do_update(index_elements=["group_id", "day", "event"], set_=again))


def _count_people(connection: Connection, of_days: FromClause) -> None:
    """Who was active on those days: the first and the last day of each."""
    event = usage_events.c
    first, last = (_date(connection, of(event.day)) for of in (func.min, func.max))
    active = select(event.group_id, event.person, first, last).select_from(of_days).where(event.person != NOBODY)
    insert = insert_into(connection, usage_people).from_select(
        ["group_id", "person", "first_day", "last_day"], active.group_by(event.group_id, event.person)
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


def _date(connection: Connection, day: ColumnElement[int]) -> ColumnElement[date]:
    """The date of a day that is counted since 1970."""
    if connection.dialect.name == "postgresql":
        return literal(EPOCH.date(), Date) + day
    return func.date(day * SECONDS_OF_A_DAY, "unixepoch", type_=Date)


def _number(day: date) -> int:
    return (day - EPOCH.date()).days
