"""How does one of ours give a file to an onboarding over the API? As a form, checked like an upload in the room."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError

from domain.files import NotTaken, Side, StoredFile
from domain.playbook import Audience
from domain.refusal import what_is_wrong
from domain.wire import Instant, Slug, StrictWire, Wire
from starter.doors.files import WRONG, FileDoor
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import FORM, api_router, needs
from starter.web.api.onboardings import known
from starter.web.api.room import VIA, Who, now_of
from starter.web.parts import WebParts
from starter.web.problems import Problem
from starter.web.uploads import FILE, read_upload
from store.files import files_of

TOO_LARGE = ("file_too_large", "file_quota")


class FileKept(Wire):
    """A version of a document of an onboarding."""

    id: int = Field(description="its number, as an answer to a question names it")
    deliverable: str = Field(description="key of the playbook's deliverable that it belongs to; empty for none")
    audience: Audience = Field(description="who may read it: both sides, or we alone")
    name: str
    version: int = Field(description="the same name again is the next version")
    kind: str = Field(description="its media type, by its content")
    size: int = Field(description="bytes")
    sha256: str
    by: str
    side: Side
    at: Instant


class FilesKept(Wire):
    items: tuple[FileKept, ...]


class FileFields(StrictWire):
    """What stands in the form before the file."""

    by: Who = Field(description="who of ours gives it: a staff handle, or that person's e-mail address")
    deliverable: Slug | None = Field(None, description="key of the playbook's deliverable that it belongs to")
    audience: Audience = Field("both", description="who may read it: both sides, or we alone")


def _form() -> dict[str, Any]:
    """The form in the OpenAPI document: FastAPI would read a file that is declared to it whole, before it is called."""
    schema = FileFields.model_json_schema()
    schema["properties"][FILE] = {
        "type": "string",
        "format": "binary",
        "description": "the file with its name, as the last part of the form",
    }
    schema["required"] = [*schema["required"], FILE]
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


def file_routes(parts: WebParts) -> APIRouter:
    router = api_router("files")
    door = FileDoor(
        engine=parts.engine,
        ledger=parts.ledger,
        staff=parts.staff,
        settings=parts.settings,
        via=VIA,
        now=now_of,
    )

    @router.post(
        "/onboardings/{onboarding}/files",
        summary="Give a file to an onboarding",
        openapi_extra=needs("room:write") | _form(),
        responses=problems("malformed", "too-large", "too-slow", "wrong-media-type", "not-found", "refused"),
    )
    async def give_file(request: Request, onboarding: OnboardingId) -> FileKept:
        """Its content is checked as in the room, and has to be what its name says.

        The same content under the same name changes nothing, so that no Idempotency-Key is needed.
        """
        if not request.headers.get("content-type", "").lower().startswith(FORM):
            raise Problem("wrong-media-type", f"send a form that brings a file, with Content-Type: {FORM}")
        await known(parts, onboarding)
        try:
            return await _kept(door, request, onboarding)
        except NotTaken as refused:
            kind = "too-large" if refused.wrong in TOO_LARGE else "invalid"
            raise Problem(kind, WRONG[refused.wrong], field=FILE) from None

    @router.get(
        "/onboardings/{onboarding}/files",
        summary="Every version of every file of an onboarding",
        openapi_extra=needs("room:read"),
        responses=problems("not-found"),
    )
    async def list_files(onboarding: OnboardingId) -> FilesKept:
        """In the order of coming, with what is ours alone among them."""
        await known(parts, onboarding)
        each = await asyncio.to_thread(files_of, parts.engine, onboarding)
        return FilesKept(items=tuple(map(_shown, each)))

    return router


async def _kept(door: FileDoor, request: Request, onboarding: str) -> FileKept:
    """The file of the request, once it is one of the onboarding's. Raises Problem, and like the door."""
    with ExitStack() as stack:
        # In a thread: it asks the store what is left of the quota.
        incoming = await asyncio.to_thread(stack.enter_context, door.incoming(onboarding))
        upload = await read_upload(request, incoming, largest=door.largest)
        if upload.wrong:
            raise NotTaken(upload.wrong)
        try:
            fields = FileFields.model_validate({name: values[0] for name, values in upload.fields.items()})
        except ValidationError as error:
            field, reason = what_is_wrong(error)
            raise Problem("invalid", reason, field=field) from None
        if not upload.name:
            raise Problem("invalid", "is missing: send it as a part with a file name", field=FILE)
        keep = partial(
            door.keep,
            onboarding,
            incoming,
            upload.name,
            by=fields.by,
            deliverable=fields.deliverable or "",
            audience=fields.audience,
        )
        return _shown((await asyncio.to_thread(keep)).file)


def _shown(file: StoredFile) -> FileKept:
    return FileKept.model_validate(file.model_dump(include=set(FileKept.model_fields)))
