"""Who used what in which week? Knows features by their events, and reads the users of customers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    and_,
    bindparam,
    distinct,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from domain.measure.use import Used
from domain.playbook import CoreFeature, Playbook
from domain.usage import EPOCH, UNGROUPED
from store.columns import Words
from store.rows import as_table, insert_into
from store.tables import (
    playbooks,
    usage_events,
    usage_features,
    usage_fresh,
    usage_groups,
    usage_people,
    usage_playbooks,
    usage_weeks,
)

OF_A_WEEK, OF_A_MONTH = 7, 28
THURSDAY = 3
"""1970 began on a Thursday: so many days after a Monday."""
WEEKS_LOOKED_AT = 60
MOST_FEATURES = 63
"""As many as a signed number of 64 bits has bits to set."""
LOCK = 0x66656174
"""Any number that no other program uses on the same PostgreSQL database; not that of migrations."""

UNUSED = Used(ever=0, active=0, of_month=0, weeks={}, features={})
"""What is known of customers of whom no usage ever came."""
GROUPED = select(usage_groups.c.onboarding).where(
    usage_groups.c.onboarding.in_(bindparam("onboardings", expanding=True))
)


class UsedBy(NamedTuple):
    """An onboarding, and the day since which its use counts."""

    onboarding: str
    since: date


def learn_features(connection: Connection) -> int:
    """Give the features of playbooks that came since their bits, and let days with their events be counted again.

    Returns how many features are new. Beyond the 63rd none gets a bit.
    """
    known = exists().where(usage_playbooks.c.hash == playbooks.c.hash)
    came = connection.execute(select(playbooks.c.hash, playbooks.c.body).where(~known)).all()
    if not came:
        return 0
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    named = [one for row in came for one in Playbook.model_validate(row.body, extra="ignore").core_features]
    new = _give_bits(connection, named)
    connection.execute(
        insert_into(connection, usage_playbooks).on_conflict_do_nothing(), [{"hash": row.hash} for row in came]
    )
    if new:
        again = select(usage_events.c.group_id, usage_events.c.day, literal(1))
        again = again.where(usage_events.c.event.in_(new), usage_events.c.group_id != UNGROUPED).distinct()
        adding = insert_into(connection, usage_fresh).from_select(["group_id", "day", "writes"], again)
        more = {"writes": usage_fresh.c.writes + 1}
        connection.execute(adding.on_conflict_do_update(index_elements=["group_id", "day"], set_=more))
    return len(new)


def bits_of(connection: Connection, playbook: Playbook) -> dict[str, int]:
    """The bit of each of the playbook's core features; 0 where it has none yet."""
    keys = [one.key for one in playbook.core_features]
    rows = connection.execute(
        select(usage_features.c.feature, usage_features.c.bit).where(usage_features.c.feature.in_(keys))
    )
    bits = {row.feature: row.bit for row in rows}
    return {key: bits.get(key, 0) for key in keys}


def _give_bits(connection: Connection, features: Iterable[CoreFeature]) -> set[str]:
    """The events that show a feature from now on and did not before."""
    rows = connection.execute(select(usage_features)).all()
    bits, there = {row.feature: row.bit for row in rows}, {(row.feature, row.event) for row in rows}
    new: dict[tuple[str, str], int] = {}
    for feature in features:
        if feature.key not in bits:
            if len(bits) == MOST_FEATURES:
                continue
            bits[feature.key] = 1 << len(bits)
        new |= {
            (feature.key, event): bits[feature.key] for event in feature.events if (feature.key, event) not in there
        }
    if new:
        named = [{"feature": feature, "event": event, "bit": bit} for (feature, event), bit in new.items()]
        connection.execute(insert(usage_features), named)
    return {event for _, event in new}


