"""What do the command line, the API and the pages read? Typed answers from the read model, journal and outbox."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    TextClause,
    bindparam,
    cast,
    exists,
    func,
    select,
    tuple_,
)

from domain.attention import shown_state
from domain.calendar import WorkCalendar
from domain.deal import Sale
from domain.plan import Plan
from domain.record import JournalRow, MilestoneRow, RegisterRow, StageRow, WaitingNotice
from domain.text import folded
from domain.trouble import UnknownOnboarding
from domain.wire import Instant, Wire
from store.accounts import deals_of_account, read_stored
from store.addressees import addressee_of
from store.digests import notice_of, parts_of
from store.engine import read_connection, read_transaction
from store.tables import IS_LATE, NOT_ENDED, deals, milestones, onboardings, people, plans, registers, stages
from store.tables import journal as journal_table
from store.tables import notices as notices_table

NoticeState = Literal["waiting", "joined", "sent", "refused", "bounced", "withdrawn", "held"]
NAMED_CANDIDATES = 10
AT_ONCE = 500
"""Rows that one statement asks for by their keys."""
MOST_CALENDARS = 256
"""Different calendars that are remembered as they were read back: one takes some 8 kB."""
MADE_BY_US = "day90"
"""What the journal has in `via` of an entry that came by itself."""
LATE_SINCE = (
    select(func.min(milestones.c.due))
    .where(
        milestones.c.onboarding == onboardings.c.onboarding,
        milestones.c.status == "open",
        ~milestones.c.optional,
        milestones.c.due < onboardings.c.as_of,
        NOT_ENDED,
    )
    .correlate(onboardings)
    .scalar_subquery()
    .label("late_since")
)
"""By what `domain.agenda.picture.late` calls late at the moment of the last turn."""


def _of_it(table: Table, *order: str) -> Select[Any]:
    wanted = select(table).where(table.c.onboarding == bindparam("onboarding"))
    return wanted.order_by(*(table.c[name] for name in order))


# Every page of a room runs these; putting such a statement together takes as long as PostgreSQL takes to answer it.
NEWEST = select(func.max(journal_table.c.seq)).where(journal_table.c.onboarding == bindparam("onboarding"))
LINE = select(onboardings, LATE_SINCE, func.coalesce(NEWEST.scalar_subquery(), 0).label("newest")).where(
    onboardings.c.onboarding == bindparam("onboarding")
)
LATEST_PLAN = (
    select(plans.c.body, plans.c.revision)
    .where(plans.c.onboarding == bindparam("onboarding"))
    .order_by(plans.c.revision.desc())
    .limit(1)
)
PARTS: Mapping[str, Select[Any]] = {
    "stages": _of_it(stages, "position"),
    "milestones": _of_it(milestones, "position"),
    "registers": _of_it(registers, "kind", "at", "key"),
}


class UnclearOnboarding(UnknownOnboarding):
    """Several onboardings fit what was typed. Whoever typed it must act: `candidates` lists what to choose from."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{text!r} could be {', '.join(candidates)}")
        self.candidates = tuple(candidates)


class OnboardingLine(Wire):
    """One onboarding as a line of a list. `as_of` is None until its plan is drafted.

    `late_since` is when the first of what is overdue was due; None where nothing is. `playbook_hash` is the version of
    the playbook by which it goes; None while only an older worker has written it.
    """

    onboarding: str
    account: str
    status: str
    owner: str
    touch: str
    playbook: str
    opened_at: Instant
    open_stages: tuple[str, ...]
    waiting_for: tuple[str, ...]
    late: tuple[str, ...]
    next_key: str | None
    next_due: Instant | None
    go_live_due: Instant | None
    first_value_at: Instant | None
    days_to_first_value: int | None
    ending: str | None
    ended_at: Instant | None
    as_of: Instant | None
    late_since: Instant | None = None
    playbook_hash: str | None = None
    rank: int | None = Field(None, exclude=True)

    @property
    def state(self) -> str:
        """How it stands in the one word that the desk has for it."""
        return shown_state(self.rank, self.status, self.ending)


