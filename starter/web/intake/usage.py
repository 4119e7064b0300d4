"""How is use of the product delivered? To `/v1/track`, `identify`, `group` and `batch`, as Segment's clients send it.

Usage is written in groups of thousands and does not pass through the inbox: there is much of it, and no single event
matters.
"""

import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.refusal import Refused
from domain.usage import Sent, Usage, ignored_in, read_envelope, read_usage, with_envelope
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
"""The most messages left out of a batch, and the most ignored fields, that are named in the answer."""
ALONE = ("track", "identify", "group", "page", "screen", "alias")
BATCH = ("batch", "import")
"""Two names of one thing: older clients say import."""
SHORT = {"b": "batch", "t": "track", "i": "identify", "g": "group", "p": "page", "s": "screen", "a": "alias"}
"""What the clients of browsers and of telephones call, by the first letter."""


Taking = Callable[[Request], Awaitable[Response]]


class LeftOut(NamedTuple):
    """A message of a batch that is not kept. The others are: after an error a client would drop the whole batch."""

    message: int
    field: str
    reason: str


def usage_routes(parts: WebParts) -> list[Route]:
    """The addresses of Segment's HTTP API; closed (404) where no write key is set."""
    keys = each_secret(parts.settings.segment_write_key)

    def admit(head: Call) -> None:
        # A key in the header is looked at before anything is read. Many clients send theirs within the body.
        if head.headers.get("authorization"):
            _refuse_strangers({_user(head.headers)}, keys)

    async def read(request: Request, largest: int) -> tuple[Call, Any]:
        """The call and the JSON in its body. Raises Problem, and ClientDisconnect."""
        if not keys:
            raise Problem("not-found", "this road is closed: no write key is set")
        call = await call_of(request.scope, request.receive, settings=parts.settings, largest=largest, admit=admit)
        call = call._replace(body=_unpacked(call, largest))
        raw = read_json(call.body)
        if not call.headers.get("authorization"):
            _refuse_strangers(_keys_in(raw), keys)
        return call, raw

    async def keep(usage: list[Usage]) -> None:
        if usage:
            await parts.usage.keep(usage)
            parts.usage_bell.ring()

    def alone(kind: str) -> Taking:
        async def take(request: Request) -> Response:
            try:
                call, message = await read(request, LARGEST_MESSAGE)
            except ClientDisconnect:
                return Response(status_code=400)
            if not isinstance(message, dict):
                raise Problem("invalid", "one JSON object is expected")
            message = {**message, "type": kind}
            try:
                usage = read_usage(message, Sent(None, call.now), oldest=_oldest(parts, call))
            except Refused as refusal:
                raise Problem("invalid", refusal.reason, field=refusal.field) from None
            await keep([usage] if usage else [])
            return _answer((), [one._asdict() for one in ignored_in(message)])

        return take

    async def take_batch(request: Request) -> Response:
        try:
            call, raw = await read(request, LARGEST_BATCH)
        except ClientDisconnect:
            return Response(status_code=400)
        usage, left_out, ignored = _read_batch(raw, call, oldest=_oldest(parts, call))
        await keep(usage)
        return _answer(left_out, ignored)

    by_name: dict[str, Taking] = {kind: alone(kind) for kind in ALONE} | dict.fromkeys(BATCH, take_batch)
    by_name |= {letter: by_name[name] for letter, name in SHORT.items()}
    return [Route(f"/v1/{name}", take, methods=["POST"]) for name, take in by_name.items()]


def _answer(left_out: Sequence[LeftOut], ignored: Sequence[Mapping[str, Any]]) -> Response:
    told: dict[str, Any] = {"success": True}
    if left_out:
        told |= {"left_out": len(left_out), "first": [message._asdict() for message in left_out[:MOST_TOLD]]}
    if ignored:
        told |= {"ignored": ignored[:MOST_TOLD]}
    return JSONResponse(told)


def _keys_in(raw: Any) -> set[str]:
    """The write keys that a body names: its own, else those of the messages in its batch."""
    if not isinstance(raw, dict):
        return set()
    messages = raw.get("batch")
    named = [raw] if raw.get("writeKey") else messages if isinstance(messages, list) else []
    return {str(one["writeKey"]) for one in named if isinstance(one, dict) and one.get("writeKey")}


def _refuse_strangers(given: Collection[str], keys: tuple[str, ...]) -> None:
    """Raise Problem unless there is a key and each is one of ours."""
    if not given or not all(is_one_of(key, keys) for key in given):
        reason = "the write key is needed, as user of basic authentication or as writeKey in the body"
        raise Problem("unauthenticated", reason, headers={"WWW-Authenticate": 'Basic realm="day90"'})


def _oldest(parts: WebParts, call: Call) -> datetime:
    return call.now - timedelta(days=parts.settings.usage_days)


def _read_batch(
    raw: Any, call: Call, *, oldest: datetime
) -> tuple[list[Usage], list[LeftOut], list[Mapping[str, Any]]]:
    """The usage in a batch, the messages left out, and the fields that are ignored. Raises Problem."""
    messages = raw.get("batch") if isinstance(raw, dict) else None
    if not isinstance(messages, list):
        raise Problem("invalid", "a list of messages is expected", field="batch")
    if len(messages) > MOST_IN_A_BATCH:
        raise Problem("too-large", f"at most {MOST_IN_A_BATCH} messages are taken at once")
    envelope = read_envelope(raw, received_at=call.now)
    ignored: list[Mapping[str, Any]] = [one._asdict() for one in envelope.ignored]
    usage: list[Usage] = []
    left_out: list[LeftOut] = []
    any_too_large = len(call.body) > LARGEST_MESSAGE
    for number, message in enumerate(messages):
        try:
            if any_too_large and len(to_json(message)) > LARGEST_MESSAGE:
                raise Refused(f"is larger than {LARGEST_MESSAGE} bytes", field="message")
            read = read_usage(with_envelope(message, envelope.beneath), envelope.sent, oldest=oldest)
        except Refused as refusal:
            left_out.append(LeftOut(number, refusal.field, refusal.reason))
            continue
        if read is not None:
            usage.append(read)
        ignored += [{"message": number, **one._asdict()} for one in ignored_in(message)]
    return usage, left_out, ignored


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
