"""What do customers ask, what is answered, and how fast? Lists questions of all customers, and answers them."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field

from domain.news import NewsId
from domain.questions import LONGEST_SAID, Exchange, Question, QuestionLine, QuestionState
from domain.rules.responding import ResponseReport
from domain.wire import StrictWire, Wire
from starter.doors.questions import REPORTED_DAYS, AskedOfThem, QuestionDoor
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.cursors import Cursor, Limit, Next, cursor_of, place_after
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.api.room import VIA, Who, key_in, now_of, woken
from starter.web.parts import WebParts
from starter.web.problems import Problem

Number = Annotated[int, Path(ge=1, le=10**9, description="the question's number within its onboarding", examples=[3])]
AskedKey = Annotated[
    str,
    Path(pattern=r"^[a-z0-9_-]{1,80}$", description="its key, as `list_asked` has it", examples=["gap-problem"]),
]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_SAID, description="plain text, lines and all")]


class QuestionPage(Wire):
    items: tuple[QuestionLine, ...]
    next: Next


class QuestionsOfOne(Wire):
    items: tuple[Question, ...]


class AskedPage(Wire):
    items: tuple[AskedOfThem, ...]


class Answered(StrictWire):
    by: Who = Field(description="who of ours answers: a staff handle, or that person's e-mail address")
    text: Text
    file: int | None = Field(
        None, ge=1, le=2**63 - 1, description="number of a file of the onboarding's that comes with it"
    )
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


class Asked(StrictWire):
    by: Who = Field(description="who asks: a contact's id or e-mail address")
    text: Text
    about: str | None = Field(None, max_length=80, description="key of the milestone that it is about")
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


class WentOn(StrictWire):
    by: Who = Field(description="who goes on: a contact's id or e-mail address")
    text: Text
    news_id: NewsId | None = Field(None, description="makes a repetition harmless")


class Closed(StrictWire):
    by: Who = Field(description="who of ours closes it: a staff handle, or that person's e-mail address")


def question_routes(parts: WebParts) -> APIRouter:
    router = api_router("questions")
    door = QuestionDoor(
        engine=parts.engine,
        ledger=parts.ledger,
        staff=parts.staff,
        via=VIA,
        now=now_of,
        by_mail=parts.settings.mailbox is not None,
    )
    writing = writes("room:write")

    @router.get(
        "/questions",
        summary="Questions of all customers",
        openapi_extra=needs("room:read"),
        responses=problems(),
    )
    async def list_questions(
        state: QuestionState | None = None,
        owner: Annotated[str | None, Query(max_length=80, description="handle of the onboarding's owner")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> QuestionPage:
        """With `state=open` those first that wait longest; else the newest first. `text` is what was said last."""
        after = _place(cursor)
        lines = await asyncio.to_thread(door.kept.page, state=state, owner=owner, after=after, limit=limit + 1)
        shown, more = lines[:limit], len(lines) > limit
        return QuestionPage(items=tuple(shown), next=_cursor(shown[-1], state) if more else None)

    @router.get(
        "/questions/report",
        summary="How fast questions are answered",
        openapi_extra=needs("room:read"),
        responses=problems(),
    )
    async def report_questions(
        days: Annotated[int, Query(ge=1, le=1000, description="over how many days")] = REPORTED_DAYS,
        owner: Annotated[str | None, Query(max_length=254, description="whose onboardings alone")] = None,
    ) -> ResponseReport:
        """Until the first answer, in office hours of the onboarding's owner: half were sooner than the median."""
        return await asyncio.to_thread(door.report, days=days, owner=owner)

    @router.get(
        "/onboardings/{onboarding}/questions",
        summary="Questions of one customer, with all that was said",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def list_questions_of(onboarding: OnboardingId) -> QuestionsOfOne:
        """Those first of which something was said last."""
        await known(parts, onboarding)
        return QuestionsOfOne(items=tuple(await asyncio.to_thread(door.kept.of, onboarding)))

    @router.get(
        "/onboardings/{onboarding}/questions/{number}",
        summary="One question, with all that was said",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def get_question(onboarding: OnboardingId, number: Number) -> Question:
        return await asyncio.to_thread(door.kept.one, onboarding, number)

    @router.post(
        "/onboardings/{onboarding}/questions",
        summary="Ask in the name of a customer's person",
        **writing,
    )
    async def ask_question(
        request: Request,
        onboarding: OnboardingId,
        asked: Annotated[Asked, Body(examples=[{"by": "project_lead", "text": "Can our drivers keep their phones?"}])],
    ) -> Question:
        """As where they ask in your own product. The owner gets it as a message; the answer stands in the room."""
        await known(parts, onboarding)
        key = key_in(request, asked.news_id)
        asking = partial(door.ask, onboarding, by=asked.by, text=asked.text, about=asked.about or "", key=key)
        return await _told(parts, await asyncio.to_thread(asking))

    @router.post(
        "/onboardings/{onboarding}/questions/{number}/words",
        summary="Go on with a question in the name of a customer's person",
        **writing,
    )
    async def go_on_with_question(
        request: Request,
        onboarding: OnboardingId,
        number: Number,
        said: Annotated[WentOn, Body(examples=[{"by": "project_lead", "text": "And the tablets?"}])],
    ) -> Question:
        """It waits for our answer again."""
        key = key_in(request, said.news_id)
        saying = partial(door.go_on, onboarding, number, by=said.by, text=said.text, key=key)
        return await _told(parts, await asyncio.to_thread(saying))

    @router.post(
        "/onboardings/{onboarding}/questions/{number}/answer",
        summary="Answer a question",
        **writing,
    )
    async def answer_question(
        request: Request,
        onboarding: OnboardingId,
        number: Number,
        answered: Annotated[Answered, Body(examples=[{"by": "mika.tanaka", "text": "Yes, from Android 12 on."}])],
    ) -> Question:
        """It stands in the customer's room at once.

        Who asked and their project lead get it by mail too, unless they have seen it there.
        """
        key = key_in(request, answered.news_id)
        said, file = answered.text, answered.file
        answering = partial(door.answer, onboarding, number, by=answered.by, text=said, file=file, key=key)
        return await _told(parts, await asyncio.to_thread(answering))

    @router.post(
        "/onboardings/{onboarding}/questions/{number}/close",
        summary="Close a question",
        **writing,
    )
    async def close_question(
        onboarding: OnboardingId, number: Number, closed: Annotated[Closed, Body(examples=[{"by": "mika.tanaka"}])]
    ) -> Question:
        """Nothing more is expected of anybody; whoever says something opens it again."""
        return await asyncio.to_thread(partial(door.close, onboarding, number, by=closed.by))

    @router.get(
        "/onboardings/{onboarding}/asked",
        summary="What we ask of a customer",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def list_asked(onboarding: OnboardingId) -> AskedPage:
        """The kickoff's questions and what the hand-off record lacks; `question` has the answer, null for none."""
        return AskedPage(items=tuple(await asyncio.to_thread(door.asked, onboarding)))

    @router.post(
        "/onboardings/{onboarding}/asked/{key}/answer",
        summary="Answer what we ask, in the name of a customer's person",
        **writing,
    )
    async def answer_asked(
        request: Request,
        onboarding: OnboardingId,
        key: AskedKey,
        said: Annotated[WentOn, Body(examples=[{"by": "project_lead", "text": "Our stock-taking, until June."}])],
    ) -> Question:
        """As where they answered at the kickoff. Where the hand-off record lacks just that, it is filled in."""
        news_id = key_in(request, said.news_id)
        answering = partial(door.answer_us, onboarding, key, by=said.by, text=said.text, key=news_id)
        return await _told(parts, await asyncio.to_thread(answering))

    return router


async def _told(parts: WebParts, exchange: Exchange) -> Question:
    """The question, once its messages may go; while Temporal is away they go later."""
    await woken(parts, exchange.channels)
    return exchange.question


def _cursor(line: QuestionLine, state: QuestionState | None) -> str | None:
    at = line.waits_since if state == "open" else line.asked_at
    return cursor_of("questions", f"{at.isoformat() if at else ''}|{line.onboarding}|{line.number}")


def _place(cursor: str | None) -> tuple[datetime, str, int] | None:
    place = place_after("questions", cursor)
    if place is None:
        return None
    try:
        at, onboarding, number = place.split("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, onboarding, int(number)
    except ValueError:
        raise Problem(
            "invalid", "is no cursor of this list: send `next` of a page unchanged", field="query.cursor"
        ) from None
