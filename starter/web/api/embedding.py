"""How does the vendor's own product show a customer's room? Its backend asks for an address that opens it once."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Body, Request
from pydantic import Field
from starlette.responses import Response

from domain.notice import Person
from domain.record import Dossier
from domain.text import folded
from domain.wire import Instant, StrictWire, Wire
from starter.web.api.answers import WRITING, OnboardingId, problems
from starter.web.api.gate import api_router, needs, token_of
from starter.web.parts import WebParts
from starter.web.problems import Problem
from store.embedded_rooms import SqlEmbeddedRooms

NEVER_KEPT = {"Cache-Control": "no-store"}
"""What opens a room is kept nowhere: not in the answers that stand under an Idempotency-Key either."""
log = structlog.get_logger()


class RoomSession(StrictWire):
    """Whose room is to be shown, and in which page."""

    person: str = Field(
        description="a contact's id, or their e-mail address", examples=["project_lead"], min_length=1, max_length=254
    )
    embed_origin: str = Field(
        description="origin of the page that shows the room, one of DAY90_ROOM_EMBED_ORIGINS",
        examples=["https://app.example.com"],
        max_length=300,
    )
    proved: bool = Field(
        False,
        strict=True,
        description="whether your login has recognised this person: what they do counts as theirs then; otherwise they"
        " are only named, as by the link of a message",
    )
    page: str = Field(
        "/",
        description="the page of the room to begin with, like /plan",
        pattern=r"^/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/?=&%-]*)?$",
        max_length=300,
    )


class RoomSessionGiven(Wire):
    """An address that opens a room once."""

    person: str = Field(description="the contact's id")
    url: str = Field(description="for the frame's `src`; it opens the room once")
    expires_at: Instant = Field(description="until when the frame has to have loaded it: a minute from now")


def embedding_routes(parts: WebParts) -> APIRouter:
    router = api_router("room")
    embedded = SqlEmbeddedRooms(parts.engine, domains=parts.settings.domains_of_rooms)

    @router.post(
        "/onboardings/{onboarding}/room-sessions",
        summary="An address that shows somebody their room, in a page of your product",
        openapi_extra=needs("room:embed"),
        response_description="the address of the frame, good once and for a minute",
        responses=problems(*WRITING, "wrong-media-type", "not-found", "refused"),
        status_code=201,
        name="give_room_session",
    )
    async def give_room_session(
        request: Request,
        response: Response,
        onboarding: OnboardingId,
        wanted: Annotated[
            RoomSession,
            Body(examples=[{"person": "project_lead", "embed_origin": "https://app.example.com", "proved": True}]),
        ],
    ) -> RoomSessionGiven:
        """Ask for it when your page is opened, for whoever is signed in there, and load it in a frame at once. The
        session that it begins is bound to the onboarding, the person and that page's origin.
        """
        address = _address_for(parts, wanted.embed_origin)
        person = _person(await asyncio.to_thread(parts.ledger.dossier, onboarding), wanted.person)
        given = await asyncio.to_thread(
            embedded.give,
            onboarding,
            person,
            origin=wanted.embed_origin,
            vouched=wanted.proved,
            page=wanted.page,
            token=token_of(request).id,
        )
        if given is None:
            what = "takes part in this onboarding no more, or has an address at none of DAY90_ROOM_DOMAINS"
            raise Problem("invalid", what, field="person")
        log.info("room_session_given", onboarding=onboarding, person=person.id, token=token_of(request).id)
        response.headers.update(NEVER_KEPT)
        return RoomSessionGiven(
            person=person.id, url=f"{address}/in/embedded/{given.ticket}", expires_at=given.expires_at
        )

    return router


def _address_for(parts: WebParts, origin: str) -> str:
    """The address of the pages. Raises Problem where pages of that origin may show no room."""
    origins, address = parts.settings.embed_origins, parts.settings.pages_url
    if not origins or address is None:
        missing = "DAY90_ROOM_EMBED_ORIGINS" if address else "DAY90_PAGES_URL"
        raise Problem("refused", f"rooms are not embedded here: {missing} is not set", field="embed_origin")
    if origin not in origins:
        raise Problem("invalid", "should be one of those in DAY90_ROOM_EMBED_ORIGINS", field="embed_origin")
    return address


def _person(dossier: Dossier, named: str) -> Person:
    """The customer's person of that id or address. Raises Problem."""
    theirs = [person for person in dossier.people if person.side == "customer"]
    meant = [person for person in theirs if person.id == named]
    meant = meant or [person for person in theirs if folded(person.email) == folded(named)]
    if not meant:
        ids = ", ".join(person.id for person in theirs)
        raise Problem(
            "invalid", f"should be a contact of this onboarding: one of {ids}, or their address", field="person"
        )
    return meant[0]
