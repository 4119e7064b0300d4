"""What was asked, and what is the answer? The page of all questions, and that of each with all that was said."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.files import StoredFile, cleaned
from domain.questions import Question, QuestionState, Said, UnknownQuestion
from domain.refusal import Refused
from domain.rules.conversing import concerned
from playbooks.library_pages import LibraryPages
from portal.forms import LONGEST_WORDS, Form
from portal.room.conversing import Conversing, seen_in
from portal.room.library import Listed, suggested
from portal.room.receiving import Received, Receiving
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, news_id, once_missing, via_of
from portal.room.view import View
from store.files import Given

LONGEST_TITLE = 80
"""Characters of a question by which it is known in a list."""
LARGEST_NUMBER = 10**9


class ShownSaid(NamedTuple):
    """What one person has said, as a page shows it; `ours` says that it was one of us."""

    id: int
    text: str
    who: str
    at: str
    ours: bool
    mine: bool
    by_mail: bool
    erased: bool
    file: StoredFile | None


class ShownQuestion(NamedTuple):
    """A question as pages show it. `new` says that the reader has not seen an answer of ours in it."""

    number: int
    path: str
    title: str
    state: QuestionState
    about: str
    asked_by: str
    last: ShownSaid
    said: list[ShownSaid]
    new: bool


class Questions:
    """The pages of questions."""

    def __init__(self, room: Room, library: LibraryPages) -> None:
        self._room = room
        self._library = library
        self._telling = Telling(room)
        self._conversing = Conversing(room)
        self._receiving = Receiving(room)

    async def all(self, view: View, _: Form | None, request: Request) -> Response:
        """A question to the contact, and what was asked before.

        Where a page of the library may answer it, that is shown first, and the question goes by a second button; one
        that comes with a file goes at once, since a form cannot give a file back.
        """
        if request.method != "POST":
            about, told = request.query_params.get("about", ""), request.query_params.get("told", "")
            return await self._show_all(view, about=about_of(view, about), told=told)
        received = await self._form(view, request)
        form, about = received.form, about_of(view, received.form.text("about"))
        if received.errors:
            return await self._show_all(view, sent_of(received), about=about)
        text = form.text("text")
        if not received.kept and not form.text("anyway"):
            pages = await asyncio.to_thread(suggested, self._library, view, text)
            if pages:
                return await self._show_all(view, Sent(form), about=about, pages=pages)
        file = received.kept.file if received.kept else None
        outcome = await self._conversing.ask(view, form, text, about=about, file=file)
        if outcome.problem:
            return await self._show_all(view, outcome.at("text", form), about=about)
        return go("/questions?told=asked")

    async def one(self, view: View, _: Form | None, request: Request) -> Response:
        """All that was said about a question, and the next word."""
        question = await asyncio.to_thread(self._question, view, request.path_params["number"])
        if question is None:
            return self._room.missing(view)
        if request.method != "POST":
            return await self._show(view, question, told=request.query_params.get("told", ""))
        received = await self._form(view, request)
        form = received.form
        if form.text("settled"):
            return await self._settle(view, form, question)
        if received.errors:
            return await self._show(view, question, sent_of(received))
        file = received.kept.file if received.kept else None
        outcome = await self._conversing.say(view, form, question.number, form.text("text"), file=file)
        if outcome.problem:
            return await self._show(view, question, outcome.at("text", form))
        return go(f"/questions/{question.number}?told=said")

    async def _settle(self, view: View, form: Form, question: Question) -> Response:
        close = partial(self._conversing.kept.close, view.visit.onboarding, question.number, seen=seen_in(form))
        try:
            await asyncio.to_thread(close, by=view.me.id, via=via_of(view), at=view.now)
        except Refused:
            # A colleague has said something meanwhile: it stands in the thread, for the reader to see first.
            newest = await asyncio.to_thread(self._conversing.kept.one, view.visit.onboarding, question.number)
            return await self._show(view, newest, Sent(form, {"thread": "said_since"}, 409))
        return go(f"/questions/{question.number}?told=settled")

    async def _form(self, view: View, request: Request) -> Received:
        return await self._receiving.form(view, request, wrong=wrong_with, given=partial(given_with, view))

    def _question(self, view: View, number: str) -> Question | None:
        if not number.isdecimal() or int(number[:12]) > LARGEST_NUMBER:
            return None
        try:
            return self._conversing.kept.one(view.visit.onboarding, int(number))
        except UnknownQuestion:
            return None

    async def _show_all(
        self, view: View, sent: Sent = LOOKED, *, about: str = "", told: str = "", pages: Sequence[Listed] = ()
    ) -> Response:
        asked = await asyncio.to_thread(self._asked, view)
        return self._room.show(
            view,
            "questions.html",
            tab="ask",
            told=told,
            about=about,
            about_title=title_of(view, about),
            pages=pages,
            asked=asked,
            **self._around(view, sent),
        )

    async def _show(self, view: View, question: Question, sent: Sent = LOOKED, *, told: str = "") -> Response:
        seen = await asyncio.to_thread(self._conversing.kept.read_by, view.visit.onboarding, view.mine)
        shown = shown_question(view, question, seen=seen.get(question.number, 0))
        if question.last.id > seen.get(question.number, 0):
            await asyncio.to_thread(self._note, view, question)
        return self._room.show(view, "question.html", tab="ask", told=told, question=shown, **self._around(view, sent))

    def _asked(self, view: View) -> list[ShownQuestion]:
        """All of them, those first of which something was said last."""
        return shown_questions(self._conversing, view, self._conversing.kept.of(view.visit.onboarding))

    def _note(self, view: View, question: Question) -> None:
        """Note that the reader has seen what was said: then no mail need tell them."""
        for person in view.mine:
            self._conversing.kept.seen(view.visit.onboarding, question.number, person, word=question.last.id)

    def _around(self, view: View, sent: Sent) -> Mapping[str, Any]:
        limits = self._receiving.limits
        around = self._telling.around(view, sent)
        errors = {field: words.format(**limits) for field, words in around["errors"].items()}
        return {**around, "errors": errors, "limits": limits}


def shown_questions(conversing: Conversing, view: View, each: Sequence[Question]) -> list[ShownQuestion]:
    """Those questions of the reader's onboarding, as pages show them."""
    seen = conversing.kept.read_by(view.visit.onboarding, view.mine)
    return [shown_question(view, question, seen=seen.get(question.number, 0)) for question in each]


