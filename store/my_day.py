"""What has somebody of ours to do today? Due work, answers, meetings, and what of theirs became late."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    Label,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.elements import TextClause

from store import asked_of_us
from store.engine import read_connection, write_transaction
from store.rows import put
from store.tables import IS_AN_ANSWER, IS_SIGNED, NOT_ENDED, onboardings, open_work, people, put_aside
from store.work_lines import MESSAGE, MOST_SHOWN, QUESTION, WorkLine, is_aside

MOST_SOON = 6
A_MEETING = timedelta(hours=1)
"""A meeting that has begun is still shown for so long."""
LOOKED_AT = 20
"""Onboardings that tell by which moment somebody's go."""


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
    given = {"person": person, "now": now, "since": since, "until": until, "begun": now - A_MEETING}
    parts: defaultdict[str, list[WorkLine]] = defaultdict(list)
    with read_connection(engine) as connection:
        for part, *row in connection.execute(WORK, given):
            parts[part].append(WorkLine(*row))
        questions = asked_of_us.questions_to(connection, person, now=now)
        messages = asked_of_us.messages(connection, person, now=now, wall=wall or now)
    return Day(
        due=parts["due"],
        answers=parts["answers"],
        messages=[*questions, *messages],
        signing=parts["signing"],
        late=parts["late"],
        meetings=parts["meetings"],
        soon=parts["soon"],
    )


def own_time(engine: Engine, person: str, wall: datetime) -> datetime:
    """The moment by which that person's onboardings go: on a compressed clock they are ahead of the wall's.

    Told by those of theirs that need somebody first, of whoever owns none by those of everybody.
    """
    with read_connection(engine) as connection:
        latest = connection.scalar(OWN_TIME, {"person": person})
    return max(wall, latest) if latest else wall


def one_line(engine: Engine, person: str, onboarding: str, kind: str, key: str) -> WorkLine | None:
    """That work, if it is that person's or of an onboarding of theirs; None where it is not, or not any more."""
    with read_connection(engine) as connection:
        if kind == MESSAGE:
            return asked_of_us.message(connection, person, onboarding, key)
        if kind == QUESTION:
            return asked_of_us.question(connection, person, onboarding, key)
        given = {"person": person, "onboarding": onboarding, "kind": kind, "key": key}
        lines = [WorkLine(*row[1:]) for row in connection.execute(OF_ONE, given)]
    return next((one for one in lines if one.person == person), lines[0] if lines else None)


def lay_aside(engine: Engine, person: str, line: WorkLine, *, until: datetime | None, now: datetime) -> None:
    """Let it not stand on that person's day until then; for good without a moment."""
    row = {"person": person, "onboarding": line.onboarding, "kind": line.kind, "key": line.key}
    with write_transaction(engine) as connection:
        put(connection, put_aside, [{**row, "until": until, "at": now}])


# --- the statements: they are asked at every look, and built once


def _part(name: str, *where: "ColumnElement[bool] | TextClause", most: int = MOST_SHOWN) -> Select[Any]:
    """The first of that work by its date, as rows of that part of a day."""
    part: Label[str] = literal_column(f"'{name}'").label("part")
    first = select(part, open_work).where(*where).order_by(open_work.c.due).limit(most).subquery()
    # SQLite takes no LIMIT in a part of a UNION.
    return select(first)


def _lines(*parts: Select[Any]) -> Select[Any]:
    """The work of these parts in the order of a `WorkLine`, after the name of its part."""
    work = union_all(*parts).subquery()
    theirs = and_(people.c.onboarding == work.c.onboarding, people.c.id == work.c.person, work.c.side == "customer")
    named: Mapping[str, ColumnElement[Any]] = {
        "account": onboardings.c.account,
        "playbook_hash": onboardings.c.playbook_hash,
        "name": func.coalesce(people.c.name, "").label("name"),
    }
    columns = [named[name] if name in named else work.c[name] for name in WorkLine._fields if name != "text"]
    return (
        select(work.c.part, *columns)
        .join(onboardings, onboardings.c.onboarding == work.c.onboarding)
        .outerjoin(people, theirs)
        .order_by(work.c.due)
    )


def _latest(*whose: ColumnElement[bool]) -> Select[Any]:
    """The moment of the latest turn among the onboardings that need somebody first."""
    order = (onboardings.c.rank, onboardings.c.first_due)
    few = select(onboardings.c.as_of).where(*whose, NOT_ENDED).order_by(*order).limit(LOOKED_AT).subquery()
    return select(func.max(few.c.as_of))


PERSON: BindParameter[str] = bindparam("person")
SINCE: BindParameter[datetime] = bindparam("since")
BEGUN: BindParameter[datetime] = bindparam("begun")
NOW: BindParameter[datetime] = bindparam("now")
UNTIL: BindParameter[datetime] = bindparam("until")
MINE, OF_MINE = open_work.c.person == PERSON, open_work.c.owner == PERSON
KIND, DUE = open_work.c.kind, open_work.c.due
NO_ANSWER = text(f"NOT ({IS_AN_ANSWER.text})")
NOT_ASIDE = ~is_aside(open_work.c.onboarding, open_work.c.kind, open_work.c.key)
PARTS = (
    _part("due", MINE, NO_ANSWER, KIND != "meeting", DUE < UNTIL, NOT_ASIDE),
    _part("answers", MINE, IS_AN_ANSWER, NOT_ASIDE),
    _part("signing", OF_MINE, IS_SIGNED, open_work.c.side == "customer", NOT_ASIDE),
    _part(
        "late",
        OF_MINE,
        open_work.c.person != PERSON,
        ~open_work.c.optional,
        DUE >= SINCE,
        DUE < NOW,
        KIND != "meeting",
        KIND != "sign_off",
        NOT_ASIDE,
    ),
    _part("meetings", MINE, KIND == "meeting", DUE >= BEGUN, DUE < UNTIL),
    _part("soon", MINE, NO_ANSWER, DUE >= UNTIL, NOT_ASIDE, most=MOST_SOON),
)
WORK = _lines(*PARTS)
OF_ONE = _lines(
    _part(
        "one",
        open_work.c.onboarding == bindparam("onboarding"),
        open_work.c.kind == bindparam("kind"),
        open_work.c.key == bindparam("key"),
        or_(MINE, OF_MINE),
    )
)
OWN_TIME = select(func.coalesce(_latest(onboardings.c.owner == PERSON).scalar_subquery(), _latest().scalar_subquery()))
