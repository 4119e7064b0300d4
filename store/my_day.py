"""What has somebody of ours to do today? Due work, answers, meetings, and what of theirs became late."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, Text, and_, cast, exists, false, func, or_, select
from sqlalchemy.sql.elements import TextClause

from domain.wire import Instant, Wire
from store.engine import read_connection, read_transaction, write_transaction
from store.rows import put
from store.tables import (
    ASKS_US,
    IS_AN_ANSWER,
    IS_SIGNED,
    NOT_ENDED,
    notices,
    onboardings,
    open_work,
    people,
    put_aside,
    question_words,
    questions,
)

MOST_SHOWN = 50
"""Rows of one heading: more are on no list for a day."""
ASKED_WITHIN = timedelta(days=30)
"""What was asked longer ago was answered by mail, or nobody waits any more."""
MOST_SOON = 6
DIGITS = 19
"""Of a number that a column holds."""
MESSAGE = "message"
"""The kind of a row that is a message somebody has written to us."""
QUESTION = "question"
"""The kind of a row that is a question of the customer's for whose answer they wait."""


class WorkLine(Wire):
    """Something to do, of a customer: a row of `domain.attention.OpenWork`, or what asks for an answer.

    Of a `message`, `key` is its number and `title` its kind; of a `question`, `key` is its number in the onboarding.
    `text` is what somebody has asked, `name` that of the customer's person whose work or word it is.
    """

    onboarding: str
    account: str
    kind: str
    key: str
    person: str
    side: str
    owner: str
    due: Instant
    since: Instant | None
    title: str
    holds_up: int
    optional: bool
    playbook_hash: str | None
    name: str = ""
    text: str = ""


class Day(NamedTuple):
    """What lies before somebody today.

    `late` is work of others, in onboardings of theirs, that became late since. `soon` is what of their own comes next.
    """

    due: Sequence[WorkLine]
    answers: Sequence[WorkLine]
    messages: Sequence[WorkLine]
    signing: Sequence[WorkLine]
    late: Sequence[WorkLine]
    meetings: Sequence[WorkLine]
    soon: Sequence[WorkLine]

    @property
    def is_empty(self) -> bool:
        return not any((self.due, self.answers, self.messages, self.signing, self.late, self.meetings))


def day_of(
    engine: Engine, person: str, *, now: datetime, since: datetime, until: datetime, wall: datetime | None = None
) -> Day:
    """The day of that member of staff: up to `until`, with what became late from `since` on.

    `wall` is the time by the wall's clock, by which messages come; by default they are the same.
    """
    mine, of_mine = open_work.c.person == person, open_work.c.owner == person
    there = _not_aside(person, now)
    plain = open_work.c.kind.not_in(("meeting", *ANSWERED))
    of_others = and_(of_mine, open_work.c.person != person, ~open_work.c.optional)
    became_late = and_(
        open_work.c.due >= since, open_work.c.due < now, open_work.c.kind.not_in(("meeting", "sign_off"))
    )
    today = and_(open_work.c.kind == "meeting", open_work.c.due >= now - A_MEETING, open_work.c.due < until)
    with read_transaction(engine) as connection:
        due = _lines(connection, mine, plain, open_work.c.due < until, there)
        answers = _lines(connection, mine, IS_AN_ANSWER, there)
        signing = _lines(connection, of_mine, IS_SIGNED, open_work.c.side == "customer", there)
        late = _lines(connection, of_others, became_late, there)
        meetings = _lines(connection, mine, today)
        soon = _lines(
            connection, mine, open_work.c.kind.not_in(ANSWERED), open_work.c.due >= until, there, most=MOST_SOON
        )
        messages = [*_questions(connection, person, now=now), *_messages(connection, person, now=now, wall=wall or now)]
        named = _named(connection, [*signing, *late])
    return Day(
        due=due,
        answers=answers,
        messages=messages,
        signing=[_with_name(one, named) for one in signing],
        late=[_with_name(one, named) for one in late],
        meetings=meetings,
        soon=soon,
    )


ANSWERED = ("draft", "issue", "scope_change", "approval", "hand_off", "ask_again", "criterion", "pause")
"""The kinds of `IS_AN_ANSWER`."""
A_MEETING = timedelta(hours=1)
"""A meeting that has begun is still shown for so long."""


def own_time(engine: Engine, person: str, wall: datetime) -> datetime:
    """The moment by which that person's onboardings go: on a compressed clock they are ahead of the wall's.

    Told by those of theirs that need somebody first, of whoever owns none by those of everybody.
    """
    with read_connection(engine) as connection:
        latest = connection.scalar(_latest(onboardings.c.owner == person)) or connection.scalar(_latest())
    return max(wall, latest) if latest else wall


def _latest(*whose: ColumnElement[bool]) -> Select[Any]:
    order = (onboardings.c.rank, onboardings.c.first_due)
    few = select(onboardings.c.as_of).where(*whose, NOT_ENDED).order_by(*order).limit(LOOKED_AT).subquery()
    return select(func.max(few.c.as_of))


LOOKED_AT = 20


