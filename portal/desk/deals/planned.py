"""Which plan would a start draft? Stage by stage, with the reason for each date; nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Engine

from domain.deal import DealClosed
from domain.drafting import draft
from domain.plan import Course, Plan, Reason
from domain.rules.admission import Calendars, Library, business_now, calendar_of, check_deal
from domain.rules.casting import Cast, cast_vendor
from domain.rules.closing import both_open
from domain.rules.workload import Window
from domain.team import Team
from domain.text import Language, in_language
from domain.wording import reasons_in_words
from portal.desk.overbooking import Overbooked, Overbooking, windows
from runtime.settings import Settings
from store.ledger import SqlLedger
from store.workload import Taking

ITSELF = "itself"
"""Stands for the hash of the playbook by which the plan is drafted: it need not be stored yet."""


class PlannedLine(NamedTuple):
    """A milestone of the plan; `reasons` say why it is another day than the playbook's own."""

    title: str
    day: date
    reasons: list[str]
    overdue: bool


class PlannedStage(NamedTuple):
    title: str
    first: date
    last: date
    milestones: list[PlannedLine]


class Planned(NamedTuple):
    """The plan of a deal; `go_live` is None where its playbook has none, `guessed` says that days off are guessed."""

    playbook: str
    stages: list[PlannedStage]
    go_live: date | None
    hand_off: tuple[date, date]
    guessed: bool
    overbooked: Sequence[Overbooked]


def planned(
    deal: DealClosed,
    *,
    library: Library,
    team: Team,
    calendars: Calendars,
    settings: Settings,
    ledger: SqlLedger,
    engine: Engine,
    language: Language,
) -> Planned:
    """The plan that a start would draft now, and who of ours would have too little time for it. Raises InvalidDeal."""
    now = business_now(deal, wall=datetime.now(UTC), day_length=settings.day_length)
    playbook = check_deal(deal, library=library, team=team, calendars=calendars, now=now)
    calendar = both_open(calendar_of(deal, calendars), deal, ours=team.closures)
    plan = draft(playbook, deal, calendar, Course(reached={one.milestone: one.at for one in deal.reached}))
    titles = {one.key: in_language(one.title, language) for one in playbook.stages}
    titles |= {one.key: in_language(one.title, language) for one in playbook.milestones}
    go_live = playbook.playing("go_live")
    days = {one.key: one.on for one in plan.milestones}
    stages = [
        PlannedStage(
            titles[stage.key],
            stage.opens_on,
            stage.closes_on,
            [
                PlannedLine(titles[one.key], one.on, _why(one.reasons, titles, language), one.due < now)
                for one in plan.milestones
                if one.stage == stage.key
            ],
        )
        for stage in plan.stages
    ]
    window = calendar.day_of(plan.hand_off_from), calendar.day_of(plan.hand_off_by)
    title = in_language(playbook.title, language)
    overbooking = Overbooking(
        engine=engine,
        playbook=lambda hashed: playbook if hashed == ITSELF else ledger.playbook(hashed),
        team=team,
        language=language,
    )
    taking = _taking(deal, plan, cast_vendor(team, deal, playbook.touch, ledger.load_by_owner()))
    return Planned(
        playbook=title,
        stages=stages,
        go_live=days.get(go_live.key) if go_live else None,
        hand_off=window,
        guessed=calendar.guessed,
        overbooked=overbooking.by(taking, today=calendar.day_of(now)),
    )


def _taking(deal: DealClosed, plan: Plan, cast: Cast) -> Taking:
    """The hours that the onboarding would take, of those who would get it as it stands now."""
    return Taking(
        onboarding="",
        account=deal.account.name,
        owner=cast["csm"][0],
        playbook_hash=ITSELF,
        whole=Window(deal.closed_at.date(), plan.hand_off_by.date()),
        stages=windows((one.key, one.opens_on, one.closes_on) for one in plan.stages),
        roles={role: people[0] for role, people in cast.items() if people},
    )


def _why(reasons: tuple[Reason, ...], titles: Mapping[str, str], language: Language) -> list[str]:
    """How a date came about; nothing where it is simply the day that was counted to."""
    if [one.kind for one in reasons] in ([], ["counted"]):
        return []
    return reasons_in_words(tuple(reasons), dict(titles), language)
