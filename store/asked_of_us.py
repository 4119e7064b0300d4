"""What have the customers' people written that waits for an answer of ours? Replies by mail, and questions."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, bindparam, cast, exists, select

from store.tables import ASKS_US, notices, onboardings, people, put_aside, question_words, questions
from store.work_lines import MESSAGE, MOST_SHOWN, QUESTION, WorkLine, is_aside

ASKED_WITHIN = timedelta(days=30)
"""What was asked longer ago was answered by mail, or nobody waits any more."""
DIGITS = 19
"""Of a number that a column holds."""


def messages(connection: Connection, person: str, *, now: datetime, wall: datetime) -> Sequence[WorkLine]:
    """What that person was asked by mail, the oldest first, without what they have put aside.

    Messages come by the `wall`'s clock, and are put aside until a moment by which the onboardings go.
    """
    given = {"person": person, "now": now, "asked_after": wall - ASKED_WITHIN}
    return [_message(row) for row in connection.execute(MESSAGES, given)]


def message(connection: Connection, person: str, onboarding: str, number: str) -> WorkLine | None:
    """That message, if that person was asked by it; the number may be typed by hand."""
    if not number.isdecimal() or len(number) >= DIGITS:
        return None
    row = connection.execute(A_MESSAGE, {"person": person, "onboarding": onboarding, "number": int(number)}).first()
    return _message(row) if row else None


def questions_to(connection: Connection, person: str, *, now: datetime) -> Sequence[WorkLine]:
    """What customers wait for an answer to, in onboardings of that person: those that wait longest first."""
    return [_question(row) for row in connection.execute(QUESTIONS, {"person": person, "now": now})]


def question(connection: Connection, person: str, onboarding: str, number: str) -> WorkLine | None:
    """That question, if it waits and the onboarding is that person's; the number may be typed by hand."""
    if not number.isdecimal() or len(number) >= DIGITS:
        return None
    row = connection.execute(A_QUESTION, {"person": person, "onboarding": onboarding, "number": int(number)}).first()
    return _question(row) if row else None


def open_messages(connection: Connection, onboardings: Collection[str], *, asked_after: datetime) -> Sequence[WorkLine]:
    """What the owners of those onboardings were asked by mail since then and have not called answered."""
    given = {"onboardings": list(onboardings), "asked_after": asked_after}
    return [_message(row) for row in connection.execute(OPEN_MESSAGES, given)]


def open_questions(connection: Connection, onboardings: Collection[str]) -> Sequence[WorkLine]:
    """What customers wait for an answer to in those onboardings."""
    return [_question(row) for row in connection.execute(OPEN_QUESTIONS, {"onboardings": list(onboardings)})]


def _of_messages(*where: ColumnElement[bool]) -> Select[Any]:
    columns = [notices.c[name] for name in ("id", "onboarding", "kind", "person", "facts", "created_at")]
    return (
        select(*columns, onboardings.c.account, onboardings.c.owner, onboardings.c.playbook_hash)
        .join(onboardings, onboardings.c.onboarding == notices.c.onboarding)
        # A question waits on a list of its own, which knows when it is answered.
        .where(ASKS_US, notices.c.kind != "question", *where)
        .order_by(notices.c.created_at)
        .limit(MOST_SHOWN)
    )


def _of_questions(*where: ColumnElement[bool]) -> Select[Any]:
    of_it = and_(question_words.c.onboarding == questions.c.onboarding, question_words.c.question == questions.c.number)
    words = select(question_words.c.text).where(of_it, question_words.c.side == "customer")
    asker = and_(people.c.onboarding == questions.c.onboarding, people.c.id == questions.c.by)
    return (
        select(
            *(questions.c[name] for name in ("onboarding", "number", "by", "waits_since")),
            *(onboardings.c[name] for name in ("account", "owner", "playbook_hash")),
            people.c.name,
            words.order_by(question_words.c.id.desc()).limit(1).scalar_subquery().label("text"),
        )
        .join(onboardings, onboardings.c.onboarding == questions.c.onboarding)
        .outerjoin(people, asker)
        .where(questions.c.waits_since.is_not(None), *where)
        .order_by(questions.c.waits_since)
        .limit(MOST_SHOWN)
    )


# Asked at every look at a day; built once.
PERSONS: ColumnElement[bool] = notices.c.person == bindparam("person")
OWNS: ColumnElement[bool] = onboardings.c.owner == bindparam("person")
MESSAGES = _of_messages(
    PERSONS,
    notices.c.created_at > bindparam("asked_after"),
    ~is_aside(notices.c.onboarding, MESSAGE, cast(notices.c.id, Text)),
)
A_MESSAGE = _of_messages(PERSONS, notices.c.onboarding == bindparam("onboarding"), notices.c.id == bindparam("number"))
QUESTIONS = _of_questions(OWNS, ~is_aside(questions.c.onboarding, QUESTION, cast(questions.c.number, Text)))
A_QUESTION = _of_questions(
    OWNS, questions.c.onboarding == bindparam("onboarding"), questions.c.number == bindparam("number")
)
OPEN_QUESTIONS = _of_questions(questions.c.onboarding.in_(bindparam("onboardings", expanding=True)))
OPEN_MESSAGES = _of_messages(
    notices.c.onboarding.in_(bindparam("onboardings", expanding=True)),
    notices.c.person == onboardings.c.owner,
    notices.c.created_at > bindparam("asked_after"),
    # Laid aside for good: it was answered in another way.
    ~exists().where(
        put_aside.c.person == onboardings.c.owner,
        put_aside.c.onboarding == notices.c.onboarding,
        put_aside.c.kind == MESSAGE,
        put_aside.c.key == cast(notices.c.id, Text),
        put_aside.c.until.is_(None),
    ),
)


def _message(row: Any) -> WorkLine:
    return WorkLine(
        onboarding=row.onboarding,
        account=row.account,
        kind=MESSAGE,
        key=str(row.id),
        person=row.person,
        side="vendor",
        owner=row.owner,
        due=row.created_at,
        since=row.created_at,
        title=row.kind,
        holds_up=0,
        optional=False,
        playbook_hash=row.playbook_hash,
        name=str(row.facts.get("who") or ""),
        text=str(row.facts.get("text") or ""),
    )


def _question(row: Any) -> WorkLine:
    return WorkLine(
        onboarding=row.onboarding,
        account=row.account,
        kind=QUESTION,
        key=str(row.number),
        person=row.owner,
        side="vendor",
        owner=row.owner,
        due=row.waits_since,
        since=row.waits_since,
        title="",
        holds_up=0,
        optional=False,
        playbook_hash=row.playbook_hash,
        name=row.name or row.by,
        text=row.text or "",
    )