class PortfolioPage(Wire):
    """A page of the list; `after` is the cursor of the next one, None on the last."""

    lines: tuple[OnboardingLine, ...]
    after: str | None


class OnboardingInFull(OnboardingLine):
    """One onboarding with all its parts. `revision` counts how often the plan was written; 0 before the first plan.

    `newest` is the number of the journal's last entry about it.
    """

    stages: tuple[StageRow, ...]
    milestones: tuple[MilestoneRow, ...]
    registers: tuple[RegisterRow, ...]
    plan: Plan | None
    revision: int
    newest: int = Field(0, exclude=True)


class JournalEntry(JournalRow):
    """A stored row of the journal; `recorded_at` is wall time, `seq` rises in the order of writing."""

    seq: int
    recorded_at: Instant


class NoticeLine(Wire):
    """A notice and what became of it: `reason` says why it was refused or withdrawn, `place` where it went.

    `onboarding` is None where the notice is about day90 itself or an introduction. `subject` and `text` are what was
    sent; None until it has gone, and where its channel did not say.
    """

    id: int
    onboarding: str | None
    key: str
    channel: str
    kind: str
    person: str
    name: str | None
    facts: dict[str, Any]
    about: str
    while_open: str | None
    not_before: Instant
    state: NoticeState
    reason: str | None
    message_id: str | None
    place: str | None
    sent_at: Instant | None
    created_at: Instant
    attachment: str | None = None
    subject: str | None = None
    text: str | None = None
    draft: str | None = None


def portfolio(
    engine: Engine,
    *,
    status: str | None = None,
    stage: str | None = None,
    owner: str | None = None,
    late_only: bool = False,
    open_only: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> PortfolioPage:
    """A page of up to `limit` onboardings that meet every condition given, in the order of their ids.

    Ids never change, so a line that changes while somebody pages is neither skipped nor shown twice. `stage` keeps
    those in which that stage is open. `after` is the cursor of the page before.
    """
    wanted: list[ColumnElement[bool] | TextClause] = []
    if status is not None:
        wanted.append(onboardings.c.status == status)
    if owner is not None:
        wanted.append(onboardings.c.owner == owner)
    if stage is not None:
        of_it = (stages.c.onboarding == onboardings.c.onboarding) & (stages.c.key == stage)
        wanted.append(exists().where(of_it & (stages.c.status == "open")))
    if late_only:
        wanted.append(IS_LATE)
    if open_only:
        wanted.append(NOT_ENDED)
    if after is not None:
        wanted.append(onboardings.c.onboarding > after)
    # One more than asked for tells whether there is a next page.
    page = select(onboardings, LATE_SINCE).where(*wanted).order_by(onboardings.c.onboarding).limit(limit + 1)
    with read_transaction(engine) as connection:
        rows = connection.execute(page).mappings().all()
    lines = tuple(OnboardingLine.model_validate(row) for row in rows[:limit])
    return PortfolioPage(lines=lines, after=lines[-1].onboarding if len(rows) > limit else None)


def one(engine: Engine, onboarding: str) -> OnboardingInFull:
    """One onboarding with all its parts. Raises UnknownOnboarding."""
    with read_transaction(engine) as connection:
        of_it = {"onboarding": onboarding}
        line = connection.execute(LINE, of_it).mappings().one_or_none()
        if line is None:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        plan = connection.execute(LATEST_PLAN, of_it).one_or_none()
        parts: Mapping[str, Any] = {
            **{name: connection.execute(query, of_it).mappings().all() for name, query in PARTS.items()},
            "plan": plan.body if plan else None,
            "revision": plan.revision if plan else 0,
        }
    return OnboardingInFull.model_validate({**line, **parts})


def lines(engine: Engine, onboardings_: Collection[str]) -> tuple[OnboardingLine, ...]:
    """Those onboardings, as far as they are there, by id."""
    wanted = select(onboardings, LATE_SINCE).where(onboardings.c.onboarding.in_(list(onboardings_)))
    with read_connection(engine) as connection:
        rows = connection.execute(wanted.order_by(onboardings.c.onboarding)).mappings().all()
    return tuple(OnboardingLine.model_validate(row) for row in rows)


def also_of_account(engine: Engine, onboarding: str, *, limit: int = 20) -> tuple[OnboardingLine, ...]:
    """Up to `limit` other onboardings of the same customer (`domain.rules.accounts`), newest first."""
    with read_connection(engine) as connection:
        body = connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding))
    deal = None if body is None else read_stored(onboarding, body)
    return () if deal is None else others_of_account(engine, onboarding, deal, limit=limit)


