"""May this deal start an onboarding? Asked at the door, before anything is stored, and again in the workflow."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import to_json

from domain.calendar import WorkCalendar
from domain.clock import DAY
from domain.deal import Account, DealClosed, Sale
from domain.playbook import Playbook
from domain.prospect import Prospect
from domain.refusal import InvalidDeal, Refused, refuse_far_dates, what_is_wrong
from domain.rules.casting import SELLER
from domain.team import Team

NAMED_FIRST = re.compile(r"(?P<field>[a-z_]+): (?P<reason>.+)", re.DOTALL)
"""How checks across fields word a refusal: `champion: …`."""
YEARS_AHEAD = 3
"""Calendar years of holidays beyond the present one: a date may be moved two years ahead, and pull others with it."""
LARGEST_DEAL = 1_048_576
"""Bytes, by whatever door it comes. One with 200 stakeholders and 50 full notes is half as large; all of it is
read at every start, and goes into mails."""
SaleModel = TypeVar("SaleModel", bound=Sale)
OFFSETS = frozenset({"EST", "MST", "HST"})
CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far a date may lie in the future, as the worker allows too: the CRM's clock may be a little ahead of ours."""


class Library(Protocol):
    """The playbooks there are."""

    def get(self, key: str) -> Playbook:
        """The playbook of that key. Raises KeyError where there is none."""

    def keys(self) -> Sequence[str]: ...

    def usable(self) -> Sequence[Playbook]:
        """The playbooks whose files can be used."""

    def choose(self, yearly_value: float | None) -> str:
        """Key of the playbook for a deal of that yearly contract value, None where it names none."""


class Calendars(Protocol):
    def __call__(self, account: Account, *, years: range) -> WorkCalendar:
        """The customer's holidays in those years."""


def read_deal(raw: Any) -> DealClosed:
    """The deal in parsed JSON. Raises InvalidDeal naming the first field that is wrong, unknown ones included."""
    return _refuse_what_is_ours(
        _read(raw, DealClosed, "a deal file is one JSON object, with fields like source, id and account")
    )


def read_prospect(raw: Any) -> Prospect:
    """The prospect in parsed JSON. Raises InvalidDeal like `read_deal`."""
    return _refuse_what_is_ours(
        _read(raw, Prospect, "a prospect file is one JSON object, with fields like source, id and account")
    )


OURS_OF_A_PERSON = ("known_from", "since", "until", "leaves_on", "joins_on", "takes_over")
"""What day90 alone fills in of a stakeholder."""


def _refuse_what_is_ours(sale: SaleModel) -> SaleModel:
    """The sale, if it leaves out the fields that day90 fills in itself, on which people rely. Raises InvalidDeal."""
    origins: dict[str, Any] = {"owner_from": sale.owner_from}
    for index, person in enumerate(sale.stakeholders):
        origins |= {f"stakeholders.{index}.{name}": getattr(person, name) for name in OURS_OF_A_PERSON}
    for field in [field for field, origin in origins.items() if origin]:
        raise InvalidDeal("is filled in by day90 itself: leave it out", field=field)
    return sale


def _read(raw: Any, model: type[SaleModel], otherwise: str) -> SaleModel:
    if not isinstance(raw, Mapping):
        raise InvalidDeal(otherwise, field="deal")
    _refuse_huge(raw)
    try:
        sale = model.model_validate(raw)
        refuse_far_dates(sale)
        _refuse_offsets(sale)
        return sale
    except Refused as refusal:
        raise InvalidDeal(refusal.reason, field=refusal.field) from None
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        named = NAMED_FIRST.fullmatch(reason) if not field else None
        raise (
            InvalidDeal(named["reason"], field=named["field"]) if named else InvalidDeal(reason, field=field)
        ) from None


def _refuse_offsets(sale: Sale) -> None:
    """Refuse abbreviations that the database keeps as offsets: whoever writes EST means New York, in summer too."""
    zones = {"account.time_zone": sale.account.time_zone}
    zones |= {f"stakeholders.{index}.time_zone": who.time_zone or "" for index, who in enumerate(sale.stakeholders)}
    for field in [field for field, zone in zones.items() if zone in OFFSETS]:
        reason = f"{zones[field]} is an offset without summer time: name the place, like America/New_York"
        raise InvalidDeal(reason, field=field)


def _refuse_huge(raw: Mapping[Any, Any]) -> None:
    """Raise InvalidDeal for a deal file that is larger than any, naming its largest field."""
    try:
        sizes = {str(name): len(to_json(value)) for name, value in raw.items()}
    except (TypeError, ValueError, RecursionError):
        # No JSON: the model says what is wrong with it.
        return
    if sum(sizes.values()) > LARGEST_DEAL:
        largest = max(sizes, key=lambda name: sizes[name])
        raise InvalidDeal(f"makes the deal file larger than {LARGEST_DEAL:,} bytes", field=largest)


def business_now(deal: DealClosed, *, wall: datetime, day_length: timedelta) -> datetime:
    """Business time at which the deal starts: `wall` on the real clock, on a compressed one `as_of` or the close."""
    return wall if day_length == DAY else deal.as_of or deal.closed_at


