"""How is a form read that brings a file? As it comes, within limits, and never whole in memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from domain.files import NotTaken, Wrong
from starter.web.problems import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LARGEST_FIELDS = 64 * 1024
"""Bytes of all fields but the file: 2,000 Japanese characters are 18,000 in a form, and what stands beside them."""
MOST_FIELDS = 50
FILE = "file"
"""The field that the file comes in. It stands last in its form, so that all else is known when it is refused."""
SILENCE = 30.0
"""Seconds until the next bytes of an upload have to come: a bad line is slow, and does not stop."""
LONGEST = 900.0
"""Seconds for an upload in all: 25 MB at 28 kB/s. Whoever sends a byte now and then holds a connection no longer."""
AT_ONCE = 1024 * 1024
"""Bytes that are collected before they are written."""


class Upload(NamedTuple):
    """The fields of a form and the name of the file that came with it, empty for none.

    `wrong` is why it was not read to its end.
    """

    fields: Mapping[str, Sequence[str]]
    name: str
    wrong: Wrong | None = None


class _Parts:
    """What a parser finds in a form of several parts."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self.name = ""
        self.waiting = bytearray()
        self._bytes_of_fields = 0
        self._header = self._value = self._disposition = b""
        self._field = ""
        self._text = bytearray()
        self._is_file = False

    def on_part_begin(self) -> None:
        self._header = self._value = self._disposition = b""
        self._text = bytearray()
        self._field, self._is_file = "", False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        # Of several files the first counts; a field of that kind which is not ours is read past.
        self._is_file = self._field == FILE and not self.name
        if self._is_file:
            self.name = options[b"filename"].decode("utf-8", "replace")
        self._field = ""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.waiting += data[start:end]
        elif self._field:
            self._bytes_of_fields += end - start
            if self._bytes_of_fields > LARGEST_FIELDS:
                raise Problem("too-large", f"the fields of a form have at most {LARGEST_FIELDS} bytes")
            self._text += data[start:end]

    def on_part_end(self) -> None:
        if self._field:
            self.fields.setdefault(self._field, []).append(self._text.decode("utf-8", "replace"))
        if sum(map(len, self.fields.values())) > MOST_FIELDS:
            raise Problem("malformed", "too many fields")
        self._is_file = False


class Taking(Protocol):
    """Takes the bytes of a file."""

    def write(self, chunk: bytes) -> None:
        """Take some bytes. Raises NotTaken where they become too many."""


async def read_upload(request: Request, incoming: Taking, *, largest: int) -> Upload:
    """Read the form; its file goes to `incoming`.

    Of a file that is too large no more than that is read. Raises Problem for what is no such form or comes too slowly,
    and ClientDisconnect.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Problem("malformed", "should be a form that brings a file")
    announced = request.headers.get("content-length", "")
    too_large = announced.isdigit() and int(announced) > largest + LARGEST_FIELDS
    parts = _Parts()
    parser = MultipartParser(options[b"boundary"], _callbacks(parts))
    try:
        async with asyncio.timeout(LONGEST):
            async for chunk in _chunks(request):
                parser.write(chunk)
                if too_large and parts.name:
                    return Upload(parts.fields, parts.name, "file_too_large")
                if len(parts.waiting) >= AT_ONCE:
                    await _write(parts, incoming)
            await _write(parts, incoming)
        parser.finalize()
    except NotTaken as refused:
        return Upload(parts.fields, parts.name, refused.wrong)
    except TimeoutError:
        raise Problem("too-slow", "the upload stood still, or took too long") from None
    except MultipartParseError:
        raise Problem("malformed", "the form cannot be read") from None
    return Upload(parts.fields, parts.name)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    more = True
    while more:
        async with asyncio.timeout(SILENCE):
            message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        if body := message.get("body", b""):
            yield body


async def _write(parts: _Parts, incoming: Taking) -> None:
    content, parts.waiting = bytes(parts.waiting), bytearray()
    if content:
        await asyncio.to_thread(incoming.write, content)


def _callbacks(parts: _Parts) -> "MultipartCallbacks":
    return {
        "on_part_begin": parts.on_part_begin,
        "on_header_field": parts.on_header_field,
        "on_header_value": parts.on_header_value,
        "on_header_end": parts.on_header_end,
        "on_headers_finished": parts.on_headers_finished,
        "on_part_data": parts.on_part_data,
        "on_part_end": parts.on_part_end,
    }
