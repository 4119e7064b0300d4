"""How long do customers wait for an answer? In office hours of whoever owes it, over all questions of a time."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from pydantic import Field

from domain.calendar import WorkCalendar
from domain.notice import Person
from domain.questions import QuestionLine
from domain.rules.casting import staff_person
from domain.rules.closing import closed_days
from domain.rules.hours import WorkingHours
from domain.team import Team
from domain.wire import Instant, Wire


class Wait(Wire):
    """How long one question waited for its first answer, or has waited so far, in office hours."""

    onboarding: str
    number: int
    hours: float


class ResponseTimes(Wire):
    """How fast questions were answered. Hours are office hours of the onboarding's owner."""

    owner: str | None = Field(None, description="whose questions they are; null for everybody's")
    asked: int = Field(description="questions that were asked in that time")
    answered: int = Field(description="how many of these have an answer of ours")
    waiting: int = Field(description="questions on which the customer waits for us now, older ones included")
    median_hours: float | None = Field(description="until the first answer: half of them were answered sooner")
    slowest: Wait | None = Field(description="the slowest first answer")
    longest_waiting: Wait | None = Field(description="who has waited longest and still waits")


class ResponseReport(Wire):
    """How fast questions were answered since a moment, of all owners and of each."""

    since: Instant
    until: Instant
    all: ResponseTimes
    owners: tuple[ResponseTimes, ...]


def response_report(
    asked: Sequence[QuestionLine], *, since: datetime, now: datetime, team: Team, hours: WorkingHours
) -> ResponseReport:
    """The report over questions that were asked since that moment or that wait now. All moments are wall time."""
    oldest = min((line.waits_since or line.asked_at for line in asked), default=since)
    office = _Offices(team, hours, range(min(oldest, since).year - 1, now.year + 2))
    owners = sorted({line.owner for line in asked if line.owner})
    of_each = {owner: [line for line in asked if line.owner == owner] for owner in owners}
    return ResponseReport(
        since=since,
        until=now,
        all=_times(None, asked, since=since, now=now, office=office),
        owners=tuple(_times(owner, lines, since=since, now=now, office=office) for owner, lines in of_each.items()),
    )


class _Offices:
    """Counts office hours of owners; each one's calendar is looked up once."""

    def __init__(self, team: Team, hours: WorkingHours, years: range) -> None:
        self._team = team
        self._hours = hours
        self._years = years
        self._calendars: dict[str, WorkCalendar] = {}

    def between(self, owner: str, first: datetime, last: datetime) -> float:
        if owner not in self._calendars:
            self._calendars[owner] = self._calendar(owner)
        return round(self._calendars[owner].office_hours_between(first, last), 2)

    def _calendar(self, owner: str) -> WorkCalendar:
        member = self._team.member(owner)
        # Whoever has left the staff directory: Monday to Friday, in UTC.
        person = (
            staff_person(member, "en") if member else Person(id=owner, name="", email="", side="vendor", role="csm")
        )
        calendar = self._hours(person, home=None, years=self._years)
        return calendar.model_copy(update={"closures": closed_days(self._team.closures)})


def _times(
    owner: str | None, lines: Sequence[QuestionLine], *, since: datetime, now: datetime, office: _Offices
) -> ResponseTimes:
    recent = [line for line in lines if line.asked_at >= since]
    first_waits = [
        Wait(
            onboarding=line.onboarding,
            number=line.number,
            hours=office.between(line.owner, line.asked_at, line.first_answer_at),
        )
        for line in recent
        if line.first_answer_at is not None
    ]
    waiting = [
        Wait(
            onboarding=line.onboarding,
            number=line.number,
            hours=office.between(line.owner, line.waits_since, now),
        )
        for line in lines
        if line.waits_since is not None
    ]
    return ResponseTimes(
        owner=owner,
        asked=len(recent),
        answered=len(first_waits),
        waiting=len(waiting),
        median_hours=round(median(wait.hours for wait in first_waits), 2) if first_waits else None,
        slowest=max(first_waits, key=_hours_of, default=None),
        longest_waiting=max(waiting, key=_hours_of, default=None),
    )


def _hours_of(wait: Wait) -> float:
    return wait.hours
