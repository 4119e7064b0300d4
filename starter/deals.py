"""Is this a deal that we can start? What a door can say at once, before anything is kept or started."""

import re
from datetime import datetime, timedelta

from pydantic import ValidationError

from activities.ports import Calendars, Library
from domain.calendar import WorkCalendar
from domain.clock import DAY
from domain.deal import DealClosed
from domain.playbook import Playbook
from domain.refusal import InvalidDeal, what_is_wrong
from domain.team import Team

NAMED_FIRST = re.compile(r"(?P<field>[a-z_]+): (?P<reason>.+)", re.DOTALL)
"""How checks across fields word it: `champion: …`."""
YEARS_AHEAD = 3
"""The year of the close and the next two: no onboarding lasts longer."""


def read_deal(raw: object) -> DealClosed:
    """The deal in that JSON. Raises InvalidDeal naming the first field that is wrong, unknown ones included."""
    if not isinstance(raw, dict):
        raise InvalidDeal("a deal file is one JSON object, with fields like source, id and account")
    try:
        return DealClosed.model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        named = NAMED_FIRST.fullmatch(reason) if not field else None
        raise (
            InvalidDeal(named["reason"], field=named["field"]) if named else InvalidDeal(reason, field=field)
        ) from None


def business_now(deal: DealClosed, *, wall: datetime, day_length: timedelta) -> datetime:
    """What time it is in the plan when this deal starts: on a compressed clock the day of the close, or `as_of`."""
    return wall if day_length == DAY else deal.as_of or deal.closed_at


def chosen_playbook(deal: DealClosed, library: Library) -> Playbook:
    """The playbook that the deal names, or that its worth chooses. Raises InvalidDeal."""
    key = deal.playbook or library.choose(None if deal.yearly_value is None else float(deal.yearly_value))
    try:
        return library.get(key)
    except KeyError:
        raise InvalidDeal(f"{key!r} is no playbook; there are: {', '.join(library.keys())}", field="playbook") from None


def calendar_of(deal: DealClosed, calendars: Calendars) -> WorkCalendar:
    """The working days of the deal's customer. Raises InvalidDeal for a country whose holidays nobody knows."""
    return calendars(deal.account, years=range(deal.closed_at.year, deal.closed_at.year + YEARS_AHEAD))


def check_deal(deal: DealClosed, *, library: Library, team: Team, calendars: Calendars, now: datetime) -> Playbook:
    """What the deal is measured by besides itself: playbooks, staff, holidays, the date. Raises InvalidDeal."""
    playbook = chosen_playbook(deal, library)
    calendar_of(deal, calendars)
    if deal.owner and team.member(deal.owner) is None:
        raise InvalidDeal(f"{deal.owner!r} is nobody of the staff directory", field="owner")
    go_live = playbook.playing("go_live")
    reached = {already.milestone for already in deal.reached}
    live = go_live is not None and go_live.key in reached
    if deal.go_live_by and deal.go_live_by < now.date() and not live:
        raise InvalidDeal(f"{deal.go_live_by} is past", field="go_live_by")
    for number, already in enumerate(deal.reached):
        if playbook.milestone(already.milestone) is None:
            raise InvalidDeal(
                f"{already.milestone!r} is not in playbook {playbook.key}", field=f"reached.{number}.milestone"
            )
        if not deal.closed_at <= already.at <= now:
            raise InvalidDeal("lies before the close or in the future", field=f"reached.{number}.at")
    return playbook
