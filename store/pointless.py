"""Why does a notice that waits not go any more? Looked at right before it would: much happens between."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, bindparam, case, select

from domain.notice import NOT_ESSENTIAL, NoticeKind, Person, task_of
from domain.record import PROGRAMME_ENDED
from domain.rules import digests
from store.addressees import addressee_of
from store.digests import JOINED, reminded_at
from store.putting_off import put_off_by_its_reader
from store.questions import ANSWER, has_seen
from store.tables import introductions, journal, milestones, notices, onboardings, registers
from store.unsubscribes import has_unsubscribed

MorningAfter = Callable[[Person, datetime], datetime]
"""When somebody next comes to work after the day of a moment."""

# What an issue is called while somebody still has to do something about it. Any other word settles it.
OPEN_ISSUE = frozenset({"open", "acknowledged"})

# Asked for every message that goes; built once.
MILESTONE = select(milestones.c.status).where(
    milestones.c.onboarding == bindparam("onboarding"), milestones.c.key == bindparam("key")
)
REJECTED = (
    select(journal.c.seq)
    .where(journal.c.onboarding == bindparam("onboarding"), journal.c.about == bindparam("key"))
    .where(journal.c.kind == "sign_off_rejected", journal.c.recorded_at > bindparam("since"))
)
AS_IT_STANDS = select(
    select(onboardings.c.ending)
    .where(onboardings.c.onboarding == bindparam("onboarding"))
    .scalar_subquery()
    .label("ending"),
    MILESTONE.scalar_subquery().label("milestone"),
    case((MILESTONE.scalar_subquery() == "open", REJECTED.exists()), else_=False).label("rejected"),
)
"""How the onboarding and a milestone stand, and whether the sign-off of an open one was rejected since a moment."""
REGISTERED = select(registers.c.status).where(
    registers.c.onboarding == bindparam("onboarding"),
    registers.c.kind == bindparam("kind"),
    registers.c.key == bindparam("key"),
)
OF_PROGRAMME: tuple[NoticeKind, ...] = ("programme_meeting", "programme_message")
TELL_OF_A_MEETING: tuple[NoticeKind, ...] = ("invitation", "programme_meeting")
OVER = select(journal.c.seq).where(journal.c.onboarding == bindparam("onboarding"), journal.c.key == PROGRAMME_ENDED)


def _newer_like(*, of_house: bool) -> Select[str]:
    """The key of the newest notice that went, or may go by now, and tells the same person of the same thing."""
    same = [notices.c[name] == bindparam(name) for name in ("person", "channel", "about")]
    may_go = (notices.c.state == "waiting") & (notices.c.not_before <= bindparam("now"))
    newer = [notices.c.id > bindparam("id"), notices.c.collapses, may_go | notices.c.state.in_(("sent", JOINED))]
    of_it = notices.c.onboarding.is_(None) if of_house else notices.c.onboarding == bindparam("onboarding")
    return select(notices.c.key).where(of_it, *same, *newer).order_by(notices.c.id.desc()).limit(1)


NEWER_LIKE = {of_house: _newer_like(of_house=of_house) for of_house in (False, True)}


def pointless(
    connection: Connection, row: Row[Any], *, now: datetime, morning_after: MorningAfter | None
) -> str | None:
    """Why the notice need not go any more, or None. Without `morning_after` nobody counts what one gets on a day."""
    if _may_be_unwanted(row) and has_unsubscribed(connection, row.onboarding, row.person):
        return "unsubscribed"
    if row.while_open is not None and (reason := settled(connection, row)):
        return reason
    if row.kind in OF_PROGRAMME and _programme_is_over(connection, row):
        return "the success programme has ended"
    if row.kind == "meeting_cancelled" and _was_never_told(connection, row):
        return "its reader was never told of the meeting"
    if row.kind == ANSWER and row.onboarding is not None and _was_seen(connection, row):
        return "its reader has seen it in the room"
    if (held := put_off_by_its_reader(connection, row, now=now)) is not None:
        return held
    if morning_after and _was_reminded(connection, row, now=now, morning_after=morning_after):
        return "its reader was reminded on the working day before"
    if row.collapses and (newest := _newest_like(connection, row, now=now)) is not None:
        return f"collapsed into {newest}"
    return None


def _was_reminded(connection: Connection, row: Row[Any], *, now: datetime, morning_after: MorningAfter) -> bool:
    """Whether one of the customer's was reminded of what is due today on their working day before."""
    if not digests.is_of_the_day(row.kind, row.facts):
        return False
    before, person = reminded_at(connection, row), addressee_of(connection, row)
    if before is None or person is None or person.side != "customer":
        return False
    zone = ZoneInfo(person.time_zone)
    return morning_after(person, before).astimezone(zone).date() == now.astimezone(zone).date()


