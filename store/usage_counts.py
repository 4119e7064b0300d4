"""How much is the product used? Counts each day of each group from its events, whenever new ones have come."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    delete,
    distinct,
    exists,
    func,
    select,
    tuple_,
)

from domain.deal import DealClosed
from domain.playbook import Playbook
from domain.rules.using import Using, lets_usage_reach
from domain.usage import EPOCH, MS_OF_A_DAY, NOBODY, VIA_USAGE, FreshDay, groups_of, milliseconds
from store.engine import read_transaction, write_transaction
from store.evaluations import remember_news
from store.rows import add, as_table
from store.tables import (
    NOT_ENDED,
    deals,
    journal,
    milestones,
    onboardings,
    playbooks,
    usage_events,
    usage_fresh,
    usage_groups,
    usage_people,
)
from store.usage_days import count_days
from store.usage_weeks import learn_features
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
                count_days(connection, days)
                # What was counted may change how a customer stands.
                theirs = usage_groups.c.group_id.in_({one.group_id for one in days})
                remember_news(connection, set(connection.scalars(select(usage_groups.c.onboarding).where(theirs))))
        return days

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """Mark days as counted; one to which events were added meanwhile stays new."""
        if not fresh:
            return
        named = {column.name: column.type for column in usage_fresh.columns}
        day = (usage_fresh.c.group_id, usage_fresh.c.day)
        with write_transaction(self._engine) as connection:
            days = as_table(connection, "days", named, fresh)
            same = and_(*(usage_fresh.c[name] == days.c[name] for name in named))
            # Whoever has locked one is writing to it: it stays new, and nobody waits for anybody.
            unchanged = select(*day).join(days, same).with_for_update(skip_locked=True, of=usage_fresh)
            connection.execute(delete(usage_fresh).where(tuple_(*day).in_(unchanged)))

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


def _number(day: date) -> int:
    return (day - EPOCH.date()).days
