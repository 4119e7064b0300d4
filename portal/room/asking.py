"""How does somebody ask, or say that something does not work? Questions to the contact, and issues."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from playbooks.library_pages import LibraryPages
from portal.forms import LONGEST_WORDS, Form
from portal.room.doing import once_missing
from portal.room.library import Listed, suggested
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, NEWEST, WAYS, Sent, Telling
from portal.room.view import View
from store import reads

LONGEST_TITLE = 200
SEVERITIES = ("normal", "high", "critical")


class Asking:
    """The pages of questions and issues."""

    def __init__(self, room: Room, library: LibraryPages) -> None:
        self._room = room
        self._library = library
        self._telling = Telling(room)

    async def issues(self, view: View, form: Form | None, request: Request) -> Response:
        """What does not work: raise it, and say where it is not solved."""
        if form is None:
            return self._show_issues(view, told=request.query_params.get("told", ""))
        if issue := form.text("not_solved"):
            return await self._dispute(view, form, issue)
        if errors := wrong_with_issue(form):
            return self._show_issues(view, Sent(form, errors, 422))
        outcome = await self._telling.tell(
            view,
            form,
            "raise_issue",
            title=form.text("title"),
            severity=form.text("severity"),
            note=form.text("words") or None,
        )
        if outcome.problem:
            return self._show_issues(view, outcome.at("title", form))
        await self._telling.until_written(view, form)
        return go("/issues?told=raised")

    async def questions(self, view: View, form: Form | None, request: Request) -> Response:
        """A question to the contact, who gets it as a message and answers by mail; what was asked before.

        Where a page of the library may answer it, that is shown first, and the question goes by a second button.
        """
        if form is None:
            about = request.query_params.get("about", "")
            title = view.title(about) if about in view.standing.milestones else ""
            return await self._show_questions(view, about=title, told=request.query_params.get("told", ""))
        if problem := wrong_with_question(form):
            return await self._show_questions(view, Sent(form, {"text": problem}, 422))
        text = form.text("text")
        if not form.text("anyway") and (pages := await asyncio.to_thread(suggested, self._library, view, text)):
            return await self._show_questions(view, Sent(form), pages=pages)
        outcome = await self._telling.tell(view, form, "note", note=text)
        if outcome.problem:
            return await self._show_questions(view, outcome.at("text", form))
        outcome = await self._telling.to_owner(view, form, text)
        if outcome.problem:
            return await self._show_questions(view, outcome.at("text", form))
        await self._telling.until_written(view, form)
        return go("/questions?told=asked")

    async def _dispute(self, view: View, form: Form, issue: str) -> Response:
        if issue not in {row.key for row in view.issues}:
            return self._room.missing(view)
        field, words = f"words-{issue}", form.text("words")
        if not words or len(words) > LONGEST_WORDS:
            return self._show_issues(view, Sent(form, {field: "too_long" if words else "say_what_still"}, 422))
        if missing := once_missing(form):
            return self._show_issues(view, Sent(form, {field: missing}, 422))
        outcome = await self._telling.tell(view, form, "dispute_issue", issue=issue, note=words)
        if outcome.problem:
            return self._show_issues(view, outcome.at(field, form))
        await self._telling.until_written(view, form)
        return go("/issues?told=disputed")

    def _show_issues(self, view: View, sent: Sent = LOOKED, *, told: str = "") -> Response:
        return self._room.show(
            view,
            "issues.html",
            tab="issues",
            told=told,
            severities=SEVERITIES,
            levels={level.severity: level for level in view.standing.dossier.playbook.hypercare.levels},
            **self._telling.around(view, sent),
        )

    async def _show_questions(
        self, view: View, sent: Sent = LOOKED, *, about: str = "", told: str = "", pages: Sequence[Listed] = ()
    ) -> Response:
        rows = await asyncio.to_thread(
            reads.journal, self._room.engine, view.visit.onboarding, kinds=("noted",), newest=NEWEST
        )
        mine = [row for row in reversed(rows) if row.via in WAYS and row.by in view.standing.same(view.me)]
        return self._room.show(
            view,
            "questions.html",
            tab="ask",
            told=told,
            about=about,
            pages=pages,
            asked=[(view.moment(row.at), row.note or "") for row in mine],
            **self._telling.around(view, sent),
        )


def wrong_with_issue(form: Form) -> Mapping[str, str]:
    """What is wrong with an issue as it was typed, by its fields."""
    title, errors = form.text("title"), dict[str, str]()
    if not title:
        errors["title"] = "say_what"
    elif len(title) > LONGEST_TITLE or "\n" in title:
        errors["title"] = "title_too_long"
    if form.text("severity") not in SEVERITIES:
        errors["severity"] = "choose"
    if len(form.text("words")) > LONGEST_WORDS:
        errors["words"] = "too_long"
    if missing := once_missing(form):
        errors.setdefault("title", missing)
    return errors


def wrong_with_question(form: Form) -> str:
    """What is wrong with a question as it was typed; empty for nothing."""
    text = form.text("text")
    if not text:
        return "say_what"
    return "too_long" if len(text) > LONGEST_WORDS else once_missing(form)
