"""What may a customer's people read to learn the product? The pages of the library that concern them, and a search."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.library import LibraryPage
from domain.text import Language, in_language
from playbooks.library_pages import LibraryPages
from portal.forms import Form
from portal.markdown import as_html
from portal.room.conversing import deed_of
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View
from store.checklists import SqlChecklists, StepDone, by_page, steps_done
from store.opens import SqlOpens, opens_of

LONGEST_QUERY = 200
log = structlog.get_logger()


class Listed(NamedTuple):
    """A page in a list."""

    path: str
    title: str
    format: str
    language: Language
    stages: str
    opened: bool
    steps: int = 0
    done: int = 0


class ShownStep(NamedTuple):
    """A step of a checklist; `by` and `on` are empty while it is not done."""

    key: str
    text: str
    by: str = ""
    on: str = ""


class Reading:
    """The pages of the library."""

    def __init__(self, room: Room, library: LibraryPages) -> None:
        self._room = room
        self._library = library
        self._opens = SqlOpens(room.engine)
        self._checklists = SqlChecklists(room.engine)
        self._telling = Telling(room)

    async def all(self, view: View, _: Form | None, request: Request) -> Response:
        """What the reader needs now, everything, or what they search for."""
        query = " ".join(request.query_params.get("q", "").split())[:LONGEST_QUERY]
        everything = await asyncio.to_thread(concerning, self._library, view)
        opened = await asyncio.to_thread(self._opened, view)
        done = await asyncio.to_thread(self._done, view)
        by_key = {page.key: page for page in everything}
        now = [page for page in everything if page.is_for(view.me.role, open_stages(view))]
        if query:
            found = await asyncio.to_thread(self._library.shelf().finder.search, query)
            pages = [by_key[key] for key in found if key in by_key]
        else:
            pages = everything if request.query_params.get("all") else now
        return self._room.show(
            view,
            "library.html",
            tab="library",
            query=query,
            whole=bool(request.query_params.get("all")),
            pages=[listed(view, page, opened, done) for page in pages],
            more=len(everything) - len(now),
        )

    async def one(self, view: View, form: Form | None, request: Request) -> Response:
        """A page, in the reader's language where there is one; a form says that a step of its checklist is done."""
        key = request.path_params["key"]
        everything = await asyncio.to_thread(concerning, self._library, view)
        page = next((page for page in everything if page.key == key), None)
        if page is None:
            return self._room.missing(view)
        if form is not None:
            return await self._tick(view, page, form)
        await self._note(view, page)
        return await self._show(view, page)

    async def _show(self, view: View, page: LibraryPage, sent: Sent = LOOKED) -> Response:
        done = (await asyncio.to_thread(self._done, view)).get(page.key, {})
        return self._room.show(
            view,
            "library_page.html",
            tab="library",
            title=in_language(page.about.title, view.language),
            page=page,
            text=as_html(page.body),
            stages=stages_of(view, page),
            video=page.video_on(self._room.parts.settings.video_hosts.split()),
            steps=[shown_step(view, step, text, done.get(step)) for step, text in page.about.steps.items()],
            done=sum(step in done for step in page.about.steps),
            **self._telling.around(view, sent),
        )

    async def _tick(self, view: View, page: LibraryPage, form: Form) -> Response:
        """Note that a step is done, or is not; pressed twice it is the same."""
        step = form.text("step")
        if step not in page.about.steps or view.line.ending:
            return self._room.missing(view)
        if missing := once_missing(form):
            return await self._show(view, page, Sent(form, {"steps": missing}, 422))
        tick = self._checklists.not_done if form.text("done") == "no" else self._checklists.done
        ticking = partial(tick, view.visit.onboarding, page.key, step, deed_of(view, form), text=page.about.steps[step])
        try:
            await asyncio.to_thread(ticking)
        except SQLAlchemyError as trouble:
            log.warning("step_not_kept", kind=type(trouble).__name__)
            return await self._show(view, page, Sent(form, {"steps": "step_not_kept"}, 503))
        return go(f"/library/{page.key}#steps")

    def _done(self, view: View) -> Mapping[str, Mapping[str, StepDone]]:
        return by_page(steps_done(self._room.engine, view.visit.onboarding))

    async def _note(self, view: View, page: LibraryPage) -> None:
        """Who has read what helps us to help; that it cannot be noted keeps nobody from reading."""
        note, language = self._opens.note, page.about.language
        try:
            await asyncio.to_thread(note, view.visit.onboarding, view.me.id, page.key, language=language)
        except SQLAlchemyError as trouble:
            log.warning("page_not_noted", kind=type(trouble).__name__)

    def _opened(self, view: View) -> frozenset[str]:
        mine = view.standing.same(view.me)
        return frozenset(one.page for one in opens_of(self._room.engine, view.visit.onboarding) if one.person in mine)


def concerning(library: LibraryPages, view: View) -> list[LibraryPage]:
    """The pages about what the customer has bought, each once, in the reader's language where there is one."""
    shelf = library.shelf()
    pages = [shelf.page(key, view.language) for key in shelf.keys]
    return [page for page in pages if page is not None and page.is_about(view.standing.dossier.deal.products)]


def suggested(library: LibraryPages, view: View, question: str) -> list[Listed]:
    """The pages that may answer that question, the best first."""
    by_key = {page.key: page for page in concerning(library, view)}
    found = library.shelf().finder.suggest(question)
    return [listed(view, by_key[key], frozenset()) for key in found if key in by_key]


def open_stages(view: View) -> Sequence[str]:
    """The stages that are under way; before and after all of them those that come next, or came last."""
    under_way = [row.key for row in view.line.stages if row.status == "open"]
    return under_way or [row.key for row in view.line.stages if row.status == "ahead"][:1]


def shown_step(view: View, key: str, text: str, done: StepDone | None) -> ShownStep:
    if done is None:
        return ShownStep(key, text)
    day = done.done_at.astimezone(view.reader.zone).date()
    return ShownStep(key, text, by=view.name(done.person), on=view.short(day))


def listed(
    view: View,
    page: LibraryPage,
    opened: frozenset[str],
    done: Mapping[str, Mapping[str, StepDone]] = MappingProxyType({}),
) -> Listed:
    """A page as lists have it, with how much of its checklist is done."""
    return Listed(
        path=f"/library/{page.key}",
        title=in_language(page.about.title, view.language),
        format=page.about.format,
        language=page.about.language,
        stages=stages_of(view, page),
        opened=page.key in opened,
        steps=len(page.about.steps),
        done=sum(step in done.get(page.key, {}) for step in page.about.steps),
    )


def stages_of(view: View, page: LibraryPage) -> str:
    """The stages of this onboarding in which the page is needed, in words; empty for all."""
    stages = {stage.key: view.text(stage.title) for stage in view.standing.dossier.playbook.stages}
    separator = "、" if view.language == "ja" else ", "
    return separator.join(stages[key] for key in page.about.stages if key in stages)
