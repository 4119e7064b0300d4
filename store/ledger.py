"""How are onboardings stored? Writes an admission, or all that one occasion changes, in one transaction each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from domain.agenda.state import PlaybookAhead
from domain.attention import NEEDS
from domain.baseline import Baseline
from domain.calendar import WorkCalendar
from domain.deal import DealClosed, Sale, completeness, onboarding_id
from domain.measure.evaluation import evaluate
from domain.measure.flags import Look, look_at
from domain.notice import OUTLIVES_THE_ONBOARDING, Person
from domain.plan import go_live_key
from domain.playbook import Playbook, content_hash
from domain.record import (
    AttendanceRow,
    Basis,
    Contacts,
    Dossier,
    Figure,
    JournalRow,
    MeetingRow,
    Past,
    RegisterRow,
    Standing,
    Writing,
)
from domain.rules.accounts import KnownDeal
from domain.rules.changing import ORDERED, reason_in
from domain.rules.completing import completed
from domain.rules.proposing import proposal_notice, proposals
from domain.rules.record_keeping import merged
from domain.text import folded
from domain.trouble import AlreadyOnboarded, UnknownOnboarding
from store.accounts import account_columns, lending_deals
from store.adoption import SqlAdoption
from store.baselines import baseline
from store.confirmations import ENDED, ENDED_UNREAD, settle
from store.contacts import hand_over
from store.customers import SqlCustomers
from store.digests import unseal
from store.drafts import HELD, WAITING, readers_of
from store.drafts import change as change_drafts
from store.drafts import stop as stop_drafts
from store.drawing import Held, draw, hold
from store.engine import read_connection, read_transaction, wall_clock, write_transaction
from store.entries import journal_row, notice_row, person_row
from store.meetings import answers_of, meetings_of, write_meetings
from store.reads import MADE_BY_US
from store.rows import Row, add, as_rows, put
from store.search_texts import write_search_text
from store.tables import (
    NOT_ENDED,
    deals,
    journal,
    milestones,
    notices,
    onboardings,
    people,
    playbooks,
    registers,
    stages,
)
from store.texts import SqlTexts
from store.usage_weeks import UNUSED

# Reading a deal and its playbook back costs 10 to 30 ms, and an onboarding asks for them again and again in a burst.
REMEMBERED_DEALS = 256
REMEMBERED_PLAYBOOKS = 64
HAND_OFF_COMPLETED = "hand_off_completed"

# Every turn runs these; building such a statement takes as long as PostgreSQL takes to answer it.
PEOPLE = (
    select(
        *(people.c[name] for name in Person.model_fields),
        deals.c.completions,
        onboardings.c.playbook_hash,
        onboardings.c.as_of.is_not_distinct_from(onboardings.c.attended_as_of).label("is_attended"),
        onboardings.c.agreed_go_live,
    )
    .select_from(people.join(deals).outerjoin(onboardings, onboardings.c.onboarding == people.c.onboarding))
    .where(people.c.onboarding == bindparam("onboarding"))
    .order_by(people.c.id)
)
KNOWN_KEYS = select(journal.c.key, journal.c.at).where(
    journal.c.onboarding == bindparam("onboarding"), journal.c.key.in_(bindparam("keys", expanding=True))
)

OPEN_DEAL = (
    select(deals.c.body, onboardings.c.owner)
    .join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
    .where(deals.c.onboarding == bindparam("onboarding"), NOT_ENDED)
)

REGISTERS = (
    select(registers)
    .where(registers.c.onboarding == bindparam("onboarding"))
    .order_by(registers.c.kind, registers.c.at, registers.c.key)
)
REGISTERS_ABOUT = REGISTERS.where(registers.c.key.in_(bindparam("keys", expanding=True)))


class _Fixed(NamedTuple):
    """What seldom or never changes once an onboarding is admitted."""

    deal: DealClosed
    calendar: WorkCalendar
    began_by: str
    """Hash of the playbook that it was admitted with."""


class SqlLedger:
    """The ledger of `activities.ports`, in SQL. May be shared by threads.

    `clock` gives wall time, used for `kept_at`, `created_at` and `recorded_at` alone.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock
        self.texts = SqlTexts(engine, clock=clock)
        self._customers = SqlCustomers(engine)
        self._fixed = lru_cache(REMEMBERED_DEALS)(self._read_fixed)
        self._playbook = lru_cache(REMEMBERED_PLAYBOOKS)(self._read_playbook)

    def keep_deal(self, onboarding: str, deal: DealClosed) -> None:
        """Store a deal before its onboarding starts. A second call replaces the deal until a run has taken it up."""
        with write_transaction(self._engine) as connection:
            add(connection, deals, [self._deal_row(onboarding, deal)])
            untaken = (deals.c.onboarding == onboarding) & deals.c.run.is_(None)
            connection.execute(update(deals).where(untaken).values(body=deal, **account_columns(deal)))

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]:
        """Other deals of the same customer whose onboarding began and was no mistake, newest first."""
        with read_connection(self._engine) as connection:
            return lending_deals(connection, sale, apart_from=onboarding_id(sale.source, sale.id))

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        """The deal that a door or the onboarding itself stored; None when there is none."""
        with read_connection(self._engine) as connection:
            body = connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding))
        return None if body is None else DealClosed.model_validate(body, extra="ignore")

    def admit(self, dossier: Dossier, *, run: str) -> None:
        """Store deal, playbook, calendar and people of a new onboarding; doing so again for one run changes nothing.

        Raises AlreadyOnboarded when another run, or another onboarding, had this deal before.
        """
        deal, onboarding, hashed = dossier.deal, dossier.onboarding, content_hash(dossier.playbook)
        with write_transaction(self._engine) as connection:
            add(connection, deals, [self._deal_row(onboarding, deal)])
            same_deal = (deals.c.source == deal.source) & (deals.c.deal_id == deal.id)
            there = connection.execute(select(deals).where(same_deal).with_for_update()).one_or_none()
            if there is None or there.onboarding != onboarding or there.run not in (None, run):
                raise AlreadyOnboarded(f"{onboarding}: this deal had an onboarding before")
            if there.run == run:
                return
            _add_playbook(connection, dossier.playbook)
            taken = {"body": deal, "run": run, "playbook_hash": hashed, "calendar": dossier.calendar}
            connection.execute(update(deals).where(deals.c.onboarding == onboarding).values(taken))
            put(connection, people, [person_row(onboarding, person) for person in dossier.people])
            connection.execute(insert(onboardings).values(_opening_row(dossier)))
            write_search_text(connection, onboarding)

    def dossier(self, onboarding: str) -> Dossier:
        """The onboarding's deal, playbook, calendar and people. Raises UnknownOnboarding."""
        return self.basis(onboarding, ()).dossier

    def basis(self, onboarding: str, keys: Collection[str], *, playbook: str = "") -> Basis:
        """The dossier, and those of the keys that are in the journal, with their moments. Raises UnknownOnboarding.

        By the playbook of that hash where it is kept, else by that which the onboarding goes by as last written.
        """
        with read_connection(self._engine) as connection:
            rows = as_rows(connection.execute(PEOPLE, {"onboarding": onboarding}))
            done = _known_keys(connection, onboarding, keys) if keys else {}
        fixed = self._fixed(onboarding, rows[0]["completions"] if rows else None)
        members = tuple(Person.model_validate(row) for row in rows)
        named = playbook or (rows[0]["playbook_hash"] if rows else None) or fixed.began_by
        # A hash that nothing is kept under is that of a state which an older version has made.
        book = self.playbook(named) or self._playbook(fixed.began_by)
        return Basis(
            Dossier(
                onboarding=onboarding,
                deal=fixed.deal,
                calendar=fixed.calendar,
                playbook=book,
                people=members,
                agreed_go_live=self._agreed_go_live(rows[0], onboarding, book) if rows else None,
            ),
            done,
        )

    def _agreed_go_live(self, row: Row, onboarding: str, playbook: Playbook) -> date | None:
        """The go-live as agreed to. Where an older worker has written since, it may have been agreed to anew."""
        if row["is_attended"]:
            return row["agreed_go_live"]  # type: ignore[no-any-return]  # of a column of dates
        agreed, live = self.baseline(onboarding, playbook), go_live_key(playbook)
        planned = agreed.plan.milestones if agreed else ()
        return next((milestone.on for milestone in planned if milestone.key == live), None)

    def playbook(self, hashed: str) -> Playbook | None:
        """The kept version of a playbook with that hash; None where none is."""
        try:
            return self._playbook(hashed)
        except KeyError:
            return None

    def change_reason(self, onboarding: str, change: PlaybookAhead) -> str:
        """Why that change of the playbook was decided; empty where it is not written down."""
        about = (journal.c.onboarding == onboarding) & (journal.c.kind == ORDERED) & (journal.c.about == change.to)
        with read_connection(self._engine) as connection:
            return reason_in(connection.execute(select(journal).where(about)).all(), change)

    def playbooks_like(self, beginning: str) -> tuple[str, ...]:
        """The hashes of the kept playbooks that begin like that, in order."""
        like = select(playbooks.c.hash).where(playbooks.c.hash.startswith(beginning, autoescape=True))
        with read_connection(self._engine) as connection:
            return tuple(connection.scalars(like.order_by(playbooks.c.hash)))

    def keep_playbook(self, playbook: Playbook) -> None:
        """Keep that version of a playbook, so that onboardings can be told to go by it; a second call does nothing."""
        with write_transaction(self._engine) as connection:
            _add_playbook(connection, playbook)

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        """The onboarding's issues, risks, wins, scope changes and tasks as they stand, oldest first in each."""
        with read_connection(self._engine) as connection:
            return _registers(connection, onboarding)

    def baseline(self, onboarding: str, playbook: Playbook) -> Baseline | None:
        """The onboarding's plan as it was agreed to last; None while nobody has agreed."""
        return baseline(self._engine, onboarding, playbook)

    def meetings(self, onboarding: str) -> Sequence[MeetingRow]:
        """The onboarding's meetings that have or had an hour, by their hours."""
        return meetings_of(self._engine, onboarding)

    def answers(self, onboarding: str) -> Sequence[AttendanceRow]:
        """What each of those who are invited has answered last to each meeting."""
        return answers_of(self._engine, onboarding)

    def readers_of_draft(self, onboarding: str, draft: str) -> Collection[str]:
        """The ids of those to whom a message of that draft waits; none where none does."""
        return readers_of(self._engine, onboarding, draft)

    def figures(self, onboarding: str) -> Mapping[str, Figure]:
        """What was measured last about the onboarding, by metric. Raises UnknownOnboarding."""
        now = self._clock()
        return {
            metric: Figure(metric=metric, value=one.value, at=one.at or now, origin=one.origin)
            for metric, one in self._customers.one(onboarding, now=now).figures.items()
        }

    def look(self, onboarding: str, *, now: datetime) -> Look:
        """What the onboarding's figures say at that moment of its own time. Raises UnknownOnboarding."""
        # By its own time, on a compressed clock too; only use of the product is counted by the wall's.
        customer = replace(self._customers.one(onboarding, now=self._clock()), now=now)
        evaluation = evaluate(customer)
        seen = look_at(customer.playbook, customer.course, evaluation.flags, evaluation.targets)
        seen = seen.model_copy(update={"says": evaluation.says})
        if customer.playbook.adoption is None or customer.used is UNUSED:
            return seen
        deal = self.dossier(onboarding).deal
        adoption = SqlAdoption(self._engine).of(onboarding, customer.playbook, deal, now=self._clock())
        return seen.model_copy(update={"adoption": adoption})

    def write(self, writing: Writing) -> None:
        """Write everything that one occasion changes in one transaction; writing it again changes nothing.

        A try that was given up may still arrive after a later task of the same run was written. Nothing of it is
        written: either Temporal has thrown its task away, or all of it is there. Where the tasks do not tell, journal
        and notices recognise it by its keys, and the read model does not go back to an earlier `as_of`; what only that
        try tells (people, rows of the registers, messages of drafts) is laid under what is there.

        Raises UnknownOnboarding when the onboarding was never admitted.
        """
        onboarding = writing.onboarding
        with write_transaction(self._engine) as connection:
            held, now = hold(connection, onboarding), self._clock()
            late = held.after(writing.task)
            if late:
                return
            overtaken = late is None and _overtaken(held, writing.standing)
            if writing.task is not None and not overtaken:
                settle(connection, writing, task=writing.task, now=now)
            if writing.playbook is not None:
                _add_playbook(connection, writing.playbook)
            if writing.contacts is not None and not overtaken:
                _write_contacts(connection, onboarding, writing.contacts)
            if not overtaken:
                hand_over(connection, onboarding, writing.handed_over, now=now)
            write_people = add if overtaken else put
            write_people(connection, people, [person_row(onboarding, person) for person in writing.people])
            if writing.contacts is not None or any(person.side == "customer" for person in writing.people):
                write_search_text(connection, onboarding)
            _write_registers(connection, writing, overtaken=overtaken)
            write_meetings(connection, writing, overtaken=overtaken)
            stop_drafts(connection, onboarding, writing.drafts)
            drafts = [notice_row(notice, onboarding=onboarding, now=now) for notice in writing.held]
            if overtaken:
                add(connection, notices, [{**row, "state": HELD} for row in drafts])
            else:
                draw(connection, held, writing, drafts=drafts, now=now)
            add(connection, journal, [_unconfirmed_row(writing, row, now=now) for row in writing.journal])
            add(connection, notices, [notice_row(notice, onboarding=onboarding, now=now) for notice in writing.notices])
            change_drafts(connection, onboarding, writing.drafts)
            if writing.standing is not None and writing.standing.ending is not None:
                _withdraw_what_waited(connection, onboarding)
            if writing.lived_until is not None:
                _live_on(connection, onboarding, writing.lived_until)

    def complete_deal(
        self,
        onboarding: str,
        again: DealClosed,
        *,
        by: str | None = None,
        via: str = MADE_BY_US,
        proved: bool = False,
    ) -> tuple[str, ...]:
        """Fill the gaps in the hand-off record from the same deal delivered again; returns the names of the fields.

        Where a person fills them in, `by` is who, and `via` the way by which they do. Empty where nothing was new,
        where no run has taken the deal up yet, and after the onboarding has ended.
        """
        of_it = deals.c.onboarding == onboarding
        with write_transaction(self._engine) as connection:
            ending = select(onboardings.c.ending).where(onboardings.c.onboarding == onboarding).scalar_subquery()
            held = select(deals.c.body, deals.c.completions, ending.label("ending")).where(
                of_it, deals.c.run.is_not(None)
            )
            row = connection.execute(held.with_for_update(of=deals)).one_or_none()
            if row is None or row.ending is not None:
                return ()
            deal, fields = completed(DealClosed.model_validate(row.body, extra="ignore"), again)
            if not fields:
                return ()
            count, now = (row.completions or 0) + 1, self._clock()
            connection.execute(update(deals).where(of_it).values(body=deal, completions=count))
            data = {"fields": list(fields), "completeness_pct": round(completeness(deal) * 100)}
            happened = JournalRow(
                key=f"{HAND_OFF_COMPLETED}/{count}",
                at=now,
                kind=HAND_OFF_COMPLETED,
                by=by,
                via=via,
                proved=proved,
                data=data,
            )
            add(connection, journal, [journal_row(onboarding, happened, now=now)])
        return fields

    def propose_contacts(self, onboarding: str, later: DealClosed) -> str | None:
        """Tell the owner what a later delivery of the deal has otherwise about its contacts; the channel that tells it.

        None where it has nothing otherwise, or nobody is there to be told. The same proposals are told once.
        """
        with write_transaction(self._engine) as connection:
            row = connection.execute(OPEN_DEAL, {"onboarding": onboarding}).one_or_none()
            deal = DealClosed.model_validate(row.body, extra="ignore") if row else None
            found = proposals(deal, later) if deal else []
            of_owner = (people.c.onboarding == onboarding) & (people.c.id == (row.owner if row else ""))
            person = connection.execute(select(people).where(of_owner)).mappings().one_or_none()
            if deal is None or not found or person is None:
                return None
            owner, now = Person.model_validate(dict(person)), self._clock()
            notice = proposal_notice(onboarding, deal, found, owner, at=now)
            add(connection, notices, [notice_row(notice, onboarding=onboarding, now=now)])
        return owner.channel

    def readmit(self, onboarding: str, *, run: str) -> None:
        """Let another run go on with the onboarding, when Temporal has lost the run before."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(deals).where(deals.c.onboarding == onboarding).values(run=run))
            # What stands in the journal is what the new run begins with, whatever the one before knew of it.
            connection.execute(update(journal).where(journal.c.onboarding == onboarding).values(unconfirmed=None))

    def past(self, onboarding: str) -> Past | None:
        """The onboarding's course so far; None before anything of it was written."""
        with read_transaction(self._engine) as connection:
            query = select(onboardings).where(onboardings.c.onboarding == onboarding)
            standing = connection.execute(query).mappings().one_or_none()
            if standing is None or standing["as_of"] is None:
                return None
            parts: dict[str, Any] = {"stages": stages, "milestones": milestones}
            for name, table in parts.items():
                of_it = select(table).where(table.c.onboarding == onboarding).order_by(table.c.position)
                parts[name] = connection.execute(of_it).mappings().all()
            rows = select(journal).where(journal.c.onboarding == onboarding).order_by(journal.c.seq)
            registered = _registers(connection, onboarding)
            began_by = connection.scalar(select(deals.c.playbook_hash).where(deals.c.onboarding == onboarding))
            parts["rows"] = connection.execute(rows).mappings().all()
        parts["open_issues"] = [row.key for row in registered if row.kind == "issue" and row.status != "resolved"]
        reminded = ("task", "correction")
        parts["open_tasks"] = [row.key for row in registered if row.kind in reminded and row.status == "open"]
        paused = None if standing["status"] == "ending" else standing["status"] == "paused"
        return Past.model_validate({**standing, "paused": paused, "playbook_hash": began_by, **parts})

    def load_by_owner(self) -> Mapping[str, int]:
        """The number of open onboardings of each owner, by staff handle."""
        counted = select(onboardings.c.owner, func.count()).where(NOT_ENDED)
        with read_connection(self._engine) as connection:
            rows = connection.execute(counted.group_by(onboardings.c.owner)).all()
        return {owner: count for owner, count in rows if owner}

    def _deal_row(self, onboarding: str, deal: DealClosed) -> Row:
        return {
            "onboarding": onboarding,
            "source": deal.source,
            "deal_id": deal.id,
            "body": deal,
            "kept_at": self._clock(),
            **account_columns(deal),
        }

    def _read_fixed(self, onboarding: str, _completions: int | None) -> _Fixed:
        """Read what `_Fixed` holds. `_completions` only keys the cache: higher once the record has changed."""
        with read_connection(self._engine) as connection:
            row = connection.execute(select(deals).where(deals.c.onboarding == onboarding)).one_or_none()
        if row is None or row.run is None:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        return _Fixed(
            deal=DealClosed.model_validate(row.body, extra="ignore"),
            calendar=WorkCalendar.model_validate(row.calendar),
            began_by=row.playbook_hash,
        )

    def _read_playbook(self, hashed: str) -> Playbook:
        with read_connection(self._engine) as connection:
            body = connection.scalar(select(playbooks.c.body).where(playbooks.c.hash == hashed))
        if body is None:
            raise KeyError(hashed)  # Remembered is only what is there: it may be kept any moment.
        return Playbook.model_validate(body, extra="ignore")


