"""How does a complete high-touch onboarding go, with everything in it? Played once on the pure core, and recorded.

The pure core is the product's own rules without a server. That the product on a server writes the same to the same
people is a test of its own (tests/workflows/test_onboarding_in_any_order.py), and each benchmark compares the notices
again.
"""

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.course import Course, News, Step
from domain import agenda
from domain.agenda import Entry, Progress
from domain.clock import DAY, Clock
from domain.deal import DealClosed
from domain.rehearsal.driving import GRAIN
from tests.support.onboardings import STORIES_BEGIN
from tests.support.simulation import MANAGER, Simulation, deal

AHEAD = timedelta(hours=5)
"""How long before they are due milestones are reached: after their last reminder, and off the agenda's own instants."""
TELLS_NOBODY = frozenset({"open_stage", "stuck"})
"""Entries at which the product looks for itself: a floor that knows its dates need not wake for them."""


def sample(id: str = "floor", *, closed_at: datetime = STORIES_BEGIN) -> DealClosed:
    """The deal that every benchmark onboards: Lindenau's, on the high-touch playbook."""
    return deal(id=id, closed_at=closed_at.isoformat(), playbook="high-touch")


@functools.cache
def full_course(day: timedelta = DAY) -> Course:
    """The whole story, on a clock whose day takes that long."""
    clock = Clock(day=day, business_start=STORIES_BEGIN, wall_start=STORIES_BEGIN) if day != DAY else Clock()
    recorded = Recorded(sample(), clock=clock)
    live_through(recorded)
    return Course(steps=tuple(recorded.steps), day=day)


def live_through(onboarding: "Recorded") -> None:
    """Play every milestone and sign-off, and the troubles: lateness up the ladder, a rejection, a pause, a crisis."""
    onboarding.work(until="environment_live")
    onboarding.tell("record_risk", risk="R-1", title="Their IT is one person", probability=3, impact=4)
    onboarding.tell("request_scope_change", title="A third connection", effort_days=4, request="C-1")
    onboarding.wait(days=1)
    onboarding.tell("decide_scope_change", request="C-1", decision="phase_2", by=MANAGER, reason="after go-live")
    onboarding.work(until="integrations_live")
    onboarding.wait_past("integrations_live", days=15)
    onboarding.work(until="uat_signed_off")
    rejection = {"by": "project_lead", "decision": "reject", "reasons": ["the numbers differ"]}
    onboarding.tell("sign_off", milestone="uat_signed_off", **rejection)
    onboarding.work(until="champions_prepared")
    onboarding.tell("record_win", title="One list of all open orders", slot=30, result="in use since today")
    onboarding.tell("pause", reason="stocktaking")
    onboarding.wait(days=6)
    onboarding.tell("resume")
    onboarding.work(until="gone_live")
    later = onboarding.due("gone_live") + timedelta(days=3)
    onboarding.tell("replan", milestone="gone_live", to=str(later.date()), reason="their fair")
    onboarding.work(until="gone_live", including=True)
    onboarding.wait(days=12)
    onboarding.tell("raise_issue", issue="T-1", title="Nobody can sign in", severity="critical")
    onboarding.wait(hours=2)
    onboarding.tell("acknowledge_issue", issue="T-1")
    onboarding.wait(days=4)
    onboarding.tell("resolve_issue", issue="T-1")
    onboarding.tell("raise_issue", issue="T-2", title="A report is slow", severity="normal")
    onboarding.wait(hours=3)
    onboarding.tell("resolve_issue", issue="T-2")
    onboarding.work()
    onboarding.tell("record_win", title="Confirmed in four hours", slot=90, baseline="2 days", result="4 hours")
    for criterion in onboarding.state.unmet():
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    onboarding.until_it_ends()


@dataclass
class Recorded(Simulation):
    """An onboarding on the pure core that records each step: what news came, which notices went, when it wakes next."""

    steps: list[Step] = field(default_factory=list)
    brought: News | None = None

    def settle(self) -> None:
        before = len(self.ledger.notices)
        super().settle()
        notices = tuple(key for _, key in list(self.ledger.notices)[before:])
        if notices or self.brought or not self.steps:
            self.steps.append(Step(after=self._since(self.now), news=self.brought, notices=notices, wake=self._wake()))
        else:
            # Nobody was told anything: the floor does not wake for it, and its alarm clock is set for what comes next.
            self.steps[-1] = self.steps[-1].model_copy(update={"wake": self._wake()})

    def update(self, kind: str, raw: Any) -> Progress:
        heard = sum(step.news is not None for step in self.steps)
        self.brought = News(kind=kind, id=f"news-{heard + 1}", body=raw)
        try:
            # The workflow names news by the id of its update.
            return super().update(kind, {**raw, "news_id": self.brought.id})
        finally:
            self.brought = None

    def _wake(self) -> timedelta | None:
        dues = [entry.due for entry in self.state.entries if self._tells(entry)]
        return self._since(min(dues) + GRAIN) if dues and not self.state.ending else None

    def _tells(self, entry: Entry) -> bool:
        only = self.state.model_copy(update={"entries": [entry]})
        return agenda.next_entry(only) is not None and not (
            entry.rule in TELLS_NOBODY or (entry.rule == "hand_off" and entry.occurrence.endswith("/from"))
        )

    def _since(self, moment: datetime) -> timedelta:
        return moment - self.deal.closed_at

    # --- how the story is told

    def due(self, key: str) -> datetime:
        milestone = self.state.milestone(key)
        assert milestone is not None
        return milestone.due

    def work(self, *, until: str | None = None, including: bool = False) -> None:
        """Reach what can be reached, by date, each some hours before it is due, up to `until`."""
        while ready := sorted(
            (
                m
                for m in self.state.milestones
                if not m.settled and not self.state.gate(m) and m.role != "hypercare_end"
            ),
            key=lambda m: (m.due, m.key),
        ):
            milestone = ready[0]
            if milestone.key == until and not including:
                return
            self.until(milestone.due - AHEAD)
            self.settled(milestone.key)
            if milestone.key == until:
                return
        closing = self.state.playing("hypercare_end")
        if closing is not None and not closing.settled and not self.state.ending:
            self.until(closing.due + AHEAD)
            self.work(until=until)

    def wait(self, **span: float) -> None:
        self.until(self.now + timedelta(**span))

    def wait_past(self, key: str, *, days: int) -> None:
        self.until(self.due(key) + timedelta(days=days, hours=3))

    def until_it_ends(self) -> None:
        while not self.state.ending:
            entry = agenda.next_entry(self.state)
            assert entry is not None, f"it never ends: {self.state.unmet()}"
            self.until(entry.due + GRAIN)