def shown_question(view: View, question: Question, *, seen: int) -> ShownQuestion:
    said = [_shown_said(view, one) for one in question.said]
    # The first word is the question, and no answer, also where we ask.
    answers = [one.id for one in question.said[1:] if one.side == "vendor"]
    concerns = bool(view.mine & set(concerned(question, view.standing.dossier)))
    return ShownQuestion(
        number=question.number,
        path=f"/questions/{question.number}",
        title=title_in(question.said[0].text),
        state=question.state,
        about=title_of(view, question.about),
        asked_by=view.name(question.by),
        last=said[-1],
        said=said,
        new=concerns and bool(answers) and answers[-1] > seen,
    )


def title_in(text: str) -> str:
    """By what a question is known in a list: its first line, cut where it is long."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _shown_said(view: View, said: Said) -> ShownSaid:
    return ShownSaid(
        id=said.id,
        text=said.text,
        who=view.name(said.by),
        at=view.moment(said.at),
        ours=said.side == "vendor",
        mine=said.by in view.mine,
        by_mail=said.via == "mail",
        erased=said.erased,
        file=next((file for file in view.files if file.id == said.file), None),
    )


def about_of(view: View, key: str) -> str:
    """What a question may be about: a milestone that the customer reads of, or something that is the reader's to do."""
    milestones = {milestone.key for milestone in view.standing.shown()}
    tasks = {step.key for step in view.steps.now}
    return key if key in milestones | tasks else ""


def title_of(view: View, about: str) -> str:
    """The title of what a question is about; empty for nothing, and for a task of somebody else's."""
    if about in view.standing.milestones:
        return view.title(about)
    step = view.step(about)
    return step.title if step else ""


def sent_of(received: Received) -> Sent:
    return Sent(received.form, received.errors, received.status)


def wrong_with(form: Form, file: str) -> Mapping[str, str]:
    """What is wrong with a question or what is added to one, by its fields; `file` is what is wrong with its file."""
    errors: dict[str, str] = {}
    if form.text("settled"):
        return errors
    text = form.text("text")
    if not text:
        errors["text"] = "say_question"
    elif len(text) > LONGEST_WORDS:
        errors["text"] = "too_long"
    if file and file != "file_missing":
        errors["file"] = file
    if missing := once_missing(form):
        errors.setdefault("text", missing)
    return errors


def given_with(view: View, form: Form, name: str) -> Given:
    """The file of a question, as a document of its onboarding. The same form again has the same key."""
    return Given(
        key=f"file_added/{news_id(view, form)}",
        name=cleaned(name),
        deliverable="",
        audience="both",
        by=view.me.id,
        side="customer",
        at=view.now,
        via=via_of(view),
        proved=view.visit.proved,
    )
