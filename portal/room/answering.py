"""What do we ask the customer? The questions of the kickoff and gaps of the hand-off, each answered on its page."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.questions import Question
from portal.forms import Form
from portal.room.conversing import Conversing
from portal.room.questions import given_with, sent_of, wrong_with
from portal.room.receiving import Receiving
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling
from portal.room.view import View
from starter.doors.questions import AskedOfThem, asked_of_them


class ShownAsked(NamedTuple):
    """What we ask, as pages show it. `path` leads to where it is answered, or to what was answered."""

    key: str
    kind: str
    text: str
    path: str
    answered: bool


class Answering:
    """The pages of what we ask."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)
        self._conversing = Conversing(room)
        self._receiving = Receiving(room)

    async def all(self, view: View, _: Form | None, request: Request) -> Response:
        """Everything that we ask, with what was answered."""
        asked = await asyncio.to_thread(self._asked, view)
        told = request.query_params.get("told", "")
        return self._room.show(view, "asked.html", tab="ask", told=told, asked=asked, until=answered_by(view))

    async def one(self, view: View, _: Form | None, request: Request) -> Response:
        """One question of ours, and its answer."""
        each = await asyncio.to_thread(self._asked, view)
        asked = next((one for one in each if one.key == request.path_params["key"]), None)
        if asked is None:
            return self._room.missing(view)
        if asked.answered:
            return go(asked.path)
        if request.method != "POST":
            return self._show(view, asked)
        received = await self._receiving.form(view, request, wrong=wrong_with, given=partial(given_with, view))
        if received.errors:
            return self._show(view, asked, sent_of(received))
        form, file = received.form, received.kept.file if received.kept else None
        outcome = await self._conversing.answer_us(view, form, asked.key, form.text("text"), file=file)
        if outcome.problem:
            return self._show(view, asked, outcome.at("text", form))
        return go("/asked?told=answer_sent")

    def _asked(self, view: View) -> list[ShownAsked]:
        return shown_asked(view, self._conversing.kept.of(view.visit.onboarding))

    def _show(self, view: View, asked: ShownAsked, sent: Sent = LOOKED) -> Response:
        limits = self._receiving.limits
        around = self._telling.around(view, sent)
        errors = {field: words.format(**limits) for field, words in around["errors"].items()}
        content = {**around, "errors": errors, "limits": limits}
        return self._room.show(view, "asked_one.html", tab="ask", asked=asked, **content)


def shown_asked(view: View, questions: Sequence[Question]) -> list[ShownAsked]:
    """What we ask of the reader's company, in their language; nothing new once the onboarding is over."""
    each = asked_of_them(view.standing.dossier, questions, view.language)
    return [_shown(one) for one in each if one.question is not None or not view.line.ending]


def still_asked(each: Sequence[ShownAsked], view: View) -> list[ShownAsked]:
    """What the home reminds of: what nobody has answered before the kickoff."""
    kickoff = view.standing.dossier.playbook.playing("kickoff")
    if view.standing.halted or kickoff is None or view.standing.is_settled(kickoff.key):
        return []
    return [one for one in each if not one.answered]


def answered_by(view: View) -> date | None:
    """The day by which answers are worth most: the kickoff's. None once it was held."""
    kickoff = view.standing.dossier.playbook.playing("kickoff")
    if kickoff is None or view.standing.is_settled(kickoff.key):
        return None
    return view.standing.day(kickoff.key)


def _shown(one: AskedOfThem) -> ShownAsked:
    path = f"/questions/{one.question}" if one.question is not None else f"/asked/{one.key}"
    return ShownAsked(one.key, one.kind, one.text, path, one.question is not None)
