"""What does the store know of the fleet? The lists that the sweep compares with Temporal, and where it reports."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, TextClause, case, exists, func, or_, select, update

from domain.census import Line, Mailbag, Picture, Undone
from domain.news import HANDED_OVER
from domain.notice import Notice, Person
from domain.record import PROGRAMME_ENDED, JournalRow
from store.engine import read_transaction, wall_clock, write_transaction
from store.entries import journal_row, person_row
from store.outbox import add_of_the_house
from store.rows import add, put
from store.tables import (
    IS_REFUSED,
    IS_UNCONFIRMED,
    IS_WAITING,
    NOT_ENDED,
    deals,
    inbox,
    introductions,
    journal,
    milestones,
    notices,
    onboardings,
    people,
    rechecks,
    registers,
    renewals,
    write_backs,
)
from store.webhooks import SqlWebhooks

UNDRAWN = onboardings.c.attended_as_of.is_(None) | (onboardings.c.attended_as_of != onboardings.c.as_of)
"""Rows that an older version wrote last: what the desk shows of them is not complete."""


class SqlCensus:
    """The census of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._clock = clock
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The engine of the database that the census reads."""
        return self._engine

    def open_lines(self, *, after: str, most: int) -> Sequence[Line]:
        """A page of onboardings that have not ended, including deals that no run has taken up yet, by id."""
        # A deal that is not taken up has no standing, and so no ending either.
        return self._lines(onboardings.c.ending.is_(None), deals.c.onboarding > after, most=most)

    def handed_over(self, *, after: str, most: int) -> Sequence[Line]:
        """A page of onboardings whose success programme should run: handed over, and it was not ended on purpose."""
        ended = (journal.c.onboarding == onboardings.c.onboarding) & (journal.c.key == PROGRAMME_ENDED)
        wanted = onboardings.c.ending.in_(HANDED_OVER) & ~exists().where(ended)
        return self._lines(wanted, deals.c.onboarding > after, most=most)

    def said_to_leave(self, *, before: datetime) -> Sequence[str]:
        """Ids of those with a programme of whom somebody said that they leave, or took it back, before that moment.

        `before` is wall time; of whom more was said since then is left out.
        """
        ended = (journal.c.onboarding == renewals.c.onboarding) & (journal.c.key == PROGRAMME_ENDED)
        said = select(renewals.c.onboarding).where(~exists().where(ended)).group_by(renewals.c.onboarding)
        ever_left = func.max(case((renewals.c.outcome == "left", 1), else_=0)) == 1
        query = said.having(ever_left, func.max(renewals.c.recorded_at) < before).order_by(renewals.c.onboarding)
        with read_transaction(self._engine) as connection:
            return connection.scalars(query).all()

    def line(self, onboarding: str) -> Line | None:
        """The onboarding as it stands now; None when the store has none by that id."""
        lines = self._lines(deals.c.onboarding == onboarding, most=1)
        return lines[0] if lines else None

    def picture(self, onboarding: str) -> Picture:
        """The onboarding's milestones, open issues and ending as the read model has them."""
        of_it = select(milestones.c.key, milestones.c.status).where(milestones.c.onboarding == onboarding)
        issues = select(registers.c.key).where(
            registers.c.onboarding == onboarding, registers.c.kind == "issue", registers.c.status == "open"
        )
        ending = select(onboardings.c.ending).where(onboardings.c.onboarding == onboarding)
        with read_transaction(self._engine) as connection:
            return Picture(
                milestones={row.key: row.status for row in connection.execute(of_it)},
                issues=tuple(connection.scalars(issues.order_by(registers.c.key))),
                ending=connection.scalar(ending),
            )

    def is_empty(self) -> bool:
        """Whether the store has no deal at all."""
        with read_transaction(self._engine) as connection:
            return connection.scalar(select(deals.c.onboarding).limit(1)) is None

    def unconfirmed(self) -> Mailbag:
        """The rows of the journal whose news Temporal may not know: how many, and since when the oldest is there."""
        with read_transaction(self._engine) as connection:
            counted = select(func.count(), func.min(journal.c.recorded_at)).where(IS_UNCONFIRMED)
            waiting, oldest = connection.execute(counted).one()
        return Mailbag(channel="confirmations", waiting=waiting, oldest=oldest)

    def unconfirmed_since(self, before: datetime) -> Collection[str]:
        """The ids of onboardings with such a row that was written before that moment, in wall time."""
        theirs = select(journal.c.onboarding).where(IS_UNCONFIRMED, journal.c.recorded_at < before).distinct()
        with read_transaction(self._engine) as connection:
            return set(connection.scalars(theirs))

    def unconfirmed_of(self, onboarding: str) -> Sequence[int]:
        """The numbers of the onboarding's rows whose news Temporal may not know, oldest first."""
        rows = select(journal.c.seq).where(journal.c.onboarding == onboarding, IS_UNCONFIRMED).order_by(journal.c.seq)
        with read_transaction(self._engine) as connection:
            return connection.scalars(rows).all()

    def undrawn_since(self, onboarding: str) -> datetime | None:
        """When an older version wrote it, of an open onboarding that this one has not written since; else None."""
        query = select(onboardings.c.as_of).where(onboardings.c.onboarding == onboarding, NOT_ENDED, UNDRAWN)
        with read_transaction(self._engine) as connection:
            return connection.scalar(query)

    def undrawn(self, after: str, limit: int) -> list[str]:
        """The ids of open onboardings that an older version wrote last, in their order, from beyond that id on."""
        query = select(onboardings.c.onboarding).where(NOT_ENDED, UNDRAWN, onboardings.c.onboarding > after)
        with read_transaction(self._engine) as connection:
            return [*connection.scalars(query.order_by(onboardings.c.onboarding).limit(limit))]

    def undrawn_count(self) -> int:
        """How many there are of them."""
        query = select(func.count()).select_from(onboardings).where(NOT_ENDED, UNDRAWN)
        with read_transaction(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def break_seals(self, onboarding: str) -> None:
        """Let the onboarding's next turn write every part of the read model anew, and look up what was agreed."""
        of_it = update(onboardings).where(onboardings.c.onboarding == onboarding)
        with write_transaction(self._engine) as connection:
            connection.execute(of_it.values(seals=None, attended_as_of=None))

    def programme_ended(self, onboarding: str, *, at: datetime) -> None:
        """Remember that the success programme was ended on purpose; Temporal will forget it one day."""
        row = JournalRow(key=PROGRAMME_ENDED, at=at, kind=PROGRAMME_ENDED, via="sweep")
        with write_transaction(self._engine) as connection:
            add(connection, journal, [journal_row(onboarding, row, now=wall_clock())])

    def mailbag(self, channel: str, *, now: datetime) -> Mailbag:
        """The notices that wait for the channel although they might have gone by `now`: how many, and since when.

        With them what the channel said of the oldest that it wanted later.
        """
        might = (notices.c.channel == channel) & IS_WAITING & (notices.c.not_before <= now)
        said = select(notices.c.reason).where(might, notices.c.reason.is_not(None))
        with read_transaction(self._engine) as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(notices.c.not_before)).where(might)
            ).one()
            trouble = connection.scalar(said.order_by(notices.c.not_before, notices.c.id).limit(1))
        return Mailbag(channel=channel, waiting=waiting, oldest=oldest, trouble=trouble or "")

    def end_rests(self, channel: str) -> None:
        """Let what rests for the channel go at once, but for what may have arrived: that would be one more copy.

        Neither does it touch what is in a sender's hand, which has no reason to rest.
        """
        rests = (notices.c.channel == channel) & IS_WAITING & notices.c.reason.is_not(None)
        with write_transaction(self._engine) as connection:
            connection.execute(update(notices).where(rests, notices.c.maybe_arrived == 0).values(rests_until=None))

    def open_introductions(self, *, after: str, most: int) -> Sequence[Line]:
        """A page of introductions that have not ended, by id, in the same shape as onboardings."""
        return self._introductions(NOT_ENDED, introductions.c.introduction > after, most=most)

    def introduction(self, introduction: str) -> Line | None:
        """The introduction as it stands now; None when the store has none by that id."""
        lines = self._introductions(introductions.c.introduction == introduction, most=1)
        return lines[0] if lines else None

    def told_by_webhook(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What waits for each webhook that is not disabled, by the number of the webhook."""
        return SqlWebhooks(self._engine).backlogs(now=now)

    def told_to_crm(self, source: str) -> Mailbag:
        """How many records of a CRM are behind their onboardings, and since when the oldest is, in business time."""
        joined = deals.join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
        joined = joined.outerjoin(write_backs, write_backs.c.onboarding == deals.c.onboarding)
        unseen = write_backs.c.judged_as_of.is_(None) | (onboardings.c.as_of > write_backs.c.judged_as_of)
        behind = onboardings.c.as_of.is_not(None) & (unseen | (write_backs.c.state == "waiting"))
        with read_transaction(self._engine) as connection:
            # The first turn that no look has judged, or that is still to be written.
            later = write_backs.c.judged_as_of.is_(None) | (journal.c.at > write_backs.c.judged_as_of)
            unwritten = select(func.min(journal.c.at)).where(journal.c.onboarding == deals.c.onboarding, later)
            waits = case((write_backs.c.state != "written", write_backs.c.behind_since))
            since = func.coalesce(waits, unwritten.scalar_subquery(), onboardings.c.as_of)
            counted = select(func.count(), func.min(since)).select_from(joined)
            waiting, oldest = connection.execute(counted.where(deals.c.source == source, behind)).one()
        return Mailbag(channel=source, waiting=waiting, oldest=oldest)

    def looked_through(self, sources: Collection[str]) -> Mapping[str, datetime | None]:
        """Up to which moment each CRM was searched for closed deals, or our mailbox read; None where it never was."""
        with read_transaction(self._engine) as connection:
            marks = {row.source: row.mark for row in connection.execute(select(rechecks))}
        return {source: marks.get(source) for source in sources}

    def _introductions(self, *wanted: "ColumnElement[bool] | TextClause", most: int) -> Sequence[Line]:
        table = introductions
        names = ("status", "owner", "next_due", "as_of", "ending", "ended_at", "kept_at")
        columns = (table.c.introduction.label("onboarding"), table.c.run.is_not(None).label("taken"))
        query = select(*columns, *(table.c[name] for name in names)).where(*wanted).order_by(table.c.introduction)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(query.limit(most)).mappings().all()
        # An introduction always waits for somebody: the CSM, the seller, or the customer's decision.
        return [_line({**row, "waiting_for": True}) for row in rows]

    def refused_to_owners(self, *, since: datetime) -> Sequence[tuple[Line, int, datetime]]:
        """Open onboardings with refused mails to their own owner: how many, and when the first was written.

        Counts mails that were to go at `since` or later.
        """
        theirs = (notices.c.onboarding == onboardings.c.onboarding) & (notices.c.person == onboardings.c.owner)
        refused = (notices.c.state == "refused") & (notices.c.not_before >= since)
        counted = (
            select(notices.c.onboarding, func.count().label("refused"), func.min(notices.c.created_at).label("first"))
            .join(onboardings, theirs)
            .where(refused, onboardings.c.ending.is_(None))
            .group_by(notices.c.onboarding)
            .subquery()
        )
        query = _columns(counted.c.refused, counted.c.first).join(counted, counted.c.onboarding == deals.c.onboarding)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(query.order_by(deals.c.onboarding)).all()
        return [(_line(row._mapping), row.refused, row.first) for row in rows]

    def delivered_waiting(self) -> Undone:
        """Deliveries of other systems that wait to be settled, with the oldest of them.

        What waits for a moment that has not come, by decision, is not among them.
        """
        due = or_(inbox.c.not_before.is_(None), inbox.c.not_before <= self._clock())
        oldest = select(inbox.c.id, inbox.c.outcome).where(IS_WAITING, due).order_by(inbox.c.received_at, inbox.c.id)
        with read_transaction(self._engine) as connection:
            row = connection.execute(oldest.limit(1)).one_or_none()
        undone = self._undone(IS_WAITING, inbox.c.received_at, due)
        if row is None or undone.first is None:
            return undone
        return undone.model_copy(update={"number": row.id, "trouble": row.outcome})

    def delivered_refused(self, *, since: datetime) -> Undone:
        """Deliveries of other systems that were refused since then, in wall time."""
        return self._undone(IS_REFUSED, inbox.c.settled_at, inbox.c.settled_at >= since)

    def report(self, mails: Sequence[tuple[Notice, Person]]) -> None:
        """Put notices that belong to no onboarding into the outbox; one whose key is there already changes nothing."""
        with write_transaction(self._engine) as connection:
            add_of_the_house(connection, mails, now=wall_clock())

    def send_again(self, onboarding: str, person: Person, *, since: datetime, at: datetime) -> int:
        """Let refused mails to a person of the onboarding wait again; returns how many.

        `person` has the address that is right now and replaces the stored one. Only mails that were to go at `since` or
        later wait again. They may go from `at` on: with the old moment, a mail that was tried for days would be given
        up at its first failure.
        """
        theirs = (notices.c.onboarding == onboarding) & (notices.c.person == person.id)
        refused = theirs & notices.c.state.in_(("refused", "bounced")) & (notices.c.not_before >= since)
        with write_transaction(self._engine) as connection:
            put(connection, people, [person_row(onboarding, person)])
            begun = {"reason": None, "not_before": at, "rests_until": None, "maybe_arrived": 0}
            anew = update(notices).where(refused).values(state="waiting", **begun)
            return connection.execute(anew).rowcount

    def _undone(
        self, state: TextClause, moment: ColumnElement[datetime | None], *wanted: "ColumnElement[bool]"
    ) -> Undone:
        counted = select(inbox.c.source, func.count(), func.min(moment)).where(state, *wanted).group_by(inbox.c.source)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(counted).all()
        return Undone(
            by_source={source: number for source, number, _ in rows}, first=min((at for _, _, at in rows), default=None)
        )

    def _lines(self, *wanted: "ColumnElement[bool] | TextClause", most: int) -> Sequence[Line]:
        query = _columns().where(*wanted).order_by(deals.c.onboarding).limit(most)
        with read_transaction(self._engine) as connection:
            return [_line(row) for row in connection.execute(query).mappings()]


def _columns(*more: Any) -> Select[Any]:
    standing = (onboardings.c[name] for name in ("status", "owner", "next_due", "as_of", "ending", "ended_at"))
    waits = onboardings.c.waiting_for
    columns = (deals.c.onboarding, deals.c.kept_at, deals.c.run.is_not(None).label("taken"), waits, *standing, *more)
    return select(*columns).select_from(deals).outerjoin(onboardings, onboardings.c.onboarding == deals.c.onboarding)


def _line(row: Any) -> Line:
    fields = {name: value for name, value in row.items() if value is not None and name != "waiting_for"}
    return Line.model_validate({**fields, "waits": bool(row["waiting_for"])})
