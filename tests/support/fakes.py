"""What do the activities stand on when no database is needed? Ports by hand, which keep everything they were given."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from domain.agenda.state import PlaybookAhead
from domain.baseline import AGREED_BY, Baseline, makes_firm
from domain.deal import DealClosed, Sale, onboarding_id
from domain.inbox import InboxRow, Settled
from domain.measure.flags import Look
from domain.notice import Notice, Person
from domain.plan import Plan
from domain.playbook import Playbook, content_hash
from domain.record import (
    AttendanceRow,
    Basis,
    Dossier,
    DraftChange,
    Figure,
    JournalRow,
    KeptRow,
    MeetingRow,
    Past,
    Receipt,
    RegisterRow,
    Standing,
    Task,
    WaitingNotice,
    Went,
    Writing,
)
from domain.rules.accounts import LENDS_NOTHING, KnownDeal, same_account
from domain.rules.admission import read_deal
from domain.rules.changing import reason_in
from domain.rules.deciding import REMINDED_OF
from domain.rules.record_keeping import merged, newest_answers
from domain.trouble import AlreadyOnboarded, UnknownOnboarding


@dataclass
class MemoryMerges:
    """Remembers merges as the store does."""

    into: dict[tuple[str, str], str] = field(default_factory=dict)

    def became(self, source: str, ids: Collection[str], into: str) -> None:
        self.into |= {(source, id): into for id in ids if id != into}

    def absorbed(self, source: str, id: str) -> Sequence[str]:
        known = [id]
        for here in known:
            known += [old for (of, old), into in self.into.items() if (of, into) == (source, here) and old not in known]
        return known[1:]


@dataclass
class MemoryTexts:
    """Keeps the same promises as the store (`tests/store/test_texts.py`)."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, workflow: str, news_id: str, written: Mapping[str, str], *, call: str) -> str:
        row = {"workflow": workflow, "news": news_id, "body": dict(written)}
        same = (token for token, one in self.rows.items() if row.items() <= one.items())
        token = next(same, f"{len(self.rows):024x}")
        self.rows[token] = {**row, "call": call}
        return token

    def read(self, workflow: str, references: Collection[str]) -> Mapping[str, str]:
        mine = {token: row["body"] for token, row in self.rows.items() if row["workflow"] == workflow}
        texts = {f"text:{token}/{place}": text for token, body in mine.items() for place, text in body.items()}
        return {one: texts[one] for one in references if one in texts}

    def drop(self, workflow: str, token: str, *, call: str) -> None:
        if token in self.rows and (self.rows[token]["workflow"], self.rows[token]["call"]) == (workflow, call):
            del self.rows[token]


