"""How does somebody say that something does not work? As an issue, which is solved, or not solved after all."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.record import RegisterRow
from portal.forms import LONGEST_WORDS, Form
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View
from store import reads
from store.reads import JournalEntry

LONGEST_TITLE = 200
SEVERITIES = ("normal", "high", "critical")
SAID_IN = ("issue_raised", "issue_not_solved", "issue_resolved")
"""Rows of the journal whose words the customer got by mail as well."""


class Said(NamedTuple):
    """What somebody of either side has said of an issue."""

    by: str
    day: date
    words: str


class ShownIssue(NamedTuple):
    """An issue as the room shows it, with the days on which it was reported and solved, and what was said of it."""

    key: str
    title: str
    severity: str
    state: Literal["open", "in_work", "resolved"]
    raised: date | None
    resolved: date | None
    said: Sequence[Said]


class Issues:
    """The page of issues."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)

    async def all(self, view: View, form: Form | None, request: Request) -> Response:
        """What does not work: raise it, and say where it is not solved."""
        if form is None:
            return await self._show(view, told=request.query_params.get("told", ""))
        if issue := form.text("not_solved"):
            return await self._dispute(view, form, issue)
        if errors := wrong_with_issue(form):
            return await self._show(view, Sent(form, errors, 422))
        outcome = await self._telling.tell(
            view,
            form,
            "raise_issue",
            title=form.text("title"),
            severity=form.text("severity"),
            note=form.text("words") or None,
        )
        if outcome.problem:
            return await self._show(view, outcome.at("title", form))
        await self._telling.until_written(view, form)
        return go("/issues?told=raised")

    async def _dispute(self, view: View, form: Form, issue: str) -> Response:
        if issue not in {row.key for row in view.issues}:
            return self._room.missing(view)
        field, words = f"words-{issue}", form.text("words")
        if not words or len(words) > LONGEST_WORDS:
            return await self._show(view, Sent(form, {field: "too_long" if words else "say_what_still"}, 422))
        if missing := once_missing(form):
            return await self._show(view, Sent(form, {field: missing}, 422))
        outcome = await self._telling.tell(view, form, "dispute_issue", issue=issue, note=words)
        if outcome.problem:
            return await self._show(view, outcome.at(field, form))
        await self._telling.until_written(view, form)
        return go("/issues?told=disputed")

    async def _show(self, view: View, sent: Sent = LOOKED, *, told: str = "") -> Response:
        rows = await asyncio.to_thread(reads.journal, self._room.engine, view.visit.onboarding, kinds=SAID_IN)
        return self._room.show(
            view,
            "issues.html",
            tab="issues",
            told=told,
            issues=[shown_issue(view, issue, rows) for issue in view.issues],
            severities=SEVERITIES,
            levels={level.severity: level for level in view.standing.dossier.playbook.hypercare.levels},
            **self._telling.around(view, sent),
        )


def shown_issue(view: View, issue: RegisterRow, rows: Sequence[JournalEntry]) -> ShownIssue:
    """The issue in the reader's words; `rows` are those of the journal in which something is said of issues."""
    # What was called solved and is not waits for us anew.
    taken, since = (str(issue.data.get(name) or "") for name in ("issue_acknowledged", "issue_not_solved"))
    raised = issue.data.get("issue_raised")
    return ShownIssue(
        key=issue.key,
        title=issue.title or issue.key,
        severity=str(issue.data.get("severity") or "normal"),
        state="resolved" if issue.status == "resolved" else "in_work" if taken > since else "open",
        raised=view.day_of(datetime.fromisoformat(str(raised))) if raised else None,
        resolved=view.day_of(issue.at) if issue.status == "resolved" else None,
        said=[
            Said(view.name(row.by or ""), view.day_of(row.at), row.note)
            for row in rows
            if row.about == issue.key and row.note
        ],
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
