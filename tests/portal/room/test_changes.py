"""Does an open page hear of what happens in its onboarding, and of nothing else? By a client, on a port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.responses import StreamingResponse

from portal.room import changes
from tests.support.room import Onboarding, RoomSite, room_on

LEAD = "project_lead"
PATIENCE = 10


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@asynccontextmanager
async def listening(browser: httpx2.AsyncClient, after: int) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of the stream of a page that has shown everything up to that entry."""
    async with browser.stream("GET", f"/changes?after={after}", timeout=PATIENCE) as answer:
        assert 200 == answer.status_code
        lines = answer.aiter_lines()
        assert "retry: 2000" == await anext(lines)
        yield lines


async def said(lines: AsyncIterator[str]) -> str:
    """The next event of a stream."""
    return await anext(line async for line in lines if line.startswith("event:"))


async def entered(site: RoomSite, onboarding: Onboarding, browser: httpx2.AsyncClient) -> int:
    """Come in; the number of the last entry that the page has shown."""
    home = await browser.post(site.way_in(onboarding, LEAD))
    return int(home.text.partition("/changes?after=")[2].partition('"')[0])


async def test_news_of_ones_own_onboarding_is_heard_and_no_others(site: RoomSite) -> None:
    """Within a second or so."""
    mine, other = site.opened(), site.opened(id="2")
    async with site.client() as browser:
        after = await entered(site, mine, browser)
        async with listening(browser, after) as lines:
            event = asyncio.create_task(said(lines))
            other.tell("note", note="Theirs", by="jonas.weber")
            await asyncio.sleep(2 * changes.LOOKS_EVERY)
            assert not event.done()

            mine.tell("note", note="Ours", by="jonas.weber")
            assert "event: changed" == await asyncio.wait_for(event, PATIENCE)


async def test_what_came_between_page_and_stream_is_heard_at_once(site: RoomSite) -> None:
    """The page is older than the entry."""
    mine = site.opened()
    async with site.client() as browser:
        after = await entered(site, mine, browser)
        mine.tell("note", note="Ours", by="jonas.weber")
        async with listening(browser, after) as lines:
            assert "event: changed" == await asyncio.wait_for(said(lines), PATIENCE)


async def test_what_came_while_the_stream_began_is_heard(site: RoomSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the session was looked up, and before anybody has looked at the journal for this page."""
    mine = site.opened()

    def late(stream: AsyncIterator[str], **given: Any) -> StreamingResponse:
        mine.tell("note", note="Ours", by="jonas.weber")
        return StreamingResponse(stream, **given)

    monkeypatch.setattr(changes, "StreamingResponse", late)
    async with site.client() as browser:
        after = await entered(site, mine, browser)
        async with listening(browser, after) as lines:
            assert "event: changed" == await asyncio.wait_for(said(lines), PATIENCE)


async def test_one_network_does_not_take_every_stream(tmp_path: Path) -> None:
    """204 ends a browser's tries; whoever leaves makes room."""
    async with room_on(tmp_path, web_connections=32) as site, AsyncExitStack() as open_ones:
        mine = site.opened()
        browser = await open_ones.enter_async_context(site.client())
        after = await entered(site, mine, browser)
        most = 16 // changes.SHARE * 2
        for _ in range(most):
            await open_ones.enter_async_context(listening(browser, after))

        assert 204 == (await browser.get("/changes")).status_code


async def test_nobody_listens_without_a_session(site: RoomSite) -> None:
    """Nor to an onboarding of their choice."""
    async with site.client() as browser:
        assert 401 == (await browser.get("/changes?onboarding=onboarding-file-1")).status_code