def others_of_account(engine: Engine, onboarding: str, deal: Sale, *, limit: int = 20) -> tuple[OnboardingLine, ...]:
    """The same for an onboarding whose deal is at hand."""
    with read_connection(engine) as connection:
        same = [other.onboarding for other in deals_of_account(connection, deal, apart_from=onboarding, most=limit)]
        if not same:
            return ()
        latest = select(onboardings, LATE_SINCE).where(onboardings.c.onboarding.in_(same))
        latest = latest.order_by(onboardings.c.opened_at.desc(), onboardings.c.onboarding)
        return tuple(OnboardingLine.model_validate(row) for row in connection.execute(latest).mappings())


def journal(
    engine: Engine,
    onboarding: str,
    *,
    about: str | None = None,
    kinds: Collection[str] = (),
    newest: int | None = None,
) -> tuple[JournalEntry, ...]:
    """The onboarding's journal in the order of writing; `about` keeps the entries about that key alone, `kinds` those.

    With `newest`, only that many of the last entries.
    """
    given = {"onboarding": onboarding, "about": about, "kinds": list(kinds) or None, "newest": newest}
    asked = {name: value for name, value in given.items() if value is not None}
    with read_connection(engine) as connection:
        rows = connection.execute(_entries(frozenset(asked)), asked).mappings().all()
    return tuple(JournalEntry.model_validate(row) for row in reversed(rows))


@cache
def _entries(named: frozenset[str]) -> Select[Any]:
    """The statement for entries by what is named; built once, since building it takes as long as running it."""
    table = journal_table
    wanted = select(table).where(table.c.onboarding == bindparam("onboarding"))
    if "about" in named:
        wanted = wanted.where(table.c.about == bindparam("about"))
    if "kinds" in named:
        wanted = wanted.where(table.c.kind.in_(bindparam("kinds", expanding=True)))
    wanted = wanted.order_by(table.c.seq.desc())
    return wanted.limit(bindparam("newest", type_=Integer)) if "newest" in named else wanted


def changed(engine: Engine, to: str, changes: Mapping[str, str]) -> frozenset[str]:
    """Those onboardings that go by that version, and in whose journal the change stands that is named for each.

    `changes` has the key of the journal's row by onboarding.
    """
    table, pairs, found = journal_table, sorted(changes.items()), set[str]()
    go_by_it = onboardings.c.playbook_hash == to
    with read_transaction(engine) as connection:
        for start in range(0, len(pairs), AT_ONCE):
            asked = tuple_(table.c.onboarding, table.c.key).in_(pairs[start : start + AT_ONCE])
            joined = select(table.c.onboarding).join(onboardings, onboardings.c.onboarding == table.c.onboarding)
            found.update(connection.scalars(joined.where(asked, go_by_it)))
    return frozenset(found)


def news(engine: Engine, onboarding: str, *, limit: int) -> tuple[JournalEntry, ...]:
    """The last `limit` entries of what people or other systems told it, the newest first."""
    of_it = (journal_table.c.onboarding == onboarding) & (journal_table.c.via != MADE_BY_US)
    newest = select(journal_table).where(of_it).order_by(journal_table.c.seq.desc()).limit(limit)
    with read_transaction(engine) as connection:
        return tuple(JournalEntry.model_validate(row) for row in connection.execute(newest).mappings())


