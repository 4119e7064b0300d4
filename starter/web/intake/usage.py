"""How is use of the product delivered? To `/v1/track`, `identify`, `group` and `batch`, as Segment's clients send it.

Usage is written in groups of thousands and does not pass through the inbox: there is much of it, and no single event
matters.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.refusal import Refused
from domain.usage import Sent, Usage, moment, read_usage
from runtime.settings import each_secret
from starter.web.calls import Call, call_of
from starter.web.parts import WebParts
from starter.web.problems import Problem
from starter.web.reading import is_one_of, read_json

LARGEST_BATCH = 512_000
LARGEST_MESSAGE = 32_768
MOST_IN_A_BATCH = 2_500
"""Segment's own limits (its HTTP Tracking API); its clients keep to them."""
MOST_TOLD = 20
"""The most messages left out of a batch that are named in the answer."""
ALONE = ("track", "identify", "group", "page", "screen", "alias")


class LeftOut(NamedTuple):
    """A message of a batch that is not kept. The others are: after an error a client would drop the whole batch."""

    message: int
    field: str
    reason: str


def usage_routes(parts: WebParts) -> list[Route]:
    """The addresses of Segment's HTTP API; closed (404) where no write key is set."""
    keys = each_secret(parts.settings.segment_write_key)

    def admit(head: Call) -> None:
        if not is_one_of(_user(head.headers), keys):
            wanted = {"WWW-Authenticate": 'Basic realm="day90"'}
            raise Problem("unauthenticated", "the write key is needed, as user of basic authentication", headers=wanted)

    async def call(request: Request, largest: int) -> Call:
        if not keys:
            raise Problem("not-found", "this road is closed: no write key is set")
        read = await call_of(request.scope, request.receive, settings=parts.settings, largest=largest, admit=admit)
        return read._replace(body=_unpacked(read, largest))

    async def keep(usage: list[Usage]) -> None:
        if usage:
            await parts.usage.keep(usage)
            parts.usage_bell.ring()

    def alone(kind: str) -> Route:
        async def take(request: Request) -> Response:
            try:
                read = await call(request, LARGEST_MESSAGE)
            except ClientDisconnect:
                return Response(status_code=400)
            message = read_json(read.body)
            if not isinstance(message, dict):
                raise Problem("invalid", "one JSON object is expected")
            try:
                usage = read_usage({**message, "type": kind}, Sent(None, read.now), oldest=_oldest(parts, read))
            except Refused as refusal:
                raise Problem("invalid", refusal.reason, field=refusal.field) from None
            await keep([usage] if usage else [])
            return JSONResponse({"success": True})

        return Route(f"/v1/{kind}", take, methods=["POST"])

    async def take_batch(request: Request) -> Response:
        try:
            read = await call(request, LARGEST_BATCH)
        except ClientDisconnect:
            return Response(status_code=400)
        usage, left_out = _read_batch(read, oldest=_oldest(parts, read))
        await keep(usage)
        first = [message._asdict() for message in left_out[:MOST_TOLD]]
        return JSONResponse({"success": True, **({"left_out": len(left_out), "first": first} if first else {})})

    return [*(alone(kind) for kind in ALONE), Route("/v1/batch", take_batch, methods=["POST"])]


def _oldest(parts: WebParts, call: Call) -> datetime:
    return call.now - timedelta(days=parts.settings.usage_days)


def _read_batch(call: Call, *, oldest: datetime) -> tuple[list[Usage], list[LeftOut]]:
    raw = read_json(call.body)
    messages = raw.get("batch") if isinstance(raw, dict) else None
    if not isinstance(messages, list):
        raise Problem("invalid", "a list of messages is expected", field="batch")
    if len(messages) > MOST_IN_A_BATCH:
        raise Problem("too-large", f"at most {MOST_IN_A_BATCH} messages are taken at once")
    try:
        sent = Sent(moment(raw.get("sentAt"), field="sentAt"), call.now)
    except Refused as refusal:
        raise Problem("invalid", refusal.reason, field=refusal.field) from None
    usage: list[Usage] = []
    left_out: list[LeftOut] = []
    any_too_large = len(call.body) > LARGEST_MESSAGE
    for number, message in enumerate(messages):
        try:
            if any_too_large and len(to_json(message)) > LARGEST_MESSAGE:
                raise Refused(f"is larger than {LARGEST_MESSAGE} bytes", field="message")
            read = read_usage(message, sent, oldest=oldest)
        except Refused as refusal:
            left_out.append(LeftOut(number, refusal.field, refusal.reason))
        else:
            if read is not None:
                usage.append(read)
    return usage, left_out


def _user(headers: Mapping[str, str]) -> str:
    """The user name of basic authentication; empty when there is none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, _ = base64.b64decode(given.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return ""
    return user.decode("utf-8", "replace")


def _unpacked(call: Call, largest: int) -> bytes:
    """The body, unpacked if the client packed it with gzip. Raises Problem."""
    match call.headers.get("content-encoding", "identity").lower():
        case "identity" | "":
            return call.body
        case "gzip":
            return _unzipped(call.body, largest)
    raise Problem("wrong-media-type", "the body may be packed by gzip, or not at all", field="content-encoding")


def _unzipped(body: bytes, largest: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(body, largest + 1)
    except zlib.error:
        raise Problem("malformed", "the body is no gzip") from None
    if len(unpacked) > largest:
        raise Problem("too-large", f"at most {largest} bytes are taken here, unpacked")
    if not unpacking.eof:
        raise Problem("malformed", "the gzip of the body is cut off")
    return unpacked
