"""Can an onboarding that Temporal lost be brought back? Its state is played again from the journal.

The journal holds every piece of news that counted, and the rules draw the rest. The result has to agree with the read
model, or it is not used: a promise that nobody made is worse than a person who looks.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from domain import agenda
from domain.agenda.gates import MADE_BY_TIME, count, let_go, note
from domain.agenda.occasion import Occasion
from domain.agenda.state import Entry, HeldSignal, State
from domain.clock import Clock
from domain.news import KINDS, News
from domain.playbook import Playbook
from domain.record import Dossier, KeptRow, Past
from domain.rules.casting import VENDOR_ROLES, approvers
from domain.rules.contacts import as_it_began
from domain.rules.deciding import decide
from domain.rules.opening import delay_of, first_state
from domain.rules.retelling import update_of
from domain.rules.vouching import DOUBTED, doubted_key
from domain.rules.weighing import Doubt, Doubts
from domain.team import Team

GRAIN = timedelta(milliseconds=1)
"""How long after an entry is due its workflow wakes."""
MOST_TURNS = 20
"""Most turns at one moment, more than any onboarding takes: beyond them rules and facts go in circles."""
BEFORE_IT_WAS_KEPT = 2
"""The edition of the rules where the journal does not say by which an onboarding was opened."""


Versions = Callable[[str], Playbook | None]


def no_other(_: str) -> Playbook | None:
    """No other version of the playbook is kept."""
    return None


class CannotRebuild(Exception):
    """Journal, played again, and read model do not agree; the message says where. Who must act: whoever repairs."""


def rebuild(
    dossier: Dossier,
    past: Past,
    team: Team,
    *,
    now: datetime,
    spread: timedelta = timedelta(0),
    versions: Versions = no_other,
) -> State:
    """The state as of the last thing that was written, with one fact pending: that it was taken up again.

    For the real clock only. The onboarding wakes by a delay of its own, shorter than `spread`. `versions` finds a
    playbook by its hash: it began by another one where that was changed. The ids of past news are not kept, so a sender
    that repeats an old piece is not recognised by its id; most of it then says nothing new. Raises CannotRebuild.
    """
    opened = next((row for row in past.rows if row.kind == "opened"), None)
    if opened is None:
        raise CannotRebuild("it was never opened")
    dossier = as_it_began(dossier.by(versions(past.playbook_hash) or dossier.playbook), past.rows)
    figures = {row.key: row for row in past.rows if row.kind == DOUBTED}
    living = _Living(dossier, team, opened, figures=figures, versions=versions)
    for row in past.rows:
        living.hear(row)
    living.until(past.as_of)
    state = living.state
    if differences := _differences(state, past):
        raise CannotRebuild(f"journal and read model do not agree: {'; '.join(differences)}")
    _settle_people(state, past, team)
    state.jitter = delay_of(spread, of=state.onboarding)
    # Signals without a name go by their number, and each left a row at least: a number must not come twice.
    state.counts["signals"] = len(past.rows)
    note(state, "taken_up_again", now)
    return state


LED_TO_A_TURN = frozenset({"news_refused", "repeated_news"})
"""Rows that no news left which changed anything, and yet a turn."""


class _Living:
    """One onboarding, driven as its workflow drove it, without writing anything down."""

    def __init__(
        self, dossier: Dossier, team: Team, opened: KeptRow, *, figures: Mapping[str, KeptRow], versions: Versions
    ) -> None:
        deal = dossier.deal.model_copy(update={"owner": opened.data.get("owner") or dossier.deal.owner})
        self.dossier = dossier
        self.team = team
        self.now = opened.at
        self.figures = figures
        self.versions = versions
        self.doubts: Doubts = {}
        self.state = first_state(
            deal,
            dossier.playbook,
            dossier.calendar,
            team,
            load={},
            clock=Clock(),
            now=opened.at,
            rules=opened.data.get("rules", BEFORE_IT_WAS_KEPT),
        )
        recast(self.state, dossier, team)
        self._settle()

    def until(self, moment: datetime) -> None:
        """Let time pass, acting on what was due."""
        while (entry := agenda.next_entry(self.state)) is not None and entry.due + GRAIN <= moment:
            self.now = max(self.now, entry.due + GRAIN)
            self._settle()
        self.now = max(self.now, moment)

    def hear(self, row: KeptRow) -> None:
        """Let time pass up to that row, then apply the news that left it."""
        if row.kind == "taken_up_again":
            count(self.state, "fact/taken_up_again")
        if row.kind == "signal_held" and (held := self.state.milestone(row.about)) and not held.settled:
            self.until(row.recorded_at)
            news = {"milestone": row.about, "at": row.at.isoformat(), "by": row.by, "via": row.via, "note": row.note}
            self.state.held.append(HeldSignal(milestone=row.about, news=news))
        if row.kind in LED_TO_A_TURN:
            # It changed nothing, but the turn that wrote it down looked at the agenda anew.
            self.until(row.recorded_at)
            self._turn([])
        if row.kind == "draft_sent" and row.via == MADE_BY_TIME:
            self.until(row.recorded_at)
            self._went_by_itself(row)
        if (news_of_it := _news(row, self.state)) is None:
            return
        self.until(row.recorded_at)
        doubted = self.figures.get(doubted_key(row.key))
        self.doubts = {row.about: [Doubt.read(figure) for figure in doubted.data["figures"]]} if doubted else {}
        agenda.apply(self.state, news_of_it, self.now)
        self._settle()

    def _went_by_itself(self, row: KeptRow) -> None:
        """At its own moment: it counts from a turn, of which the journal has no more than the rows."""
        if (draft := self.state.draft(row.about)) is not None:
            let_go(self.state, draft, News(via=MADE_BY_TIME), row.at)
            self._settle()
        definition = self.dossier.playbook.draft(row.data.get("message", ""))
        reached = self.state.milestone(definition.reaches) if definition and definition.reaches else None
        if reached is not None and reached.settled:
            reached.at = row.at

    def _settle(self) -> None:
        for _ in range(MOST_TURNS):
            agenda.unfold(self.state, self.now)
            due = agenda.due(self.state, self.now)
            if not due and not self.state.pending:
                return
            self._turn(due)
        raise CannotRebuild(f"it does not come to rest at {self.now.isoformat()}")

    def _turn(self, due: list[Entry]) -> None:
        occasion = Occasion(state=self.state.model_copy(deep=True), due=tuple(due), now=self.now)
        # All of it was told then: nothing is to be written, so no letters are drafted either.
        done = dict.fromkeys(occasion.keys, self.now)
        change = self.state.change_due
        to = self.versions(change.to) if change else None
        decision = decide(occasion, self.dossier, self.team, done_before=done, doubts=self.doubts, to=to)
        # What its own rules brought then is in the journal, and comes as other news does.
        consequences = decision.consequences.model_copy(update={"by_rule": []})
        agenda.adopt(self.state, consequences, acted_on=due, written=self.state.facts)
        self.dossier = self.dossier.after(decision.writing)


def _news(row: KeptRow, state: State) -> News | None:
    """The news that left this row of the journal; None for a row that no news left."""
    milestone = state.milestone(row.about)
    update = update_of(row, signed=bool(milestone and milestone.signers))
    if row.kind in ("draft_sent", "draft_stopped") and row.via == MADE_BY_TIME:
        return None
    if update is None or row.kind in ("ended", "signal_held") or came_by_itself(row, state):
        return None
    origin = {name: value for name, value in (("at", row.at), ("by", row.by), ("via", row.via)) if value is not None}
    return KINDS[update.kind].model_validate({**origin, **update.fields})


def came_by_itself(row: KeptRow, state: State) -> bool:
    """Whether the row is of a milestone or an ending ahead that a rule led to, or a signal that had waited."""
    if row.kind in ("ending_announced", "ending_taken_back"):
        return row.via == MADE_BY_TIME
    milestone = state.milestone(row.about)
    return row.kind == "milestone_reached" and (milestone is None or milestone.settled or row.via == MADE_BY_TIME)


def recast(state: State, dossier: Dossier, team: Team) -> None:
    """Set the cast of vendor roles from the onboarding's people: no journal says who played which."""
    for role in VENDOR_ROLES:
        if role in ("csm", "cs_manager"):
            continue
        took_part = [p.id for p in dossier.people if p.side == "vendor" and p.role == role and team.member(p.id)]
        if took_part and state.cast.get(role, [""])[0] not in took_part:
            state.cast[role] = took_part[:1]