@dataclass
class MemoryLedger:
    """Keeps the same promises as the store (`tests/store/test_ledgers.py`), but that an ending withdraws what waits."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    kept: dict[str, DealClosed] = field(default_factory=dict)
    journal: dict[str, dict[str, JournalRow]] = field(default_factory=dict)
    notices: dict[tuple[str, str], Notice] = field(default_factory=dict)
    held: dict[tuple[str, str], Notice] = field(default_factory=dict)
    """Messages of drafts that wait."""
    standings: dict[str, Standing] = field(default_factory=dict)
    rows: dict[tuple[str, str, str], RegisterRow] = field(default_factory=dict)
    writings: list[Writing] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    plans: dict[str, tuple[Plan, ...]] = field(default_factory=dict)
    """The revisions of each onboarding's plan."""
    agreements: dict[str, tuple[tuple[str, Baseline], ...]] = field(default_factory=dict)
    """What of its plan was agreed to when, and by which milestone."""
    down: bool = False
    refusals: int = 0
    """How often somebody came while it was down."""
    hangs: float = 0.0
    """Seconds until it answers."""
    texts: MemoryTexts = field(default_factory=MemoryTexts)
    measured: dict[str, dict[str, Figure]] = field(default_factory=dict)
    """The latest figures of each onboarding, by metric."""
    looks: dict[str, dict[datetime, Look]] = field(default_factory=dict)
    """What the figures of each onboarding say about red flags, by the moment from which on they do."""
    versions: dict[str, Playbook] = field(default_factory=dict)
    """Versions of playbooks, by hash."""
    began_by: dict[str, str] = field(default_factory=dict)
    """The hash of the playbook that each onboarding was admitted with."""
    recorded: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When each row of the journal was written, by the business clock."""

    def admit(self, dossier: Dossier, *, run: str) -> None:
        self._answer()
        named = (dossier.deal.source, dossier.deal.id)
        before = {(other.deal.source, other.deal.id): id for id, other in self.dossiers.items()}
        there = self.dossiers.get(dossier.onboarding)
        if before.get(named, dossier.onboarding) != dossier.onboarding or (there and named not in before):
            raise AlreadyOnboarded(dossier.onboarding)
        if self.runs.setdefault(dossier.onboarding, run) != run:
            raise AlreadyOnboarded(dossier.onboarding)
        if there is None:
            self.dossiers[dossier.onboarding] = _with_people(dossier, dossier.people)
            self.began_by[dossier.onboarding] = content_hash(dossier.playbook)
            self.keep_playbook(dossier.playbook)

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]:
        self._answer()
        known = [
            KnownDeal(onboarding=id, deal=dossier.deal, owner=self._owner(id))
            for id, dossier in self.dossiers.items()
            if id != onboarding_id(sale.source, sale.id) and same_account(sale, dossier.deal) and self._meant(id)
        ]
        return sorted(known, key=lambda other: other.deal.closed_at, reverse=True)

    def _meant(self, onboarding: str) -> bool:
        standing = self.standings.get(onboarding)
        return standing is None or standing.ending not in LENDS_NOTHING

    def _owner(self, onboarding: str) -> str:
        standing = self.standings.get(onboarding)
        return standing.owner if standing else self.dossiers[onboarding].deal.owner or ""

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        self._answer()
        return self.kept.get(onboarding)

    def readmit(self, onboarding: str, *, run: str) -> None:
        self._answer()
        self.runs[onboarding] = run

    def past(self, onboarding: str) -> Past | None:
        self._answer()
        standing = self.standings.get(onboarding)
        if standing is None:
            return None
        rows = self.journal.get(onboarding, {}).values()
        registered = self.registers(onboarding)
        issues = [row for row in registered if row.kind == "issue"]
        return Past(
            rows=tuple(KeptRow(**row.model_dump(), recorded_at=self.recorded[onboarding, row.key]) for row in rows),
            as_of=standing.as_of,
            owner=standing.owner,
            paused=None if standing.status == "ending" else standing.status == "paused",
            ending=standing.ending,
            playbook_hash=self.began_by[onboarding],
            milestones=standing.milestones,
            stages=standing.stages,
            open_issues=tuple(issue.key for issue in issues if issue.status != "resolved"),
            open_tasks=tuple(row.key for row in registered if row.kind in REMINDED_OF and row.status == "open"),
        )

    def figures(self, onboarding: str) -> Mapping[str, Figure]:
        self._answer()
        return self.measured.get(onboarding, {})

    def look(self, onboarding: str, *, now: datetime) -> Look:
        self._answer()
        at = max((moment for moment in self.looks.get(onboarding, {}) if moment <= now), default=None)
        return Look() if at is None else self.looks[onboarding][at]

    def dossier(self, onboarding: str) -> Dossier:
        self._answer()
        if onboarding not in self.dossiers:
            raise UnknownOnboarding(onboarding)
        return self.dossiers[onboarding]

    def basis(self, onboarding: str, keys: Collection[str], *, playbook: str = "") -> Basis:
        written = self.journal.get(onboarding, {}).items()
        dossier = self.dossier(onboarding)
        return Basis(
            dossier.by(self.versions.get(playbook, dossier.playbook)),
            {key: row.at for key, row in written if key in keys},
        )

    def playbook(self, hashed: str) -> Playbook | None:
        self._answer()
        return self.versions.get(hashed)

    def change_reason(self, onboarding: str, change: PlaybookAhead) -> str:
        return reason_in(self.journal.get(onboarding, {}).values(), change)

    def playbooks_like(self, beginning: str) -> tuple[str, ...]:
        return tuple(sorted(hashed for hashed in self.versions if hashed.startswith(beginning)))

    def keep_playbook(self, playbook: Playbook) -> None:
        self._answer()
        self.versions[content_hash(playbook)] = playbook

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        mine = [row for (owner, _, _), row in self.rows.items() if owner == onboarding]
        return sorted(mine, key=lambda row: (row.kind, row.at, row.key))

    def meetings(self, onboarding: str) -> Sequence[MeetingRow]:
        rows = {row.uid: row for one in self._written(onboarding) for row in one.meetings}
        return sorted(rows.values(), key=lambda row: (row.starts_at, row.meeting))

    def answers(self, onboarding: str) -> Sequence[AttendanceRow]:
        return newest_answers(row for one in self._written(onboarding) for row in one.attendance)

    def _written(self, onboarding: str) -> list[Writing]:
        return [one for one in self.writings if one.onboarding == onboarding]

    def baseline(self, onboarding: str, playbook: Playbook) -> Baseline | None:
        agreements = self.agreements.get(onboarding, ())
        firm = [agreed for about, agreed in agreements if about == makes_firm(playbook)]
        return firm[-1] if firm else None

    def write(self, writing: Writing) -> None:
        dossier = self.dossier(writing.onboarding)
        self.writings.append(writing)
        self._agree(writing)
        later = self._later(writing)
        if later is False:
            return
        journal = self.journal.setdefault(writing.onboarding, {})
        for row in writing.journal:
            journal.setdefault(row.key, row)
            written_at = writing.standing.as_of if writing.standing else row.at
            self.recorded.setdefault((writing.onboarding, row.key), written_at)
        for notice in writing.notices:
            self.notices.setdefault((writing.onboarding, notice.key), notice)
        self._write_drafts(writing)
        standing, before = writing.standing, self.standings.get(writing.onboarding)
        overtaken = later is None and standing is not None and before is not None and standing.as_of < before.as_of
        there = [row for (of, _, _), row in self.rows.items() if of == writing.onboarding]
        for one in merged([*writing.registers, *there] if overtaken else [*there, *writing.registers]):
            self.rows[writing.onboarding, one.kind, one.key] = one
        known = dossier.people if overtaken else ()
        self.dossiers[writing.onboarding] = _with_people(dossier, (*writing.people, *known))
        if not overtaken:
            if writing.playbook is not None:
                self.keep_playbook(writing.playbook)
            self.dossiers[writing.onboarding] = self.dossiers[writing.onboarding].after(writing)
            if standing is not None:
                self.standings[writing.onboarding] = standing
            if writing.task is not None:
                self.tasks[writing.onboarding] = writing.task

    def _write_drafts(self, writing: Writing) -> None:
        for change in (one for one in writing.drafts if one.what == "stopped"):
            self._change_draft(writing.onboarding, change)
        for notice in writing.held:
            if (place := (writing.onboarding, notice.key)) not in self.notices:
                self.held[place] = notice
        for change in (one for one in writing.drafts if one.what == "sent"):
            self._change_draft(writing.onboarding, change)

    def _change_draft(self, onboarding: str, change: DraftChange) -> None:
        for place, notice in list(self.held.items()):
            if place[0] != onboarding or notice.draft != change.draft:
                continue
            del self.held[place]
            if change.what == "sent":
                self.notices[place] = notice

    def _agree(self, writing: Writing) -> None:
        """Compares plans once, when they are written: they are large, and the baseline is read at every turn."""
        plans = self.plans.get(writing.onboarding, ())
        if writing.plan and writing.plan not in plans[-1:]:
            plans = self.plans[writing.onboarding] = (*plans, writing.plan)
        agreed = [row for row in writing.journal if row.kind in AGREED_BY] if plans else []
        made = tuple((row.about, Baseline(agreed_at=row.at, revision=len(plans), plan=plans[-1])) for row in agreed)
        self.agreements[writing.onboarding] = self.agreements.get(writing.onboarding, ()) + made

    def _later(self, writing: Writing) -> bool | None:
        """Whether its task is a later one of the same run than the last; None where the two cannot be compared."""
        task, last = writing.task, self.tasks.get(writing.onboarding)
        if task is None or last is None or task.run != last.run or task.task == last.task:
            return None
        return task.task > last.task

    def load_by_owner(self) -> Mapping[str, int]:
        self._answer()
        load: dict[str, int] = {}
        for onboarding, dossier in self.dossiers.items():
            standing = self.standings.get(onboarding)
            owner = standing.owner if standing else dossier.deal.owner
            if owner and (standing is None or standing.ending is None):
                load[owner] = load.get(owner, 0) + 1
        return load

    def _answer(self) -> None:
        if self.hangs:  # Even to sleep for no time at all hands the processor to others.
            time.sleep(self.hangs)
        if self.down:
            self.refusals += 1
            raise ConnectionError("the database does not answer")

    # --- what tests ask

    def people(self, onboarding: str) -> tuple[Person, ...]:
        """Everybody who takes part, as last written."""
        return self.dossiers[onboarding].people

    def told(self, onboarding: str, kind: str | None = None) -> list[Notice]:
        """The notices of an onboarding in the order in which they were written."""
        mine = [notice for (owner, _), notice in self.notices.items() if owner == onboarding]
        return [notice for notice in mine if kind in (None, notice.kind)]

    def kinds_to(self, onboarding: str, person: str) -> list[str]:
        return [notice.kind for notice in self.told(onboarding) if notice.to == person]

    def facts(self, onboarding: str, kind: str) -> list[JournalRow]:
        return [row for row in self.journal.get(onboarding, {}).values() if row.kind == kind]


@dataclass
class MemoryInbox:
    """Deliveries by their number, in the order in which they came."""

    rows: dict[int, InboxRow] = field(default_factory=dict)
    waited_for: list[tuple[int, str]] = field(default_factory=list)

    def deliver(self, source: str = "deals", **more: Any) -> int:
        """What the web process does."""
        id = len(self.rows) + 1
        told = {"kind": "deal_closed", "key": str(id), "state": "waiting", "received_at": datetime.now(UTC), **more}
        self.rows[id] = InboxRow.model_validate({"id": id, "source": source, **told})
        return id

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        return self._waiting(apart_from, not_of, tried=False)[:most]

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        return self._waiting(apart_from, not_of, tried=True)[:most]

    def _waiting(self, apart_from: Collection[int], not_of: Collection[str], *, tried: bool) -> list[InboxRow]:
        wait = [row for row in self.rows.values() if row.state == "waiting" and row.source not in not_of]
        now = datetime.now(UTC)
        wait = [row for row in wait if row.not_before is None or row.not_before <= now]
        return [row for row in wait if row.id not in apart_from and bool(row.outcome) == tried]

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        about = [row for row in self.rows.values() if row.source == source and row.subject in subjects]
        return [row for row in about if row.state == "waiting"]

    def get(self, id: int) -> InboxRow | None:
        return self.rows.get(id)

    def settle(self, became: Mapping[int, Settled]) -> None:
        for id, settled in became.items():
            if self.rows[id].state == "waiting":
                self.rows[id] = self.rows[id].model_copy(update=settled.model_dump())

    def waits_for(self, id: int, trouble: str) -> None:
        self.waited_for.append((id, trouble))
        self.rows[id] = self.rows[id].model_copy(update={"outcome": trouble})

    def failed(self, id: int, kind: str) -> int:
        tries = self.rows[id].tries + 1
        self.rows[id] = self.rows[id].model_copy(update={"outcome": kind, "tries": tries})
        return tries

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]


def delivered(source: str, body: Any, **more: Any) -> InboxRow:
    """A delivery as a handler gets it."""
    told = {"id": 1, "kind": "deal_closed", "key": "1", "state": "waiting", "received_at": datetime.now(UTC), **more}
    return InboxRow.model_validate({"source": source, "body": body, **told})


class Began(NamedTuple):
    onboarding: str
    already: bool
    completed: tuple[str, ...] = ()


@dataclass
class Doors:
    """The door, which starts every deal file that is one and believes all news."""

    started: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    completes: tuple[str, ...] = ()
    """What a repeated start adds to the hand-off record."""

    async def start(self, raw: object) -> Began:
        deal = read_deal(raw)
        onboarding = onboarding_id(deal.source, deal.id)
        already = any(onboarding == onboarding_id(had["source"], had["id"]) for had in self.started)
        if not already:
            self.started.append(cast("dict[str, Any]", raw))
        return Began(onboarding, already, self.completes if already else ())

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> None:
        self.told.append((onboarding, kind, dict(raw)))


def _with_people(dossier: Dossier, people: Sequence[Person]) -> Dossier:
    known = {person.id: person for person in (*dossier.people, *people)}
    return dossier.model_copy(update={"people": tuple(known[id] for id in sorted(known))})


@dataclass
class MemoryOutbox:
    """Nothing waits here: what was told is read from the ledger."""

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        return ()

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        return None

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        return None

    def hold(self, id: int, *, until: datetime) -> None:
        return

    def put_off(self, id: int, *, until: datetime, reason: str, maybe_arrived: int) -> None:
        return

    def sent(self, id: int, receipt: Receipt) -> None:
        return

    def redirect(self, id: int, *, to: str, reason: str, at: datetime, told: Sequence[tuple[Notice, Person]]) -> None:
        return

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        return None


@dataclass
class RecordingChannel:
    """Takes every message, after failing as often as it was told to."""

    failures: list[Exception] = field(default_factory=list)
    delivered: list[WaitingNotice] = field(default_factory=list)

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(waiting)
        return Receipt(message_id=waiting.message_id, place="memory", at=datetime.now(UTC))


@dataclass
class Wakes:
    """Counts how often a sender was woken."""

    calls: list[str] = field(default_factory=list)

    async def __call__(self, channel: str) -> None:
        self.calls.append(channel)
