"""How does an onboarding go, without a server? The pure core, driven as the workflow drives it, from wake to wake."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain import agenda
from domain.agenda.occasion import Occasion
from domain.agenda.picture import Progress
from domain.agenda.state import Consequences, Entry, PlaybookAhead, State
from domain.baseline import Baseline
from domain.calendar import WorkCalendar
from domain.clock import Clock
from domain.deal import DealClosed
from domain.drafting import Drafting, Drafts
from domain.measure.flags import Look
from domain.news import read_news
from domain.playbook import Playbook
from domain.record import AttendanceRow, Basis, Dossier, Figure, RegisterRow, Writing
from domain.rules.casting import people_of
from domain.rules.deciding import Decision, decide, reports, tells_of_answers, tells_of_records, wants_figures
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.opening import first_state
from domain.rules.weighing import doubts_in, to_be_weighed
from domain.rules.writing_down import Decided, in_full_detail
from domain.team import Team

GRAIN = timedelta(milliseconds=1)
"""The workflow's timers are set this much late (`workflows.options.CLOCK_GRAIN`)."""
MOST_TURNS_AT_ONCE = 6
"""A piece of news is one turn, what is due is another, what follows from either a third: more is a loop that spins."""


class NeverAtRest(Exception):
    """An onboarding goes in circles at one moment: what it does makes it due again. Who must act: us.

    The message names the moment, and what is due at it.
    """


class Records(Protocol):
    """What decisions are based on besides the state, and where they are written down: the store, or a memory."""

    def admit(self, dossier: Dossier, *, run: str) -> None:
        """Begin the records of an onboarding."""

    def basis(self, onboarding: str, keys: Collection[str]) -> Basis:
        """The dossier, and those of the journal's keys that are written already."""

    def registers(self, onboarding: str) -> Sequence[RegisterRow]: ...

    def answers(self, onboarding: str) -> Sequence[AttendanceRow]:
        """What people have answered last to invitations."""

    def baseline(self, onboarding: str, playbook: Playbook) -> Baseline | None:
        """The plan as it was agreed to."""

    def figures(self, onboarding: str) -> Mapping[str, Figure]:
        """The latest figures, by metric."""

    def look(self, onboarding: str, *, now: datetime) -> Look:
        """What the figures say about red flags and targets."""

    def playbook(self, hashed: str) -> Playbook | None:
        """The version of a playbook with that hash; None where there is none."""

    def change_reason(self, onboarding: str, change: PlaybookAhead) -> str:
        """Why that change of the playbook was decided; empty where it is not written down."""

    def write(self, writing: Writing) -> None: ...


def opening(
    deal: DealClosed,
    playbook: Playbook,
    calendar: WorkCalendar,
    team: Team,
    *,
    now: datetime,
    load: Mapping[str, int] | None = None,
    clock: Clock | None = None,
) -> tuple[State, Dossier]:
    """The first state of a deal's onboarding, and its dossier. Raises InvalidDeal."""
    state = first_state(deal, playbook, calendar, team, load=load or {}, clock=clock or Clock(), now=now)
    people = tuple(people_of(deal))
    dossier = Dossier(onboarding=state.onboarding, deal=deal, playbook=playbook, calendar=calendar, people=people)
    return state, dossier


