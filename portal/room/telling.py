"""How does what people do in the room reach their onboarding? Through the door, once, however often a form is sent."""

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from domain.news import short
from domain.notice import Notice
from domain.record import Writing
from domain.refusal import Refused
from portal.forms import Form
from portal.room.room import Room
from portal.room.view import View
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.trouble import InvalidNews, NotFound, NotReachable
from store import reads

VIA = "room"
"""The way by which news comes that people bring in their room."""
BY_HAND = "room_by_hand"
"""The same where they came in by a link that one of ours has made and passed on."""
EMBEDDED = "room_embedded"
"""The same where their room is embedded in a page of the vendor's product."""
WRITTEN_WITHIN = 2.0
BETWEEN_LOOKS = 0.05
"""Seconds until what the onboarding has taken is in the store, and between looks at that."""
ONCE = re.compile(r"[A-Za-z0-9_-]{22}")
NEWEST = 200
log = structlog.get_logger()


class Sent(NamedTuple):
    """A form as it came, and what is wrong with it: `errors` are keys of the words by the fields.

    `reason` is the onboarding's own word, where it has refused. Without a form the page is only looked at.
    """

    form: Form | None = None
    errors: Mapping[str, str] = {}
    status: int = 200
    reason: str = ""

    def text(self, name: str) -> str:
        return self.form.text(name) if self.form else ""

    @property
    def once(self) -> str:
        """What makes a second click harmless: of the form that came, else a new one."""
        given = self.text("once")
        return given if ONCE.fullmatch(given) else secrets.token_urlsafe(16)


LOOKED = Sent()


class Outcome(NamedTuple):
    """What became of news: `problem` is a key of the words, empty where it was taken; `reason` is why it was not."""

    problem: str = ""
    reason: str = ""
    status: int = 200

    def at(self, field: str, form: Form) -> Sent:
        """The form again, with the problem at that field."""
        return Sent(form, {field: self.problem}, self.status, self.reason)


class Telling:
    """Tells onboardings what people do in their rooms."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def tell(self, view: View, form: Form, update: str, *, by: str = "", **fields: Any) -> Outcome:
        """Bring that news in the name of whoever looks at the page; `by` is the id under which they do it."""
        news = {"by": by or view.me.id, "news_id": news_id(view, form), **fields}
        try:
            door = await self._room.parts.door(via_of(view), proved=view.visit.proved)
            await door.tell(view.visit.onboarding, update, news)
        except (NotReachable, CannotReachTemporal, BadTemporalProfile, SQLAlchemyError):
            return Outcome("not_saved", status=503)
        except (Refused, InvalidNews, NotFound) as refused:
            field = getattr(refused, "field", "")
            log.info("refused_in_the_room", update=update, field=field)
            if field == "version":
                return Outcome("changed_since", "", 409)
            return Outcome("refused_here", str(getattr(refused, "reason", refused)), 409)
        return Outcome()

    async def send(self, onboarding: str, notice: Notice) -> Outcome:
        """Send a message about what is in the journal already; where it cannot be written now, say so."""
        try:
            await asyncio.to_thread(self._room.parts.ledger.write, Writing(onboarding=onboarding, notices=(notice,)))
        except SQLAlchemyError as trouble:
            log.warning("message_not_sent", kind=type(trouble).__name__)
            return Outcome("not_saved", status=503)
        try:
            await self._room.parts.wake(notice.channel)
        except (CannotReachTemporal, BadTemporalProfile, RPCError) as trouble:
            # It goes with the next message of anybody.
            log.warning("message_not_sent_yet", kind=type(trouble).__name__)
        return Outcome()

    async def until_written(self, view: View, form: Form) -> int:
        """The number of the journal's row that the news of this form has become; 0 while it is not there."""
        loop = asyncio.get_running_loop()
        until, ends = loop.time() + WRITTEN_WITHIN, f"/{short(news_id(view, form))}"
        while loop.time() < until:
            rows = await asyncio.to_thread(reads.journal, self._room.engine, view.visit.onboarding, newest=NEWEST)
            if found := [row.seq for row in rows if row.key.startswith("fact/") and row.key.endswith(ends)]:
                return found[-1]
            await asyncio.sleep(BETWEEN_LOOKS)
        return 0

    def around(self, view: View, sent: Sent) -> Mapping[str, Any]:
        """What a page with a form needs: what was typed, what is wrong with it, and what makes it count once."""
        errors = self._room.pages.said(sent.errors, view.language)
        # The onboarding's own reasons are in English.
        if sent.reason and errors and view.language == "en":
            field = next(iter(errors))
            errors[field] = f"{errors[field]} ({sent.reason})"
        return {"typed": sent.text, "errors": errors, "once": sent.once, "status": sent.status}


def via_of(view: View) -> str:
    """The way by which what is done in this session comes."""
    if view.visit.by_code:
        return VIA
    return {"hand": BY_HAND, "embedded": EMBEDDED}.get(view.visit.way, VIA)


def news_id(view: View, form: Form) -> str:
    """The id of what this form tells: the same for a second click, and no other session's."""
    return f"room-{view.visit.session}-{form.text('once')}"


def once_missing(form: Form) -> str:
    """What to say of a form that did not come from a page of ours as it was; empty where it did."""
    return "" if ONCE.fullmatch(form.text("once")) else "once_more"
