"""When do people meet, and who comes? Commands that agree an hour, tell an answer, and list the meetings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.news import Attendance
from starter.cli.answers import answer as answered
from starter.cli.answers import moment_of, plain, table
from starter.cli.installation import installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.cli.times import day, moment

if TYPE_CHECKING:
    from domain.notice import Person
    from store.meetings import MeetingShown

Meeting = Annotated[str, Parameter(help="The meeting's key: of a milestone, or of a series, as day90 agenda has them.")]

meeting = App(name="meeting", help="Agree the hour of a meeting, tell who comes, and list the meetings.")


@meeting.command(help=explained("agree_slot"))
async def agree(
    onboarding: Onboarding,
    key: Meeting,
    starts_at: Annotated[str, Parameter(help="Its hour, like 2026-11-12T10:00; without a zone, the customer's.")],
    *,
    minutes: int | None = None,
    weekly: Annotated[bool, Parameter(help="Every time of the series at that hour of that weekday.")] = False,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    dossier = (installation := installation_at(where)).ledger.dossier(installation.meant(onboarding))
    zone, closed_at = dossier.calendar.time_zone, dossier.deal.closed_at
    at = moment(starts_at, zone=zone, now=datetime.now(UTC), closed_at=closed_at, field="starts_at")
    hour = {"starts_at": at.isoformat(), "minutes": minutes, "weekly": weekly}
    await tell(where, onboarding, "agree_slot", details, meeting=key, **hour)


@meeting.command(name="answer", help=explained("tell_attendance"))
async def tell_answer(
    onboarding: Onboarding,
    key: Meeting,
    answer: Attendance,
    *,
    person: Annotated[str | None, Parameter(help="Whose answer it is; by default that of --by.")] = None,
    occasion: Annotated[str | None, Parameter(help="Which time of a series, by its day; by default the next.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"answer": answer, "person": person, "occasion": day(occasion, field="occasion")}
    await tell(where, onboarding, "tell_attendance", details, meeting=key, **fields)


@meeting.command(name="list")
def list_meetings(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the meetings that have an hour, and who comes."""
    from store.meetings import SqlMeetings

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    meetings = SqlMeetings(installation.engine).of(onboarding)
    zone = installation.zone(onboarding)
    people = {person.id: person for person in installation.ledger.dossier(onboarding).people}

    def draw(out: Console) -> None:
        if meetings:
            draw_meetings(out, meetings, people, zone=zone)
        else:
            out.print(plain(f"no hour is agreed; one is with: day90 meeting agree {onboarding} KEY HOUR"))

    answered(where.json, [one.model_dump(mode="json") for one in meetings], draw)


def draw_meetings(
    out: Console, meetings: "Sequence[MeetingShown]", people: "Mapping[str, Person]", *, zone: str
) -> None:
    """Print the meetings by their hours, each with what those who are invited have answered."""
    rows = [
        (one.meeting, moment_of(one.starts_at, zone), "" if one.status == "agreed" else one.status, _who(one, people))
        for one in meetings
    ]
    if rows:
        out.print()
        out.print(table("Meetings", ("meeting", "when", "state", "who comes"), rows, whole=("meeting", "when")))


def _who(one: "MeetingShown", people: "Mapping[str, Person]") -> str:
    """Everybody who is invited with their answer; an answer to an earlier hour counts no more."""
    names = {id: people[id].name if id in people else id for id in one.people}
    return ", ".join(f"{names[id]} ({one.answer_of(id) or 'no answer'})" for id in one.people)
