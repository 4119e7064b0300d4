"""What follows from an occasion? News and due entries in; changes of the agenda, and all that is to be written, out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from domain.agenda.occasion import Occasion
from domain.agenda.state import Consequences, Entry, Fact, State
from domain.baseline import Baseline
from domain.drafting import ROOM_TO_SIGN, Drafting, draft
from domain.measure.flags import Look
from domain.news import LONGEST_GRACE
from domain.notice import Notice
from domain.playbook import Playbook
from domain.record import AttendanceRow, Dossier, RegisterRow, Writing
from domain.rules import changing, contacts, corrections, drafting, looking, plan_letter, standing_in
from domain.rules.acting import act
from domain.rules.briefing import Briefing, present
from domain.rules.casting import approvers
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.inviting import invitations
from domain.rules.meetings import moved_to
from domain.rules.nudging import A_TICK
from domain.rules.opening import stage_openings
from domain.rules.recasting import recast
from domain.rules.record_keeping import merged, registers
from domain.rules.replanning import begun_late, moved_along
from domain.rules.schedule import changes, desired, stuck_since
from domain.rules.telling import tell
from domain.rules.vouching import doubted
from domain.rules.weighing import Doubts, to_be_weighed
from domain.rules.writing_down import Decided, in_full_detail
from domain.team import Team
from domain.texts import in_full, references_in
from domain.wire import FiguresSay, Wire

NOTHING_DONE: Mapping[str, datetime] = MappingProxyType({})
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
NO_DOUBTS: Doubts = MappingProxyType({})

ADOPTED = ("hypercare_until", "hand_off_from", "hand_off_by", "hand_off_grace", "approvers", "cast")
"""Fields of the state that an answer carries only when they change: each answer stays in the history."""


REMINDED_OF = ("task", "correction")
"""Kinds of rows of the registers of which people are reminded."""
REMINDING = frozenset({"nudge", "task"})
"""Rules of which an entry stands for a ladder of steps."""
MAY_REFER = ("pending", "issues", "scope_requests")
"""Fields of the state that may hold a text or a reference to one; what is `held` becomes pending when it counts."""


TELL_OF_RECORDS = frozenset(
    {
        "scope_change_decided",
        "task_changed",
        "contact_replaced",
        "contact_left",
        "flag_lowered",
        "correction_opened",
        "correction_changed",
        "correction_escalated",
        "correction_closed",
    }
)
"""Kinds of facts of which messages tell with what the registers hold."""


class Decision(Wire):
    consequences: Consequences
    writing: Writing


def decide(
    occasion: Occasion,
    dossier: Dossier,
    team: Team,
    *,
    done_before: Mapping[str, datetime] = NOTHING_DONE,
    known: Sequence[RegisterRow] = (),
    answered: Sequence[AttendanceRow] = (),
    hours: WorkingHours = plain_week,
    texts: Mapping[str, str] = NO_TEXTS,
    agreed: Baseline | None = None,
    doubts: Doubts = NO_DOUBTS,
    look: Look | None = None,
    ui: str = "",
    to: Playbook | None = None,
    because: str = "",
    plans: Drafting = draft,
    writing: Callable[[Decided], Writing] = in_full_detail,
) -> Decision:
    """What follows from an occasion; the same occasion gives the same decision again.

    Nobody is told again of what is `done_before`: keys of the journal, each with the moment at which it was written.
    `known` are rows of the registers where it is told of them (`tells_of_records`), `answered` is what people answered
    last to invitations where somebody has just answered (`tells_of_answers`), and `agreed` is the plan as agreed
    where one reports on it (`reports`); `hours` knows when people work, `texts` are those that the occasion refers to,
    `doubts` are figures that speak against what somebody vouches for, `look` is what figures say where one looks at
    them or tells of them (`wants_figures`), and `ui` is the onboarding's address in the
    Temporal UI. `to` is the version of the playbook that the onboarding is to go by from now on, where such a change is
    due and the version is there, and `because` is why that was decided, where it was before this occasion. `plans`
    drafts the plan, and `writing` says how much of the decision is written down.
    """
    state = _in_full(_of_our_own(occasion.state), texts)
    facts, now = state.pending, occasion.now
    recasting = recast(state, dossier, team, now=now, done_before=done_before, known=known)
    dossier, known = recasting.dossier, [*known, *recasting.tasks]
    before = {m.key: str(dossier.calendar.day_of(m.due)) for m in state.milestones} if facts else {}
    moved = _rework(state, dossier, facts, now) | moved_to(state, dossier.calendar, facts)
    moved |= moved_along(
        state, dossier.playbook, dossier.calendar, facts, before, promised=dossier.deal.go_live_by is not None
    )
    moved = begun_late(state, dossier.playbook, dossier.calendar, facts, before) | moved
    state.moved.update(moved)
    owner = _settle_owner(state, team, facts)
    weighed, figures_say = _weigh(state, doubts), _settle_figures(state, look if looks(occasion) else None)
    tasks = {row.key: row for row in merged([*known, *registers(facts)]) if row.kind in REMINDED_OF}

    def table() -> Briefing:
        return Briefing(
            dossier,
            state,
            team,
            now,
            hours=hours,
            ui=ui,
            registers=known,
            answered=answered,
            agreed=agreed,
            tasks=tasks,
            targets=look.targets if look else (),
            adoption=look.adoption if look else None,
            drafting=plans,
        )

    briefing = table()
    if late := _asked_too_late(briefing, facts):
        moved |= late
        state.moved.update(late)
        briefing = table()
    correct_by = corrections.set_days(briefing)
    # What has happened, and what was due, did so by the playbook until now.
    told = briefing
    change = changing.change_in(told, to)
    if change is not None and change.skeleton is not None and to is not None:
        state, dossier = changing.laid_over(_of_our_own(state), change.skeleton), dossier.by(to)
        briefing = table()
    drafts = [*drafting.written(briefing, facts), *drafting.escalations(told, occasion.due)]
    # What is told by the playbook until now knows of them, too: it is not told what waits.
    told.state.drafts = state.drafts = [*state.drafts, *drafts]
    dues, stage_opens = _redate(briefing)
    _settle_windows(briefing)
    ends_at = _settle_ending(briefing)
    stuck = _is_stuck(briefing)
    state.stuck = stuck
    state.entries = [entry for entry in state.entries if entry not in occasion.due]
    wanted = [
        *desired(state, dossier.playbook, dossier.calendar, briefing.plan, now),
        *drafting.entries(briefing, facts),
        *([] if state.ending else contacts.entries(dossier.deal, dossier.calendar)),
    ]
    difference = changes(state, wanted)
    state.entries = wanted
    invited = invitations(briefing, facts, occasion.due)
    changed = {name: getattr(state, name) for name in ADOPTED if getattr(state, name) != getattr(occasion.state, name)}
    consequences = Consequences(
        put=difference.put,
        drop=difference.drop,
        dues=dues,
        stage_opens=stage_opens,
        moved=moved,
        ends_at=ends_at,
        stuck=stuck,
        weighed=weighed,
        owner=owner,
        drafts=drafts,
        skeleton=change.skeleton if change else None,
        change_refused=bool(change and change.refused),
        invited=invited.invited if invited.invited != state.invited else None,
        correct_by=correct_by,
        figures_say=figures_say,
        **looking.consequences(briefing, facts, look if looks(occasion) else None),
        **recasting.consequences(),
        **changed,
    )
    fresh_facts = [fact for fact in facts if fact.key not in done_before]
    due = _still_to_do(occasion.due, done_before)

    def notices_to(seen: Callable[[Briefing], Briefing]) -> list[Notice]:
        """What people hear of this occasion, as somebody sees it."""
        then, now = seen(told), seen(briefing)
        return [
            *(notice for fact in fresh_facts for notice in tell(then, fact, before=before)),
            *recasting.notices(then),
            *act(then, due),
            *(notice for fact in fresh_facts for notice in doubted(now, fact, doubts)),
            *(_ready_early(now) if fresh_facts else []),
            *drafting.tell_holders(now, drafts, fresh_facts),
        ]

    notices = [
        *notices_to(lambda table: table),
        *standing_in.in_their_place(briefing, notices_to),
        *invited.notices,
    ]
    changed_by = [changing.row(change, told, briefing)] if change else []
    if change and changed_by[0].key not in done_before:
        reason = changing.reason_in(facts, change.ahead) or because
        notices += changing.tell(change, told, briefing, reason=reason)
    decided = Decided(
        occasion=occasion,
        facts=facts,
        fresh=fresh_facts,
        recasting=recasting,
        doubts=doubts,
        briefing=briefing,
        notices=notices,
        changed_by=changed_by,
        invited=invited,
        correct_by=correct_by,
        playbook=to if change and change.skeleton else None,
    )
    return Decision(consequences=consequences, writing=writing(decided))


def tells_of_records(occasion: Occasion, playbook: Playbook) -> bool:
    """Whether messages of that occasion tell of the registers: of risks, tasks, or wins."""
    kinds = {fact.kind for fact in occasion.state.pending}
    reminds = any(entry.rule in ("task", contacts.ON_ITS_DAY) for entry in occasion.due)
    return bool(kinds & TELL_OF_RECORDS) or reminds or looks(occasion) or _tells_of_wins(occasion, playbook)


def _tells_of_wins(occasion: Occasion, playbook: Playbook) -> bool:
    """Whether a report is due, an invitation that says where it stands, or a letter that tells of wins."""
    tells = {
        one.key
        for one in playbook.cadences
        if one.kind == "status_report" or one.wins or (one.figures and one.kind != "message")
    }
    return any(entry.rule == "cadence" and entry.about in tells for entry in occasion.due)


def tells_of_answers(occasion: Occasion) -> bool:
    """Whether somebody has answered an invitation: what they answered before says whether that is news."""
    return any(fact.kind == "attendance_told" for fact in occasion.state.pending)


def reports(occasion: Occasion, playbook: Playbook) -> bool:
    """Whether a status report is due: no other message tells how far the plan is from the one that was agreed to."""
    kinds = {cadence.key: cadence.kind for cadence in playbook.cadences}
    return any(entry.rule == "cadence" and kinds.get(entry.about) == "status_report" for entry in occasion.due)


def looks(occasion: Occasion) -> bool:
    """Whether the weekly look at the figures is due."""
    return any(entry.rule == "look" for entry in occasion.due)


def wants_figures(occasion: Occasion, playbook: Playbook) -> bool:
    """Whether one looks at figures on that occasion, or a message tells of them."""
    tells = {one.key for one in playbook.cadences if one.kind == "status_report" or one.figures or one.own_use}
    return looks(occasion) or any(entry.rule == "cadence" and entry.about in tells for entry in occasion.due)


def references_of(state: State) -> set[str]:
    """What reads like a reference in that state, with whose texts `decide` wants to be called."""
    return references_in([getattr(state, name) for name in MAY_REFER])


def _in_full(state: State, texts: Mapping[str, str]) -> State:
    if not texts:
        return state
    return state.model_copy(update={name: in_full(getattr(state, name), texts) for name in MAY_REFER})


def _still_to_do(due: Sequence[Entry], done_before: Mapping[str, datetime]) -> list[Entry]:
    """Entries that were not acted on yet; a reminder or rung that was comes again, for what has come due since.

    A worker that died right after its commit may have been away for days: a step of the ladder that fell into them
    would be nobody's otherwise, since the next one is counted from now.
    """
    return [
        entry if at is None else entry._replace(due=at + A_TICK)
        for entry in due
        if (at := done_before.get(entry.key)) is None or entry.rule in REMINDING
    ]


def _of_our_own(state: State) -> State:
    """A copy of the state, as deep as it is changed here; a full one would cost a third of the whole decision."""
    return state.model_copy(
        update={
            "milestones": [milestone.model_copy() for milestone in state.milestones],
            "stages": [stage.model_copy() for stage in state.stages],
            "criteria": [criterion.model_copy() for criterion in state.criteria],
            "moved": dict(state.moved),
            "tasks": dict(state.tasks),
        }
    )


def _rework(state: State, dossier: Dossier, facts: Sequence[Fact], now: datetime) -> dict[str, date]:
    """New days for what a rejection opened again, and for the sign-off itself; never earlier than they were."""
    moved: dict[str, date] = {}
    calendar = dossier.calendar
    for fact in facts:
        if fact.kind != "sign_off_rejected":
            continue
        definition = dossier.playbook.milestone(fact.about)
        days = definition.sign_off.rework_days if definition and definition.sign_off else 0
        day = calendar.add_working_days(calendar.day_of(now), days)
        for key in (*fact.data["reopened"], fact.about):
            milestone = state.milestone(key)
            later = (other for other in facts if other.seq > fact.seq and other.about == key)
            replanned = any(other.kind == "replanned" for other in later)
            if milestone is not None and not replanned and day > calendar.day_of(milestone.due):
                moved[key] = day
    return moved


def _asked_too_late(briefing: Briefing, facts: Sequence[Fact]) -> dict[str, date]:
    """A new day for the sign-off of the plan where it would be asked for without room to sign, or for a day past.

    Where the plan waited for one of ours, it is asked for when that has gone.
    """
    soonest = briefing.calendar.add_working_days(briefing.today, ROOM_TO_SIGN)
    asked = [briefing.state.milestone(fact.about) for fact in facts if fact.kind == "sign_off_asked"]
    if any(fact.kind == "draft_sent" and fact.data["message"] == plan_letter.PLAN for fact in facts):
        asked.append(plan_letter.to_agree_to(briefing))
    return {
        milestone.key: soonest
        for milestone in asked
        if milestone and milestone.of_plan and not milestone.settled and briefing.state.goes_by(3)
        if briefing.plan.milestone(milestone.key).on < soonest
    }


def _settle_owner(state: State, team: Team, facts: Sequence[Fact]) -> str | None:
    """Set the owner that news asked for, with their manager and approvers; a handle that nobody has changes nothing."""
    asked_for = [fact.about for fact in facts if fact.kind == "reassigned"]
    if not asked_for:
        return None
    for handle in asked_for:
        if team.member(handle) is not None:
            manager = team.manager_of(handle)
            state.cast = {**state.cast, "csm": [handle], "cs_manager": [manager.handle if manager else handle]}
            state.approvers = approvers(team, handle)
    state.owner = state.cast["csm"][0]
    return state.owner


def _weigh(state: State, doubts: Doubts) -> dict[str, list[str]]:
    """Set what figures say to the words that were given; returns the targets that speak against each, by criterion."""
    weighed = {one.key: [doubt.target for doubt in doubts.get(one.key, ())] for one in to_be_weighed(state)}
    for key, against in weighed.items():
        if (criterion := state.criterion(key)) is not None:
            criterion.weigh(against)
    return weighed


def _settle_figures(state: State, look: Look | None) -> FiguresSay | None:
    """Set how it stands by its figures as that look has them; returns it where it is news."""
    if look is None or look.says == state.figures_say:
        return None
    state.figures_say = look.says
    return look.says


def _redate(briefing: Briefing) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Set the plan's dates on open milestones and stages ahead; returns those that changed, by key."""
    dues: dict[str, datetime] = {}
    planned_due = {planned.key: planned.due for planned in briefing.plan.milestones}
    for milestone in briefing.state.milestones:
        due = planned_due.get(milestone.key, milestone.due)
        if not milestone.settled and milestone.due != due:
            milestone.due = dues[milestone.key] = due
    opens: dict[str, datetime] = {}
    planned = stage_openings(briefing.playbook, briefing.calendar, briefing.plan)
    for stage in briefing.state.stages:
        if stage.status == "ahead" and stage.opens != planned[stage.key]:
            stage.opens = opens[stage.key] = planned[stage.key]
    return dues, opens


