"""Can an onboarding that Temporal lost be brought back? Its state, lived through again from what the store kept.

The journal holds every piece of news that counted, and the rules draw the rest. What comes out has to agree with the
read model, or it is not used: a promise that nobody made is worse than a person who looks.
"""

from datetime import datetime, timedelta

from domain import agenda
from domain.agenda.gates import count, note
from domain.agenda.occasion import Occasion
from domain.agenda.state import Entry, HeldSignal, State
from domain.clock import Clock
from domain.news import KINDS, News
from domain.record import Dossier, KeptRow, Past
from domain.rules.casting import VENDOR_ROLES, approvers
from domain.rules.deciding import decide
from domain.rules.opening import delay_of, first_state
from domain.rules.retelling import update_of
from domain.team import Team

GRAIN = timedelta(milliseconds=1)
"""A workflow wakes this much after an entry is due."""
MOST_TURNS = 20
"""More at one moment than any onboarding takes: then a rule of today and a fact of then go round in circles."""
MADE_BY_TIME = "day90"
"""By whom the journal says that something came by itself."""


class CannotRebuild(Exception):
    """What was lived through again is not what the read model shows. Who must act: whoever repairs; it says where."""


def rebuild(dossier: Dossier, past: Past, team: Team, *, now: datetime, spread: timedelta = timedelta(0)) -> State:
    """The state as of the last thing that was written, with one fact pending: that it was taken up again.

    On the real clock only. The ids of past news are not kept, so a sender that repeats an old piece is not recognised
    by its id; most of it then says nothing new. Raises CannotRebuild.
    """
    opened = next((row for row in past.rows if row.kind == "opened"), None)
    if opened is None:
        raise CannotRebuild("it was never opened")
    living = _Living(dossier, team, opened)
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


class _Living:
    """One onboarding, driven as its workflow drove it, without writing anything down."""

    def __init__(self, dossier: Dossier, team: Team, opened: KeptRow) -> None:
        deal = dossier.deal.model_copy(update={"owner": opened.data.get("owner") or dossier.deal.owner})
        self.dossier = dossier
        self.team = team
        self.now = opened.at
        self.state = first_state(deal, dossier.playbook, dossier.calendar, team, load={}, clock=Clock(), now=opened.at)
        _recast(self.state, dossier, team)
        self._settle()

    def until(self, moment: datetime) -> None:
        """Let time pass, acting on what was due."""
        while (entry := agenda.next_entry(self.state)) is not None and entry.due + GRAIN <= moment:
            self.now = max(self.now, entry.due + GRAIN)
            self._settle()
        self.now = max(self.now, moment)

    def hear(self, row: KeptRow) -> None:
        """Live on to that row, and let the news happen that it tells of."""
        if row.kind == "taken_up_again":
            count(self.state, "fact/taken_up_again")
        if row.kind == "signal_held" and (held := self.state.milestone(row.about)) and not held.settled:
            self.until(row.recorded_at)
            news = {"milestone": row.about, "at": row.at.isoformat(), "by": row.by, "via": row.via, "note": row.note}
            self.state.held.append(HeldSignal(milestone=row.about, news=news))
        if (news_of_it := _news(row, self.state)) is None:
            return
        self.until(row.recorded_at)
        agenda.apply(self.state, news_of_it, self.now)
        self._settle()

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
        decision = decide(occasion, self.dossier, self.team, done_before=dict.fromkeys(occasion.keys, self.now))
        agenda.adopt(self.state, decision.consequences, acted_on=due, written=self.state.facts)


def _news(row: KeptRow, state: State) -> News | None:
    """The news that left this row; None where time, a rule or nobody did."""
    milestone = state.milestone(row.about)
    update = update_of(row, signed=bool(milestone and milestone.signers))
    if update is None or row.kind == "ended" or _came_by_itself(row, state):
        return None
    told = {name: value for name, value in (("at", row.at), ("by", row.by), ("via", row.via)) if value is not None}
    return KINDS[update.kind].model_validate({**told, **update.fields})


def _came_by_itself(row: KeptRow, state: State) -> bool:
    """A milestone that the rules reach, or that a signal reached which had waited for its gate."""
    milestone = state.milestone(row.about)
    return row.kind == "milestone_reached" and (milestone is None or milestone.settled or row.via == MADE_BY_TIME)


def _recast(state: State, dossier: Dossier, team: Team) -> None:
    """Who played which of our roles is in nobody's journal, but those who did are among its people."""
    for role in VENDOR_ROLES:
        if role in ("csm", "cs_manager"):
            continue
        took_part = [p.id for p in dossier.people if p.side == "vendor" and p.role == role and team.member(p.id)]
        if took_part and state.cast.get(role, [""])[0] not in took_part:
            state.cast[role] = took_part[:1]


def _settle_people(state: State, past: Past, team: Team) -> None:
    """The owner is whom the read model names, should they have left meanwhile: the sweep tells of that apart."""
    if state.owner == past.owner:
        return
    state.owner = past.owner
    state.cast = {**state.cast, "csm": [past.owner]}
    if team.member(past.owner) is not None:
        state.approvers = approvers(team, past.owner)


def _differences(state: State, past: Past) -> list[str]:
    """What counts, and what no tuned rule may change: what was reached when, which stages and issues are open."""
    found: list[str] = []
    for row in past.milestones:
        milestone = state.milestone(row.key)
        lived = (milestone.status, milestone.at) if milestone else ("missing", None)
        if lived != (row.status, row.at):
            found.append(f"{row.key} is {row.status}, and comes out {lived[0]}")
    stages = {stage.key: stage.status for stage in state.stages}
    found += [
        f"stage {row.key} is {row.status}, and comes out {stages.get(row.key, 'missing')}"
        for row in past.stages
        if stages.get(row.key) != row.status
    ]
    issues = {issue.key for issue in state.issues}
    if issues != set(past.open_issues):
        found.append(
            f"open issues are {', '.join(past.open_issues) or 'none'}, and come out {', '.join(issues) or 'none'}"
        )
    if bool(state.paused_at) != past.paused:
        found.append("paused in one and not in the other")
    if state.ending:
        found.append(f"it comes out {state.ending}")
    return found
