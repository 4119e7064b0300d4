"""Which messages wait for one of ours, and what becomes of them? Held in the outbox until their draft is sent."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, insert, select, update

from domain.notice import Notice, Person
from domain.record import DraftChange, WaitingNotice
from store.engine import read_connection, read_transaction
from store.rows import Row
from store.tables import notices, people

HELD, WAITING = "held", "waiting"
WORDS = "edited"
"""The fact of a message under which stand the words that one of ours has given it."""
OF_THEM = and_(people.c.onboarding == notices.c.onboarding, people.c.id == notices.c.person)
KINDS = (
    select(notices.c.draft, notices.c.kind)
    .join(people, OF_THEM)
    .where(notices.c.onboarding == bindparam("onboarding"), notices.c.state == HELD)
    .order_by(notices.c.id)
)


def rewrite(connection: Connection, onboarding: str, rows: Sequence[Row]) -> None:
    """Let the drafts read as these rows of the outbox; those that have left their draft are never touched.

    Who gets no message any more is left out, and the words that a message was given by one of ours stay.
    """
    drafts = dict.fromkeys(row["draft"] for row in rows)
    of_them = (notices.c.onboarding == onboarding) & notices.c.draft.in_(drafts)
    there = {row.key: row for row in connection.execute(select(notices).where(of_them))}
    # Of what waits now: those of an earlier draft of the same key were about something else, or have gone already.
    worded = (row for row in there.values() if row.state == HELD and WORDS in row.facts)
    given = {(row.draft, row.person): row.facts[WORDS] for row in worded}
    for row in rows:
        kept = there.get(row["key"])
        words = given.get((row["draft"], row["person"]))
        facts = {**row["facts"], **({WORDS: words} if words else {})}
        if kept is None:
            connection.execute(insert(notices).values({**row, "facts": facts, "state": HELD}))
        elif kept.state == HELD:
            moving = ("not_before", "attachment", "while_open")
            now = {"facts": facts, **{name: row[name] for name in moving}}
            connection.execute(update(notices).where(notices.c.id == kept.id).values(now))
    keys = {row["key"] for row in rows}
    if gone := [row.id for row in there.values() if row.state == HELD and row.key not in keys]:
        nobody = "no longer among its readers"
        connection.execute(update(notices).where(notices.c.id.in_(gone)).values(state="withdrawn", reason=nobody))


def stop(connection: Connection, onboarding: str, changes: Sequence[DraftChange]) -> None:
    """Withdraw what was stopped. Before the drafts are written: one of the same key may begin in the same turn."""
    for one in changes:
        if one.what == "stopped":
            _settle(connection, onboarding, one.draft, state="withdrawn", reason=one.reason)


def change(connection: Connection, onboarding: str, changes: Sequence[DraftChange]) -> None:
    """Reword and send drafts as these changes say, once they are written. Done again it changes nothing."""
    for one in changes:
        if one.what == "edited":
            _edit(connection, onboarding, one)
        elif one.what == "sent":
            _settle(connection, onboarding, one.draft, state=WAITING, reason=None)


def _edit(connection: Connection, onboarding: str, change: DraftChange) -> None:
    held = select(notices.c.id, notices.c.facts).where(_held(onboarding, change.draft))
    given = {name: words for name, words in (("subject", change.subject), ("text", change.text)) if words}
    for row in connection.execute(held.where(notices.c.person.in_(change.people))).all():
        facts = {**row.facts, WORDS: {**row.facts.get(WORDS, {}), **given}}
        connection.execute(update(notices).where(notices.c.id == row.id).values(facts=facts))


def _settle(connection: Connection, onboarding: str, draft: str, **values: Any) -> None:
    connection.execute(update(notices).where(_held(onboarding, draft)).values(values))


def _held(onboarding: str, draft: str) -> Any:
    return (notices.c.onboarding == onboarding) & (notices.c.draft == draft) & (notices.c.state == HELD)


def held(engine: Engine, onboarding: str | None = None) -> Mapping[tuple[str, str], Sequence[WaitingNotice]]:
    """The messages of every draft that waits, of one onboarding or of all, by onboarding and draft."""
    theirs = [people.c[name].label(f"person_{name}") for name in Person.model_fields]
    wanted = select(notices, *theirs).join(people, OF_THEM).where(notices.c.state == HELD)
    if onboarding is not None:
        wanted = wanted.where(notices.c.onboarding == onboarding)
    found: dict[tuple[str, str], list[WaitingNotice]] = {}
    with read_transaction(engine) as connection:
        for row in connection.execute(wanted.order_by(notices.c.id)).mappings():
            person = Person.model_validate({name: row[f"person_{name}"] for name in Person.model_fields})
            notice = Notice.model_validate({**row, "to": row["person"]})
            one = WaitingNotice(id=row["id"], notice=notice, person=person, message_id="")
            found.setdefault((row["onboarding"], row["draft"]), []).append(one)
    return found


def readers_of(engine: Engine, onboarding: str, draft: str) -> Collection[str]:
    """The ids of those to whom a message of that draft waits."""
    with read_connection(engine) as connection:
        return {*connection.scalars(select(notices.c.person).where(_held(onboarding, draft)))}


def kinds_held(engine: Engine, onboarding: str) -> Mapping[str, str]:
    """The drafts of the onboarding that wait, each with the kind of its messages."""
    with read_connection(engine) as connection:
        return {row.draft: row.kind for row in connection.execute(KINDS, {"onboarding": onboarding})}
