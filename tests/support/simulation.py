"""How does an onboarding go, without a server? The pure core as it is driven, and what must hold at every turn."""

import copy
import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from activities.calendars import hours_of, public_holidays
from domain import agenda
from domain.agenda import Consequences, Entry, State
from domain.agenda.occasion import Occasion
from domain.calendar import WorkCalendar
from domain.clock import Clock
from domain.deal import DealClosed
from domain.notice import Notice
from domain.playbook import Playbook
from domain.record import JournalRow, Writing
from domain.refusal import Refused
from domain.rehearsal.driving import Driver, opening
from domain.rules.acting import NUDGES
from domain.rules.admission import calendar_of as admitted_by
from domain.rules.admission import chosen_playbook
from domain.rules.deciding import Decision
from domain.team import Team
from domain.text import LANGUAGES, in_language
from tests.support.fakes import MemoryLedger
from tests.support.parts import LIBRARY, STAFF

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STATUSES = frozenset(
    {"on_track", "behind", "stuck", "paused", "handed_over", "handed_over_with_exceptions", "churned"}
    | {"deal_reversed", "duplicate", "withdrawn", "cancelled", "ending"}
)
OWNER, MANAGER, EXECUTIVE, OTHER_CSM = "jonas.weber", "nora.lindqvist", "arthur.mensah", "grace.lee"


@functools.cache
def playbook_of(tier: str) -> Playbook:
    return LIBRARY.get(tier)


def high_touch() -> Playbook:
    return playbook_of("high-touch")


def with_milestone(key: str, playbook: Playbook | None = None, **changes: Any) -> Playbook:
    """The playbook, by default high-touch, with fields of one of its milestones changed."""
    playbook = playbook or high_touch()
    return playbook.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(
                    update={
                        "milestones": tuple(
                            one.model_copy(update=changes) if one.key == key else one for one in stage.milestones
                        )
                    }
                )
                for stage in playbook.stages
            )
        }
    )


@functools.cache
def staff() -> Team:
    return STAFF()


def deal(name: str = "lindenau-germany", **changes: Any) -> DealClosed:
    """A deal of `examples/`, with fields changed."""
    raw = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return DealClosed.model_validate({**raw, **changes})


def calendar_of(deal: DealClosed) -> WorkCalendar:
    return admitted_by(deal, public_holidays)


def through_json(state: State) -> State:
    return State.model_validate_json(state.model_dump_json())


def opened(name: str = "lindenau-germany") -> "Simulation":
    """The onboarding of a deal of `examples/`, just opened, by the playbook of its tier.

    Lindenau's was opened on Mon 2 Nov 2026: owner Jonas, approved by Nora or Arthur.
    """
    return _opened(name).fork()


@functools.cache
def _opened(name: str) -> "Simulation":
    return Simulation(deal(name), playbook=chosen_playbook(deal(name), LIBRARY))


def telling_at_once(*kinds: str) -> "Simulation":
    """Lindenau's onboarding, just opened, by a playbook in which messages of those kinds wait for nobody."""
    drafts = tuple(draft for draft in high_touch().drafts if draft.kind not in kinds)
    return Simulation(deal(), high_touch().model_copy(update={"drafts": drafts}))


def gone_live() -> "Simulation":
    """Lindenau's onboarding, gone live on the morning of Mon 4 Jan 2027 with all that had to come before."""
    return _gone_live().fork()


@functools.cache
def _gone_live() -> "Simulation":
    onboarding = opened()
    onboarding.to_day(63, hour=9)
    onboarding.settled("gone_live")
    return onboarding


