"""How does an onboarding begin? A deal and a playbook become the first state of its workflow."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from domain.agenda.gates import note, unfold
from domain.agenda.state import RULES, CriterionState, MilestoneState, Skeleton, StageState, State
from domain.calendar import OPENING, WorkCalendar
from domain.clock import Clock
from domain.deal import DealClosed, onboarding_id
from domain.drafting import draft
from domain.news import short
from domain.plan import Course, Plan, go_live_key, on_the_way_to
from domain.playbook import Milestone, Playbook, Role, Stage, content_hash
from domain.refusal import InvalidDeal
from domain.rules.accounts import taken_over
from domain.rules.casting import Cast, approvers, cast_customer, cast_vendor, playing
from domain.team import Team
from domain.text import in_language

ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def first_state(
    deal: DealClosed,
    playbook: Playbook,
    calendar: WorkCalendar,
    team: Team,
    *,
    load: Mapping[str, int],
    clock: Clock,
    now: datetime,
    spread: timedelta = timedelta(0),
    rules: int = RULES,
) -> State:
    """The state of a new onboarding, with its first consequences drawn.

    Titles are English, since the state is our own record. `load` counts the open onboardings of each member of staff,
    by handle; every onboarding wakes by a delay of its own, shorter than `spread`. `rules` is the edition of the rules
    by which it goes. Raises InvalidDeal.
    """
    plan = draft(playbook, deal, calendar, Course(rules=rules))
    vendor = cast_vendor(team, deal, playbook.touch, load)
    owner = vendor["csm"][0]
    skeleton = skeleton_of(playbook, calendar, plan, vendor=vendor, customer=cast_customer(deal), at=now)
    state = State(
        onboarding=onboarding_id(deal.source, deal.id),
        rules=rules,
        clock=clock,
        jitter=delay_of(spread, of=onboarding_id(deal.source, deal.id)),
        opened=True,
        playbook=playbook.key,
        playbook_hash=skeleton.playbook_hash,
        touch=playbook.touch,
        owner=owner,
        approvers=approvers(team, owner),
        overrulers=skeleton.overrulers,
        cast=vendor,
        closed_at=deal.closed_at,
        taken_up_at=now,
        last_news=now,
        stages=skeleton.stages,
        milestones=skeleton.milestones,
        criteria=skeleton.criteria,
        prolonging=skeleton.prolonging,
        hand_off_from=plan.hand_off_from,
        hand_off_by=plan.hand_off_by,
    )
    shared = taken_over(deal)
    if deal.left_out:
        shared = {**shared, "left_out": [one.field for one in deal.left_out]}
    note(state, "opened", now, about=playbook.key, owner=owner, day=(now - deal.closed_at).days, rules=rules, **shared)
    _take_up(state, deal, now)
    unfold(state, now)
    return state


def skeleton_of(
    playbook: Playbook,
    calendar: WorkCalendar,
    plan: Plan,
    *,
    vendor: Cast,
    customer: Cast,
    at: datetime,
) -> Skeleton:
    """What the playbook asks of an onboarding of that plan, whose roles those people play."""

    def people(roles: Sequence[Role]) -> list[str]:
        return list(dict.fromkeys(id for role in roles for id in playing(role, vendor=vendor, customer=customer)))

    critical = on_the_way_to(playbook, go_live_key(playbook))
    return Skeleton(
        playbook_hash=content_hash(playbook),
        at=at,
        stages=_stages(playbook, calendar, plan),
        milestones=[
            _milestone(milestone, stage, plan, people, critical=milestone.key in critical)
            for stage in playbook.stages
            for milestone in stage.milestones
        ],
        criteria=[
            # Without its title, which is read from the playbook: a state travels into every turn.
            CriterionState(
                key=criterion.key,
                title="",
                by=criterion.by,
                unmeasured=criterion.by == "attestation" and not criterion.evidence,
            )
            for criterion in playbook.hand_off.criteria
        ],
        prolonging=list(playbook.hypercare.prolonged_by),
        overrulers=people(playbook.overruled_by),
    )


def delay_of(spread: timedelta, *, of: str) -> timedelta:
    """How much later than its entries the onboarding of that id wakes: by a hash, so that every try gives the same.

    Whole seconds are easier to read in the Temporal UI.
    """
    return timedelta(seconds=int(short(of), 16) % max(1, int(spread.total_seconds())))


def _stages(playbook: Playbook, calendar: WorkCalendar, plan: Plan) -> list[StageState]:
    opens = stage_openings(playbook, calendar, plan)
    return [
        StageState(key=s.key, title=in_language(s.title, "en"), opens=opens[s.key], after=list(s.opens.after))
        for s in playbook.stages
    ]


def stage_openings(playbook: Playbook, calendar: WorkCalendar, plan: Plan) -> dict[str, datetime]:
    """The moment from which each stage may open, by key: its day's morning, or any time where no day is asked for."""
    planned = {stage.key: calendar.at(stage.opens_on, OPENING) for stage in plan.stages}
    return {stage.key: planned[stage.key] if stage.opens.from_day else ANY_TIME for stage in playbook.stages}


def _milestone(
    milestone: Milestone, stage: Stage, plan: Plan, people: Callable[[Sequence[Role]], list[str]], *, critical: bool
) -> MilestoneState:
    sign_off = milestone.sign_off
    return MilestoneState(
        key=milestone.key,
        title=in_language(milestone.title, "en"),
        stage=stage.key,
        due=plan.milestone(milestone.key).due,
        # What its stage asks of all its milestones is not carried once more with each.
        requires=[key for key in milestone.requires if key not in stage.opens.after],
        role=milestone.role,
        signers=people(sign_off.by) if sign_off else [],
        reopens=list(sign_off.reopens) if sign_off else [],
        of_plan=sign_off.plan if sign_off else False,
        takes_all=sign_off.needs == "all" if sign_off else False,
        optional=milestone.optional,
        critical=critical,
    )


def _take_up(state: State, deal: DealClosed, now: datetime) -> None:
    """Mark the milestones that were reached before we came (B16), whatever their gates. Raises InvalidDeal."""
    for index, reached in enumerate(deal.reached):
        milestone = state.milestone(reached.milestone)
        if milestone is None:
            keys = ", ".join(other.key for other in state.milestones)
            raise InvalidDeal(
                f"{reached.milestone!r} is not in the playbook, which has: {keys}", field=f"reached.{index}.milestone"
            )
        if not deal.closed_at <= reached.at <= now:
            raise InvalidDeal("lies before the close or in the future", field=f"reached.{index}.at")
        milestone.status, milestone.at = "reached", reached.at
        note(state, "taken_as_reached", reached.at, about=milestone.key)
