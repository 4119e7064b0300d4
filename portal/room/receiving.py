"""How does a file come with a form of the room? Counted while it comes, and kept once the rest of the form is right."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from domain.files import NotTaken
from portal.forms import Form, form_of
from portal.room.room import Room
from portal.room.view import View
from portal.uploads import read_upload
from store.file_folder import Folder
from store.files import Given, Kept, SqlFiles

MEGA = 1_000_000
STATUS = {"file_too_large": 413, "file_quota": 413, "not_saved": 503}
log = structlog.get_logger()


class Received(NamedTuple):
    """A form as it came: with the file that was kept, or with what is wrong, by its fields."""

    form: Form
    kept: Kept | None = None
    errors: Mapping[str, str] = {}

    @property
    def status(self) -> int:
        return STATUS.get(self.errors.get("file", ""), 422) if self.errors else 200


class Receiving:
    """Reads forms that may bring a file."""

    def __init__(self, room: Room) -> None:
        settings = room.parts.settings
        self._folder = Folder(settings.files_folder)
        self._largest = settings.file_mb * MEGA
        self.limits = {"most": settings.file_mb, "together": settings.files_mb}
        """What a page says of them, in megabytes."""
        self.files = SqlFiles(room.engine, self._folder, quota=settings.files_mb * MEGA)

    async def form(
        self,
        view: View,
        request: Request,
        *,
        wrong: Callable[[Form, str], Mapping[str, str]],
        given: Callable[[Form, str], Given],
    ) -> Received:
        """Read the form, and keep its file under `given` where nothing is wrong.

        `wrong` gets the form and what is wrong with its file: `file_missing` where none came, empty for nothing.
        """
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await form_of(request)
            return Received(form, errors=wrong(form, "file_missing"))
        left = await asyncio.to_thread(self.files.left, view.visit.onboarding)
        with self._folder.incoming(largest=min(self._largest, max(left, 0))) as incoming:
            upload = await read_upload(request, incoming, largest=self._largest)
            problem = "file_missing" if not upload.name else upload.wrong or ""
            if problem == "file_too_large" and incoming.size > left:
                problem = "file_quota"
            if errors := wrong(upload.form, problem):
                return Received(upload.form, errors=errors)
            if not upload.name:
                return Received(upload.form)
            try:
                meant = given(upload.form, upload.name)
                kept = await asyncio.to_thread(self.files.keep, view.visit.onboarding, incoming, meant)
            except NotTaken as refused:
                return Received(upload.form, errors={"file": refused.wrong})
            except (OSError, SQLAlchemyError) as trouble:
                log.warning("file_not_saved", kind=type(trouble).__name__)
                return Received(upload.form, errors={"file": "not_saved"})
        return Received(upload.form, kept)