def _settle_people(state: State, past: Past, team: Team) -> None:
    """Set the owner whom the read model names, even one who has left since: the sweep reports that separately."""
    if state.owner == past.owner:
        return
    state.owner = past.owner
    state.cast = {**state.cast, "csm": [past.owner]}
    if team.member(past.owner) is not None:
        state.approvers = approvers(team, past.owner)


def _differences(state: State, past: Past) -> list[str]:
    """In words, where state and read model differ in what no tuned rule may change: milestones, stages, issues."""
    differences: list[str] = []
    for row in past.milestones:
        milestone = state.milestone(row.key)
        lived = (milestone.status, milestone.at) if milestone else ("missing", None)
        if lived != (row.status, row.at):
            differences.append(f"{row.key} is {row.status}, and comes out {lived[0]}")
    stages = {stage.key: stage.status for stage in state.stages}
    differences += [
        f"stage {row.key} is {row.status}, and comes out {stages.get(row.key, 'missing')}"
        for row in past.stages
        if stages.get(row.key) != row.status
    ]
    issues = {issue.key for issue in state.issues}
    if issues != set(past.open_issues):
        differences.append(
            f"open issues are {', '.join(past.open_issues) or 'none'}, and come out {', '.join(issues) or 'none'}"
        )
    if set(state.tasks) != set(past.open_tasks):
        tasks = ", ".join(past.open_tasks) or "none", ", ".join(state.tasks) or "none"
        differences.append(f"open tasks are {tasks[0]}, and come out {tasks[1]}")
    if past.paused is not None and bool(state.paused_at) != past.paused:
        differences.append("paused in one and not in the other")
    if state.ending:
        differences.append(f"it comes out {state.ending}")
    return differences
