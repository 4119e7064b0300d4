"""How does a process reach Temporal, and what does it say when it cannot?"""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

DEFAULT_ADDRESS = "localhost:7233"

# A server that does not answer at all: a closed port fails at once, a firewall that swallows packets never does.
PATIENCE = timedelta(seconds=10)


class CannotReachTemporal(Exception):
    """No connection to Temporal. A retry helps once the server is up; otherwise the operator must act."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"cannot reach Temporal at {address}: {reason}")
        self.address = address


class BadTemporalProfile(Exception):
    """Temporal's own configuration (TEMPORAL_… variables, its profile file) is unusable. The operator must act."""


class SearchAttributesMissing(Exception):
    """The namespace lacks search attributes and we could not add them. The operator must act."""


async def connect(*, address: str | None = None, runtime: Runtime | None = None) -> Client:
    """A client with our data converter, by Temporal's own environment and profiles.

    With `address` there and nowhere else, whatever the environment says: an embedded server must never be mistaken
    for the production one that a profile names. Raises CannotReachTemporal, BadTemporalProfile.
    """
    config = ClientConnectConfig(target_host=address) if address else _profile()
    there = config.setdefault("target_host", DEFAULT_ADDRESS)
    try:
        return await asyncio.wait_for(
            Client.connect(**config, data_converter=pydantic_data_converter, runtime=runtime),
            timeout=PATIENCE.total_seconds(),
        )
    except TimeoutError:
        raise CannotReachTemporal(there, f"no answer within {PATIENCE.total_seconds():.0f} s") from None
    except (RuntimeError, ValueError) as failure:
        raise CannotReachTemporal(there, _innermost(failure)) from failure


def _profile() -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError) as failure:
        raise BadTemporalProfile(f"Temporal's configuration cannot be used: {_one_line(failure)}") from failure


async def register_search_attributes(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    """Make the namespace know our search attributes; those it knows are left alone, so every process may call it.

    Raises SearchAttributesMissing where a name is taken by another type, or where the server keeps this to its
    administrators (Temporal Cloud): it names what to add there.
    """
    wanted = {key.name: int(key.indexed_value_type) for key in keys}
    known = await _known_types(client)
    if clashing := sorted(name for name, kind in wanted.items() if known.get(name, kind) != kind):
        raise SearchAttributesMissing(f"search attributes exist with another type: {_listed(clashing, wanted)}")
    missing = sorted(wanted.keys() - known.keys())
    if not missing:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={name: IndexedValueType.ValueType(wanted[name]) for name in missing},
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as failure:
        if failure.status == RPCStatusCode.ALREADY_EXISTS:
            return
        raise SearchAttributesMissing(
            f"cannot add search attributes ({_one_line(failure)}); add to namespace {client.namespace}:"
            f" {_listed(missing, wanted)}"
        ) from failure


async def _known_types(client: Client) -> dict[str, int]:
    """The namespace's own search attributes; empty where the server does not let us ask."""
    try:
        found = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError:
        return {}
    return dict(found.custom_attributes)


def _listed(names: Sequence[str], kinds: dict[str, int]) -> str:
    """`NextDue (Datetime), Owner (Keyword)`, as the Temporal CLI wants the types."""
    return ", ".join(f"{name} ({_type_name(kinds[name])})" for name in names)


def _type_name(kind: int) -> str:
    constant = IndexedValueType.Name(IndexedValueType.ValueType(kind))
    return constant.removeprefix("INDEXED_VALUE_TYPE_").title().replace("_", "")


def _innermost(failure: Exception) -> str:
    """`Connection refused` out of the transport's nested Debug print; the whole line where it has no such part."""
    messages = re.findall(r'(?:message|error): "([^"]+)"', str(failure))
    return messages[-1] if messages else _one_line(failure)


def _one_line(failure: Exception) -> str:
    return " ".join(str(failure).split())
