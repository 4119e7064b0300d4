"""Which messages wait for one of ours, and what do they say? And is what we are told about one meant and allowed?"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import Field

from domain.agenda import State, agenda, carried
from domain.news import DraftEdited, DraftSent, DraftStopped
from domain.record import Dossier, WaitingNotice
from domain.team import Team
from domain.wire import Instant, Wire
from starter.trouble import InvalidNews, NotFound, NotReachable
from store.drafts import held

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from starter.doors.onboardings import OnboardingDoor

ABOUT_DRAFTS = frozenset({news.update for news in (DraftEdited, DraftSent, DraftStopped)})


class Rendered(Protocol):
    """A message as its reader gets it; `body` is what `edit_draft` replaces."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def body(self) -> str: ...


Render = Callable[[WaitingNotice], Rendered]


class DraftMessage(Wire):
    """A message of a draft to one person."""

    to: str = Field(description="id of its reader")
    name: str
    language: str
    subject: str
    text: str = Field(description="all of it, as its reader gets it")
    body: str = Field(description="what edit_draft replaces: all but greeting, closing and small print")
    edited: bool = Field(description="whether one of ours has worded it")
    attachment: str | None = None


class DraftShown(Wire):
    """A draft that waits; `goes_at` is when it goes by itself, None while that is not certain.

    `revision` is what `edit_draft` may name, so that nobody overwrites what they have not read; None while no worker
    says.
    """

    onboarding: str
    draft: str
    kind: str
    goes_at: Instant | None = None
    revision: int | None = None
    messages: tuple[DraftMessage, ...]


async def drafts_of(
    engine: "Engine", onboarding: str | None, render: Render, *, door: "Callable[[], Awaitable[OnboardingDoor]]"
) -> tuple[DraftShown, ...]:
    """The drafts that wait, of one onboarding or of all. What they say is the store's; when they go, Temporal knows."""
    waiting = await asyncio.to_thread(held, engine, onboarding)
    states = {of: await _state(door, of) for of in {of for of, _ in waiting}}
    return tuple(
        DraftShown(
            onboarding=of,
            draft=draft,
            kind=messages[0].notice.kind,
            goes_at=_goes_at(states[of], draft),
            revision=_revision(states[of], draft),
            messages=tuple(_shown(message, render) for message in messages),
        )
        for (of, draft), messages in waiting.items()
    )


async def _state(door: "Callable[[], Awaitable[OnboardingDoor]]", onboarding: str) -> State | None:
    """The onboarding's state; None while no worker says."""
    try:
        return carried(await (await door()).ask(onboarding, "carried"))
    except (NotFound, NotReachable):
        return None


def _goes_at(state: State | None, draft: str) -> datetime | None:
    ahead, waiting = (state.ending_ahead, state.draft(draft)) if state is not None else (None, None)
    if ahead is not None and waiting is not None and waiting.goes_with_the_ending:
        return ahead.until
    entries = agenda(state) if state is not None else []
    due = (entry["due"] for entry in entries if entry["rule"] == "draft" and entry["about"] == draft)
    return next((datetime.fromisoformat(moment) for moment in due), None)


def _revision(state: State | None, draft: str) -> int | None:
    waiting = state.draft(draft) if state is not None else None
    return waiting.revision if waiting is not None else None


def _shown(message: WaitingNotice, render: Render) -> DraftMessage:
    rendered = render(message)
    return DraftMessage(
        to=message.person.id,
        name=message.person.name,
        language=message.person.language,
        subject=rendered.subject,
        text=rendered.text,
        body=rendered.body,
        edited="edited" in message.notice.facts,
        attachment=message.notice.attachment,
    )


def refuse_for_draft(
    kind: str, news: Mapping[str, Any], *, dossier: Dossier, team: Team, readers: Collection[str]
) -> None:
    """Raises InvalidNews where a customer would decide what we say, or it is not clear who gets the words.

    `readers` are the ids of those to whom a message of that draft waits; where none does, the onboarding says so.
    """
    person = dossier.person(str(news.get("by")))
    if person is not None and person.side == "customer" and team.member(person.id) is None:
        raise InvalidNews(f"{person.id} is of the customer: what we say is for us to decide", field="by")
    if kind != DraftEdited.update:
        return
    reader, language = news.get("reader"), news.get("language")
    if reader is not None:
        _refuse_reader(str(reader), language, dossier)
        if readers and reader not in readers:
            raise InvalidNews(f"{reader} is no reader of it; readers: {', '.join(sorted(readers))}", field="reader")
        return
    languages = sorted({person.language for person in dossier.people if person.side == "customer"})
    if language is None and len(languages) > 1:
        raise InvalidNews(f"is missing: the customer's people read {' and '.join(languages)}", field="language")
    if language is not None and language not in languages:
        raise InvalidNews(
            f"nobody of the customer reads {language!r}; they read {', '.join(languages)}", field="language"
        )


def _refuse_reader(reader: str, language: str | None, dossier: Dossier) -> None:
    """Raises InvalidNews where nobody of the customer is meant, or they read another language."""
    person = dossier.person(reader)
    if person is None or person.side != "customer":
        raise InvalidNews(f"{reader!r} is nobody of the customer", field="reader")
    if language not in (None, person.language):
        raise InvalidNews(f"{person.id} reads {person.language!r}", field="language")
