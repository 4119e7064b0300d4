"""Which addresses does the room have? Those in front of it, and those that only whoever is in it may see."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from playbooks.library_pages import LibraryPages
from portal.parts import PageParts
from portal.rendering import Pages
from portal.room.aiming import Aiming
from portal.room.answering import Answering
from portal.room.changes import Changes
from portal.room.choosing import Choosing
from portal.room.doing import Doing
from portal.room.embedding import Embedding
from portal.room.entry import Entry
from portal.room.filing import Filing
from portal.room.issues import Issues
from portal.room.library import Reading
from portal.room.looking import Looking
from portal.room.meetings import Feed, Meetings
from portal.room.naming import Naming
from portal.room.own import Own
from portal.room.plan import PlanPages
from portal.room.questions import Questions
from portal.room.rating import RatingOfTrainings
from portal.room.records import Records
from portal.room.room import Page, Room, not_yet
from portal.room.signing_off import SigningOff
from portal.room.using import Using

LOOK = ("GET",)
ACT = ("GET", "POST")
ROOTS = ("", "/at/{room}", "/embed/{embed}")
"""Below which the room stands: by itself, where one person has several, and in a page of the vendor's product."""


class RoomRoute(NamedTuple):
    path: str
    page: Callable[[Request], Awaitable[Response]]
    methods: tuple[str, ...]


def room_routes(parts: PageParts, pages: Pages, changes: Changes) -> Iterable[RoomRoute]:
    """All routes of the room."""
    embedding = Embedding(parts.settings, parts.engine, pages)
    room, entry = Room(parts, pages, embedding), Entry(parts, pages, embedding)
    yield RoomRoute("/in/lost", entry.lost, ACT)
    yield RoomRoute("/in/code", entry.by_code, ("POST",))
    yield RoomRoute("/in/embedded/{ticket}", embedding.exchange, LOOK)
    yield RoomRoute("/in/{token}", entry.by_link, ACT)
    yield RoomRoute("/calendar/{token}", Feed(parts, pages).calendar, LOOK)
    filing, questions = Filing(room), Questions(room, LibraryPages(parts.settings.library))
    answering = Answering(room)
    guarded = [
        (path, room.guarded(page), methods)
        for path, page, methods in [*inside(room), ("/changes", changes.page, LOOK), ("/prove", entry.prove, ACT)]
    ]
    guarded += [
        ("/asked", room.guarded(answering.all), LOOK),
        ("/asked/{key}", room.guarded(answering.one, not_yet), ACT),
        ("/questions", room.guarded(questions.all, not_yet), ACT),
        ("/questions/{number}", room.guarded(questions.one, not_yet), ACT),
        ("/files", room.guarded(filing.all, not_yet), ACT),
        ("/files/{id}", room.guarded(filing.one), LOOK),
        ("/out", entry.out, ("POST",)),
    ]
    for root in ROOTS:
        for path, page, methods in guarded:
            yield RoomRoute(f"{root}{path}", page, methods)


def inside(room: Room) -> Iterable[tuple[str, Page, tuple[str, ...]]]:
    """The pages for whoever is in the room."""
    looking, doing, signing_off = Looking(room), Doing(room), SigningOff(room)
    library = LibraryPages(room.parts.settings.library)
    records, own, reading = Records(room), Own(room), Reading(room, library)
    naming, aiming, trainings = Naming(room), Aiming(room), RatingOfTrainings(room)
    plan = PlanPages(room)
    return [
        ("/", looking.home, LOOK),
        ("/plan", plan.page, LOOK),
        ("/plan.pdf", plan.pdf, LOOK),
        ("/people", naming.people, LOOK),
        ("/people/new", naming.new, ACT),
        ("/goals", aiming.all, ACT),
        ("/goals/new", aiming.new, ACT),
        ("/trainings", trainings.all, LOOK),
        ("/trainings/{key}", trainings.one, ACT),
        ("/use", Using(room).page, LOOK),
        ("/more", looking.more, LOOK),
        ("/done/{key}", doing.milestone, ACT),
        ("/task/{key}", doing.task, ACT),
        ("/sign-off/{key}", signing_off.sign, ACT),
        ("/issues", Issues(room).all, ACT),
        ("/meetings", Meetings(room).all, ACT),
        ("/library", reading.all, LOOK),
        ("/library/{key}", reading.one, ACT),
        ("/records", records.all, LOOK),
        ("/records/{seq}.pdf", records.pdf, LOOK),
        ("/records/{seq}", records.one, LOOK),
        ("/me", own.me, ACT),
        ("/rooms", Choosing(room).all, LOOK),
    ]
