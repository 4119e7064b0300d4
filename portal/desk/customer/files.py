"""Which files does an onboarding have, ours alone among them, and how does one of ours give one?"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from domain.files import NotTaken, StoredFile, cleaned, documents
from domain.playbook import Audience, Deliverable
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import UNLISTED, VIA, is_fresh, news_id, once_of
from portal.desk.view import DeskView
from portal.forms import LONGEST_WORDS, Form
from portal.room.files_shown import size_in_words
from portal.uploads import read_upload
from store.file_folder import Folder
from store.files import Given, SqlFiles, files_of

MEGA = 1_000_000
STATUS = {"file_too_large": 413, "file_quota": 413}
OURS_ALONE: Audience = "vendor"
log = structlog.get_logger()


class FileShown(NamedTuple):
    """A version of a document; `ours` says that the customer never sees it."""

    path: str
    name: str
    version: int
    size: str
    by: str
    day: date
    sha256: str
    ours: bool


class Group(NamedTuple):
    """The documents of a deliverable, each with its versions, the newest first; no title for those of none."""

    title: str
    documents: list[list[FileShown]]


class Files:
    """The pages of a customer's files."""

    def __init__(self, pages: CustomerPages) -> None:
        settings = pages.desk.parts.settings
        self._pages = pages
        self._folder = Folder(settings.files_folder)
        self._files = SqlFiles(pages.engine, self._folder, quota=settings.files_mb * MEGA)
        self._largest = settings.file_mb * MEGA

    async def all(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """What was given so far; and one more, which comes as the body of this request."""
        if request.method != "POST":
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may("specialist"):
            return self._pages.desk.forbidden(view)
        if not view.staff.listed:
            return await self._show(view, customer, errors={"file": UNLISTED.problem}, status=UNLISTED.status)
        if customer.line.ending:
            return await self._show(view, customer, errors={"file": "file_over"}, status=409)
        left = await asyncio.to_thread(self._files.left, customer.id)
        with self._folder.incoming(largest=min(self._largest, max(left, 0))) as incoming:
            upload = await read_upload(request, incoming, largest=self._largest)
            form, wrong = upload.form, upload.wrong
            if wrong == "file_too_large" and incoming.size > left:
                wrong = "file_quota"
            if errors := _wrong_with(customer, form, "file_missing" if not upload.name else wrong or ""):
                status = STATUS.get(errors.get("file", ""), 422)
                return await self._show(view, customer, form=form, errors=errors, status=status)
            given = _given(view, customer, form, upload.name)
            try:
                await asyncio.to_thread(self._files.keep, customer.id, incoming, given)
            except NotTaken as refused:
                status = STATUS.get(refused.wrong, 422)
                return await self._show(view, customer, form=form, errors={"file": refused.wrong}, status=status)
            except (OSError, SQLAlchemyError) as trouble:
                log.warning("file_not_saved", kind=type(trouble).__name__)
                return await self._show(view, customer, form=form, errors={"file": "not_saved"}, status=503)
        return go(f"{customer.path}/files?told=customer_done")

    async def one(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """A version, to be kept: it is never shown in place, where something in it could run."""
        each = await asyncio.to_thread(files_of, self._pages.engine, customer.id)
        file = next((one for one in each if one.id == request.path_params["file"]), None)
        if file is None:
            return self._pages.desk.missing(view)
        path = Path(self._files.content(file))
        if not await asyncio.to_thread(path.is_file):
            log.error("file_without_bytes", file=file.id, onboarding=file.onboarding)
            return self._pages.desk.missing(view)
        return FileResponse(path, media_type=file.kind, filename=file.name, content_disposition_type="attachment")

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
        each = await asyncio.to_thread(files_of, self._pages.engine, customer.id)
        settings = self._pages.desk.parts.settings
        limits = {"most": settings.file_mb, "together": settings.files_mb}
        given = {one.deliverable for one in each}
        all_of_them = deliverables(customer)
        said = self._pages.desk.pages.said(errors or {}, view.language)
        return self._pages.show(
            view,
            customer,
            "files.html",
            part="files",
            told=told,
            status=status,
            groups=groups(customer, each),
            to_come=[customer.text(one.title) for one in all_of_them if one.key not in given],
            choices=[(one.key, customer.text(one.title)) for one in all_of_them],
            typed=form.text if form else lambda _: "",
            once=once_of(form),
            limits=limits,
            errors={field: words.format(**limits) for field, words in said.items()},
        )


def deliverables(customer: Customer) -> list[Deliverable]:
    """The deliverables of the playbook, in its order."""
    return [one for stage in customer.standing.dossier.playbook.stages for one in stage.deliverables]


def groups(customer: Customer, files: Sequence[StoredFile]) -> list[Group]:
    """The documents by deliverable; what belongs to none, or to one that the playbook has no more, stands last."""
    titles = {one.key: customer.text(one.title) for one in deliverables(customer)}
    given: dict[str, list[list[FileShown]]] = {}
    for document in documents(files):
        key = document.deliverable if document.deliverable in titles else ""
        given.setdefault(key, []).append([_shown(customer, file) for file in document.versions])
    of_deliverables = [Group(title, given[key]) for key, title in titles.items() if key in given]
    return [*of_deliverables, *([Group("", given[""])] if "" in given else [])]


def _shown(customer: Customer, file: StoredFile) -> FileShown:
    return FileShown(
        path=f"{customer.path}/files/{file.id}",
        name=file.name,
        version=file.version,
        size=size_in_words(file.size, customer.language),
        by=customer.name(file.by),
        day=customer.day_of(file.at),
        sha256=file.sha256,
        ours=file.audience == OURS_ALONE,
    )


def _wrong_with(customer: Customer, form: Form, file: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    deliverable = form.text("deliverable")
    if deliverable and deliverable not in {one.key for one in deliverables(customer)}:
        errors["deliverable"] = "choose"
    if form.text("audience") not in ("both", OURS_ALONE):
        errors["audience"] = "choose"
    if len(form.text("text")) > LONGEST_WORDS:
        errors["text"] = "too_long"
    if problem := file or ("" if is_fresh(form) else "wrong_form_old"):
        errors["file"] = problem
    return errors


def _given(view: DeskView, customer: Customer, form: Form, name: str) -> Given:
    """The file as its giver means it. The same form again has the same key."""
    audience: Audience = "both" if form.text("audience") == "both" else OURS_ALONE
    return Given(
        key=f"file_added/{news_id(view, form)}",
        name=cleaned(name),
        deliverable=form.text("deliverable"),
        audience=audience,
        by=view.staff.handle,
        side="vendor",
        at=customer.now,
        via=VIA,
        proved=True,
        note=form.text("text") or None,
    )