@dataclass
class Simulation(Driver):
    """One onboarding on the pure core. What must hold always is looked at after every turn."""

    deal: DealClosed
    playbook: Playbook = field(default_factory=high_touch)
    team: Team = field(default_factory=staff)
    opened_at: datetime | None = None
    clock: Clock = field(default_factory=Clock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    fired: list[Entry] = field(default_factory=list)
    meanwhile: Callable[[State, datetime], object] | None = None
    """Called once while the next turn is being written: what handlers do between two awaits of the loop."""

    def __post_init__(self) -> None:
        self.calendar = calendar_of(self.deal)
        now = self.opened_at or self.deal.as_of or self.deal.closed_at
        state, dossier = opening(self.deal, self.playbook, self.calendar, self.team, now=now, clock=self.clock)
        super().__init__(state, dossier, self.team, self.ledger, now=now, hours=hours_of)
        self.ledger.admit(self.dossier, run="1")
        self.settle()

    def fork(self) -> "Simulation":
        """Another that has had the same past: cheaper than living it again."""
        other = copy.copy(self)
        other.state, other.fired = through_json(self.state), list(self.fired)
        kept, journal = self.ledger, {id: dict(rows) for id, rows in self.ledger.journal.items()}
        other.ledger = replace(
            kept,
            versions=dict(kept.versions),
            dossiers=dict(kept.dossiers),
            journal=journal,
            notices=dict(kept.notices),
            held=dict(kept.held),
            rows=dict(kept.rows),
            standings=dict(kept.standings),
            recorded=dict(kept.recorded),
            measured=dict(kept.measured),
            looks={id: dict(looks) for id, looks in kept.looks.items()},
            writings=list(kept.writings),
            plans=dict(kept.plans),
            agreements=dict(kept.agreements),
        )
        other.records = other.ledger
        return other

    # --- between the steps of a turn

    def settle(self) -> None:
        super().settle()
        self._look()

    def _take_turn(self, due: Sequence[Entry]) -> None:
        assert all(entry.due <= self.now for entry in due)
        super()._take_turn(due)

    def _handed_over(self) -> State:
        carried = through_json(self.state)
        assert carried == self.state, "the next run would not be the same"
        return carried

    def _decide(self, occasion: Occasion) -> Decision:
        done_before = self.ledger.basis(self.id, occasion.keys).done_before
        assert not done_before, f"twice: {done_before}"
        return super()._decide(occasion)

    def _write(self, writing: Writing, due: Sequence[Entry]) -> None:
        self._look_at(writing)
        super()._write(writing, due)
        self.fired += due
        if self.meanwhile is not None:
            interrupt, self.meanwhile = self.meanwhile, None
            interrupt(self.state, self.now)

    def _answered(self, decision: Decision) -> Consequences:
        return Consequences.model_validate_json(decision.consequences.model_dump_json())

    # --- what always holds

    def _look(self) -> None:
        state = self.state
        slots = [entry.slot for entry in state.entries]
        assert len(slots) == len(set(slots)), f"two entries in one slot: {slots}"
        assert agenda.status(state, self.now) in STATUSES
        assert state.owner, "an onboarding without an owner"
        if not state.ending:
            assert agenda.next_entry(state) or agenda.waiting_for(state), "nobody is waited for and nothing is due"
        resting = state.paused_at or state.ending or state.ending_ahead
        assert resting or all(entry.due > self.now for entry in state.entries)
        self._look_at_the_ending()

    def _look_at_the_ending(self) -> None:
        ending = self.state.ending
        if ending == "handed_over":
            assert not self.state.unmet(), "handed over although something is missing"
        if ending == "handed_over_with_exceptions":
            fact = self.facts("ended")[0]
            assert fact.by in self.state.approvers
            assert set(self.state.unmet()) <= set(self.state.exceptions)
        assert len(self.facts("ended")) == (1 if ending else 0)

    def _look_at(self, writing: Writing) -> None:
        keys = [row.key for row in writing.journal]
        assert len(keys) == len(set(keys)), f"one key twice: {keys}"
        known = set(self.ledger.journal.get(self.id, {}))
        assert not known & set(keys), f"again: {known & set(keys)}"
        # That all is ready early is said at every turn until the window opens, under one key: it is written once.
        notices = [notice.key for notice in writing.notices if notice.kind != "ready_early"]
        assert len(notices) == len(set(notices)), f"one message twice: {notices}"
        again = {key for _, key in self.ledger.notices} & set(notices)
        assert not again, f"told again: {again}"
        assert not (self.facts("ended") and notices), "told after the ending"
        settled = {milestone.key for milestone in self.state.milestones if milestone.settled}
        late = [notice for notice in writing.notices if notice.kind in NUDGES and notice.about in settled]
        assert not late, f"settled, and yet told: {late}"
        titles = {self._title(key, language) for key in settled for language in LANGUAGES}
        summed_up = [n for n in writing.notices if n.kind == "overdue_summary"]
        assert not [n for n in summed_up for line in n.facts["overdue"] if line["title"] in titles]

    def _title(self, key: str, language: str) -> str:
        playbooks = (self.dossier.playbook, self.playbook)
        milestone = next((one for playbook in playbooks if (one := playbook.milestone(key))), None)
        return in_language(milestone.title, language) if milestone is not None else key

    # --- news

    def refusal(self, kind: str, /, **news: Any) -> tuple[str, str]:
        """Field and reason of the refusal, after which the state is what it was."""
        before = self.state.model_copy(deep=True)
        try:
            self.tell(kind, **news)
        except Refused as refusal:
            assert before == self.state
            return refusal.field, refusal.reason
        raise AssertionError(f"{kind} was not refused: {news}")

    def settled(self, *keys: str) -> None:
        """Reach or sign milestones now, each by somebody who may, with all that their gates wait for."""
        for key in keys:
            milestone = self.state.milestone(key)
            assert milestone is not None
            if milestone.settled:
                continue
            self.settled(*self.state.gate(milestone))
            if milestone.signers:
                self.tell("sign_off", milestone=key, decision="approve", by=milestone.signers[0])
            elif milestone.role != "hypercare_end":
                self.tell("reach_milestone", milestone=key, by=self.state.owner)

    def in_time(self, *, to: str) -> None:
        """Live through the plan, settling every milestone a few hours before it is due, that one included."""
        for milestone in sorted(self.state.milestones, key=lambda milestone: milestone.due):
            if not milestone.settled and milestone.role != "hypercare_end":
                self.until(milestone.due - timedelta(hours=5))
                self.settled(milestone.key)
            if milestone.key == to:
                return

    # --- time and sight

    def at(self, text: str) -> datetime:
        """That local time of the customer, like `2026-11-09 12:00`."""
        local = datetime.fromisoformat(text)
        return local.replace(tzinfo=self.calendar.zone).astimezone(UTC)

    def to(self, text: str) -> None:
        self.until(self.at(text))

    def to_day(self, day: int, hour: int = 12) -> None:
        """To that day after the close, at that hour of the customer."""
        on = self.calendar.day_of(self.deal.closed_at) + timedelta(days=day)
        self.until(self.calendar.at(on, time(hour)))

    def due_on(self, key: str) -> str:
        milestone = self.state.milestone(key)
        assert milestone is not None
        return str(self.calendar.day_of(milestone.due))

    def status(self) -> str:
        return agenda.status(self.state, self.now)

    def notices(self, kind: str | None = None, *, about: str | None = None, to: str | None = None) -> list[Notice]:
        told = self.ledger.told(self.id, kind)
        return [n for n in told if about in (None, n.about) and to in (None, n.to)]

    def told(self, kind: str, **which: str) -> list[str]:
        """Who was told that, in order."""
        return [notice.to for notice in self.notices(kind, **which)]

    def facts(self, kind: str) -> list[JournalRow]:
        return self.ledger.facts(self.id, kind)

    def entry(self, slot: str) -> Entry | None:
        return next((entry for entry in self.state.entries if entry.slot == slot), None)

    def local(self, moment: datetime) -> str:
        """That moment as the customer's clock shows it."""
        return f"{moment.astimezone(self.calendar.zone):%a %Y-%m-%d %H:%M}"