def _add_playbook(connection: Connection, playbook: Playbook) -> None:
    add(connection, playbooks, [{"hash": content_hash(playbook), "key": playbook.key, "body": playbook}])


def _unconfirmed_row(writing: Writing, row: JournalRow, *, now: datetime) -> Row:
    return {**journal_row(writing.onboarding, row, now=now), "unconfirmed": writing.unconfirmed.get(row.key)}


def _opening_row(dossier: Dossier) -> Row:
    """The standing of an onboarding that has just begun: listed at once, so that one that got stuck there is seen."""
    deal = dossier.deal
    return {
        "onboarding": dossier.onboarding,
        "account": deal.account.name,
        "account_folded": folded(deal.account.name),
        "opened_at": deal.as_of or deal.closed_at,
        "status": "opening",
        "owner": deal.owner or "",
        "touch": dossier.playbook.touch,
        "playbook": dossier.playbook.key,
        "playbook_hash": content_hash(dossier.playbook),
        "open_stages": [],
        "waiting_for": [],
        "late": [],
        "late_count": 0,
        "rank": NEEDS.index("waits"),
        "first_due": deal.as_of or deal.closed_at,
        "closed_at": deal.closed_at,
    }


def _known_keys(connection: Connection, onboarding: str, keys: Collection[str]) -> Mapping[str, datetime]:
    rows = connection.execute(KNOWN_KEYS, {"onboarding": onboarding, "keys": list(keys)})
    return {row.key: row.at for row in rows}


