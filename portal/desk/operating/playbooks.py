"""What does a playbook say, as a person reads it? Stages, gates, who hears what, and who goes by which version."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.naming import listed, role_title
from domain.playbook import Cadence, Milestone, Playbook, content_hash
from domain.wording import rhythm_in_words
from playbooks.complaint import Complaint
from playbooks.library import Library, complaints_about
from portal.desk.customer.choices import SHORT_HASH
from portal.desk.desk import Desk
from portal.desk.route import DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store.versions import UnderWay, under_way


class Row(NamedTuple):
    """A playbook in the list: `versions` are those by which onboardings go, the newest file first."""

    key: str
    title: str
    summary: str
    days: int
    from_yearly_value: float
    onboardings: int
    versions: list["Version"]


class Broken(NamedTuple):
    """A playbook whose file cannot be used, with how much is to be mended."""

    key: str
    complaints: int


class Version(NamedTuple):
    """A version of a playbook by the first digits of its hash; `newest` says that its file is as it is now."""

    hash: str
    newest: bool
    onboardings: int


class MilestoneRead(NamedTuple):
    """A milestone in words."""

    key: str
    title: str
    due: str
    who: str
    signed: str
    needs: str
    done_when: str
    optional: bool


class Heard(NamedTuple):
    """What comes again and again: who gets it, from whom, and how often."""

    title: str
    kind: str
    receivers: str
    led_by: str
    rhythm: str
    sent: bool


def routes(desk: Desk) -> Iterable[DeskRoute]:
    playbooks = Playbooks(desk)
    yield DeskRoute("/desk/playbooks", playbooks.all)
    yield DeskRoute("/desk/playbooks/{key}", playbooks.one)


class Playbooks:
    """The pages of the playbooks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._library = Library(desk.parts.settings.playbooks)

    async def all(self, view: DeskView, _: Form | None, __: Request) -> Response:
        """Every playbook, with how many onboardings go by which version of it."""
        rows, broken = await asyncio.to_thread(self._rows, view)
        return self._desk.show(view, "operating/playbooks.html", tab="playbooks", rows=rows, broken=broken)

    async def one(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """One playbook; of a broken file what is wrong with it, line by line."""
        key = request.path_params["key"]
        keys = self._library.keys()
        if key not in keys:
            return self._desk.missing(view)
        book, complaints, counted = await asyncio.to_thread(self._read, key)
        reading = Reading(view, book) if book else None
        return self._desk.show(
            view,
            "operating/playbook.html",
            tab="playbooks",
            key=key,
            book=book,
            reading=reading,
            complaints=complaints,
            versions=_versions(book, counted) if book else [],
        )

    def _rows(self, view: DeskView) -> tuple[list[Row], list[Broken]]:
        counted, usable = under_way(self._desk.engine), self._library.usable()
        unusable = set(self._library.keys()) - {book.key for book in usable}
        broken = [Broken(key, len(complaints_about(self._library.file(key)))) for key in sorted(unusable)]
        return [_row(view, book, counted) for book in usable], broken

    def _read(self, key: str) -> tuple[Playbook | None, list[Complaint], Sequence[UnderWay]]:
        complaints = complaints_about(self._library.file(key))
        book = next((one for one in self._library.usable() if one.key == key), None)
        return book, complaints, under_way(self._desk.engine)


class Reading:
    """A playbook in the reader's words."""

    def __init__(self, view: DeskView, book: Playbook) -> None:
        self._view = view
        self._book = book
        titles = {one.key: view.text(one.title) for one in book.stages}
        self._titles: Mapping[str, str] = titles | {one.key: view.text(one.title) for one in book.milestones}

    def title(self, key: str) -> str:
        return self._titles.get(key, key)

    def roles(self, roles: Iterable[str]) -> str:
        return listed((role_title(role, self._view.language) for role in roles), self._view.language)

    def milestone(self, one: Milestone) -> MilestoneRead:
        """One milestone, with its day as the playbook counts it."""
        english = self._view.language == "en"
        if one.anchor == "close":
            due = f"day {one.day}" if english else f"ご契約の{one.day}日後"
        else:
            anchor = self.title(one.anchor)
            due = f"{anchor} + {one.day} days" if english else f"「{anchor}」の{one.day}日後"
        return MilestoneRead(
            key=one.key,
            title=self.title(one.key),
            due=due,
            who=self.roles([one.raci.responsible]),
            signed=self.roles(one.sign_off.by) if one.sign_off else "",
            needs=listed((self.title(key) for key in one.requires), self._view.language),
            done_when=self._view.text(one.done_when),
            optional=one.optional,
        )

    def opens(self, after: Sequence[str]) -> str:
        """What must be reached before a stage opens."""
        return listed((self.title(key) for key in after), self._view.language)

    @property
    def heard(self) -> list[Heard]:
        """Who hears what again and again."""
        return [
            Heard(
                title=self._view.text(one.title),
                kind=one.kind,
                receivers=self.roles(one.with_),
                led_by=self.roles([one.led_by]),
                rhythm=_rhythm(one, self._view.language),
                sent=one.goes_out,
            )
            for one in self._book.cadences
        ]


def _rhythm(cadence: Cadence, language: str) -> str:
    if not (cadence.every_weeks or cadence.every_months):
        return ""
    return rhythm_in_words(weeks=cadence.every_weeks, months=cadence.every_months, language=language)


def _versions(book: Playbook, counted: Sequence[UnderWay]) -> list[Version]:
    """The version of its file, and those of it by which onboardings still go."""
    newest = content_hash(book)
    going = {one.version: one.onboardings for one in counted if one.playbook == book.key}
    others = [
        Version(hashed[:SHORT_HASH], newest=False, onboardings=going[hashed]) for hashed in going if hashed != newest
    ]
    return [Version(newest[:SHORT_HASH], newest=True, onboardings=going.get(newest, 0)), *others]


def _row(view: DeskView, book: Playbook, counted: Sequence[UnderWay]) -> Row:
    versions = _versions(book, counted)
    return Row(
        key=book.key,
        title=view.text(book.title),
        summary=view.text(book.summary),
        days=book.length_days,
        from_yearly_value=book.from_yearly_value,
        onboardings=sum(one.onboardings for one in versions),
        versions=versions,
    )
