"""When do we meet, and when did we? The reader's meetings with their hours, whether they come, and their calendar."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from icalendar import Calendar, Event
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.answering import EntryAnswered, InvitedBy
from domain.news import Attendance
from domain.text import Language
from portal.forms import Form
from portal.meeting import Choice, agreed, hours
from portal.parts import PageParts
from portal.reader import spoken
from portal.rendering import Pages
from portal.room.conversing import woken
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Outcome, Sent, Telling, news_id, once_missing, via_of
from portal.room.view import View, view_of
from store.invitations import SqlInvitations
from store.links import SqlLinks
from store.meetings import MeetingShown, SqlMeetings
from store.rooms import Visit

ANSWERS: tuple[Attendance, ...] = ("accepted", "tentative", "declined")
PRODUCT = "-//day90//day90//EN"
AFRESH = timedelta(hours=6)
"""How often calendars look for what has changed."""
log = structlog.get_logger()


class ShownMeeting(NamedTuple):
    """A meeting of the reader's, in their zone; `answer` is what they have said, empty for nothing yet."""

    key: str
    title: str
    at: str
    minutes: int
    answer: str
    others: str


class Offer(NamedTuple):
    """A meeting that waits for its hour, and the hours that are offered; `facts` are those of the message."""

    key: str
    title: str
    hours: list[Choice]
    facts: Mapping[str, Any]


