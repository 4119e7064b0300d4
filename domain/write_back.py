"""What does a CRM's record of a deal say of its onboarding? Stage, go-live, status, link, and whether it got there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from domain.mapping import WriteBack
from domain.record import MilestoneRow
from domain.wire import Instant, Wire

WriteBackState = Literal["waiting", "written", "refused"]
"""`refused`: a person has to do something first; it is tried again all the same, once a day."""


class Seen(Wire):
    """An onboarding as it stands, as far as a CRM is told of it, and what was written last."""

    onboarding: str
    deal_id: str
    status: str
    ending: str | None = None
    open_stages: tuple[str, ...] = ()
    milestones: tuple[MilestoneRow, ...] = ()
    as_of: Instant
    written: dict[str, str] | None = None


class WriteBackLine(Wire):
    """How the write-back of one onboarding stands: `reason` says what keeps it waiting, or what a person has to do."""

    onboarding: str
    source: str
    state: WriteBackState
    reason: str = ""
    written: dict[str, str] | None = None
    at: Instant | None = None
    not_before: Instant


def properties_of(onboarding: Seen, names: WriteBack, *, go_live: date | None, link: str) -> dict[str, str]:
    """What the CRM's record should say, by the CRM's own names of properties. What is not known is left out."""
    status = (onboarding.ending or onboarding.status).replace("_", " ")
    values: Mapping[str, str | None] = {
        "stage": ", ".join(onboarding.open_stages) if onboarding.ending is None else "",
        "go_live": go_live.isoformat() if go_live else None,
        "status": status,
        "link": link or None,
    }
    properties = {name: values[what] for what in values if (name := getattr(names, what)) is not None}
    return {name: value for name, value in properties.items() if value is not None}


def go_live_of(milestones: Sequence[MilestoneRow], key: str | None, *, time_zone: str) -> date | None:
    """The day of the go-live in that time zone: the real one once it was reached, until then the planned one."""
    go_live = next((milestone for milestone in milestones if milestone.key == key), None)
    if go_live is None:
        return None
    moment: datetime = go_live.at or go_live.due
    return moment.astimezone(ZoneInfo(time_zone)).date()
