"""How does what people ask in the room reach us? Into the store at once, whether or not Temporal answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from activities.questions import Conversations
from domain.files import StoredFile
from domain.questions import Exchange, QuestionFull, TooManyOpen, Words
from domain.refusal import Refused
from domain.room.deeds import Deed
from portal.forms import Form
from portal.room.room import Room
from portal.room.telling import Outcome, news_id, via_of
from portal.room.view import View
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from store.questions import SqlQuestions

PROBLEMS: Mapping[type[Refused], str] = {TooManyOpen: "too_many_open", QuestionFull: "question_full"}
"""What to say of each refusal, as a key of the words."""
LONGEST_NUMBER = 18
"""Digits of a word's number: as many as the store can hold."""
log = structlog.get_logger()


class Conversing:
    """Takes what people ask and say in the room. A question changes no date, so no workflow is asked for leave."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.kept = SqlQuestions(room.engine)
        self._conversations = Conversations(
            questions=self.kept,
            dossiers=room.parts.ledger,
            staff=room.parts.staff,
            now=partial(datetime.now, UTC),
            by_mail=room.parts.settings.mailbox is not None,
            complete=room.parts.ledger.complete_deal,
        )

    async def ask(
        self, view: View, form: Form, text: str, *, about: str = "", of: str = "", file: StoredFile | None = None
    ) -> Outcome:
        """Begin a question; the same form again begins no other one. `of` tells apart the forms of one page."""
        words, name = said_by(view, form, text, file), file.name if file else ""
        if of:
            words = words._replace(key=f"{words.key}/{of}")
        asking = partial(self._conversations.ask, view.visit.onboarding, words, about=about, file=name)
        return await self._kept(asking)

    async def say(self, view: View, form: Form, number: int, text: str, *, file: StoredFile | None = None) -> Outcome:
        """Go on with a question; the same form again adds nothing."""
        words, name = said_by(view, form, text, file), file.name if file else ""
        saying = partial(self._conversations.say, view.visit.onboarding, number, words, file=name)
        return await self._kept(saying)

    async def answer_us(
        self, view: View, form: Form, key: str, text: str, *, file: StoredFile | None = None
    ) -> Outcome:
        """Answer what we asked, by its key; the same form again adds nothing."""
        words, name = said_by(view, form, text, file), file.name if file else ""
        answering = partial(
            self._conversations.answer_us, view.visit.onboarding, key, words, language=view.language, file=name
        )
        return await self._kept(answering)

    async def _kept(self, keep: Callable[[], Exchange]) -> Outcome:
        try:
            exchange = await asyncio.to_thread(keep)
        except SQLAlchemyError as trouble:
            log.warning("question_not_kept", kind=type(trouble).__name__)
            return Outcome("not_saved", status=503)
        except Refused as refused:
            return Outcome(PROBLEMS.get(type(refused), "refused_here"), status=409)
        parts = self._room.parts
        await woken(*(partial(parts.wake, channel) for channel in exchange.channels), parts.wake_receiver)
        return Outcome()


def said_by(view: View, form: Form, text: str, file: StoredFile | None) -> Words:
    """What the reader says, as it is kept."""
    return Words(
        key=news_id(view, form),
        side="customer",
        by=view.me.id,
        text=text,
        at=view.now,
        via=via_of(view),
        proved=view.visit.proved,
        file=file.id if file else None,
    )


def seen_in(form: Form) -> int | None:
    """The number of the last word that the page showed; None where the form does not say."""
    seen = form.text("seen")
    return int(seen) if seen.isdecimal() and len(seen) <= LONGEST_NUMBER else None


def deed_of(view: View, form: Form) -> Deed:
    """What the reader does by that form."""
    proved = view.visit.proved
    return Deed(news_id(view, form), "customer", view.me.id, view.now, via_of(view), proved)


async def woken(*wakes: Callable[[], Awaitable[None]]) -> None:
    """Wake who has to send or to hear; while Temporal is away it goes with what comes next of anybody."""
    try:
        for wake in wakes:
            await wake()
    except (CannotReachTemporal, BadTemporalProfile, RPCError) as trouble:
        log.warning("message_not_sent_yet", kind=type(trouble).__name__)