def one_line(engine: Engine, person: str, onboarding: str, kind: str, key: str) -> WorkLine | None:
    """That work, if it is that person's or of an onboarding of theirs; None where it is not, or not any more."""
    with read_connection(engine) as connection:
        if kind == MESSAGE:
            found = [one for one in _messages(connection, person, only=key) if one.onboarding == onboarding]
        elif kind == QUESTION:
            asked = _questions(connection, person, onboarding=onboarding)
            found = [one for one in asked if one.key == key]
        else:
            of_it = and_(open_work.c.onboarding == onboarding, open_work.c.kind == kind, open_work.c.key == key)
            theirs = or_(open_work.c.person == person, open_work.c.owner == person)
            found = [*_lines(connection, of_it, theirs)]
            named = _named(connection, found)
            found = [_with_name(one, named) for one in found]
    return next((one for one in found if one.person == person), found[0] if found else None)


def lay_aside(engine: Engine, person: str, line: WorkLine, *, until: datetime | None, now: datetime) -> None:
    """Let it not stand on that person's day until then; for good without a moment."""
    row = {"person": person, "onboarding": line.onboarding, "kind": line.kind, "key": line.key}
    with write_transaction(engine) as connection:
        put(connection, put_aside, [{**row, "until": until, "at": now}])


def _lines(
    connection: Connection, *where: "ColumnElement[bool] | TextClause", most: int = MOST_SHOWN
) -> Sequence[WorkLine]:
    query = (
        select(open_work, onboardings.c.account, onboardings.c.playbook_hash)
        .join(onboardings, onboardings.c.onboarding == open_work.c.onboarding)
        .where(*where)
        .order_by(open_work.c.due)
        .limit(most)
    )
    return [WorkLine.model_validate(row) for row in connection.execute(query).mappings()]


def _not_aside(person: str, now: datetime) -> ColumnElement[bool]:
    """What that person has not put aside, or whose time has come back."""
    same = [put_aside.c[name] == open_work.c[name] for name in ("onboarding", "kind", "key")]
    return ~exists().where(put_aside.c.person == person, *same, _still_aside(now))


def _still_aside(now: datetime) -> ColumnElement[bool]:
    return or_(put_aside.c.until.is_(None), put_aside.c.until > now)


def _messages(
    connection: Connection,
    person: str,
    *,
    now: datetime | None = None,
    wall: datetime | None = None,
    only: str = "",
) -> Sequence[WorkLine]:
    """What the customers' people have asked, the oldest first, without what was put aside; `only` that one."""
    columns = [notices.c[name] for name in ("id", "onboarding", "kind", "person", "facts", "created_at")]
    query = (
        select(*columns, onboardings.c.account, onboardings.c.owner, onboardings.c.playbook_hash)
        .join(onboardings, onboardings.c.onboarding == notices.c.onboarding)
        # A question waits on a list of its own, which knows when it is answered.
        .where(notices.c.person == person, ASKS_US, notices.c.kind != "question")
    )
    if only:
        query = query.where(notices.c.id == int(only) if only.isdecimal() and len(only) < DIGITS else false())
    if now is not None:
        same = [put_aside.c.onboarding == notices.c.onboarding, put_aside.c.key == cast(notices.c.id, Text)]
        aside = exists().where(put_aside.c.person == person, put_aside.c.kind == MESSAGE, *same, _still_aside(now))
        query = query.where(notices.c.created_at > (wall or now) - ASKED_WITHIN, ~aside)
    rows = connection.execute(query.order_by(notices.c.created_at).limit(MOST_SHOWN)).all()
    return [_message(row) for row in rows]


def _questions(
    connection: Connection, person: str, *, now: datetime | None = None, onboarding: str = ""
) -> Sequence[WorkLine]:
    """What customers wait for an answer to, in onboardings of that person: those that wait longest first."""
    of_it = and_(question_words.c.onboarding == questions.c.onboarding, question_words.c.question == questions.c.number)
    words = select(question_words.c.text).where(of_it, question_words.c.side == "customer")
    query = (
        select(
            *(questions.c[name] for name in ("onboarding", "number", "by", "waits_since")),
            *(onboardings.c[name] for name in ("account", "owner", "playbook_hash")),
            select(people.c.name)
            .where(people.c.onboarding == questions.c.onboarding, people.c.id == questions.c.by)
            .scalar_subquery()
            .label("name"),
            words.order_by(question_words.c.id.desc()).limit(1).scalar_subquery().label("text"),
        )
        .join(onboardings, onboardings.c.onboarding == questions.c.onboarding)
        .where(onboardings.c.owner == person, questions.c.waits_since.is_not(None))
    )
    if onboarding:
        query = query.where(questions.c.onboarding == onboarding)
    if now is not None:
        same = [put_aside.c.onboarding == questions.c.onboarding, put_aside.c.key == cast(questions.c.number, Text)]
        query = query.where(
            ~exists().where(put_aside.c.person == person, put_aside.c.kind == QUESTION, *same, _still_aside(now))
        )
    rows = connection.execute(query.order_by(questions.c.waits_since).limit(MOST_SHOWN)).all()
    return [
        WorkLine(
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
        for row in rows
    ]


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


def _named(connection: Connection, lines: Sequence[WorkLine]) -> Mapping[tuple[str, str], str]:
    """The names of the customers' people in these lines, in one question."""
    asked = {(line.onboarding, line.person) for line in lines if line.side == "customer"}
    if not asked:
        return {}
    of_them = people.c.onboarding.in_({one for one, _ in asked}), people.c.id.in_({id for _, id in asked})
    rows = connection.execute(select(people.c.onboarding, people.c.id, people.c.name).where(*of_them))
    return {(row.onboarding, row.id): row.name for row in rows}


def _with_name(line: WorkLine, named: Mapping[tuple[str, str], str]) -> WorkLine:
    return line.model_copy(update={"name": named.get((line.onboarding, line.person), "")})
