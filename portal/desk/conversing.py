"""What do customers ask, and how does one of ours answer? All their questions as one queue, and those of each."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.clock import Clock
from domain.news import short
from domain.questions import LONGEST_SAID, Question, QuestionLine, QuestionState, UnknownQuestion
from domain.refusal import Refused
from domain.rules.responding import ResponseReport
from portal.desk.customer.customer import Customer
from portal.desk.customer.own_time import own_clock
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import UNLISTED, VIA, is_fresh, news_id, once_of
from portal.desk.desk import Desk
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from portal.room.conversing import seen_in, woken
from starter.doors.questions import REPORTED_DAYS, QuestionDoor

MOST = 100
STATES: Mapping[QuestionState, tuple[str, str]] = {
    "open": ("message-circle", "warn"),
    "answered": ("circle-check", "good"),
    "asked": ("clock", ""),
    "closed": ("archive", ""),
}
"""Each state of a question with its icon and its tone."""
STATUS = {"not_saved": 503, "desk_question_said_since": 409}
"""The status of the page that shows a problem, where it is not 422."""
log = structlog.get_logger()


def routes(desk: Desk) -> Iterable[DeskRoute]:
    pages = CustomerPages(desk)
    yield DeskRoute("/desk/questions", Queue(desk).page)
    yield DeskRoute("/desk/onboardings/{id}/questions", pages.of_one(Conversations(pages).page), ACT)


class Queue:
    """The page of all customers' questions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """Those that wait for us, the longest first; others by their state. And how fast we were."""
        asked = request.query_params.get("state", "open")
        state = next((one for one in get_args(QuestionState) if one == asked), None)
        owner = view.staff.handle if request.query_params.get("whose") == "mine" else None
        lines, report, clocks = await asyncio.to_thread(self._read, state, owner)
        return self._desk.show(
            view,
            "questions.html",
            tab="questions",
            lines=lines,
            report=report,
            states=STATES,
            state=state or "",
            mine=owner is not None,
            name=partial(_name, self._desk, view),
            came=lambda onboarding, at: view.moment(clocks[onboarding].business(at)),
            days=REPORTED_DAYS,
        )

    def _read(
        self, state: QuestionState | None, owner: str | None
    ) -> tuple[Sequence[QuestionLine], ResponseReport, Mapping[str, Clock]]:
        """The questions and the report, and by which clock each of their onboardings goes."""
        desk, door = self._desk, door_of(self._desk, datetime.now(UTC))
        lines, day_length = door.kept.page(state=state, owner=owner, limit=MOST), desk.parts.settings.day_length
        clocks = {id: own_clock(desk.engine, id, day_length) for id in {line.onboarding for line in lines}}
        return lines, door.report(), clocks


class Conversations:
    """The page of one customer's questions, with a form that answers each."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._desk = pages.desk

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """What was asked and said; a form answers a question, or closes it."""
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may("csm"):
            return self._desk.forbidden(view)
        number = form.text("question")
        problem = await self._done(view, customer, number, form)
        if problem:
            status = STATUS.get(problem, 422)
            return await self._show(view, customer, form=form, errors={f"text-{number}": problem}, status=status)
        told = "closed" if form.text("what") == "close" else "answered"
        return go(f"{customer.path}/questions?told=desk_question_{told}")

    async def _done(self, view: DeskView, customer: Customer, number: str, form: Form) -> str:
        """What is wrong, as a key of the words; empty where it is done. The same form again answers once."""
        if not is_fresh(form) or not number.isdecimal() or len(number) > 9:
            return "wrong_form_old"
        if not view.staff.listed:
            return UNLISTED.problem
        door = door_of(self._desk, customer.now)
        who, text, seen = view.staff.handle, form.text("text"), seen_in(form)
        try:
            if form.text("what") == "close":
                await asyncio.to_thread(door.close, customer.id, int(number), by=who, seen=seen)
                return ""
            if not text or len(text) > LONGEST_SAID:
                return "desk_question_needs_words" if not text else "desk_question_too_long"
            # One `once` serves all forms of the page.
            key = f"question_answered/{int(number)}/{short(news_id(view, form))}"
            answer = partial(door.answer, customer.id, int(number), by=who, text=text, seen=seen)
            exchange = await asyncio.to_thread(answer, key=key)
        except (Refused, UnknownQuestion) as refused:
            return "desk_question_said_since" if getattr(refused, "field", "") == "seen" else "wrong_other"
        except SQLAlchemyError as trouble:
            log.warning("answer_not_kept", kind=type(trouble).__name__)
            return "not_saved"
        parts = self._desk.parts
        await woken(*(partial(parts.wake, channel) for channel in exchange.channels), parts.wake_receiver)
        return ""

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        door = door_of(self._desk, customer.now)
        questions: Sequence[Question] = await asyncio.to_thread(door.kept.of, customer.id)
        typed: Callable[[str], Any] = form.text if form else lambda _: ""
        return self._pages.show(
            view,
            customer,
            "questions.html",
            part="questions",
            told=told,
            status=status,
            questions=questions,
            asked=[one for one in await asyncio.to_thread(door.asked, customer.id) if one.question is None],
            states=STATES,
            typed=typed,
            once=once_of(form),
            errors=self._desk.pages.said(errors or {}, view.language),
        )


def door_of(desk: Desk, now: datetime) -> QuestionDoor:
    """The door for what our people say about questions; `now` is the onboarding's own time."""
    parts = desk.parts
    return QuestionDoor(
        engine=parts.engine,
        ledger=parts.ledger,
        staff=parts.staff,
        via=VIA,
        now=lambda _: now,
        by_mail=parts.settings.mailbox is not None,
        proved=True,
    )


def _name(desk: Desk, view: DeskView, handle: str) -> str:
    member = desk.parts.staff().member(handle)
    return member.named(view.language) if member else handle
