"""What happens behind a link of a message? A look shows what it would do; an answer does it, once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.clock import Clock
from domain.refusal import Refused
from domain.rules.offering import INTO_THE_ROOM, Purpose, Told, told_by
from portal import meeting
from portal.dates import in_full
from portal.forms import LONGEST_WORDS, Form, form_of
from portal.parts import PageParts
from portal.preferring import PreferencesPage
from portal.reader import Reader, business_now, due_day, due_of, reader_of, spoken, today
from portal.rendering import Pages
from portal.words import WORDS
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.trouble import InvalidNews, NotFound, NotReachable
from store.links import Link, SqlLinks
from store.putting_off import SqlReminders

STATUS = {"used": 200, "expired": 410, "revoked": 410, "left": 410, "ended": 410}
IN_TWO_STEPS: frozenset[Purpose] = frozenset({"done", "not_solved", "slot"})
"""What somebody would have to undo. A program that sends every form as it finds it gets to no second step, since no
answer is chosen beforehand, and no words are written."""
LATER = ("1", "3", "5")
"""Working days by which a reminder is put off."""
MORNING = time(9)


class Links:
    """The pages behind the links of messages."""

    def __init__(self, parts: PageParts, pages: Pages) -> None:
        self._parts = parts
        self._pages = pages
        self._links = SqlLinks(parts.engine)
        self._reminders = SqlReminders(parts.engine)
        self._preferences = PreferencesPage(parts.engine, pages)

    async def answer(self, request: Request) -> Response:
        """The answer to a look at a link, or to a form behind it."""
        form = await form_of(request) if request.method == "POST" else None
        link = await asyncio.to_thread(self._links.of, request.path_params["token"])
        if link is None or link.purpose in INTO_THE_ROOM or link.purpose == "feed":
            return self._pages.message("unknown", spoken(request), status=404)
        reader = reader_of(link, request)
        if link.state != "open" or link.settled:
            key = link.state if link.state != "open" else "settled"
            return self._pages.message(key, reader.language, status=STATUS.get(key, 200))
        if link.purpose == "preferences":
            return await self._preferences.answer(link, reader, form)
        if form is None:
            return await self._ask(link, reader)
        return await self._take(link, reader, form)

    async def _ask(
        self,
        link: Link,
        reader: Reader,
        form: Form | None = None,
        errors: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        """The question that the link asks; once more with what was typed where something was wrong with it."""
        words = WORDS[reader.language]
        choices = await self._choices(link, reader)
        if link.purpose == "slot" and not choices:
            return self._told("slot_none", reader)
        return self._pages.page(
            "ask.html",
            reader.language,
            status=status,
            switch=True,
            reader=reader,
            heading=_question_of(link, words),
            due=due_of(link, reader) if link.purpose not in meeting.MEETINGS else meeting.hour_of(link, reader),
            due_label=words["when"] if link.purpose in meeting.MEETINGS else words["due"],
            follows=words["later_follows"] if link.purpose == "later" else "",
            choices=choices,
            asks_words=link.purpose != "later",
            words_label=words["not_solved_words" if link.purpose == "not_solved" else "words_optional"],
            button=words["continue" if link.purpose in IN_TWO_STEPS else f"{link.purpose}_button"],
            answer=form.text("answer") if form else "",
            words=form.text("words") if form else "",
            errors=errors or {},
        )

    async def _choices(self, link: Link, reader: Reader) -> Sequence[tuple[str, str, str]]:
        words = WORDS[reader.language]
        if link.purpose in meeting.MEETINGS:
            return meeting.choices(link, reader, business_now(link, datetime.now(UTC)))
        if link.purpose == "not_solved":
            return []
        if link.purpose == "later":
            days = await asyncio.to_thread(self._mornings, link, reader)
            return [(count, words[f"later_{count}"], in_full(at.date(), reader.language)) for count, at in days.items()]
        return [(answer, words[f"{link.purpose}_{answer}"], "") for answer in ("yes", "no")]

    def _mornings(self, link: Link, reader: Reader) -> dict[str, datetime]:
        """The mornings of working days on which the reader may be reminded again, in their zone and business time."""
        calendar = self._parts.ledger.dossier(link.onboarding).calendar
        days = {count: calendar.add_working_days(today(link, reader), int(count)) for count in LATER}
        return {count: datetime.combine(day, MORNING, tzinfo=reader.zone) for count, day in days.items()}

    async def _take(self, link: Link, reader: Reader, form: Form) -> Response:
        """What follows from a form: the question again, a second step, or what was asked for."""
        chosen = [one[0] for one in await self._choices(link, reader)] if link.purpose in meeting.MEETINGS else None
        errors = wrong_with(form, link.purpose, reader, allowed=chosen)
        if errors:
            return await self._ask(link, reader, form, errors, 422)
        answer = form.text("answer")
        if link.purpose == "done" and answer == "no":
            return self._told("done_not_yet", reader)
        if link.purpose == "later":
            mornings = await asyncio.to_thread(self._mornings, link, reader)
            return await self._put_off(link, reader, mornings[answer])
        if link.purpose in IN_TWO_STEPS:
            once = form.text("once")
            if not once:
                return await self._review(link, reader, form)
            if not await asyncio.to_thread(self._links.was_asked, link.id, once):
                problem = {"words": WORDS[reader.language]["once_more"]}
                return await self._ask(link, reader, form, problem, 409)
        return await self._tell(link, reader, form)

    async def _review(self, link: Link, reader: Reader, form: Form) -> Response:
        words, answer = WORDS[reader.language], form.text("answer")
        return self._pages.page(
            "review.html",
            reader.language,
            reader=reader,
            heading=words[f"{link.purpose}_sure"],
            title=title_of(link),
            due=due_of(link, reader) if link.purpose == "done" else meeting.chosen_hour(link, answer, reader),
            due_label=words["when"] if link.purpose == "slot" else words["due"],
            follows=words[f"{link.purpose}_follows"],
            answer=answer,
            words=form.text("words"),
            once=await asyncio.to_thread(self._links.ask, link.id),
            button=words[f"{link.purpose}_button"],
        )

    async def _put_off(self, link: Link, reader: Reader, until: datetime) -> Response:
        now = datetime.now(UTC)
        clock = Clock(day=self._parts.settings.day_length, business_start=business_now(link, now), wall_start=now)
        if link.notice_id is not None:
            put_off = self._reminders.put_off
            await asyncio.to_thread(put_off, link.notice_id, until=until, not_before=clock.wall(until))
        await asyncio.to_thread(self._links.use, link.id)
        return self._told("later_told", reader, day=in_full(until.date(), reader.language))

    async def _tell(self, link: Link, reader: Reader, form: Form) -> Response:
        """Tell the onboarding, by the door that everything comes through. The link's own id makes it count once."""
        told: Told | None
        if link.purpose in meeting.MEETINGS:
            told = meeting.told(link, form.text("answer"), form.text("words"))
        else:
            told = told_by(
                link.purpose,
                kind=link.notice.kind if link.notice else "message",
                about=link.notice.about if link.notice else "",
                words=form.text("words"),
                saying=saying(link, reader, form.text("answer")),
            )
        if told is None or link.person is None:
            return self._pages.message("unknown", reader.language, status=404)
        news = {"by": link.person.id, "news_id": f"link-{link.id}", **told.fields}
        try:
            door = await self._parts.door()
            await door.tell(link.onboarding, told.update, news)
        except (NotReachable, CannotReachTemporal, BadTemporalProfile, SQLAlchemyError):
            return await self._ask(link, reader, form, {"words": WORDS[reader.language]["not_saved"]}, 503)
        except (Refused, InvalidNews, NotFound) as refused:
            return self._told("refused", reader, status=409, reason=str(refused))
        await asyncio.to_thread(self._links.use, link.id)
        return self._told(f"{link.purpose}_told", reader)

    def _told(self, key: str, reader: Reader, *, status: int = 200, reason: str = "", **values: Any) -> Response:
        return self._pages.page(
            "told.html", reader.language, status=status, reader=reader, key=key, reason=reason, values=values
        )


