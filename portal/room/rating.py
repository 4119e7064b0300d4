"""How did a training go? Everybody who was in it rates it, and says what was missing."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.training import UNHAPPY, Rating
from portal.forms import LONGEST_WORDS, Form
from portal.room.conversing import Conversing, deed_of
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View
from store.training import SqlTraining

RATINGS = (5, 4, 3, 2, 1)
ASKED_FOR = timedelta(days=28)
"""After the week of a session the home asks for four weeks how it was."""
log = structlog.get_logger()


class ShownSession(NamedTuple):
    """A session of the training as pages show it; `rating` is the reader's own, 0 for none."""

    key: str
    title: str
    week: int
    rating: int
    text: str
    asked: bool


class RatingOfTrainings:
    """The pages on which trainings are rated."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)
        self._conversing = Conversing(room)
        self._kept = SqlTraining(room.engine)

    async def all(self, view: View, _: Form | None, request: Request) -> Response:
        """The trainings for the reader that may have been held, and how they rate them."""
        sessions = await asyncio.to_thread(self.sessions, view)
        told = request.query_params.get("told", "")
        return self._room.show(view, "trainings.html", tab="library", told=told, sessions=sessions)

    async def one(self, view: View, form: Form | None, request: Request) -> Response:
        """Rate one training; from two of five down the owner gets the words as a question, to be talked about."""
        each = await asyncio.to_thread(self.sessions, view)
        session = next((one for one in each if one.key == request.path_params["key"]), None)
        if session is None or view.line.ending:
            return self._room.missing(view)
        if form is None:
            return self._show(view, session)
        if errors := wrong_with(form):
            return self._show(view, session, Sent(form, errors, 422))
        rating, text = int(form.text("rating")), form.text("text")
        keeping = partial(self._kept.rate, view.visit.onboarding, session.key, rating, text, deed_of(view, form))
        try:
            await asyncio.to_thread(keeping)
        except SQLAlchemyError as trouble:
            log.warning("rating_not_kept", kind=type(trouble).__name__)
            return self._show(view, session, Sent(form, {"rating": "not_saved"}, 503))
        if rating <= UNHAPPY:
            said = self._room.pages.words(view.language)["rating_note"].format(title=session.title, count=rating)
            outcome = await self._conversing.ask(view, form, f"{said}\n{text}".strip())
            if outcome.problem:
                return self._show(view, session, outcome.at("text", form))
        return go("/trainings?told=rated")

    def sessions(self, view: View) -> list[ShownSession]:
        """The sessions for the reader's role whose week has begun, the newest first."""
        mine = {one.session: one for one in self._kept.of(view.visit.onboarding) if one.by in view.mine}
        return shown_sessions(view, mine)

    def _show(self, view: View, session: ShownSession, sent: Sent = LOOKED) -> Response:
        chosen = sent.text("rating") if sent.form else str(session.rating or "")
        words = sent.text("text") if sent.form else session.text
        around = self._telling.around(view, sent)
        content: dict[str, Any] = {"session": session, "ratings": RATINGS, "chosen": chosen, "words": words}
        return self._room.show(view, "training.html", tab="library", **content, **around)


def shown_sessions(view: View, rated: Mapping[str, Rating]) -> list[ShownSession]:
    training = view.standing.dossier.playbook.training
    if training is None:
        return []
    roles = {person.role for person in view.team if person.id in view.mine}
    tracks = {track.key for track in training.tracks if roles & set(track.for_)}
    closed = view.day_of(view.standing.dossier.deal.closed_at)
    shown = []
    for session in training.sessions:
        begins = closed + timedelta(days=7 * (session.week - 1))
        mine = rated.get(session.key)
        if (session.track not in tracks and mine is None) or begins > view.today or not session.live:
            continue
        soon = view.today <= begins + timedelta(days=7) + ASKED_FOR
        asked = mine is None and soon and not view.standing.halted and not session.optional
        shown.append(
            ShownSession(
                key=session.key,
                title=view.text(session.title),
                week=session.week,
                rating=mine.rating if mine else 0,
                text=mine.text if mine else "",
                asked=asked,
            )
        )
    return sorted(shown, key=lambda one: one.week, reverse=True)


def to_rate(sessions: Sequence[ShownSession]) -> list[ShownSession]:
    """Those that the home asks about."""
    return [one for one in sessions if one.asked]


def wrong_with(form: Form) -> Mapping[str, str]:
    """What is wrong with a rating as it was given, by its fields."""
    errors: dict[str, str] = {}
    if form.text("rating") not in {str(one) for one in RATINGS}:
        errors["rating"] = "choose"
    elif int(form.text("rating")) <= UNHAPPY and not form.text("text"):
        errors["text"] = "say_what_missing"
    if len(form.text("text")) > LONGEST_WORDS:
        errors["text"] = "too_long"
    if missing := once_missing(form):
        errors.setdefault("rating", missing)
    return errors