class Meetings:
    """The page of the meetings, and the feed for calendars."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)
        self._meetings = SqlMeetings(room.engine)
        self._invitations = SqlInvitations(room.engine)

    async def all(self, view: View, form: Form | None, request: Request) -> Response:
        """The meetings that lie ahead, each with whether the reader comes, and those that are over."""
        meetings = await asyncio.to_thread(theirs, view, self._meetings)
        if form is not None and form.text("choose"):
            return await self._choose(view, form, meetings)
        if form is None:
            return self._show(view, meetings, told=request.query_params.get("told", ""))
        key, answer = form.text("meeting"), next((one for one in ANSWERS if one == form.text("answer")), None)
        chosen = next((one for one in meetings if key_of(one) == key and end_of(one) > view.now), None)
        if chosen is None:
            return self._room.missing(view)
        if answer is None or once_missing(form):
            return self._show(view, meetings, Sent(form, {f"of-{key}": once_missing(form) or "choose"}, 422))
        outcome = await self._answer(view, form, chosen, answer)
        if outcome.problem:
            return self._show(view, meetings, outcome.at(f"of-{key}", form))
        return go("/meetings?told=answered")

    async def _answer(self, view: View, form: Form, meeting: MeetingShown, answer: Attendance) -> Outcome:
        """Tell the onboarding whether the reader comes; where that has ended, keep it with the meeting."""
        me = next(id for id in meeting.people if id in view.standing.same(view.me))
        if meeting.of_programme:
            return await self._answer_programme(view, form, meeting, EntryAnswered(
                uid=meeting.uid, attendee=me, answer=answer, sequence=meeting.sequence
            ))  # fmt: skip
        outcome = await self._telling.tell(
            view,
            form,
            "tell_attendance",
            by=me,
            meeting=meeting.meeting,
            occasion=meeting.occasion,
            answer=answer,
            sequence=meeting.sequence,
        )
        if not outcome.problem:
            await self._telling.until_written(view, form)
        return outcome

    async def _answer_programme(self, view: View, form: Form, meeting: MeetingShown, entry: EntryAnswered) -> Outcome:
        of_whom = {"onboarding": view.visit.onboarding, "person": entry.attendee}
        to = InvitedBy.model_validate({**meeting.model_dump(), **of_whom})
        attends = partial(self._invitations.attends, to, entry, key=news_id(view, form), via=via_of(view))
        try:
            notice = await asyncio.to_thread(attends)
        except SQLAlchemyError as trouble:
            log.warning("answer_not_kept", kind=type(trouble).__name__)
            return Outcome("not_saved", status=503)
        if notice is not None:
            await woken(partial(self._room.parts.wake, notice.channel))
        return Outcome()

    async def _choose(self, view: View, form: Form, meetings: list[MeetingShown]) -> Response:
        """Agree to one of the hours that were offered."""
        key, hour = form.text("choose"), form.text("hour")
        offer = next((one for one in self._offers(view) if one.key == key), None)
        if offer is None:
            return self._show(view, meetings)
        if hour not in {choice.value for choice in offer.hours} or once_missing(form):
            return self._show(view, meetings, Sent(form, {f"hour-{key}": once_missing(form) or "choose"}, 422))
        told = agreed(offer.facts, hour, {})
        outcome = await self._telling.tell(view, form, told.update, **told.fields)
        if outcome.problem:
            return self._show(view, meetings, outcome.at(f"hour-{key}", form))
        await self._telling.until_written(view, form)
        return go("/meetings?told=agreed")

    def _offers(self, view: View) -> list[Offer]:
        """The meetings that wait for an hour, with those that are offered and still lie ahead."""
        if view.standing.halted:
            return []
        offers = []
        for facts in self._meetings.offers(view.visit.onboarding, view.standing.same(view.me)):
            key, ahead = str(facts["meeting"]), hours(facts, view.reader, view.now)
            # The meeting of a milestone that is reached has been held.
            if ahead and (key not in view.standing.milestones or not view.standing.is_settled(key)):
                title = view.meeting(key, str(facts.get("title", "")))
                offers.append(Offer(key, title, ahead, facts))
        return offers

    def _show(self, view: View, meetings: list[MeetingShown], sent: Sent = LOOKED, *, told: str = "") -> Response:
        maker = self._room.parts.links
        return self._room.show(
            view,
            "meetings.html",
            told=told,
            meetings=[shown_meeting(view, one) for one in meetings if end_of(one) > view.now],
            past=[shown_meeting(view, one) for one in reversed(meetings) if end_of(one) <= view.now],
            offers=self._offers(view),
            answers=ANSWERS,
            feed=maker.feed_of(self._room.engine, view.visit.onboarding, view.me) if maker else "",
            **self._telling.around(view, sent),
        )


class Feed:
    """What a calendar subscribes to: without a session, by an address of its own for each person."""

    def __init__(self, parts: PageParts, pages: Pages) -> None:
        self._parts = parts
        self._pages = pages
        self._links = SqlLinks(parts.engine)
        self._meetings = SqlMeetings(parts.engine)

    async def calendar(self, request: Request) -> Response:
        """The reader's meetings and days as one calendar; nothing for an address that is none's any more."""
        link = await asyncio.to_thread(self._links.of, request.path_params["token"].removesuffix(".ics"))
        if link is None or link.purpose != "feed" or link.state != "open" or link.person is None:
            return self._pages.message("unknown", spoken(request), status=404)
        visit = Visit(
            session=0,
            onboarding=link.onboarding,
            account=link.account,
            person=link.person,
            way="link",
            as_of=link.as_of,
        )
        content = await asyncio.to_thread(self._written, visit)
        return Response(content, media_type="text/calendar; charset=utf-8")

    def _written(self, visit: Visit) -> bytes:
        language: Language = "ja" if visit.person.language == "ja" else "en"
        parts, day = self._parts, self._parts.settings.day_length
        view = view_of(visit, parts.engine, parts.ledger, parts.staff(), language, day=day)
        calendar, now = Calendar(), datetime.now(UTC)
        calendar.add("version", "2.0")
        calendar.add("prodid", PRODUCT)
        name = f"{self._parts.companies.get(language, '')}: {visit.account}".strip(": ")
        calendar.add("name", name)
        # Google Calendar and Outlook know no other name (RFC 7986 came later).
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", AFRESH, parameters={"VALUE": "DURATION"})
        since = view.now - timedelta(days=30)
        for meeting in (one for one in theirs(view, self._meetings) if end_of(one) > since):
            event = Event()
            event.add("uid", f"{meeting.uid}@{self._parts.settings.mail_domain}")
            event.add("dtstart", meeting.starts_at.astimezone(ZoneInfo("UTC")))
            event.add("duration", timedelta(minutes=meeting.minutes))
            event.add("summary", view.meeting(meeting.meeting, meeting.title))
            event.add("sequence", meeting.sequence)
            event.add("dtstamp", now)
            calendar.add_component(event)
        for step in (*view.steps.now, *view.steps.later):
            event = Event()
            event.add("uid", f"{visit.onboarding}-{step.key}-{visit.person.id}@{self._parts.settings.mail_domain}")
            event.add("dtstart", step.due)
            event.add("summary", step.title)
            event.add("transp", "TRANSPARENT")
            event.add("dtstamp", now)
            if self._parts.settings.pages_url:
                event.add("url", self._parts.settings.pages_url)
            calendar.add_component(event)
        content: bytes = calendar.to_ical()
        return content


def theirs(view: View, meetings: SqlMeetings) -> list[MeetingShown]:
    """The reader's meetings that are agreed, by their hours."""
    mine = view.standing.same(view.me)
    return [one for one in meetings.of(view.visit.onboarding) if one.status == "agreed" and mine & set(one.people)]


def shown_meeting(view: View, meeting: MeetingShown) -> ShownMeeting:
    mine = view.standing.same(view.me)
    return ShownMeeting(
        key=key_of(meeting),
        title=view.meeting(meeting.meeting, meeting.title),
        at=view.moment(meeting.starts_at),
        minutes=meeting.minutes,
        answer=next(filter(None, (meeting.answer_of(id) for id in mine)), ""),
        others=view.names(id for id in meeting.people if id not in mine),
    )


def end_of(meeting: MeetingShown) -> datetime:
    return meeting.starts_at + timedelta(minutes=meeting.minutes)


def key_of(meeting: MeetingShown) -> str:
    """What names a meeting in a form: the series, and which time of it."""
    return f"{meeting.meeting}.{meeting.occasion}"
