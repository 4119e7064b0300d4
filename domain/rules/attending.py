"""Who has something to do now, and how much does an onboarding need somebody? By its state and plan, at every turn."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from operator import attrgetter

from domain.agenda.picture import status
from domain.agenda.state import Entry, Fact, InvitedState, MilestoneState, State
from domain.agenda.timing import stands
from domain.attention import ANSWERS, BESIDE_THE_PLAN, MOST_AHEAD, NEEDS, Ahead, Attention, Need, OpenWork, WorkKind
from domain.baseline import AGREED_BY, makes_firm
from domain.calendar import CLOSING, OPENING
from domain.rules import corrections, meetings
from domain.rules.briefing import Briefing
from domain.rules.schedule import deadline, service_level

NEEDS_OF_STATUS: Mapping[str, Need] = {
    "stuck": "stuck",
    "failed": "stuck",
    "behind": "behind",
    "paused": "quiet",
    "ending": "quiet",
}


def attention(briefing: Briefing, facts: Sequence[Fact], invited: Sequence[InvitedState]) -> Attention:
    """What the desk shows of the onboarding after a turn about those facts, which leaves people `invited`."""
    state, now = briefing.state, briefing.now
    # What has begun is forgotten with this turn, and is shown once more: people are there.
    invited = [*(one for one in state.invited if one.starts_at <= now), *invited]
    open_ones = [milestone for milestone in state.milestones if not milestone.settled]
    work = () if state.ending else tuple(_work(briefing, open_ones, invited))
    need = _need(state, work, open_ones, now)
    first = _first(state, work, need, now)
    live = state.playing("go_live")
    ahead = _ahead(state, invited)
    agreed = _agreed_go_live(briefing, facts)
    open_dues = [milestone.due for milestone in open_ones if not milestone.optional]
    lives_on = briefing.calendar.day_of(live.at or live.due) if live is not None and live.status != "waived" else None
    slip = briefing.calendar.working_days_between(agreed, lives_on) if agreed and lives_on else None
    return Attention(
        rank=NEEDS.index(need),
        closed_at=state.closed_at,
        first=first,
        first_due=(first.due if first else None) or (ahead[0].at if ahead else now),
        done_until=min(open_dues, default=None),
        ends_by=briefing.plan.hand_off_by,
        went_live_at=live.at if live is not None and live.status == "reached" else None,
        agreed_go_live=agreed,
        slip=slip,
        ahead=ahead,
        work=work,
    )


def _need(state: State, work: Sequence[OpenWork], open_ones: Sequence[MilestoneState], now: datetime) -> Need:
    if state.ending:
        return "ended"
    if need := NEEDS_OF_STATUS.get(status(state, now)):
        return need
    asked = any(one.kind in ANSWERS and one.side == "vendor" for one in work)
    is_late = any(milestone.due < now and not milestone.optional for milestone in open_ones)
    corrected = bool(state.corrections) or state.figures_say == "waits"
    return "waits" if asked or is_late or corrected else "on_track"


def _first(state: State, work: Sequence[OpenWork], need: Need, now: datetime) -> OpenWork | None:
    """What waits first: the oldest of the plan, or that for whose sake the onboarding needs somebody.

    Where that is neither late nor an answer, figures are why: then it is what is done about them.
    """
    wanted = [one for one in work if one.kind not in BESIDE_THE_PLAN and not one.optional]
    if need in ("waits", "behind"):
        pressing = [one for one in wanted if one.kind in ANSWERS or (one.due and one.due < now)]
        wanted = pressing or [one for one in work if state.correction(one.key)] or wanted
    return min(wanted, key=lambda one: one.due or now, default=None)


def _agreed_go_live(briefing: Briefing, facts: Sequence[Fact]) -> date | None:
    """The day of the go-live as agreed to: by one of these facts, or before (as `domain.baseline` has it)."""
    settled = {fact.about for fact in facts if fact.kind in AGREED_BY}
    live = briefing.playbook.playing("go_live") if settled else None
    if live is not None and makes_firm(briefing.playbook) in settled:
        return briefing.plan.milestone(live.key).on
    return briefing.dossier.agreed_go_live


def _ahead(state: State, invited: Sequence[InvitedState]) -> tuple[Ahead, ...]:
    """The next of what happens by itself and of the meetings, soonest first."""
    if state.ending:
        return ()
    ahead = [Ahead(at=one.due, key=one.key, rule=one.rule, about=one.about) for one in _soonest(state)]
    ahead += [
        Ahead(at=one.starts_at, key=f"{one.key}/{one.occasion}", rule="meeting", about=one.key)
        for one in invited
        if not one.cancelled
    ]
    return tuple(sorted(ahead, key=lambda one: (one.at, one.key))[:MOST_AHEAD])


def _soonest(state: State) -> list[Entry]:
    # In their order first: then only as many are looked into as are shown.
    in_order = sorted(state.entries, key=attrgetter("due", "slot"))
    return list(islice((entry for entry in in_order if stands(state, entry)), MOST_AHEAD))


# --- open work


def _work(
    briefing: Briefing, open_ones: Sequence[MilestoneState], invited: Sequence[InvitedState]
) -> Iterator[OpenWork]:
    state = briefing.state
    yield from _issues(briefing)
    if state.ending_ahead:
        return
    if state.paused_at:
        until = briefing.calendar.at(state.pause_until, OPENING) if state.pause_until else None
        yield OpenWork(kind="pause", key="pause", person=state.owner, due=until, since=state.paused_at)
        return
    yield from _milestones(briefing, open_ones)
    yield from _decisions(briefing)
    for task, day in state.tasks.items():
        # Who has it, and what it is called, the register knows; of a correction it knows whom somebody has named.
        person, title = corrections.as_work(briefing, task) if state.correction(task) else ("", "")
        yield OpenWork(kind="task", key=task, person=person, due=briefing.calendar.at(day, CLOSING), title=title)
    for meeting in (one for one in invited if not one.cancelled):
        held = meetings.find(briefing, meeting.key, briefing.calendar.day_of(meeting.starts_at))
        title = briefing.say(held.title, "en") if held else ""
        for person in (id for id in meeting.people if not briefing.is_customer(id)):
            key = f"{meeting.key}/{meeting.occasion}"
            yield OpenWork(kind="meeting", key=key, person=person, due=meeting.starts_at, title=title)


def _milestones(briefing: Briefing, open_ones: Sequence[MilestoneState]) -> Iterator[OpenWork]:
    """What of the plan may be done now. As `state.gate` has it, which looks for each milestone by itself."""
    state = briefing.state
    opened = {stage.key for stage in state.stages if stage.status != "ahead"}
    needs = {milestone.key: state.needs(milestone) for milestone in open_ones}
    held_up = Counter(chain.from_iterable(needs.values()))
    settled_at = {milestone.key: milestone.at for milestone in state.milestones if milestone.at}
    for milestone in open_ones:
        before = needs[milestone.key]
        # Time ends the hypercare. A first value waits for whoever is to show it: the win that they record reaches it.
        if milestone.role == "hypercare_end" or milestone.stage not in opened:
            continue
        if not needs.keys().isdisjoint(before):
            continue
        since = max(
            (settled_at[key] for key in before if key in settled_at), default=state.taken_up_at or state.closed_at
        )
        kind, people = _doers(briefing, milestone)
        for person in people:
            yield OpenWork(
                kind=kind,
                key=milestone.key,
                person=person,
                side="customer" if briefing.is_customer(person) else "vendor",
                due=milestone.due,
                since=since,
                holds_up=held_up[milestone.key],
                optional=milestone.optional,
            )


def _doers(briefing: Briefing, milestone: MilestoneState) -> tuple[WorkKind, Sequence[str]]:
    """What has to be done for a milestone whose gate is open, and who may do it."""
    if milestone.signers and milestone.asked:
        return "sign_off", list(dict.fromkeys(milestone.deciders))
    if milestone.signers:
        return "ask_again", [briefing.state.owner]
    definition = briefing.playbook.milestone(milestone.key)
    return "milestone", briefing.playing(definition.raci.responsible if definition else "csm")


def _issues(briefing: Briefing) -> Iterator[OpenWork]:
    """Each with the promise that runs, kept or not: it is answered first, and when somebody works on it, solved."""
    for issue in briefing.state.issues:
        due, level = issue.since, service_level(briefing.playbook, issue.severity)
        if level is not None:
            hours = level.resolve if issue.acknowledged else level.respond
            due = deadline(level, hours, issue.since, briefing.calendar)
        yield OpenWork(
            kind="issue", key=issue.key, person=briefing.state.owner, due=due, since=issue.since, title=issue.title
        )


def _decisions(briefing: Briefing) -> Iterator[OpenWork]:
    """What waits for a word of ours: drafts, changes of the scope, conditions of the hand-off, the hand-off itself."""
    state, approvers = briefing.state, briefing.state.approvers[:1] or [briefing.state.owner]
    goes = {entry.about: entry.due for entry in state.entries if entry.rule == "draft"}
    ends_at = state.ending_ahead.until if state.ending_ahead else None
    for draft in state.drafts:
        due = ends_at if draft.goes_with_the_ending else goes.get(draft.key)
        yield OpenWork(kind="draft", key=draft.key, person=state.owner, due=due, since=draft.since, title=draft.kind)
    for request, title in state.scope_requests.items():
        yield from (OpenWork(kind="scope_change", key=request, person=id, title=title) for id in approvers)
    for criterion in state.criteria:
        if criterion.against and criterion.attested_by and not criterion.approved_by:
            others = [id for id in state.approvers if id != criterion.attested_by][:1]
            yield from (OpenWork(kind="approval", key=criterion.key, person=id) for id in others)
    review = state.playing("review")
    if review is None or not review.settled:
        return
    missing = state.missing()
    for key in missing:
        if not any(one.key == key and one.against for one in state.criteria):
            yield OpenWork(kind="criterion", key=key, person=state.owner, due=state.hand_off_by, since=review.at)
    if missing and state.hand_off_from is not None and state.hand_off_from <= briefing.now:
        for person in approvers:
            yield OpenWork(kind="hand_off", key="hand_off", person=person, due=state.hand_off_by)
