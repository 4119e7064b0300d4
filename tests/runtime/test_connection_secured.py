"""Does a process connect to a Temporal that asks for a certificate or a key, and say what to do when it cannot?"""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from structlog.testing import capture_logs
from temporalio.client import Client, WorkflowExecutionCount
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from runtime.connection import (
    BadTemporalProfile,
    CannotReachTemporal,
    SearchAttributesMissing,
    connect,
    register_search_attributes,
)
from starter.doors.schedules import keep_schedule
from tests.support import servers
from tests.support.temporal_fronts import PERMISSION_DENIED, KeyDoor, Papers, behind_tls, passing_on_to
from workflows.visibility import ALL_KEYS

temporal_address = servers.temporal_address


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile of the machine that runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path)


@pytest.fixture
async def mutual_tls(temporal_address: str, papers: Papers) -> AsyncIterator[str]:
    """A real Temporal, behind TLS that asks every client for a certificate."""
    async with behind_tls(papers, passing_on_to(temporal_address), asks_for_certificate=True) as address:
        yield address


async def test_a_certificate_named_in_the_environment_opens_the_door(
    mutual_tls: str, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables are Temporal's own, as its CLI reads them."""
    certificate, key = papers.client()
    monkeypatch.setenv("TEMPORAL_ADDRESS", mutual_tls)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", papers.server_authority)
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", certificate)
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", key)

    client = await connect()

    await register_search_attributes(client, ALL_KEYS)


async def test_a_profile_opens_it_too(mutual_tls: str, papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file holds several environments, chosen by their names."""
    certificate, key = papers.client()
    profile = papers.folder / "temporal.toml"
    profile.write_text(
        f"""[profile.production]
        address = "{mutual_tls}"
        namespace = "default"
        [profile.production.tls]
        server_ca_cert_path = "{papers.server_authority}"
        client_cert_path = "{certificate}"
        client_key_path = "{key}"
        """
    )
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profile))
    monkeypatch.setenv("TEMPORAL_PROFILE", "production")

    client = await connect()

    await register_search_attributes(client, ALL_KEYS)


@pytest.mark.parametrize("of", ["nobody", "another authority"])
async def test_who_shows_no_good_certificate_is_told_which_to_name(
    of: str, mutual_tls: str, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transport says only that the server hung up."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", mutual_tls)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", papers.server_authority)
    if of == "another authority":
        certificate, key = papers.client(of=trustme.CA())
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", certificate)
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", key)

    line = await _refusal(CannotReachTemporal)

    assert mutual_tls in line
    assert "TEMPORAL_TLS_CLIENT_CERT_PATH" in line


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "TEMPORAL_TLS=true"),
        ({"TEMPORAL_TLS": "true"}, "TEMPORAL_TLS_SERVER_CA_CERT_PATH names its file"),
        (
            {"TEMPORAL_TLS_SERVER_NAME": "temporal.example.com", "TEMPORAL_TLS_SERVER_CA_CERT_PATH": "AUTHORITY"},
            "TEMPORAL_TLS_SERVER_NAME says which",
        ),
        ({"TEMPORAL_TLS_CLIENT_CERT_PATH": "CERTIFICATE"}, "TEMPORAL_TLS_CLIENT_KEY_PATH belong together"),
        (
            {"TEMPORAL_TLS_CLIENT_CERT_PATH": "CERTIFICATE", "TEMPORAL_TLS_CLIENT_KEY_PATH": "CERTIFICATE"},
            "should name a private key in PEM",
        ),
    ],
)
async def test_each_slip_with_tls_names_the_variable_that_mends_it(
    variables: dict[str, str], told: str, mutual_tls: str, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is one line."""
    files = {"AUTHORITY": papers.server_authority, "CERTIFICATE": papers.client()[0]}
    for name, value in {"TEMPORAL_ADDRESS": mutual_tls, **variables}.items():
        monkeypatch.setenv(name, files.get(value, value))

    assert told in await _refusal(CannotReachTemporal)


async def test_a_certificate_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A volume may not have been mounted."""
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere/worker.pem")

    assert "/nowhere/worker.pem" in await _refusal(BadTemporalProfile)


@pytest.mark.parametrize("address", ["https://temporal.example.com:7233", "temporal.example.com"])
async def test_an_address_is_a_host_and_a_port(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a port the client itself would look for port 80."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)

    assert f"host:port, like localhost:7233, not {address}" in await _refusal(BadTemporalProfile)


async def test_tls_to_a_server_without_is_told(temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API key requires TLS: otherwise it could be read on the way."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPORAL_API_KEY", "hush")

    line = await _refusal(CannotReachTemporal)

    assert "no TLS is spoken there" in line
    assert "hush" not in line


async def test_an_api_key_goes_along_with_every_call(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key goes along as a bearer token."""
    door = KeyDoor("the-key")
    monkeypatch.setenv("TEMPORAL_API_KEY", "the-key")
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", papers.server_authority)

    async with behind_tls(papers, door, asks_for_certificate=False) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        client = await connect()
        await register_search_attributes(client, ALL_KEYS)

    assert len(door.shown) == 3
    assert set(door.shown) == {"Bearer the-key"}


async def test_a_key_that_may_not_keep_schedules_costs_one_line(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker only needs to be allowed to work; somebody else then runs the sweep."""
    door = KeyDoor("the-key", refuses={"CreateSchedule": PERMISSION_DENIED})
    monkeypatch.setenv("TEMPORAL_API_KEY", "the-key")
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", papers.server_authority)
    async with behind_tls(papers, door, asks_for_certificate=False) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        client = await connect()

        with capture_logs() as lines:
            await keep_schedule(client, task_queue="day90")

    assert [("sweep_not_scheduled", "warning", "PERMISSION_DENIED")] == [
        (line["event"], line["log_level"], line["reason"]) for line in lines
    ]


@pytest.mark.parametrize("key", ["", "another-key"])
async def test_a_missing_or_wrong_api_key_is_told(key: str, papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message does not repeat the key."""
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", papers.server_authority)
    if key:
        monkeypatch.setenv("TEMPORAL_API_KEY", key)

    async with behind_tls(papers, KeyDoor("the-key"), asks_for_certificate=False) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        line = await _refusal(CannotReachTemporal)

    assert "TEMPORAL_API_KEY is missing or not valid there" in line
    assert "another-key" not in line


async def test_a_namespace_that_is_not_there_is_told(temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise people would wait for a worker that polls nothing."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    client = await connect()

    with pytest.raises(SearchAttributesMissing, match=r"^there is no namespace nowhere: create it [^\n]*$"):
        await register_search_attributes(client, ALL_KEYS)


@dataclass(frozen=True)
class ForAdministrators:
    """A Temporal in which only administrators manage search attributes; searches go to a real one."""

    real: Client
    namespace: str = "default"

    @property
    def operator_service(self) -> "ForAdministrators":
        return self

    async def list_search_attributes(self, _: Any) -> None:
        raise RPCError("not for you", RPCStatusCode.PERMISSION_DENIED, b"")

    add_search_attributes = list_search_attributes

    async def count_workflows(self, query: str) -> WorkflowExecutionCount:
        return await self.real.count_workflows(query)


async def test_what_administrators_have_added_is_enough(temporal_address: str) -> None:
    """The administrators' worker need not be allowed to list search attributes."""
    theirs = ForAdministrators(await connect(address=temporal_address))

    await register_search_attributes(cast(Client, theirs), ALL_KEYS)


async def test_what_administrators_have_not_added_is_named_with_its_type(temporal_address: str) -> None:
    """With name and type the administrators can add it."""
    theirs = ForAdministrators(await connect(address=temporal_address))
    unknown = SearchAttributeKey.for_keyword_list("NobodyHasAdded")

    with pytest.raises(SearchAttributesMissing, match=r"add to namespace default: NobodyHasAdded \(KeywordList\)$"):
        await register_search_attributes(cast(Client, theirs), [*ALL_KEYS, unknown])


async def _refusal(kind: type[Exception]) -> str:
    with pytest.raises(kind) as refusal:
        await connect()
    line = str(refusal.value)
    assert "\n" not in line
    return line