def calendars(engine: Engine, onboardings: Collection[str]) -> Mapping[str, WorkCalendar]:
    """The calendar of each of those onboardings, by id, as far as it has one yet."""
    # As the text that it is: those of one country and its years are mostly the same, and read back once.
    written = cast(deals.c.calendar, Text)
    wanted = select(deals.c.onboarding, written).where(deals.c.onboarding.in_(onboardings))
    with read_connection(engine) as connection:
        rows = connection.execute(wanted.where(deals.c.calendar.is_not(None))).all()
    return {onboarding: _calendar(text) for onboarding, text in rows}


@lru_cache(MOST_CALENDARS)
def _calendar(text: str) -> WorkCalendar:
    return WorkCalendar.model_validate_json(text)


def notices(
    engine: Engine,
    onboarding: str | None = None,
    *,
    state: NoticeState | None = None,
    id: int | None = None,
    limit: int = 1000,
) -> tuple[NoticeLine, ...]:
    """The newest `limit` notices of the onboarding, or of all, the oldest of them first; by `id` that one alone."""
    table = notices_table
    of_them = (people.c.onboarding == table.c.onboarding) & (people.c.id == table.c.person)
    wanted = select(table, people.c.name).outerjoin(people, of_them)
    if onboarding is not None:
        wanted = wanted.where(table.c.onboarding == onboarding)
    if state is not None:
        wanted = wanted.where(table.c.state == state)
    if id is not None:
        wanted = wanted.where(table.c.id == id)
    with read_transaction(engine) as connection:
        rows = connection.execute(wanted.order_by(table.c.id.desc()).limit(limit)).mappings().all()
    return tuple(NoticeLine.model_validate(row) for row in reversed(rows))


def letters(engine: Engine, ids: Collection[int]) -> Mapping[int, WaitingNotice]:
    """Those notices with whom they are for, by their numbers, as their channels would take them up now.

    What nobody would get is left out: its receiver does not take part any more.
    """
    wanted = select(notices_table).where(notices_table.c.id.in_(ids))
    found: dict[int, WaitingNotice] = {}
    with read_transaction(engine) as connection:
        for row in connection.execute(wanted).all():
            if (person := addressee_of(connection, row)) is not None:
                found[row.id] = WaitingNotice(
                    id=row.id,
                    notice=notice_of(row),
                    person=person,
                    message_id=row.message_id or "",
                    parts=tuple(notice_of(part) for part in parts_of(connection, row.id)),
                )
    return found


def resolve(engine: Engine, text: str) -> str:
    """The id of the onboarding with that id, that deal id, or that text in the account's name, tried in this order.

    An id may come without its `onboarding-`.

    Raises UnknownOnboarding when none fits, UnclearOnboarding when several do.
    """
    named = select(onboardings.c.onboarding, onboardings.c.account).join(deals).order_by(onboardings.c.onboarding)
    ways = (
        onboardings.c.onboarding.in_([text, f"onboarding-{text}"]),
        deals.c.deal_id == text,
        onboardings.c.account_folded.contains(folded(text), autoescape=True),
    )
    with read_transaction(engine) as connection:
        for way in ways if text.strip() else ():
            rows = connection.execute(named.where(way).limit(NAMED_CANDIDATES)).all()
            if len(rows) == 1:
                return str(rows[0].onboarding)
            if rows:
                raise UnclearOnboarding(text, [f"{row.onboarding} ({row.account})" for row in rows])
    raise UnknownOnboarding(f"no onboarding has {text!r} as its id, its deal's id or in its account's name")


def open_onboardings(engine: Engine) -> tuple[str, ...]:
    """The ids of all onboardings that have not ended, in order."""
    still_open = select(onboardings.c.onboarding).where(NOT_ENDED)
    with read_transaction(engine) as connection:
        return tuple(connection.scalars(still_open.order_by(onboardings.c.onboarding)))