def _registers(
    connection: Connection, onboarding: str, *, keys: Collection[str] | None = None
) -> Sequence[RegisterRow]:
    asked = REGISTERS if keys is None else REGISTERS_ABOUT
    rows = as_rows(connection.execute(asked, {"onboarding": onboarding, "keys": list(keys or ())}))
    return [RegisterRow.model_validate(row) for row in rows]


def _write_registers(connection: Connection, writing: Writing, *, overtaken: bool) -> None:
    if not writing.registers:
        return
    there = _registers(connection, writing.onboarding, keys={row.key for row in writing.registers})
    changed = merged([*writing.registers, *there] if overtaken else [*there, *writing.registers])
    put(connection, registers, [{"onboarding": writing.onboarding, **row.model_dump()} for row in changed])


def _write_contacts(connection: Connection, onboarding: str, contacts: Contacts) -> None:
    """Put them into the deal as it is kept now: what it lacked may have been filled in since the turn read it."""
    of_it = deals.c.onboarding == onboarding
    row = connection.execute(select(deals.c.body, deals.c.completions).where(of_it).with_for_update()).one()
    deal = DealClosed.model_validate(row.body, extra="ignore")
    deal = deal.model_copy(update={"stakeholders": contacts.stakeholders, "champion": contacts.champion})
    values = {"body": deal, "completions": (row.completions or 0) + 1, **account_columns(deal)}
    connection.execute(update(deals).where(of_it).values(values))


def _overtaken(held: Held, standing: Standing | None) -> bool:
    """Whether a standing of a later moment has been written already."""
    return standing is not None and held.as_of is not None and standing.as_of < held.as_of


def _live_on(connection: Connection, onboarding: str, until: datetime) -> None:
    """Move the onboarding's own time on, never back."""
    behind = (onboardings.c.onboarding == onboarding) & (onboardings.c.as_of < until)
    connection.execute(update(onboardings).where(behind).values(as_of=until))


def _withdraw_what_waited(connection: Connection, onboarding: str) -> None:
    of_it = notices.c.onboarding == onboarding
    # A digest may hold what goes out all the same, and to colleagues what other onboardings say.
    unseal(connection, of_it, reason=ENDED)
    waited = notices.c.kind.not_in(OUTLIVES_THE_ONBOARDING) & of_it
    for state, reason in ((WAITING, ENDED), ("joined", ENDED), (HELD, ENDED_UNREAD)):
        gone = update(notices).where(waited & (notices.c.state == state))
        connection.execute(gone.values(state="withdrawn", reason=reason, digest=None))