def chosen_playbook(deal: Sale, library: Library) -> Playbook:
    """The playbook that the deal names, or that its worth chooses. Raises InvalidDeal."""
    key = deal.playbook or library.choose(None if deal.yearly_value is None else float(deal.yearly_value))
    try:
        return library.get(key)
    except KeyError:
        raise InvalidDeal(f"{key!r} is no playbook; there are: {', '.join(library.keys())}", field="playbook") from None


def calendar_of(deal: DealClosed, calendars: Calendars) -> WorkCalendar:
    """The working days of the deal's customer, from the close until years after it begins and should go live.

    Raises InvalidDeal for a country whose holidays nobody knows.
    """
    closed = deal.closed_at.astimezone(ZoneInfo(deal.account.time_zone)).year
    latest = max([closed, *(day.year for day in (deal.as_of, deal.go_live_by) if day)])
    return calendars(deal.account, years=range(closed, latest + YEARS_AHEAD + 1))


def calendar_until(calendar: WorkCalendar, account: Account, calendars: Calendars, *, now: datetime) -> WorkCalendar:
    """A recorded calendar, with the years ahead of `now` that are not in it looked up.

    What was recorded stays as it is: people were told dates by it.
    """
    last = calendar.last_year or max((day.year for day in calendar.holidays), default=now.year - 1)
    if last >= now.year + YEARS_AHEAD:
        return calendar
    try:
        more = calendars(account, years=range(last + 1, now.year + YEARS_AHEAD + 1))
    except InvalidDeal:
        # A newer list may have left the place out: an onboarding goes on by what it knows.
        return calendar
    days = {"holidays": {**calendar.holidays, **more.holidays}, "half_days": {**calendar.half_days, **more.half_days}}
    return calendar.model_copy(update={**days, "last_year": more.last_year})


def calendar_anew(calendar: WorkCalendar, account: Account, calendars: Calendars, *, now: datetime) -> WorkCalendar:
    """The account's calendar as the lists have it today, or the recorded one where they have left the place out."""
    try:
        return calendars(account, years=range(now.year - 1, now.year + YEARS_AHEAD + 1))
    except InvalidDeal:
        return calendar


def calendar_ahead(prospect: Prospect, calendars: Calendars, *, now: datetime) -> WorkCalendar:
    """The working days of somebody who has not signed yet. Raises InvalidDeal like `calendar_of`."""
    last = max(now.year, prospect.expected_close.year if prospect.expected_close else now.year)
    return calendars(prospect.account, years=range(now.year, min(last, now.year + YEARS_AHEAD) + YEARS_AHEAD + 1))


def refuse_ids_of_staff(deal: Sale, team: Team) -> None:
    """Ids decide who gets which mail: a stakeholder called like one of us would get ours. Raises InvalidDeal."""
    for number, person in enumerate(deal.stakeholders):
        if person.id == SELLER or team.member(person.id) is not None:
            raise InvalidDeal(f"{person.id!r} names somebody of the staff", field=f"stakeholders.{number}.id")


def check_prospect(
    prospect: Prospect, *, library: Library, team: Team, calendars: Calendars, now: datetime
) -> Playbook:
    """The playbook of a prospect that fits playbooks, staff directory and calendars. Raises InvalidDeal."""
    playbook = chosen_playbook(prospect, library)
    calendar_ahead(prospect, calendars, now=now)
    refuse_ids_of_staff(prospect, team)
    _refuse_unknown_owner(prospect, team)
    return playbook


def _refuse_unknown_owner(deal: Sale, team: Team) -> None:
    if deal.owner and team.member(deal.owner) is None:
        raise InvalidDeal(f"{deal.owner!r} is nobody of the staff directory", field="owner")


def check_deal(deal: DealClosed, *, library: Library, team: Team, calendars: Calendars, now: datetime) -> Playbook:
    """The playbook of a deal that fits playbooks, staff directory, calendars and today. Raises InvalidDeal."""
    playbook = chosen_playbook(deal, library)
    calendar_of(deal, calendars)
    refuse_ids_of_staff(deal, team)
    _refuse_unknown_owner(deal, team)
    for field in ("closed_at", "as_of"):
        moment = getattr(deal, field)
        if moment and moment > now + CLOCKS_DIFFER_BY:
            raise InvalidDeal(f"{moment.isoformat()} lies in the future", field=field)
    go_live = playbook.playing("go_live")
    reached = {already.milestone for already in deal.reached}
    live = go_live is not None and go_live.key in reached
    if deal.go_live_by and deal.go_live_by <= now.date() and not live:
        raise InvalidDeal(f"{deal.go_live_by} is past", field="go_live_by")
    for number, already in enumerate(deal.reached):
        if playbook.milestone(already.milestone) is None:
            raise InvalidDeal(
                f"{already.milestone!r} is not in playbook {playbook.key}", field=f"reached.{number}.milestone"
            )
        if not deal.closed_at <= already.at <= now:
            raise InvalidDeal("lies before the close or in the future", field=f"reached.{number}.at")
    return playbook
