"""Which risks does somebody of ours watch? The open ones of the onboardings in which they take part."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import JSON, ColumnElement, Connection, Engine, and_, exists, or_, select, type_coerce

from store.engine import read_connection, read_transaction
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
    """The open risks of an onboarding."""

    onboarding: str
    account: str
    owner: str
    playbook_hash: str | None
    risks: Sequence[OpenRisk]


def watched_by(engine: Engine, person: str, *, now: datetime, onboarding: str = "") -> Sequence[Watched]:
    """The open risks of onboardings under way that are that person's or in which they play a part.

    Those that they have put off beyond `now` are left out; with `onboarding` it is that one alone, put off or not.
    """
    of_it = [onboardings.c[name] for name in ("onboarding", "account", "owner", "playbook_hash")]
    there = and_(NOT_ENDED, onboardings.c.status.not_in(HALTED))
    narrower = onboardings.c.onboarding == onboarding if onboarding else _not_put_off(person, now)
    query = (
        select(*of_it)
        .where(there, narrower)
        .order_by(onboardings.c.rank, onboardings.c.first_due)
        .limit(MOST_ONBOARDINGS)
    )
    # Two questions: with an OR between them neither database would use an index.
    owned = query.where(onboardings.c.owner == person)
    helped = query.join(people, people.c.onboarding == onboardings.c.onboarding).where(
        people.c.id == person, STAFF_SIDE
    )
    with read_transaction(engine) as connection:
        each = {row.onboarding: row for asked in (owned, helped) for row in connection.execute(asked)}
        risks = _risks(connection, each)
    return [
        Watched(row.onboarding, row.account, row.owner, row.playbook_hash, risks[id])
        for id, row in each.items()
        if id in risks
    ]


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


def _not_put_off(person: str, now: datetime) -> ColumnElement[bool]:
    same = put_aside.c.person == person, put_aside.c.onboarding == onboardings.c.onboarding, put_aside.c.kind == RISKS
    return ~exists().where(*same, or_(put_aside.c.until.is_(None), put_aside.c.until > now))


def _risks(connection: Connection, ids: Collection[str]) -> Mapping[str, Sequence[OpenRisk]]:
    """The open risks of each. Of hundreds few are due: the database takes their documents apart."""
    data = type_coerce(registers.c.data, JSON)
    named = [data[name].as_string().label(name) for name in ("review_on", "score", "owner")]
    columns = [registers.c[name] for name in ("onboarding", "key", "title", "at")]
    of_them = registers.c.onboarding.in_(ids), registers.c.kind == "risk", registers.c.status == "open"
    each: dict[str, list[OpenRisk]] = defaultdict(list)
    for row in connection.execute(select(*columns, *named).where(*of_them)):
        risk = OpenRisk(row.key, row.title, row.at, row.review_on, int(row.score or 0), row.owner or "")
        each[row.onboarding].append(risk)
    return each
