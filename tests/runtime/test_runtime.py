"""Does a process reach Temporal, say so when it cannot, and log a replayed workflow only once?"""

import io
import json
import logging
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.connection import (
    BadTemporalProfile,
    CannotReachTemporal,
    SearchAttributesMissing,
    connect,
    register_search_attributes,
)
from runtime.logs import configure_logs, name_what_the_core_names

NEXT_DUE = SearchAttributeKey.for_datetime("NextDue")
OPEN_STAGES = SearchAttributeKey.for_keyword_list("OpenStages")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The JSON lines that a process writes to stderr; afterwards logging is as it was."""
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logs(style="json", level="INFO")
    yield stderr
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def binary(name: str) -> str:
    """The binary from PATH, else the one that came with our packages."""
    return shutil.which(name) or str(Path(sys.executable).parent / name)


async def test_a_closed_port_is_one_line_with_the_address() -> None:
    """The transport's nested Debug print is not shown."""
    with pytest.raises(CannotReachTemporal, match=r"^cannot reach Temporal at 127\.0\.0\.1:1: Connection refused$"):
        await connect(address="127.0.0.1:1")


async def test_temporals_own_configuration_says_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one place for it, the same that the Temporal CLI reads."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:2")

    with pytest.raises(CannotReachTemporal, match=r"127\.0\.0\.1:2"):
        await connect()


async def test_the_address_of_an_embedded_server_wins_over_any_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo must never reach the production that a profile names."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:2")

    with pytest.raises(CannotReachTemporal, match=r"127\.0\.0\.1:1: "):
        await connect(address="127.0.0.1:1")


async def test_an_unusable_profile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is one line."""
    (tmp_path / "temporal.toml").write_text("[profile.default\n")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))

    with pytest.raises(BadTemporalProfile, match=r"^Temporal's configuration cannot be used: [^\n]+$"):
        await connect()


async def test_search_attributes_are_registered_once_by_whoever_comes_first() -> None:
    """Every process asks at its start; a name with another type is reported, not overwritten."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=binary("temporal")) as env:
        await register_search_attributes(env.client, [NEXT_DUE])
        await register_search_attributes(env.client, [NEXT_DUE, OPEN_STAGES])
        await register_search_attributes(env.client, [NEXT_DUE, OPEN_STAGES])

        with pytest.raises(SearchAttributesMissing, match=r"another type: NextDue \(Keyword\)$"):
            await register_search_attributes(env.client, [SearchAttributeKey.for_keyword("NextDue")])


def test_our_events_and_the_libraries_records_come_out_alike(log: io.StringIO) -> None:
    """Each is one JSON object a line: event, level, logger, time, keys."""
    structlog.get_logger("ours").info("milestone_late", milestone="uat", name="山田")
    logging.getLogger("theirs").warning("pool %s", "full")
    structlog.get_logger("ours").debug("too_quiet")

    ours, theirs = (json.loads(line) for line in log.getvalue().splitlines())

    assert (ours["event"], ours["milestone"], ours["level"], ours["logger"]) == (
        "milestone_late",
        "uat",
        "info",
        "ours",
    )
    assert "山田" in log.getvalue()
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("pool full", "warning", "theirs")
    assert ours.keys() - {"milestone", "name"} == theirs.keys()


def test_a_line_of_the_core_names_its_workflow_and_quotes_nothing() -> None:
    """The line has no address of an object in memory, and nothing that a workflow was given."""
    entry = SimpleNamespace(fields={"workflow_id": "onboarding-file-1", "failure": "Mika Virtanen"})

    line = name_what_the_core_names(None, "", {"event": "failing task", "temporal_log": entry})

    assert {"event": "failing task", "workflow_id": "onboarding-file-1"} == line


def test_what_anybody_sent_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A requested path can hold characters that colour, hide or add lines."""
    before = logging.getLogger().handlers[:]
    try:
        configure_logs(style="console", level="INFO")
        structlog.get_logger().info("api_request", path="/api/\x1b[2J\x1b[31m山\u202e", status=404)
    finally:
        logging.getLogger().handlers[:] = before

    [line] = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert "\\x1b[2J" in line
    assert "山" in line


def test_a_log_of_json_shows_nothing_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    path = "/api/\x9b31m山\u202e\u2066"
    try:
        configure_logs(style="json", level="INFO")
        structlog.get_logger().info("api_request", path=path)
    finally:
        logging.getLogger().handlers[:] = before

    [line] = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert path == json.loads(line)["path"]


def test_a_traceback_is_logged_without_local_variables(log: io.StringIO) -> None:
    """Local variables hold names and addresses of people."""
    try:
        secret = "yamada@customer.test"
        int("x" if secret else "1")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger().exception("failed too")

    assert log.getvalue().count("ValueError") == 2
    assert "yamada" not in log.getvalue()


@workflow.defn
class Talkative:
    """A workflow that logs before and after a wait: without a cache the first is replayed."""

    @workflow.run
    async def run(self) -> None:
        """Log two events, a day apart."""
        structlog.get_logger().info("before")
        await workflow.sleep(timedelta(days=1))
        structlog.get_logger().info("after")


async def test_what_a_workflow_logged_is_not_logged_again_when_it_is_replayed(log: io.StringIO) -> None:
    """Without a cache each task replays its run from the start."""
    server = binary("temporal-test-server")
    async with (
        await WorkflowEnvironment.start_time_skipping(test_server_existing_path=server) as env,
        Worker(
            env.client,
            task_queue="logs",
            workflows=[Talkative],
            max_cached_workflows=0,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        await env.client.execute_workflow(Talkative.run, id="talkative", task_queue="logs")

    events = [json.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert [event for event in events if event in {"before", "after"}] == ["before", "after"]
