"""Does an open page of the desk hear of every onboarding, by its name, and of nothing once nobody is signed in?"""

import asyncio
from collections.abc import AsyncIterator

from tests.support.desk import DeskSite

PATIENCE = 10


async def told(lines: AsyncIterator[str]) -> str:
    """What the next event of a stream says."""
    return await anext(line.removeprefix("data: ") async for line in lines if line.startswith("data:"))


async def test_a_page_hears_which_onboarding_has_changed(site: DeskSite) -> None:
    """So that the page of another customer need not fetch itself anew."""
    one, other = site.opened(), site.opened(id="2")
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/me")).text
        after = page.partition("/desk/changes?after=")[2].partition('"')[0]
        async with browser.stream("GET", f"/desk/changes?after={after}", timeout=PATIENCE) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            hearing = asyncio.create_task(told(lines))
            other.tell("note", note="Theirs", by="jonas.weber")
            assert other.id == await asyncio.wait_for(hearing, PATIENCE)
            one.tell("note", note="Ours", by="jonas.weber")
            assert one.id == await asyncio.wait_for(told(lines), PATIENCE)


async def test_what_came_between_page_and_stream_is_heard_at_once(site: DeskSite) -> None:
    """Of whichever onboarding it was."""
    site.opened()
    async with (
        site.signed_in("viewer") as browser,
        browser.stream("GET", "/desk/changes?after=0", timeout=PATIENCE) as answer,
    ):
        assert "*" == await asyncio.wait_for(told(answer.aiter_lines()), PATIENCE)
