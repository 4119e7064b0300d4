"""What does the store know of the fleet? What the sweep compares with Temporal, page by page, and where it reports."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, TextClause, case, exists, func, select, update

from domain.census import Line, Mailbag, Undone
from domain.notice import Notice, Person
from domain.record import JournalRow
from domain.rules.sweeping import HANDED_OVER
from store.engine import read_transaction, wall_clock, write_transaction
from store.ledger import journal_row, notice_row
from store.rows import add, put
from store.tables import (
    IS_REFUSED,
    IS_WAITING,
    NOT_ENDED,
    deals,
    inbox,
    introductions,
    journal,
    notices,
    onboardings,
    people,
    rechecks,
    write_backs,
)
from store.webhooks import SqlWebhooks

PROGRAMME_ENDED = "programme_ended"


class SqlCensus:
    """The census of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_lines(self, *, after: str, most: int) -> Sequence[Line]:
        """Those that have not ended, deals that no run has taken up among them."""
        # A deal that is not taken up has no standing, and so no ending either.
        return self._lines(onboardings.c.ending.is_(None), deals.c.onboarding > after, most=most)

    def handed_over(self, *, after: str, most: int) -> Sequence[Line]:
        """Those whose success programme should run: handed over, and not known to have been ended on purpose."""
        ended = (journal.c.onboarding == onboardings.c.onboarding) & (journal.c.key == PROGRAMME_ENDED)
        wanted = onboardings.c.ending.in_(HANDED_OVER) & ~exists().where(ended)
        return self._lines(wanted, deals.c.onboarding > after, most=most)

    def line(self, onboarding: str) -> Line | None:
        """How one stands now."""
        found = self._lines(deals.c.onboarding == onboarding, most=1)
        return found[0] if found else None

    def programme_ended(self, onboarding: str, *, at: datetime) -> None:
        """Remember that its programme was ended on purpose; Temporal forgets it some day."""
        row = JournalRow(key=PROGRAMME_ENDED, at=at, kind=PROGRAMME_ENDED, via="sweep")
        with write_transaction(self._engine) as connection:
            add(connection, journal, [journal_row(onboarding, row, now=wall_clock())])

    def mailbag(self, channel: str, *, now: datetime) -> Mailbag:
        """What waits for the channel and might have gone by now."""
        might = (notices.c.channel == channel) & IS_WAITING & (notices.c.not_before <= now)
        with read_transaction(self._engine) as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(notices.c.not_before)).where(might)
            ).one()
        return Mailbag(channel=channel, waiting=waiting, oldest=oldest)

    def open_introductions(self, *, after: str, most: int) -> Sequence[Line]:
        """Introductions that have not ended, in the shape of onboardings."""
        return self._introductions(NOT_ENDED, introductions.c.introduction > after, most=most)

    def introduction(self, introduction: str) -> Line | None:
        """How one stands now."""
        found = self._introductions(introductions.c.introduction == introduction, most=1)
        return found[0] if found else None

    def told_by_webhook(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What waits for each webhook that is told, by its number."""
        return SqlWebhooks(self._engine).backlogs(now=now)

    def told_to_crm(self, source: str) -> Mailbag:
        """Which records of a CRM are behind, and since which turn the oldest is, in business time."""
        there = deals.join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
        known = there.outerjoin(write_backs, write_backs.c.onboarding == deals.c.onboarding)
        unseen = write_backs.c.judged_as_of.is_(None) | (onboardings.c.as_of > write_backs.c.judged_as_of)
        behind = onboardings.c.as_of.is_not(None) & (unseen | (write_backs.c.state == "waiting"))
        with read_transaction(self._engine) as connection:
            # The first turn that no look has judged, or that is still to be written.
            later = write_backs.c.judged_as_of.is_(None) | (journal.c.at > write_backs.c.judged_as_of)
            untold = select(func.min(journal.c.at)).where(journal.c.onboarding == deals.c.onboarding, later)
            waits = case((write_backs.c.state != "written", write_backs.c.behind_since))
            since = func.coalesce(waits, untold.scalar_subquery(), onboardings.c.as_of)
            counted = select(func.count(), func.min(since)).select_from(known)
            waiting, oldest = connection.execute(counted.where(deals.c.source == source, behind)).one()
        return Mailbag(channel=source, waiting=waiting, oldest=oldest)

    def looked_through(self, sources: Collection[str]) -> Mapping[str, datetime | None]:
        """Until when each CRM was looked through for closed deals; None where it never was."""
        with read_transaction(self._engine) as connection:
            marks = {row.source: row.mark for row in connection.execute(select(rechecks))}
        return {source: marks.get(source) for source in sources}

    def _introductions(self, *wanted: "ColumnElement[bool] | TextClause", most: int) -> Sequence[Line]:
        table = introductions
        names = ("status", "owner", "next_due", "as_of", "ending", "ended_at", "kept_at")
        columns = (table.c.introduction.label("onboarding"), table.c.run.is_not(None).label("taken"))
        found = select(*columns, *(table.c[name] for name in names)).where(*wanted).order_by(table.c.introduction)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(found.limit(most)).mappings().all()
        # It always waits for somebody: the CSM, the seller, or the customer's decision.
        return [_line({**row, "waiting_for": True}) for row in rows]

    def refused_to_owners(self, *, since: datetime) -> Sequence[tuple[Line, int, datetime]]:
        """Onboardings whose own owner could not be written to: how many such mails, and the first of them."""
        theirs = (notices.c.onboarding == onboardings.c.onboarding) & (notices.c.person == onboardings.c.owner)
        refused = (notices.c.state == "refused") & (notices.c.not_before >= since)
        counted = (
            select(notices.c.onboarding, func.count().label("refused"), func.min(notices.c.created_at).label("first"))
            .join(onboardings, theirs)
            .where(refused, onboardings.c.ending.is_(None))
            .group_by(notices.c.onboarding)
            .subquery()
        )
        found = _columns(counted.c.refused, counted.c.first).join(counted, counted.c.onboarding == deals.c.onboarding)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(found.order_by(deals.c.onboarding)).all()
        return [(_line(row._mapping), row.refused, row.first) for row in rows]

    def delivered_waiting(self) -> Undone:
        """What other systems delivered and nobody has settled."""
        return self._undone(IS_WAITING, inbox.c.received_at)

    def delivered_refused(self, *, since: datetime) -> Undone:
        """What other systems delivered and was refused since then."""
        return self._undone(IS_REFUSED, inbox.c.settled_at, inbox.c.settled_at >= since)

    def report(self, told: Sequence[tuple[Notice, Person]]) -> None:
        """Put notices of the house itself into the outbox; one whose key is there already changes nothing."""
        rows = [
            {**notice_row(notice, onboarding=None, now=wall_clock()), "addressee": person} for notice, person in told
        ]
        with write_transaction(self._engine) as connection:
            add(connection, notices, rows)

    def send_again(self, onboarding: str, person: Person, *, since: datetime, at: datetime) -> int:
        """Let the mails wait again that this person was refused since then; `person` has the address that holds now.

        They begin anew `at` that moment: what was tried for days would else be given up at its first hiccup.
        """
        theirs = (notices.c.onboarding == onboarding) & (notices.c.person == person.id)
        refused = theirs & (notices.c.state == "refused") & (notices.c.not_before >= since)
        with write_transaction(self._engine) as connection:
            put(connection, people, [{"onboarding": onboarding, **person.model_dump()}])
            anew = update(notices).where(refused).values(state="waiting", reason=None, not_before=at)
            found = connection.execute(anew)
        return found.rowcount

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
        found = _columns().where(*wanted).order_by(deals.c.onboarding).limit(most)
        with read_transaction(self._engine) as connection:
            return [_line(row) for row in connection.execute(found).mappings()]


def _columns(*more: Any) -> Select[Any]:
    standing = (onboardings.c[name] for name in ("status", "owner", "next_due", "as_of", "ending", "ended_at"))
    waits = onboardings.c.waiting_for
    columns = (deals.c.onboarding, deals.c.kept_at, deals.c.run.is_not(None).label("taken"), waits, *standing, *more)
    return select(*columns).select_from(deals).outerjoin(onboardings, onboardings.c.onboarding == deals.c.onboarding)


def _line(row: Any) -> Line:
    known = {name: value for name, value in row.items() if value is not None and name != "waiting_for"}
    return Line.model_validate({**known, "waits": bool(row["waiting_for"])})
