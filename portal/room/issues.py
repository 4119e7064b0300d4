"""How does somebody say that something does not work? As an issue, which is solved, or not solved after all."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from portal.forms import LONGEST_WORDS, Form
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View

LONGEST_TITLE = 200
SEVERITIES = ("normal", "high", "critical")


class Issues:
    """The page of issues."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)

    async def all(self, view: View, form: Form | None, request: Request) -> Response:
        """What does not work: raise it, and say where it is not solved."""
        if form is None:
            return self._show(view, told=request.query_params.get("told", ""))
        if issue := form.text("not_solved"):
            return await self._dispute(view, form, issue)
        if errors := wrong_with_issue(form):
            return self._show(view, Sent(form, errors, 422))
        outcome = await self._telling.tell(
            view,
            form,
            "raise_issue",
            title=form.text("title"),
            severity=form.text("severity"),
            note=form.text("words") or None,
        )
        if outcome.problem:
            return self._show(view, outcome.at("title", form))
        await self._telling.until_written(view, form)
        return go("/issues?told=raised")

    async def _dispute(self, view: View, form: Form, issue: str) -> Response:
        if issue not in {row.key for row in view.issues}:
            return self._room.missing(view)
        field, words = f"words-{issue}", form.text("words")
        if not words or len(words) > LONGEST_WORDS:
            return self._show(view, Sent(form, {field: "too_long" if words else "say_what_still"}, 422))
        if missing := once_missing(form):
            return self._show(view, Sent(form, {field: missing}, 422))
        outcome = await self._telling.tell(view, form, "dispute_issue", issue=issue, note=words)
        if outcome.problem:
            return self._show(view, outcome.at(field, form))
        await self._telling.until_written(view, form)
        return go("/issues?told=disputed")

    def _show(self, view: View, sent: Sent = LOOKED, *, told: str = "") -> Response:
        return self._room.show(
            view,
            "issues.html",
            tab="issues",
            told=told,
            severities=SEVERITIES,
            levels={level.severity: level for level in view.standing.dossier.playbook.hypercare.levels},
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
