"""Which rooms may somebody choose who takes part in several onboardings? Those of the address that they have proved."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.naming import role_title
from portal.dates import in_full
from portal.forms import Form
from portal.room.room import Room
from portal.room.view import View
from store.rooms import Place


class ListedRoom(NamedTuple):
    """A room in the list: `here` says that it is the one from which somebody looks."""

    ref: str
    account: str
    products: str
    role: str
    state: str
    here: bool


class Choosing:
    """The page of all rooms of one person."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def all(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """The rooms that this session reaches, the newest first; each has addresses of its own."""
        places = await asyncio.to_thread(self._room.rooms.places, view.visit)
        words = self._room.pages.words(view.language)
        return self._room.show(view, "rooms.html", tab="more", rooms=[listed(view, one, words) for one in places])


def listed(view: View, place: Place, words: Mapping[str, str]) -> ListedRoom:
    state = words["rooms_begun"].format(day=in_full(place.opened_at.astimezone(view.reader.zone).date(), view.language))
    if place.go_live_due is not None:
        day = place.go_live_due.astimezone(view.reader.zone).date()
        state = words["rooms_live"].format(day=in_full(day, view.language))
    if place.ended_at is not None:
        state = words["nothing_ended"]
    return ListedRoom(
        ref=place.ref,
        account=place.account,
        products=("、" if view.language == "ja" else ", ").join(place.products),
        role=role_title(place.person.role, view.language),
        state=state,
        here=place.onboarding == view.visit.onboarding,
    )
