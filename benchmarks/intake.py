"""What does it cost to store a delivery before it is answered? Signed single-event deliveries against a bare route.

All are served by one web process, called in turn, window by window: HubSpot deliveries of one event each, signed and
each another event, answered once they are in the inbox; and a route that reads its body and answers, once among the
web process' own routes (`requests_ratio`) and once of Starlette alone, with nothing of ours or FastAPI's around it
(`starlette_ratio`). The ratios are of requests a second. PostgreSQL runs as it is installed, with fsync.

Each side is called over 32 connections, as many as a CRM keeps open to one receiver. That bounds neither: the bare
route takes the web process a whole core, and the client two fifths of the other. Deliveries are kept in groups, each of
about half the connections, so that more of them favour the intake and fewer the bare route (`--connections`).
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from benchmarks.calling import CONNECTIONS, Window, call, request_of
from benchmarks.parts import ORDINARY, Kept, free_port, kept, store
from benchmarks.report import figures, say, table
from runtime.connection import CannotReachTemporal
from runtime.settings import load_settings
from starter.embedded.children import Child
from starter.web.app import web_app
from starter.web.serving import serve_app
from store.engine import migrate, open_store
from store.inbox import SqlInbox
from wiring.web import web_parts

SECRET = "benchmark"
PATH = "/intake/hubspot"
BARE, ALONE = "/bare", "/alone"
PAUSE = 0.3


async def serve() -> None:
    """Serve the product's web process with one route more; Temporal is away, so that nothing but the intake works."""
    settings = load_settings()
    migrate(settings.sql_url)

    async def bare(request: Request) -> Response:
        await request.body()
        return Response(status_code=204)

    async def nobody() -> Any:
        await asyncio.sleep(3600)
        raise CannotReachTemporal("", "it is away")

    async with web_parts(settings, reach=nobody) as parts:
        app, alone = web_app(parts), Starlette(routes=[Route(ALONE, bare, methods=["POST"])])
        # Before all others: what finding it costs is not what is compared.
        app.api.router.routes.insert(0, Route(BARE, bare, methods=["POST"]))

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            await (alone if scope["type"] == "http" and scope["path"] == ALONE else app)(scope, receive, send)

        print("serving", flush=True)
        await serve_app(either, settings)


def deliveries(numbers: Iterator[int], *, public_url: str) -> Iterator[bytes]:
    """Requests of one event each, signed as HubSpot signs (version 3)."""
    for number in numbers:
        event = {
            "eventId": number,
            "subscriptionId": 25,
            "portalId": 33,
            "appId": 1160452,
            "occurredAt": 1_700_000_000_000 + number,
            "subscriptionType": "deal.propertyChange",
            "attemptNumber": 0,
            "objectId": 1_000_000 + number,
            "propertyName": "dealstage",
            "propertyValue": "closedwon",
            "changeSource": "CRM",
        }
        body = json.dumps([event], separators=(",", ":")).encode()
        yield request_of(PATH, body, signed(body, public_url), host=public_url.partition("://")[2])


def signed(body: bytes, public_url: str) -> dict[str, str]:
    """The headers of a delivery with that body: HubSpot's signature, version 3, of this moment."""
    moment = str(int(time.time() * 1000))
    content = b"POST" + f"{public_url}{PATH}".encode() + body + moment.encode()
    signature = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest()).decode()
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": moment}


@asynccontextmanager
async def web_process(folder: Path, database_url: str) -> AsyncIterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "DAY90_DATA": str(folder),
        "DAY90_DATABASE_URL": database_url,
        "DAY90_WEB_PORT": str(port),
        "DAY90_HUBSPOT_SECRET": SECRET,
        "DAY90_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "benchmarks.intake", "--serve"]

    async def begin() -> Child:
        return await Child.start("web", command, log=folder / "web.log", environment=environment)

    async with kept(Kept(name="web", begin=begin, says=b"serving")) as part:
        await part.works()
        await asyncio.sleep(1)
        yield port


async def measure(database: str, options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-intake-")))
        storage = await ends.enter_async_context(store(database, folder, options=ORDINARY))
        port = await ends.enter_async_context(web_process(folder, storage.url))

        async def called(requests: Iterator[bytes]) -> Window:
            return await call(port, requests, seconds=options.seconds, connections=options.connections)

        numbers = itertools.count()
        sample = next(deliveries(iter([0]), public_url=""))
        bare_request, alone_request = (sample.replace(PATH.encode(), path.encode(), 1) for path in (BARE, ALONE))
        rounds: list[tuple[Window, Window, Window]] = []
        taken = 0
        for turn in range(options.rounds + 1):
            bare = await called(itertools.repeat(bare_request))
            alone = await called(itertools.repeat(alone_request))
            # Made before the clock runs, so that signing is not in the figure of whom we measure.
            made = list(
                itertools.islice(
                    deliveries(numbers, public_url=f"http://127.0.0.1:{port}"), int(bare.rate * options.seconds)
                )
            )
            await asyncio.sleep(PAUSE)
            intake = await called(iter(made))
            taken += intake.answered - intake.refused
            rates = f"intake {intake.rate:,.0f} a second, bare {bare.rate:,.0f}, Starlette alone {alone.rate:,.0f}"
            say(f"{database} round {turn}: {rates}, {intake.refused} refused")
            if turn:
                rounds.append((intake, bare, alone))
            await asyncio.sleep(PAUSE)
        counted = sum(SqlInbox(open_store(storage.url)).counted().values())
    refused = sum(intake.refused for intake, _, _ in rounds)
    if counted != taken or refused:
        raise SystemExit(f"answered {taken} deliveries, kept {counted}, refused {refused}: the figures mean nothing")
    waits = sorted(wait for intake, _, _ in rounds for wait in intake.waits)
    return {
        "ratio": median(intake.rate / bare.rate for intake, bare, _ in rounds),
        "starlette_ratio": median(intake.rate / alone.rate for intake, _, alone in rounds),
        "intake_per_s": median(intake.rate for intake, _, _ in rounds),
        "bare_per_s": median(bare.rate for _, bare, _ in rounds),
        "starlette_per_s": median(alone.rate for _, _, alone in rounds),
        "p50_s": waits[len(waits) // 2],
        "p99_s": waits[int(len(waits) * 0.99)],
        "kept": counted,
    }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    results = {database: await measure(database, options) for database in options.store}
    head = ("store", "intake / s", "bare / s", "ratio", "Starlette / s", "ratio", "p99 s")
    columns = ("intake_per_s", "bare_per_s", "ratio", "starlette_per_s", "starlette_ratio", "p99_s")
    table(head, [[name, *(measured[column] for column in columns)] for name, measured in results.items()])
    flat = {f"{name}_{figure}": value for name, measured in results.items() for figure, value in measured.items()}
    lowest = {"requests_ratio": min(measured["ratio"] for measured in results.values())}
    return {**lowest, "starlette_ratio": min(measured["starlette_ratio"] for measured in results.values()), **flat}


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.intake", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="pairs of windows that count; one more comes before")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a window")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="over which each side is called")
    parser.add_argument("--store", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.serve:
        uvloop.run(serve())
        return
    figures(asyncio.run(run(options)))


if __name__ == "__main__":
    main(sys.argv[1:])
