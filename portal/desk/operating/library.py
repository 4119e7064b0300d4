"""What does the library share with customers at which stage, in which languages, and who has opened it?"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from domain.library import LibraryPage
from domain.naming import listed, role_title
from domain.playbook import Playbook, Stage
from domain.text import LANGUAGES, Language
from playbooks.library import Library
from playbooks.library_pages import LibraryPages, Shelf
from portal.desk.desk import Desk
from portal.desk.route import DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from portal.markdown import as_html
from store.checklists import steps_counted
from store.opens import OpenedByAll, OpenedByCustomer, customers_who_opened, opened_pages

CUSTOMERS = 50
"""Customers who have opened a page that are named: the last to do so."""


class Shared(NamedTuple):
    """A page of the library in the reader's words. `opened` is None where nobody has opened it."""

    key: str
    title: str
    format: str
    products: str
    roles: str
    languages: Sequence[Language]
    opened: OpenedByAll | None


class Shelved(NamedTuple):
    """What customers get in one stage: pages of the library, and deliverables by their titles."""

    title: str
    pages: Sequence[Shared]
    deliverables: str = ""


class OpenedBy(NamedTuple):
    """A customer who has opened a page; `done` are the steps of its checklist that they have done."""

    customer: OpenedByCustomer
    done: int


class InLanguage(NamedTuple):
    """The page in one language."""

    language: Language
    title: str
    text: Markup
    steps: Sequence[str]


def routes(desk: Desk) -> Iterable[DeskRoute]:
    library = ContentLibrary(desk)
    yield DeskRoute("/desk/library", library.all)
    yield DeskRoute("/desk/library/{key}", library.one)


class ContentLibrary:
    """The library's pages at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        settings = desk.parts.settings
        self._hosts = settings.video_hosts.split()
        self._pages = LibraryPages(settings.library, self._hosts)
        self._playbooks = Library(settings.playbooks)

    async def all(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """Every page, or those of one playbook stage by stage, and what is wrong with files of the library."""
        key = request.query_params.get("playbook", "")
        shelf, books, opened = await asyncio.to_thread(self._read)
        book = next((one for one in books if one.key == key), None)
        return self._desk.show(
            view,
            "operating/library.html",
            tab="library",
            playbook=book,
            playbooks=books,
            shelves=_shelves(view, shelf, opened, book),
            complaints=shelf.complaints,
            all_languages=LANGUAGES,
        )

    async def one(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """One page as customers read it, who has opened it, and how far they are with its checklist."""
        key = request.path_params["key"]
        shelf = await asyncio.to_thread(self._pages.shelf)
        pages = [page for page in shelf.pages if page.key == key]
        if not pages:
            return self._desk.missing(view)
        steps = pages[0].about.steps
        opened, customers = await asyncio.to_thread(self._opened, key, steps)
        books = await asyncio.to_thread(self._playbooks.usable)
        page = shelf.page(key, view.language)
        assert page is not None, "there is one in some language"
        return self._desk.show(
            view,
            "operating/library_page.html",
            tab="library",
            page=page,
            shared=_shared(view, shelf, key, opened),
            needed=_needed(view, page, books),
            texts=[_in_language(one) for one in pages],
            customers=customers,
            most=CUSTOMERS,
            steps=len(steps),
            video=page.video_on(self._hosts),
        )

    def _read(self) -> tuple[Shelf, Sequence[Playbook], Mapping[str, OpenedByAll]]:
        return self._pages.shelf(), self._playbooks.usable(), opened_pages(self._desk.engine)

    def _opened(self, key: str, steps: Mapping[str, str]) -> tuple[Mapping[str, OpenedByAll], Sequence[OpenedBy]]:
        engine = self._desk.engine
        customers = customers_who_opened(engine, key, limit=CUSTOMERS)
        done = steps_counted(engine, key, list(steps), [one.onboarding for one in customers]) if steps else {}
        return opened_pages(engine), [OpenedBy(one, done.get(one.onboarding, 0)) for one in customers]


def _shelves(
    view: DeskView, shelf: Shelf, opened: Mapping[str, OpenedByAll], book: Playbook | None
) -> Sequence[Shelved]:
    """All pages together; of a playbook by its stages, and at the end those that are for every stage."""
    if book is None:
        return [Shelved("", [_shared(view, shelf, key, opened) for key in shelf.keys])]
    stages = {page.key: page.about.stages for page in shelf.pages}
    each = [
        Shelved(
            view.text(stage.title),
            [_shared(view, shelf, key, opened) for key in shelf.keys if stage.key in stages[key]],
            _deliverables(view, stage),
        )
        for stage in book.stages
    ]
    always = [_shared(view, shelf, key, opened) for key in shelf.keys if not stages[key]]
    return [*each, Shelved("", always)]


def _shared(view: DeskView, shelf: Shelf, key: str, opened: Mapping[str, OpenedByAll]) -> Shared:
    page = shelf.page(key, view.language)
    assert page is not None, "its key is of the shelf"
    return Shared(
        key=key,
        title=view.text(page.about.title),
        format=page.about.format,
        products=listed(page.about.products, view.language),
        roles=listed((role_title(role, view.language) for role in page.about.roles), view.language),
        languages=[one.about.language for one in shelf.pages if one.key == key],
        opened=opened.get(key),
    )


def _deliverables(view: DeskView, stage: Stage) -> str:
    """What customers get in that stage besides, by its title."""
    theirs = (view.text(one.title) for one in stage.deliverables if one.audience == "both")
    return listed(theirs, view.language)


def _needed(view: DeskView, page: LibraryPage, books: Sequence[Playbook]) -> Sequence[tuple[str, str]]:
    """In which stages of which playbooks it is listed; nothing where it is in all."""
    return [
        (view.text(book.title), listed(titles, view.language))
        for book in books
        if (titles := [view.text(stage.title) for stage in book.stages if stage.key in page.about.stages])
    ]


def _in_language(page: LibraryPage) -> InLanguage:
    title = page.about.title
    return InLanguage(
        page.about.language,
        title if isinstance(title, str) else title.get(page.about.language, ""),
        as_html(page.body),
        list(page.about.steps.values()),
    )
