"""Which messages wait for one of ours, and what becomes of them? Held in the outbox until their draft is sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from domain.notice import Notice, Person
from domain.record import DraftChange, WaitingNotice
from store.engine import read_transaction
from store.rows import Row
from store.tables import notices, people

HELD, WAITING = "held", "waiting"
WORDS = "edited"
"""The fact of a message under which stand the words that one of ours has given it."""


def keep(connection: Connection, onboarding: str, written: Sequence[Row], changes: Sequence[DraftChange]) -> None:
    """Let the drafts read as `written`, rows of the outbox, then do to them what these changes say.

    Done again it changes nothing: what has left its draft is never touched.
    """
    for draft in dict.fromkeys([*(row["draft"] for row in written), *(change.draft for change in changes)]):
        if rows := [row for row in written if row["draft"] == draft]:
            _rewrite(connection, onboarding, draft, rows)
    for change in changes:
        if change.what == "edited":
            _edit(connection, onboarding, change)
        elif change.what == "sent":
            _settle(connection, onboarding, change.draft, state=WAITING, reason=None)
        else:
            _settle(connection, onboarding, change.draft, state="withdrawn", reason=change.reason)


def _rewrite(connection: Connection, onboarding: str, draft: str, rows: Sequence[Row]) -> None:
    """Its messages as they read now, with the words that they were given; who gets none any more is left out."""
    of_it = (notices.c.onboarding == onboarding) & (notices.c.draft == draft)
    there = {row.key: row for row in connection.execute(select(notices).where(of_it))}
    given = {row.person: row.facts[WORDS] for row in there.values() if WORDS in row.facts}
    for row in rows:
        kept = there.get(row["key"])
        words = given.get(row["person"])
        facts = {**row["facts"], **({WORDS: words} if words else {})}
        if kept is None:
            connection.execute(insert(notices).values({**row, "facts": facts, "state": HELD}))
        elif kept.state == HELD:
            now = {"facts": facts, "not_before": row["not_before"], "attachment": row["attachment"]}
            connection.execute(update(notices).where(notices.c.id == kept.id).values(now))
    gone = of_it & (notices.c.state == HELD) & notices.c.key.not_in([row["key"] for row in rows])
    nobody = "no longer among its readers"
    connection.execute(update(notices).where(gone).values(state="withdrawn", reason=nobody))


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
    of_them = (people.c.onboarding == notices.c.onboarding) & (people.c.id == notices.c.person)
    theirs = [people.c[name].label(f"person_{name}") for name in Person.model_fields]
    wanted = select(notices, *theirs).join(people, of_them).where(notices.c.state == HELD)
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
