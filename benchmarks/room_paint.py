"""How soon does the first page stand on a slow device, and what does it load? In Chromium, with its CPU slowed down.

Largest Contentful Paint on loopback with the CPU four times slower, in turn with a page that has one word; the best of
all rounds of each. Every round is a browser without a cache. The stream of a page is no part of what it loads: it is
opened when the page stands. Nor is the icon of the tab, which browsers ask for by themselves and which has no body.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser

from benchmarks.report import say
from benchmarks.room_parts import PageProcess, Seat
from tests.support.browsers import a_browser, program
from tests.support.servers import free_port

SLOWER = 4
EMPTY = b"<!doctype html><html lang=en><title>empty</title><p>empty"
SETTLES_MS = 500
PAINTED = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
  .observe({type: 'largest-contentful-paint', buffered: true}))"""


async def first_paint(process: PageProcess, seat: Seat, *, rounds: int) -> Mapping[str, Any]:
    """Paint of the home against that of an empty page, and what the home loads."""
    if program() is None:
        say("no browser: the first paint is left out")
        return {}
    port = free_port()
    server = await asyncio.start_server(_answer_empty, "127.0.0.1", port)
    homes: list[float] = []
    empties: list[float] = []
    requests, size = 0, 0
    async with server, a_browser() as browser:
        for _ in range(rounds):
            empties.append((await _load(browser, f"http://127.0.0.1:{port}/"))[0])
            took, requests, size = await _load(browser, f"{process.address}/", token=seat.token)
            homes.append(took)
    say(f"painted after {min(homes):.0f} ms, an empty page after {min(empties):.0f} ms")
    return {
        "paint_ms": min(homes),
        "empty_paint_ms": min(empties),
        "paint_ratio": min(homes) / min(empties),
        "first_page_requests": requests,
        "first_page_kb": size / 1000,
    }


async def _load(browser: Browser, address: str, *, token: str = "") -> tuple[float, int, int]:
    """Milliseconds until the largest paint, requests, and bytes as they went over the wire, heads included."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    if token:
        await context.add_cookies([{"name": "day90", "value": token, "url": address}])
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    requests: set[str] = set()
    sizes: list[int] = []

    def asked(event: dict[str, Any]) -> None:
        if event.get("type") != "EventSource" and not event["request"]["url"].endswith("/favicon.ico"):
            requests.add(event["requestId"])

    def came(event: dict[str, Any]) -> None:
        if event["requestId"] in requests:
            sizes.append(int(event["encodedDataLength"]))

    tools.on("Network.requestWillBeSent", asked)
    tools.on("Network.loadingFinished", came)
    await tools.send("Network.enable")
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(address, wait_until="load")
    await page.wait_for_timeout(SETTLES_MS)
    painted = float(await page.evaluate(PAINTED))
    await context.close()
    return painted, len(requests), sum(sizes)


async def _answer_empty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(EMPTY)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + EMPTY)
    await writer.drain()
    writer.close()
