"""What do Temporal's histories hold in clear text? All of every run, with states unpacked."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from typing import Any

from temporalio.client import Client

from domain.agenda.packing import in_json


async def texts_of_histories(client: Client) -> str:
    """Everything that the histories of all workflows hold, in one text; payloads are decoded, packed states too."""
    found: list[str] = []
    async for run in client.list_workflows():
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        history = (await handle.fetch_history()).to_json()
        found += [f"{run.id} {run.run_id}", texts_of(history)]
    return "\n".join(found)


def texts_of(history: str) -> str:
    """Everything that one history holds, in one text; `history` is its JSON."""
    return "\n".join(_all_of(history))


def _all_of(text: str) -> Iterator[str]:
    """The text itself, and whatever is encoded in the strings of its JSON."""
    yield text
    try:
        parsed = json.loads(text)
    except ValueError:
        return
    for string in _strings_in(parsed):
        for layer in _decoded(string):
            yield from _all_of(layer)


def _strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings_in(part)


def _decoded(string: str) -> Iterator[str]:
    try:
        held = base64.b64decode(string, validate=True)
    except (binascii.Error, ValueError):
        return
    try:
        yield in_json(held).decode()
    except zlib.error:
        yield held.decode("utf-8", "replace")
