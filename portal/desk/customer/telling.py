"""How does what one of ours does at the desk reach the onboarding? Through the door, once, under their name."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from domain.agenda import Progress
from domain.news import short
from domain.refusal import Refused
from domain.rehearsal.supposing import Supposition, WhatIf
from domain.room.deeds import Deed
from portal.desk.desk import Desk
from portal.desk.view import DeskView
from portal.forms import Form
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.trying import supposed
from starter.trouble import InvalidNews, NotFound, NotReachable
from store import reads
from store.reads import JournalEntry

VIA = "desk"
"""The way by which news comes that our people bring at the desk."""
WRITTEN_WITHIN = 2.0
BETWEEN_LOOKS = 0.05
"""Seconds until what the onboarding has taken is in the store, and between looks at that."""
ONCE = re.compile(r"[A-Za-z0-9_-]{22}")
NEWEST = 200
AWAY = (NotReachable, CannotReachTemporal, BadTemporalProfile, SQLAlchemyError, RPCError)
"""What is raised while a part of the system does not answer."""
OF_THE_COURSE = frozenset(
    {"paused", "resumed", "replanned", "reassigned", "ending_announced", "ending_taken_back", "ended"}
    | {"playbook_change_ordered", "playbook_changed"}
)
"""Rows of the journal that change the onboarding as a whole: who decides about that should have seen them."""
CHANGES_THE_COURSE = frozenset(
    {"pause", "resume", "replan", "reassign", "end_onboarding", "take_back_ending", "change_playbook"}
)
log = structlog.get_logger()
Answer = TypeVar("Answer")


class Outcome(NamedTuple):
    """What became of something that was told: `problem` is a key of the words, empty where it was taken.

    `field` is the one that a refusal is about, `reason` the onboarding's own words, in English.
    """

    problem: str = ""
    field: str = ""
    reason: str = ""
    status: int = 200


DONE = Outcome()
REFUSED = "refused_here"
UNLISTED = Outcome("not_in_directory", status=403)
"""For an account whose address the staff directory lacks: its handle may be the id of somebody of the customer's."""


def our_deed(view: DeskView, form: Form, now: datetime) -> Deed:
    """What whoever is signed in does by that form, at that moment of the onboarding's own time."""
    return Deed(news_id(view, form), "vendor", view.staff.handle, now, VIA, proved=True)


async def outcome_of(telling: Awaitable[Answer], *, what: str) -> tuple[Answer | None, Outcome]:
    """What comes of it: its answer, or what to say instead. Never raises what somebody at the desk can act on."""
    try:
        return await telling, DONE
    except AWAY as trouble:
        log.warning("not_told_from_the_desk", what=what, kind=type(trouble).__name__)
        return None, Outcome("not_saved", status=503)
    except (Refused, InvalidNews, NotFound) as refused:
        field = str(getattr(refused, "field", ""))
        log.info("refused_at_the_desk", what=what, field=field)
        return None, Outcome(REFUSED, field, str(getattr(refused, "reason", refused)), 409)


class Telling:
    """Tells onboardings what our people do at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def tell(
        self, view: DeskView, onboarding: str, kind: str, raw: Mapping[str, Any], form: Form, *, part: str = ""
    ) -> Outcome:
        """Bring that news, under the name of whoever is signed in, unless it names somebody else who has said it.

        `part` tells it from other news of the same form to the same onboarding.
        """
        if not view.staff.listed:
            return UNLISTED
        news = {**self.spoken(view, raw), "news_id": news_id(view, form, part)}
        _, outcome = await outcome_of(self._told(view, onboarding, kind, news), what=kind)
        return outcome

    async def tried(
        self, view: DeskView, onboarding: str, kind: str, raw: Mapping[str, Any]
    ) -> tuple[WhatIf | None, Outcome]:
        """What would follow from that news; nothing is told or written."""
        if not view.staff.listed:
            return None, UNLISTED
        news = self.spoken(view, raw)
        return await outcome_of(self._supposed(view, onboarding, kind, news), what=f"{kind} tried")

    def spoken(self, view: DeskView, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The news with who says it. Who writes down what somebody else has decided says so in its note."""
        by = raw.get("by") or view.staff.handle
        if by == view.staff.handle:
            return {**raw, "by": by}
        written = self._desk.pages.words(view.language)["written_down_by"].format(name=view.staff.name)
        return {**raw, "by": by, "note": f"{written} {raw.get('note') or ''}".strip()}

    async def _told(self, view: DeskView, onboarding: str, kind: str, news: Mapping[str, Any]) -> Progress:
        # Only who is signed in was recognised: somebody else's word is theirs by name alone.
        door = await self._desk.parts.door(VIA, proved=news["by"] == view.staff.handle)
        return await door.tell(onboarding, kind, news)

    async def _supposed(self, view: DeskView, onboarding: str, kind: str, news: Mapping[str, Any]) -> WhatIf:
        door = await self._desk.parts.door(VIA, proved=news["by"] == view.staff.handle)
        return await supposed(door, onboarding, Supposition(update=kind, news=dict(news)))

    async def until_written(self, view: DeskView, onboarding: str, form: Form) -> int:
        """The number of the journal's row that the news of this form has become; 0 while it is not there."""
        loop = asyncio.get_running_loop()
        until, ends = loop.time() + WRITTEN_WITHIN, f"/{short(news_id(view, form))}"
        while loop.time() < until:
            rows = await asyncio.to_thread(reads.journal, self._desk.engine, onboarding, newest=NEWEST)
            if found := [row.seq for row in rows if row.key.startswith("fact/") and row.key.endswith(ends)]:
                return found[-1]
            await asyncio.sleep(BETWEEN_LOOKS)
        return 0

    async def changed_since(
        self,
        view: DeskView,
        onboarding: str,
        kind: str,
        raw: Mapping[str, Any],
        form: Form,
        *,
        parts: Sequence[str] = ("",),
    ) -> Sequence[JournalEntry]:
        """What others have told about the same things since the form was opened, the oldest first.

        `parts` are those of the form, where it tells several things.
        """
        seen = form.text("seen")
        if not seen.isdecimal() or len(seen) > 18:
            return ()
        rows = await asyncio.to_thread(reads.journal, self._desk.engine, onboarding, newest=NEWEST)
        own = tuple(f"/{short(news_id(view, form, part))}" for part in parts)
        about = {value for value in raw.values() if isinstance(value, str)}
        of_the_course = OF_THE_COURSE if kind in CHANGES_THE_COURSE else frozenset()
        return [
            row
            for row in rows
            if row.seq > int(seen)
            and row.via != reads.MADE_BY_US
            and not row.key.endswith(own)
            and (row.kind in of_the_course or (row.about and row.about in about))
        ]


def once_of(form: Form | None) -> str:
    """What makes a second click harmless: that of the form that came, else a new one."""
    given = form.text("once") if form else ""
    return given if ONCE.fullmatch(given) else secrets.token_urlsafe(16)


def is_fresh(form: Form) -> bool:
    """Whether the form came from a page of ours as it was."""
    return ONCE.fullmatch(form.text("once")) is not None


def news_id(view: DeskView, form: Form, part: str = "") -> str:
    """The id of what this form tells, or a part of it: the same for a second click, and no other person's."""
    return "-".join(filter(None, ("desk", short(view.staff.handle), form.text("once"), short(part) if part else "")))