def title_of(link: Link) -> str:
    """What the message was about, as it said."""
    return str(link.notice.facts.get("title") or link.notice.about) if link.notice else ""


def _question_of(link: Link, words: Mapping[str, str]) -> str:
    """What the page asks. Links to the hours of a kickoff that were sent before now have no title."""
    if link.purpose == "slot" and not title_of(link):
        return words["slot_ask_bare"]
    return words[f"{link.purpose}_ask"].format(title=title_of(link))


def saying(link: Link, reader: Reader, answer: str) -> str:
    """What a note says for its reader, before their own words."""
    if link.purpose != "on_its_way":
        return ""
    words = WORDS[reader.language][f"on_its_way_note_{answer}"]
    day = due_day(link, reader) or today(link, reader)
    return words.format(title=title_of(link), due=in_full(day, reader.language))


def wrong_with(form: Form, purpose: Purpose, reader: Reader, *, allowed: Sequence[str] | None = None) -> dict[str, str]:
    """What is wrong with an answer, by its fields; `allowed` are the answers that may be chosen, where that depends."""
    words = WORDS[reader.language]
    allowed = {"later": LATER, "not_solved": ("",)}.get(purpose, ("yes", "no")) if allowed is None else allowed
    errors = {}
    if form.text("answer") not in allowed:
        errors["answer"] = words["choose"]
    # A no needs a reason; a yes needs none.
    needs_words = purpose == "not_solved" or (purpose == "on_its_way" and form.text("answer") == "no")
    if needs_words and not form.text("words"):
        errors["words"] = words["say_what"]
    if len(form.text("words")) > LONGEST_WORDS:
        errors["words"] = words["too_long"]
    return errors
