"""How does an open page learn that something has changed? By a stream that says so, and no more: it is fetched anew."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from domain.networks import neighbourhood
from portal.desk.view import DeskView
from portal.forms import Form
from portal.parts import PageParts
from portal.room.view import View
from store.engine import read_connection
from store.tables import journal

LOOKS_EVERY = 0.8
"""Seconds between two looks at the journal; one query for all who listen."""
OVERLAP = 500
"""Numbers below the highest that are looked at again: PostgreSQL commits in another order than it numbers."""
A_SIGN_EVERY = 20.0
"""Seconds after which a stream says that it is there: proxies close one that is silent for a minute."""
LONGEST = 600.0
"""Seconds of a stream: its browser comes again by itself, and is asked for its session."""
SHARE = 8
"""One network may hold an eighth of all connections in streams: a quarter is all that it may have."""
CHANGED = "event: changed\ndata: {}\n\n"
ALL = ""
"""What the desk listens to: every onboarding."""
ANY = "*"
"""Says that any onboarding may have changed: so many at once that they are not named, or while nobody listened."""
MOST_NAMED = 50
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
log = structlog.get_logger()


def changes_of(parts: PageParts) -> "Changes":
    """What the process tells; half of its connections may be streams."""
    return Changes(parts.engine, most=parts.settings.web_connections // 2)


@dataclass(eq=False)
class Listener:
    """Who waits for news; `about` are the onboardings that have had some since they were last told.

    `since` is the journal's newest entry when they were asked for their session: what came after it they do not know.
    """

    since: int
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    about: set[str] = field(default_factory=set)

    def hear(self, onboarding: str) -> None:
        self.about.add(onboarding)
        self.changed.set()

    def take(self) -> str:
        """The onboardings of which there is news, in words of a stream."""
        self.changed.clear()
        named, self.about = sorted(self.about), set()
        return " ".join(named) if 0 < len(named) <= MOST_NAMED else ANY


class Changes:
    """Tells open pages of one process which onboardings have news. `most` is how many streams it holds at a time."""

    def __init__(self, engine: Engine, *, most: int) -> None:
        self._engine = engine
        self._most = most
        self._of_one = max(most // SHARE * 2, 1)
        self._listening: defaultdict[str, set[Listener]] = defaultdict(set)
        self._callers: Counter[str] = Counter()
        self._seen: dict[int, str] = {}
        self._watching: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def streams(self) -> int:
        return self._callers.total()

    def end(self) -> None:
        """End every stream: the process ends."""
        self._ended = True
        for listener in set[Listener]().union(*self._listening.values()):
            listener.changed.set()
        if self._watching is not None:
            self._watching.cancel()

    async def page(self, view: View, _: Form | None, request: Request) -> Response:
        """The stream for the onboarding of this session."""
        return self._told(request, view.visit.onboarding, newest=view.newest)

    async def of_all(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """The stream for the desk, which names the onboardings that have changed."""
        return self._told(request, ALL, newest=view.newest)

    def _told(self, request: Request, to: str, *, newest: int) -> Response:
        """A stream; 204 where there are too many, which ends a browser's tries."""
        caller = neighbourhood(request.client.host) if request.client else ""
        if self._ended or self.streams >= self._most or self._callers[caller] >= self._of_one:
            return Response(status_code=204)
        shown = request.query_params.get("after", "")
        missed = not shown.isdecimal() or newest > int(shown[:18])
        stream = self._stream(to, caller, since=newest, missed=missed)
        return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)

    async def _stream(self, to: str, caller: str, *, since: int, missed: bool) -> AsyncIterator[str]:
        """`missed` says that the page is older than the last entry."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST
        with self._heard(to, caller, since) as listener:
            yield "retry: 2000\n\n" + (CHANGED.format(ANY) if missed else "")
            while not self._ended and loop.time() < until:
                try:
                    await asyncio.wait_for(listener.changed.wait(), A_SIGN_EVERY)
                except TimeoutError:
                    yield ":\n\n"
                    continue
                about = listener.take()
                if not self._ended:
                    yield CHANGED.format(about if to == ALL else ANY)

    @contextmanager
    def _heard(self, to: str, caller: str, since: int) -> Iterator[Listener]:
        listener = Listener(since)
        self._listening[to].add(listener)
        # Seen by a look after they were asked for their session, and before they listened.
        for onboarding in {whose for seq, whose in self._seen.items() if seq > since and to in (ALL, whose)}:
            listener.hear(onboarding)
        self._callers[caller] += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            yield listener
        finally:
            self._callers[caller] -= 1
            self._listening[to].discard(listener)
            if not self._listening[to]:
                del self._listening[to]

    async def _watch(self) -> None:
        """Look at the journal as long as anybody listens."""
        await self._look(first=True)
        while self._listening:
            await asyncio.sleep(LOOKS_EVERY)
            await self._look()

    async def _look(self, *, first: bool = False) -> None:
        try:
            rows = await asyncio.to_thread(self._newest)
        except SQLAlchemyError as trouble:
            log.warning("changes_not_seen", kind=type(trouble).__name__)
            return
        news = [(seq, onboarding) for seq, onboarding in rows if seq not in self._seen]
        self._seen = dict(rows)
        for seq, onboarding in news:
            for listener in self._listening.get(onboarding, set()) | self._listening.get(ALL, set()):
                # The first look sees what is old as well.
                if not first or seq > listener.since:
                    listener.hear(onboarding)

    def _newest(self) -> list[tuple[int, str]]:
        with read_connection(self._engine) as connection:
            top = max(self._seen, default=0) or connection.scalar(select(func.max(journal.c.seq))) or 0
            wanted = select(journal.c.seq, journal.c.onboarding).where(journal.c.seq > top - OVERLAP)
            rows = connection.execute(wanted).all()
        return [(row.seq, row.onboarding) for row in rows]
