"""How do files come to an onboarding in the room, and out again? Checked and counted, each as a version of its own."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from domain.files import StoredFile, cleaned
from domain.rules.room_notices import file_notice
from domain.text import in_language
from portal.forms import LONGEST_WORDS, Form
from portal.room.files_shown import groups, open_to_the_customer, still_to_come
from portal.room.receiving import Receiving
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, news_id, once_missing, via_of
from portal.room.view import View
from store.files import Given, Kept

log = structlog.get_logger()


class Filing:
    """The pages of files."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)
        self._receiving = Receiving(room)

    async def all(self, view: View, _: Form | None, request: Request) -> Response:
        """What was given so far; and one more, which comes as the body of this request."""
        if request.method != "POST":
            told = request.query_params.get("told", "")
            return self._show(view, told=told, deliverable=request.query_params.get("for", ""))
        if view.line.ending:
            return self._show(view, Sent(None, {"file": "file_over"}, 409))
        received = await self._receiving.form(
            view, request, wrong=partial(wrong_with, view), given=partial(given_by, view)
        )
        if received.errors or received.kept is None:
            return self._show(view, Sent(received.form, received.errors, received.status))
        await self._tell_owner(view, received.kept, received.form.text("text"))
        return go("/files?told=file_given")

    async def one(self, view: View, _: Form | None, request: Request) -> Response:
        """A version, to be kept: it is never shown in place, where something in it could run."""
        wanted = request.path_params["id"]
        file = next((one for one in view.files if str(one.id) == wanted), None)
        if file is None:
            return self._room.missing(view)
        path = Path(self._receiving.files.content(file))
        if not await asyncio.to_thread(path.is_file):
            log.error("file_without_bytes", file=file.id, onboarding=file.onboarding)
            return self._room.missing(view)
        return FileResponse(path, media_type=file.kind, filename=file.name, content_disposition_type="attachment")

    async def _tell_owner(self, view: View, kept: Kept, text: str) -> None:
        owner = view.person(view.line.owner)
        if owner is None or not kept.new:
            return
        notice = file_notice(
            view.visit.onboarding,
            view.visit.account,
            view.me,
            owner,
            view.standing.team,
            file=kept.file,
            deliverable=title_of(view, kept.file, owner.language),
            text=text,
            at=datetime.now(UTC),
        )
        await self._telling.send(view.visit.onboarding, notice)

    def _show(self, view: View, sent: Sent = LOOKED, *, told: str = "", deliverable: str = "") -> Response:
        settings = self._room.parts.settings
        limits = {"most": settings.file_mb, "together": settings.files_mb}
        around: Mapping[str, Any] = self._telling.around(view, sent)
        errors = {field: words.format(**limits) for field, words in around["errors"].items()}
        choices = [(one.key, view.text(one.title)) for one in open_to_the_customer(view)]
        return self._room.show(
            view,
            "files.html",
            tab="files",
            told=told,
            groups=groups(view),
            to_come=[view.text(one.title) for one in still_to_come(view)],
            choices=choices,
            chosen=sent.text("deliverable") or deliverable,
            limits=limits,
            **{**around, "errors": errors},
        )


def wrong_with(view: View, form: Form, file: str) -> dict[str, str]:
    """What is wrong with an upload, by its fields; `file` is what is wrong with the file itself."""
    errors: dict[str, str] = {}
    deliverable = form.text("deliverable")
    if deliverable and deliverable not in {one.key for one in open_to_the_customer(view)}:
        errors["deliverable"] = "choose"
    if len(form.text("text")) > LONGEST_WORDS:
        errors["text"] = "too_long"
    if problem := file or once_missing(form):
        errors["file"] = problem
    return errors


def given_by(view: View, form: Form, name: str) -> Given:
    """The file as its giver means it. The same form again has the same key."""
    return Given(
        key=f"file_added/{news_id(view, form)}",
        name=cleaned(name),
        deliverable=form.text("deliverable"),
        audience="both",
        by=view.me.id,
        side="customer",
        at=view.now,
        via=via_of(view),
        proved=view.visit.proved,
        note=form.text("text") or None,
    )


def title_of(view: View, file: StoredFile, language: str) -> str:
    """The title of the deliverable that the file belongs to; empty for none."""
    each = open_to_the_customer(view)
    return next((in_language(one.title, language) for one in each if one.key == file.deliverable), "")