def _settle_windows(briefing: Briefing) -> None:
    """Set the end of hypercare, which counts from the real go-live, and the hand-off window, as the plan has them.

    And how long the hand-off waits for its message to be read.
    """
    state = briefing.state
    go_live, closing = state.playing("go_live"), state.playing("hypercare_end")
    if go_live is not None and go_live.settled and closing is not None and not closing.settled:
        state.hypercare_until = briefing.plan.milestone(closing.key).due
    state.hand_off_from, state.hand_off_by = briefing.plan.hand_off_from, briefing.plan.hand_off_by
    waits = briefing.playbook.draft("hand_off")
    state.hand_off_grace = min(waits.hours, LONGEST_GRACE) if waits else 0


def _settle_ending(briefing: Briefing) -> datetime | None:
    """Set the moment from which a decided ending counts; returns it where it is new.

    Where the message about it waits for one of ours, they have as long as the playbook gives them.
    """
    ahead = briefing.state.ending_ahead
    if ahead is None:
        return None
    waiting = [draft.kind for draft in briefing.state.drafts if draft.goes_with_the_ending]
    to_read = [given.hours for kind in waiting if (given := drafting.definition_of(briefing, kind))]
    hours = max([ahead.news["grace_hours"], *to_read])
    until = briefing.calendar.add_working_hours(ahead.since, hours)
    briefing.state.ending_ahead = ahead.model_copy(update={"until": until})
    return until if until != ahead.until else None


def _is_stuck(briefing: Briefing) -> bool:
    since = stuck_since(briefing.state, briefing.playbook, briefing.calendar)
    return since is not None and since <= briefing.now


def _ready_early(briefing: Briefing) -> list[Notice]:
    """Notices when all criteria hold before the hand-off window opens: the manager may hand over now (SS-02)."""
    state = briefing.state
    review = state.playing("review")
    early = review is not None and review.settled and not state.unmet() and not (state.ending or state.ending_ahead)
    if not early or briefing.now >= briefing.plan.hand_off_from:
        return []
    facts = {"hand_off_from": str(briefing.calendar.day_of(briefing.plan.hand_off_from))}
    return present(briefing.notice("ready_early", id, "hand_off", facts) for id in [state.owner, *briefing.managers])
