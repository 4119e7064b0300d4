"""How does a process connect to Temporal, and what does it say when it cannot?"""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

DEFAULT_ADDRESS = "localhost:7233"

# A server that does not answer at all: a closed port fails at once, a firewall that swallows packets never does.
PATIENCE = timedelta(seconds=10)


# What helps, by words in the transport's message, which comes from tonic and rustls. The first entry that fits counts.
_REMEDIES = (
    (
        "InvalidCertificate(UnknownIssuer)",
        "its certificate is from an authority that nobody here trusts: TEMPORAL_TLS_SERVER_CA_CERT_PATH names its file",
    ),
    (
        "InvalidCertificate(NotValidForName",
        "its certificate is for another name: TEMPORAL_TLS_SERVER_NAME says which one is meant",
    ),
    (
        "InvalidMessage(InvalidContentType)",
        "no TLS is spoken there: another address, or no TEMPORAL_TLS_… and no API key",
    ),
    ("PrivateKeyParseError", "TEMPORAL_TLS_CLIENT_KEY_PATH should name a private key in PEM"),
    (
        "both client cert and private key",
        "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH belong together",
    ),
    ("code: Unauthenticated", "TEMPORAL_API_KEY is missing or not valid there"),
    ("code: PermissionDenied", "TEMPORAL_API_KEY or the client certificate gives no access to TEMPORAL_NAMESPACE"),
    # A server that wants a certificate says so by a TLS alert, or hangs up; one that wants TLS hangs up.
    *(
        (
            words,
            "it may want TLS (TEMPORAL_TLS=true), and a certificate that it trusts (TEMPORAL_TLS_CLIENT_CERT_PATH,"
            " TEMPORAL_TLS_CLIENT_KEY_PATH)",
        )
        for words in (
            "AlertReceived",
            "fatal alert",
            "close_notify",
            "broken pipe",
            "BrokenPipe",
            "ConnectionReset",
            "operation was canceled",
        )
    ),
)


class SharedPayloadConverter(CompositePayloadConverter):
    """Temporal's converter for pydantic models, of whose parts the process has one each.

    The SDK makes a payload converter for each run of a workflow and two for each of its activations. Each would have
    what reads our models made anew, before its first one.
    """

    _parts = tuple(PydanticPayloadConverter().converters.values())

    def __init__(self) -> None:
        super().__init__(*self._parts)


DATA_CONVERTER = DataConverter(payload_converter_class=SharedPayloadConverter)


class CannotReachTemporal(Exception):
    """No connection to Temporal. A retry helps once the server is up; otherwise the operator must act."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"cannot reach Temporal at {address}: {reason}")
        self.address = address


class BadTemporalProfile(Exception):
    """Temporal's own configuration (TEMPORAL_… variables, its profile file) is unusable. The operator must act."""


class SearchAttributesMissing(Exception):
    """The namespace lacks search attributes and they could not be added. The operator must act."""


async def connect(*, address: str | None = None, runtime: Runtime | None = None) -> Client:
    """A client with our data converter, connected as Temporal's own environment variables and profiles say.

    With `address`, which is `host:port`, it connects there and nowhere else, and ignores them: the embedded server must
    never be mistaken for the production one that a profile names. Raises CannotReachTemporal (after `PATIENCE` at the
    latest) and BadTemporalProfile.
    """
    config = ClientConnectConfig(target_host=address) if address else _profile()
    target = config.setdefault("target_host", DEFAULT_ADDRESS)
    if "://" in target or not target.rpartition(":")[2].isdigit():
        raise BadTemporalProfile(f"Temporal's address should be host:port, like {DEFAULT_ADDRESS}, not {target}")
    try:
        return await asyncio.wait_for(
            Client.connect(**config, data_converter=DATA_CONVERTER, runtime=runtime),
            timeout=PATIENCE.total_seconds(),
        )
    except TimeoutError:
        raise CannotReachTemporal(target, f"no answer within {PATIENCE.total_seconds():.0f} s") from None
    except (RuntimeError, ValueError) as failure:
        raise CannotReachTemporal(target, _explained(failure)) from failure


def namespace() -> str:
    """The namespace that Temporal's environment variables and profiles name. Raises BadTemporalProfile."""
    return _profile().get("namespace", "default")


def _profile() -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config()
    except OSError as failure:
        raise BadTemporalProfile(
            f"Temporal's configuration cannot be used: {failure.filename}: {failure.strerror}"
        ) from failure
    except (RuntimeError, ValueError) as failure:
        raise BadTemporalProfile(f"Temporal's configuration cannot be used: {_one_line(failure)}") from failure


async def register_search_attributes(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    """Add the search attributes that the namespace lacks; the others are left alone, so every process may call it.

    Raises SearchAttributesMissing where there is no such namespace, where an attribute exists with another type, or
    where only administrators may add them (Temporal Cloud) and have not: then the error names what they should add.
    """
    wanted = {key.name: int(key.indexed_value_type) for key in keys}
    present = await _present_types(client)
    if clashing := sorted(name for name, kind in wanted.items() if present.get(name, kind) != kind):
        raise SearchAttributesMissing(f"search attributes exist with another type: {_listed(clashing, wanted)}")
    missing = sorted(wanted.keys() - present.keys())
    if not missing:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={name: IndexedValueType.ValueType(wanted[name]) for name in missing},
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as failure:
        if failure.status == RPCStatusCode.NOT_FOUND:
            raise SearchAttributesMissing(
                f"there is no namespace {client.namespace}: create it (`temporal operator namespace create`), or name"
                " another in TEMPORAL_NAMESPACE"
            ) from failure
        unknown = [name for name in missing if not await _can_be_searched(client, name)]
        if failure.status == RPCStatusCode.ALREADY_EXISTS or not unknown:
            return
        raise SearchAttributesMissing(
            f"cannot add search attributes ({_one_line(failure)}); add to namespace {client.namespace}:"
            f" {_listed(unknown, wanted)}"
        ) from failure


async def _present_types(client: Client) -> dict[str, int]:
    """The types of the namespace's own search attributes, by name; empty where the server does not let us ask."""
    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError:
        return {}
    return dict(answer.custom_attributes)


async def _can_be_searched(client: Client, name: str) -> bool:
    """Whether a search may name the attribute; works also where only administrators may list the attributes."""
    try:
        await client.count_workflows(f"{name} IS NOT NULL")
    except RPCError:
        return False
    return True


def _listed(names: Sequence[str], kinds: dict[str, int]) -> str:
    """The attributes with their types as the Temporal CLI writes them: `NextDue (Datetime), Owner (Keyword)`."""
    return ", ".join(f"{name} ({_type_name(kinds[name])})" for name in names)


def _type_name(kind: int) -> str:
    constant = IndexedValueType.Name(IndexedValueType.ValueType(kind))
    return constant.removeprefix("INDEXED_VALUE_TYPE_").title().replace("_", "")


def _explained(failure: Exception) -> str:
    """The transport's message, and what helps where we know it."""
    remedy = next((remedy for words, remedy in _REMEDIES if words in str(failure)), None)
    return f"{_innermost(failure)}; {remedy}" if remedy else _innermost(failure)


def _innermost(failure: Exception) -> str:
    """The innermost message, like `Connection refused`, of the transport's nested Debug print; else the whole line."""
    messages = re.findall(r'(?:message|error): "([^"]+)"', str(failure))
    return messages[-1] if messages else _one_line(failure)


def _one_line(failure: Exception) -> str:
    return " ".join(str(failure).split())
