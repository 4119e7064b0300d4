"""Which risks does somebody of ours watch? The open ones of the onboardings in which they take part."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Engine,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
)

from store.engine import read_connection
from store.tables import NOT_ENDED, STAFF_SIDE, onboardings, people, put_aside, registers

RISKS = "risks"
"""The kind and the key under which somebody puts off to look at the risks of an onboarding."""
MOST_ONBOARDINGS = 100
"""Of one person, those that need somebody first: whoever has more reads of the rest in their weekly message."""
HALTED = ("paused", "ending", "opening")
"""States in which nobody is asked to look at risks."""


class OpenRisk(NamedTuple):
    """An open risk of a register. `at` is when it was recorded last, `review_on` the day that people named, as text."""

    key: str
    title: str
    at: datetime
    review_on: str | None
    score: int
    owner: str


class Watched(NamedTuple):
    """The open risks of an onboarding that may be due."""

    onboarding: str
    account: str
    owner: str
    playbook_hash: str | None
    risks: Sequence[OpenRisk]


def watched_by(
    engine: Engine, person: str, *, now: datetime, today: date, long_ago: datetime, versions: Collection[str]
) -> Sequence[Watched]:
    """The open risks that may be due, in onboardings under way that are that person's or in which they play a part.

    Left out is what they have put off beyond `now`, and what cannot be due: for which people named a day after `today`,
    or none, and that was recorded `long_ago` or later. Only of onboardings that go by one of those `versions` of
    playbooks (their hashes) that is known; of others every risk may be due.
    """
    given = {"now": now, "today": today.isoformat(), "long_ago": long_ago, "versions": list(versions)}
    return _watched(engine, WATCHED, {"person": person, **given})


def watched_in(engine: Engine, person: str, onboarding: str) -> Sequence[Watched]:
    """The open risks of that onboarding alone, put off or not; none where the person has no part in it."""
    return _watched(engine, WATCHED_IN_ONE, {"person": person, "of": onboarding})


def players(engine: Engine, ids: Collection[str]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Who of ours plays which role in each of those onboardings."""
    if not ids:
        return {}
    query = select(people.c.onboarding, people.c.role, people.c.id).where(people.c.onboarding.in_(ids), STAFF_SIDE)
    each: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    with read_connection(engine) as connection:
        for row in connection.execute(query):
            each[row.onboarding][row.role] = each[row.onboarding].get(row.role, frozenset()) | {row.id}
    return each


def _watched(engine: Engine, statement: Select[Any], given: Mapping[str, Any]) -> Sequence[Watched]:
    each: dict[str, Watched] = {}
    risks: defaultdict[str, list[OpenRisk]] = defaultdict(list)
    with read_connection(engine) as connection:
        for id, account, owner, version, key, title, at, review_on, score, watcher in connection.execute(
            statement, given
        ):
            each[id] = Watched(id, account, owner, version, risks[id])
            risks[id].append(OpenRisk(key, title, at, review_on, int(score or 0), watcher or ""))
    return list(each.values())


# --- the statements: the first is asked at every look at a day, and built once


def _risks_of(which: ColumnElement[bool]) -> tuple[Select[Any], Subquery]:
    """The open risks of one person's onboardings, in the order of a `Watched` and an `OpenRisk`; and these onboardings.

    Of their own and of those in which they play a part it is those that need somebody first.
    """
    of_it = [onboardings.c[name] for name in ("onboarding", "account", "owner", "playbook_hash")]
    query = (
        select(*of_it)
        .where(NOT_ENDED, onboardings.c.status.not_in(HALTED), which)
        .order_by(onboardings.c.rank, onboardings.c.first_due)
        # As a number in the statement: by a parameter PostgreSQL expects to stop early, and goes through everybody's.
        .limit(literal_column(str(MOST_ONBOARDINGS)))
    )
    # Two questions: with an OR between them neither database would use an index.
    owned = query.where(onboardings.c.owner == PERSON)
    part_taken = and_(people.c.onboarding == onboardings.c.onboarding, people.c.id == PERSON, STAFF_SIDE)
    helped = query.join(people, part_taken)
    # SQLite takes no LIMIT in a part of a UNION.
    theirs = union(*(select(part.subquery()) for part in (owned, helped))).subquery()
    # Few risks are due of hundreds: the database takes their documents apart.
    columns = [*(registers.c[name] for name in ("key", "title", "at")), NAMED_DAY, SCORE, WATCHER]
    risks = (
        select(*theirs.c, *columns)
        .join(theirs, theirs.c.onboarding == registers.c.onboarding)
        .where(registers.c.kind == "risk", registers.c.status == "open")
    )
    return risks, theirs


def _in_data(name: str) -> ColumnElement[str]:
    text: ColumnElement[str] = type_coerce(registers.c.data, JSON)[name].as_string()
    return text


PERSON: BindParameter[str] = bindparam("person")
NAMED_DAY, SCORE, WATCHER = _in_data("review_on"), _in_data("score"), _in_data("owner")
PUT_OFF = exists().where(
    put_aside.c.person == PERSON,
    put_aside.c.onboarding == onboardings.c.onboarding,
    put_aside.c.kind == RISKS,
    or_(put_aside.c.until.is_(None), put_aside.c.until > bindparam("now")),
)
OPEN_RISKS, THEIRS = _risks_of(~PUT_OFF)
WATCHED = OPEN_RISKS.where(
    or_(
        func.coalesce(THEIRS.c.playbook_hash, "").not_in(bindparam("versions", expanding=True)),
        registers.c.at < bindparam("long_ago"),
        bindparam("today") >= NAMED_DAY,
    )
)
WATCHED_IN_ONE = _risks_of(onboardings.c.onboarding == bindparam("of"))[0]