class Driver:
    """One onboarding on the pure core: news goes in, time passes, and what follows is written to its records.

    Whatever begins with a state may be driven: one that was just opened, or a copy of a running one. `writing` says how
    much of each turn is written down; copies that are driven side by side share `plans`.
    """

    def __init__(
        self,
        state: State,
        dossier: Dossier,
        team: Team,
        records: Records,
        *,
        now: datetime,
        hours: WorkingHours = plain_week,
        writing: Callable[[Decided], Writing] = in_full_detail,
        plans: Drafting | None = None,
    ) -> None:
        self.state = state
        self.dossier = dossier
        self.team = team
        self.records = records
        self.now = now
        self.hours = hours
        self._writing = writing
        self._plans = plans or Drafts()

    @property
    def id(self) -> str:
        return self.state.onboarding

    # --- the loop, as in workflows/onboarding.py

    def settle(self) -> None:
        """Take turns until nothing is due and nothing is unwritten. Raises NeverAtRest."""
        agenda.unfold(self.state, self.now)
        for _ in range(MOST_TURNS_AT_ONCE):
            due = agenda.due(self.state, self.now)
            if not due and not self.state.pending:
                return
            self._take_turn(due)
        keys = ", ".join(entry.key for entry in agenda.due(self.state, self.now)) or "news that follows from itself"
        raise NeverAtRest(f"it does not come to rest at {self.now.isoformat()}: {keys}")

    def wakes_at(self) -> datetime | None:
        """When something happens by itself next; None where only news can move it on."""
        entry = agenda.next_entry(self.state)
        return None if entry is None else max(self.now, agenda.wakes_at(self.state, entry) + GRAIN)

    def until(self, moment: datetime) -> None:
        """Let time pass to that moment, waking whenever something is due. Raises NeverAtRest."""
        while (wakes_at := self.wakes_at()) is not None and wakes_at <= moment:
            self.now = wakes_at
            self.settle()
        self.now = max(self.now, moment)

    def _take_turn(self, due: Sequence[Entry]) -> None:
        occasion = Occasion(state=self._handed_over(), due=tuple(due), now=self.now)
        written = self.state.facts
        decision = self._decide(occasion)
        self._write(decision.writing, due)
        agenda.adopt(self.state, self._answered(decision), acted_on=list(due), written=written)
        self.dossier = self.dossier.after(decision.writing)
        agenda.unfold(self.state, self.now)

    def _handed_over(self) -> State:
        """The state as a turn gets it, which leaves it as it is."""
        return self.state

    def _decide(self, occasion: Occasion) -> Decision:
        """As the activity does it (`activities.onboarding`)."""
        playbook, state = self.dossier.playbook, occasion.state
        change = state.change_due
        figures = self.records.figures(self.id) if to_be_weighed(state) else {}
        return decide(
            occasion,
            self.dossier,
            self.team,
            done_before=self.records.basis(self.id, occasion.keys).done_before,
            known=self.records.registers(self.id) if tells_of_records(occasion, playbook) else (),
            answered=self.records.answers(self.id) if tells_of_answers(occasion) else (),
            agreed=self.records.baseline(self.id, playbook) if reports(occasion, playbook) else None,
            hours=self.hours,
            doubts=doubts_in(state, self.dossier, figures, now=self.now),
            look=self.records.look(self.id, now=self.now) if wants_figures(occasion, playbook) else None,
            to=self.records.playbook(change.to) if change else None,
            because=self.records.change_reason(self.id, change) if change else "",
            plans=self._plans,
            writing=self._writing,
        )

    def _write(self, writing: Writing, _: Sequence[Entry]) -> None:
        self.records.write(writing)

    def _answered(self, decision: Decision) -> Consequences:
        return decision.consequences

    # --- news

    def tell(self, kind: str, /, **news: Any) -> Progress:
        """An update: applied and answered. Raises Refused with a reason."""
        return self.update(kind, news)

    def update(self, kind: str, raw: Any) -> Progress:
        """As `tell`, of a JSON object. Raises Refused."""
        news = read_news(kind, raw)
        agenda.check(self.state, news, self.now)
        changed = agenda.apply(self.state, news, self.now)
        opened = agenda.opened_by(self.state, news)
        answer = agenda.progress(self.state, self.now, repeated=not changed, opened=opened)
        if changed:
            self.settle()
        return answer

    def hear(self, kind: str, raw: Any) -> None:
        """A signal: never refused, but perhaps without effect."""
        if not self.state.ending:
            agenda.hear(self.state, kind, raw, self.now)
            self.settle()