def used_by(connection: Connection, wanted: Sequence[UsedBy], *, now: datetime) -> Mapping[str, Used]:
    """Who used the product, for each of those onboardings, up to `now`."""
    grouped = _grouped(connection, wanted)
    if not grouped:
        return {one.onboarding: UNUSED for one in wanted}
    today = _number(now.date())
    since = _since(connection, grouped)
    ever = dict(_users(connection, _ever(since), person=usage_people.c.person))
    weeks: dict[str, dict[date, int]] = {}
    lately = usage_weeks.c.week >= monday_of(today) - OF_A_WEEK * WEEKS_LOOKED_AT
    for onboarding, week, users in _users(connection, _seen(since, lately), usage_weeks.c.week):
        weeks.setdefault(onboarding, {})[_date(week)] = users
    active = dict(_users(connection, _seen(since, _within(today - OF_A_WEEK + 1, today))))
    month = _seen(since, _touches(today - OF_A_MONTH + 1, today))
    of_month = dict(_users(connection, month))
    features: dict[str, dict[str, int]] = {}
    by_feature = month.join(usage_features, usage_weeks.c.features.op("&")(usage_features.c.bit) != 0)
    for onboarding, feature, users in _users(connection, by_feature, usage_features.c.feature):
        features.setdefault(onboarding, {})[feature] = users
    return {
        one.onboarding: Used(
            ever=ever.get(one.onboarding, 0),
            active=active.get(one.onboarding, 0),
            of_month=of_month.get(one.onboarding, 0),
            weeks=weeks.get(one.onboarding, {}),
            features=features.get(one.onboarding, {}),
        )
        for one in wanted
    }


def _grouped(connection: Connection, wanted: Sequence[UsedBy]) -> Sequence[UsedBy]:
    """Those of whom usage is known at all; where there are none, five statements need not be built."""
    known = set(connection.scalars(GROUPED, {"onboardings": [one.onboarding for one in wanted]}))
    return [one for one in wanted if one.onboarding in known]


def _since(connection: Connection, wanted: Sequence[UsedBy]) -> CTE:
    """The onboardings as a table: from the `day` on use counts, which is the `week` and its `days`, or a later week."""
    rows = []
    for one in wanted:
        number = _number(one.since)
        monday = monday_of(number)
        rows.append((one.onboarding, one.since, monday, _bits(number - monday, OF_A_WEEK - 1)))
    named: dict[str, TypeEngine[Any]] = {"onboarding": Words(), "day": Date(), "week": Integer(), "days": Integer()}
    return as_table(connection, "since", named, rows)


def _ever(since: CTE) -> FromClause:
    """The users of each onboarding since its day."""
    theirs = since.join(usage_groups, usage_groups.c.onboarding == since.c.onboarding)
    same = and_(usage_people.c.group_id == usage_groups.c.group_id, usage_people.c.last_day >= since.c.day)
    return theirs.join(usage_people, same)


def _seen(since: CTE, wanted: ColumnElement[bool]) -> FromClause:
    """What users of each onboarding did in the wanted weeks since its day."""
    week = usage_weeks.c
    began = or_(week.week > since.c.week, and_(week.week == since.c.week, week.days.op("&")(since.c.days) != 0))
    theirs = since.join(usage_groups, usage_groups.c.onboarding == since.c.onboarding)
    return theirs.join(usage_weeks, and_(week.group_id == usage_groups.c.group_id, began, wanted))


def _users(
    connection: Connection,
    theirs: FromClause,
    *by: ColumnElement[Any],
    person: ColumnElement[int] = usage_weeks.c.person,
) -> Sequence[tuple[Any, ...]]:
    """How many different users there are of each onboarding, or of each of its parts."""
    parts = [usage_groups.c.onboarding, *by]
    query = select(*parts, func.count(distinct(person))).select_from(theirs).group_by(*parts)
    return [tuple(row) for row in connection.execute(query)]


def _within(first: int, last: int) -> ColumnElement[bool]:
    """The weeks' days from `first` to `last`, seven days at most."""
    here, before = monday_of(last), monday_of(first)
    if here == before:
        return and_(usage_weeks.c.week == here, usage_weeks.c.days.op("&")(_bits(first - here, last - here)) != 0)
    later = and_(usage_weeks.c.week == here, usage_weeks.c.days.op("&")(_bits(0, last - here)) != 0)
    earlier = usage_weeks.c.days.op("&")(_bits(first - before, OF_A_WEEK - 1)) != 0
    return or_(later, and_(usage_weeks.c.week == before, earlier))


def _touches(first: int, last: int) -> ColumnElement[bool]:
    """The weeks of which any day lies between: features are known by the week, not by the day."""
    return usage_weeks.c.week.between(monday_of(first), monday_of(last))


def _bits(first: int, last: int) -> int:
    """The bits of the days of a week from `first` to `last`; Monday is 0."""
    return sum(1 << day for day in range(first, last + 1))


def monday_of(day: int) -> int:
    """The Monday of that day's week; both count days since 1970."""
    return day - (day + THURSDAY) % OF_A_WEEK


def _date(day: int) -> date:
    return (EPOCH + timedelta(days=day)).date()


def _number(day: date) -> int:
    return (day - EPOCH.date()).days
