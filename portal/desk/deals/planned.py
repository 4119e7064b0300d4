"""Which plan would a start draft? Stage by stage, with the reason for each date; nothing is stored."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from domain.deal import DealClosed
from domain.drafting import draft
from domain.plan import Course, Reason
from domain.rules.admission import Calendars, Library, business_now, calendar_of, check_deal
from domain.rules.closing import both_open
from domain.team import Team
from domain.text import Language, in_language
from domain.wording import reasons_in_words
from runtime.settings import Settings


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


def planned(
    deal: DealClosed,
    *,
    library: Library,
    team: Team,
    calendars: Calendars,
    settings: Settings,
    language: Language,
) -> Planned:
    """The plan that a start would draft now. Raises InvalidDeal."""
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
    return Planned(title, stages, days.get(go_live.key) if go_live else None, window, calendar.guessed)


def _why(reasons: tuple[Reason, ...], titles: Mapping[str, str], language: Language) -> list[str]:
    """How a date came about; nothing where it is simply the day that was counted to."""
    if [one.kind for one in reasons] in ([], ["counted"]):
        return []
    return reasons_in_words(tuple(reasons), dict(titles), language)