def _newest_like(connection: Connection, row: Row[Any], *, now: datetime) -> str | None:
    """The key of a newer notice that went, or may go by now, and tells the same person of the same thing."""
    same = {name: getattr(row, name) for name in ("id", "onboarding", "person", "channel", "about")}
    return connection.scalar(NEWER_LIKE[row.onboarding is None], {**same, "now": now})


def _was_seen(connection: Connection, row: Row[Any]) -> bool:
    """Whether its reader has read the answer that it tells of."""
    question, word = int(row.facts["question"]), int(row.facts["word"])
    return has_seen(connection, row.onboarding, row.person, question=question, word=word)


def _programme_is_over(connection: Connection, row: Row[Any]) -> bool:
    return connection.scalar(OVER, {"onboarding": row.onboarding}) is not None


def _was_never_told(connection: Connection, row: Row[Any]) -> bool:
    """Whether what would have told the reader of a cancellation of that meeting did not go, and never will."""
    theirs = (notices.c.onboarding == row.onboarding) & (notices.c.person == row.person)
    told = connection.execute(select(notices).where(theirs, notices.c.kind.in_(TELL_OF_A_MEETING)))
    of_it = [one for one in told if _meeting_in(one.facts) == _meeting_in(row.facts)]
    return bool(of_it) and all(
        one.state in ("withdrawn", "refused") or (one.state == "waiting" and one.kind in OF_PROGRAMME) for one in of_it
    )


def _meeting_in(facts: Mapping[str, Any]) -> str:
    """The name of the meeting in calendars; of one without an hour, its day."""
    return str((facts.get("calendar") or {}).get("uid") or facts.get("on"))


def _may_be_unwanted(row: Row[Any]) -> bool:
    """Whether its reader may unsubscribe from letters like this one."""
    return row.kind in NOT_ESSENTIAL and row.onboarding is not None


def settled(connection: Connection, row: Row[Any]) -> str | None:
    """Why a notice that goes only while something is open does not go: a milestone, issue, task or introduction."""
    if row.onboarding is None:
        return _introduced(connection, row.while_open)
    onboarding, key = row.onboarding, task_of(row.while_open) or row.while_open
    since = {"onboarding": onboarding, "key": key, "since": row.created_at}
    ending, milestone, rejected = connection.execute(AS_IT_STANDS, since).one()
    if ending is not None:
        return "the onboarding has ended"
    if task_of(row.while_open) is not None:
        task = _registered(connection, "task", onboarding, key) or _registered(
            connection, "correction", onboarding, key
        )
        return None if task in (None, "open") else f"{key} was {task}"
    if milestone is not None and milestone != "open":
        return f"{key} was {milestone}"
    if milestone is not None:
        # Then nobody is to be asked for it just now.
        return f"{key} was rejected" if rejected else None
    issue = _registered(connection, "issue", onboarding, key)
    return None if issue is None or issue in OPEN_ISSUE else f"{key} was {issue}"


def _registered(connection: Connection, register: str, onboarding: str, key: str) -> str | None:
    """The status of that row of a register; None where there is none."""
    return connection.scalar(REGISTERED, {"onboarding": onboarding, "kind": register, "key": key})


def _introduced(connection: Connection, introduction: str) -> str | None:
    """Why nobody need be asked to introduce themselves any more, or None."""
    of_it = introductions.c.introduction == introduction
    status = connection.scalar(select(introductions.c.status).where(of_it))
    return None if status in (None, "opening", "waiting", "late") else f"the introduction is {status}"
