"""Does the embedded stack come up, keep its data, and end with everything that it started?"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from domain.clock import DAY
from runtime.connection import connect
from runtime.settings import load_settings
from starter.cli.codes import USAGE, code_of
from starter.cli.demo.playing import OURS_ALONE
from starter.cli.installation import installation_at
from starter.cli.options import Where
from starter.embedded import restarting
from starter.embedded.children import Child
from starter.embedded.folder import RunningStack, announce, held, running_on
from starter.embedded.stack import child_environment, first, listening
from starter.embedded.tcp_ports import Ports, asked_for, first_free
from starter.trouble import CannotStart, Fell
from tests.support import servers
from tests.support.onboardings import sample_deal
from tests.support.servers import DAY90, PORT_FLAGS, Stack, free_port
from tests.support.waiting import wait_until

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux")


stack = servers.stack


def children_of(pid: int) -> set[int]:
    """The processes that this one started."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found |= {int(child) for child in tasks.read_text().split()}
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie that nobody has buried does not."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


def gone_within(pids: set[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pids)


def deal_file(folder: Path) -> str:
    path = folder / "deal.json"
    path.write_text(json.dumps(sample_deal()), encoding="utf-8")
    return str(path)


@linux_only
def test_a_day_with_the_stack(stack: Stack, tmp_path: Path) -> None:
    """Up, one onboarding, Ctrl-C; up again, and it is still there and goes on; SIGTERM."""
    first = stack.up()
    children = children_of(first.pid)
    assert 4 == len(children)

    started = stack.asked("start", deal_file(tmp_path))
    assert not started["already"]
    assert started["temporal_ui"].endswith(f"/namespaces/default/workflows/{started['onboarding']}")
    assert stack.asked("start", deal_file(tmp_path))["already"]

    helper = subprocess.Popen([DAY90, "worker", "--data", str(stack.data)], stderr=subprocess.PIPE, text=True)
    assert helper.stderr is not None
    while "worker_started" not in (line := helper.stderr.readline()):
        assert line, "a second worker of the same stack did not start"
    helper.terminate()
    helper.communicate(timeout=30)
    assert 0 == helper.returncode

    refused = stack.script("done", "lindenau", "gone_live")
    assert 3 == refused.returncode
    assert refused.stderr.startswith("day90: milestone: gone_live has to wait for")
    assert "Traceback" not in refused.stderr
    stack.day90("done", "lindenau", "no_such", code=3)
    stack.day90("done", "somebody else", "kickoff_held", code=4)

    second = subprocess.run(
        [DAY90, "up", "--data", str(stack.data), "--temporal-port", str(free_port()), "--ui-port", str(free_port())],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 2 == second.returncode
    assert second.stderr.startswith(f"day90: another day90 runs on {stack.data}")
    assert 1 == second.stderr.count("\n")

    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert 130 == first.returncode
    assert set() == alive(children)
    assert running_on(stack.data) is None
    down = stack.day90("done", "lindenau", "handoff_reviewed", code=5)
    assert f"day90: no stack is running on {stack.data}\n" == down.stderr
    assert "day 1 after the close" in stack.day90("why", "lindenau", "handoff_reviewed").stdout
    assert "no worker could be asked" in stack.day90("why", "lindenau", "no_such", code=4).stderr

    again = stack.up()
    assert ["Lindenau Möbelwerke GmbH"] == [line["account"] for line in stack.asked("list")["lines"]]
    progress = stack.asked("done", "lindenau", "handoff_reviewed", "--by", "s.vogel@lindenau-moebel.example")
    assert "handoff_reviewed" not in progress["waiting_for"]

    def reached_by() -> list[str]:
        """Who is written down for it; that is done right after the answer."""
        happened = stack.asked("why", "lindenau", "handoff_reviewed")["happened"]
        return [row["by"] for row in happened if row["kind"] == "milestone_reached"]

    assert ["project_lead"] == wait_until(reached_by)

    children = children_of(again.pid)
    again.terminate()
    again.communicate(timeout=60)
    assert 0 == again.returncode
    assert set() == alive(children)


@linux_only
def test_children_die_with_a_killed_parent(stack: Stack) -> None:
    """kill -9: nobody is left to clean up, the kernel does it; the folder is free again."""
    process = stack.up()
    children = children_of(process.pid)

    process.kill()
    process.communicate()

    assert gone_within(children, 10)
    assert running_on(stack.data) is None


def child_of(pid: int, module: bytes) -> int | None:
    """The one that runs this module of ours."""
    for child in children_of(pid):
        with contextlib.suppress(OSError):
            if b"-m\0" + module in Path(f"/proc/{child}/cmdline").read_bytes() and alive({child}):
                return child
    return None


def next_child(pid: int, module: bytes, *, after: int) -> int:
    until = time.monotonic() + 60
    while (child := child_of(pid, module)) in (None, after):
        assert time.monotonic() < until, "it was not started again"
        time.sleep(0.05)
    assert child is not None
    return child


@linux_only
def test_a_worker_and_a_web_process_that_die_are_started_again(stack: Stack, tmp_path: Path) -> None:
    """A line says so, and the onboarding goes on; Ctrl-C ends the new ones too."""
    process = stack.up()
    worker, web = child_of(process.pid, b"worker"), child_of(process.pid, b"web")
    assert worker is not None
    assert web is not None
    stack.asked("start", deal_file(tmp_path))

    for child, module in ((worker, b"worker"), (web, b"web")):
        os.kill(child, signal.SIGKILL)
        next_child(process.pid, module, after=child)

    progress = stack.asked("done", "lindenau", "handoff_reviewed")
    assert "handoff_reviewed" not in progress["waiting_for"]
    children = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert 130 == process.returncode
    assert f"the worker was killed by signal 9 (see {stack.data}/worker.log); starting it again in 1 s" in said
    assert f"the web process was killed by signal 9 (see {stack.data}/web.log); starting it again in 1 s" in said
    assert set() == alive(children)


@linux_only
def test_a_server_that_dies_ends_the_stack(stack: Stack) -> None:
    """With the log to read: what the others do without it has no sense."""
    process = stack.up()
    children = children_of(process.pid)
    server = next(pid for pid in children if b"start-dev" in Path(f"/proc/{pid}/cmdline").read_bytes())

    os.kill(server, signal.SIGKILL)
    _, said = process.communicate(timeout=60)

    assert 5 == process.returncode
    assert said.startswith("day90: the Temporal server was killed by signal 9")
    assert said.rstrip().endswith(f"(see {stack.data}/temporal.log)")
    assert set() == alive(children)


async def test_what_dies_again_and_again_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After growing pauses. One that ran well in between begins a new row; so does one that cannot be started."""
    monkeypatch.setattr(restarting, "PAUSES", (0.01, 0.02, 0.03))
    said: list[str] = []
    lives = iter(["exit 3", "exit 3", "sleep 2; exit 3", "exit 3", "fall", "exit 3", "exit 3"])
    monkeypatch.setattr(restarting, "WELL_AFTER", 1.5)

    async def start() -> Child:
        life = next(lives)
        if life == "fall":
            raise Fell("it does not answer")
        return await Child.start("a part", ["sh", "-c", life], log=tmp_path / "log", environment=os.environ)

    kept = restarting.Restarted(await start(), start=start, tell=said.append)
    fell = await asyncio.wait_for(kept.fallen(), 20)

    assert str(fell).startswith("a part ended with code 3")
    assert str(fell).endswith("it has ended 4 times in a row")
    again = [line for line in said if line == "a part runs again"]
    assert (5, 4) == (len(said) - len(again), len(again))
    assert "it does not answer; starting it again in 0 s" in said
    assert ["exit 3"] == list(lives)


async def test_what_cannot_be_started_is_tried_again_and_given_up_with_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that has no process left, or no room: often for a moment, and never a traceback."""
    monkeypatch.setattr(restarting, "PAUSES", (0.01, 0.02, 0.03))
    said: list[str] = []
    troubles = iter([None, BlockingIOError(11, "no process"), None, OSError(28, "no room"), OSError(28, "no room")])
    begin = asyncio.create_subprocess_exec

    async def begun(*command: str, **how: Any) -> asyncio.subprocess.Process:
        if trouble := next(troubles):
            raise trouble
        return await begin(*command, **how)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", begun)

    async def start() -> Child:
        return await Child.start("a part", ["sh", "-c", "exit 3"], log=tmp_path / "log", environment=os.environ)

    fell = await asyncio.wait_for(restarting.Restarted(await start(), start=start, tell=said.append).fallen(), 20)

    assert "a part cannot be started: [Errno 11] no process; starting it again in 0 s" in said
    assert "a part cannot be started: [Errno 28] no room; it has ended 4 times in a row" == str(fell)
    assert ["a part runs again"] == [line for line in said if "starting it" not in line]
    assert 4 == len(said)


@pytest.mark.parametrize("part", ["temporal", "worker"])
def test_what_cannot_be_started_at_the_very_first_ends_with_a_line(part: str, tmp_path: Path) -> None:
    """As at a new start; here it is the log that cannot be written."""
    log = tmp_path / f"{part}.log"
    log.mkdir()
    ports = [word for flag in PORT_FLAGS for word in (flag, str(free_port()))]

    done = subprocess.run(
        [DAY90, "up", "--data", str(tmp_path), *ports], capture_output=True, text=True, check=False, timeout=120
    )

    name = {"temporal": "Temporal server", "worker": "worker"}[part]
    said = f"day90: the {name} cannot be started: [Errno 21] Is a directory: '{log}'\n"
    assert (5, said) == (done.returncode, done.stderr), done.stdout


@pytest.mark.parametrize("after", [0, 1])
async def test_a_wrong_setting_is_told_at_once(after: int, tmp_path: Path) -> None:
    """No start mends it, neither when the part ends by it nor when a start says so."""
    said: list[str] = []
    words = "echo DAY90_TEAM should name a file that exists; exit 2"
    ends = Fell(f"the worker ended with code 2: {words[5:]}", code=2)

    async def start() -> Child:
        raise ends

    life = "exit 3" if after else words
    part = await Child.start("the worker", ["sh", "-c", life], log=tmp_path / "log", environment=os.environ)
    fell = await asyncio.wait_for(restarting.Restarted(part, start=start, tell=said.append).fallen(), 20)

    assert "DAY90_TEAM should name a file that exists" in str(fell)
    assert USAGE == code_of(fell)
    assert after == len(said)


@pytest.mark.parametrize("module", ["worker", "web"])
def test_a_process_that_a_setting_keeps_from_beginning_says_so_by_its_exit_code(module: str) -> None:
    """Whoever starts it again where something is away need not where nothing can help."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "DAY90_TEAM": "/nowhere/team.yaml"},
    )

    assert (2, "DAY90_TEAM should name a file that exists\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("flag", ["--temporal-port", "--ui-port"])
def test_a_taken_port_is_one_line_that_names_the_flag(flag: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {name: str(free_port()) for name in PORT_FLAGS} | {flag: str(port)}
        words = [word for pair in ports.items() for word in pair]
        done = subprocess.run(
            [DAY90, "up", "--data", str(tmp_path / "data"), *words], capture_output=True, text=True, check=False
        )

    assert 2 == done.returncode
    assert f"day90: port {port} is taken: choose another with {flag}\n" == done.stderr
    assert not (tmp_path / "data").exists()


def test_ports_that_cannot_be_are_refused_by_flag() -> None:
    with pytest.raises(CannotStart, match="--temporal-port 70000"):
        asked_for(temporal=70_000, ui=None)
    port = free_port()
    with pytest.raises(CannotStart, match=f"--ui-port {port}"):
        asked_for(temporal=port, ui=port)


def test_a_demo_finds_free_ports_by_itself() -> None:
    ports = first_free(temporal=None, ui=None, pages=None)

    assert ports.temporal != ports.ui


def test_closed_runs_are_kept_for_as_long_as_the_setting_says(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself the dev server deletes them after a day."""
    monkeypatch.setenv("DAY90_HISTORY_DAYS", "7")
    stack.up()
    running = running_on(stack.data)
    assert running is not None

    async def kept() -> int:
        client = await connect(address=running.temporal)
        described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        return described.config.workflow_execution_retention_ttl.seconds

    assert 7 * 24 * 3600 == asyncio.run(kept())


def test_an_embedded_worker_finds_no_other_server(tmp_path: Path) -> None:
    """No profile, key or address of Temporal's from outside, and no setting that was dropped."""
    settings = load_settings(flags={"data": tmp_path, "day_length": "2s"})
    outside = {"TEMPORAL_API_KEY": "k", "TEMPORAL_PROFILE": "prod", "DAY90_SMTP_URL": "smtp://real", "PATH": "/bin"}

    child = child_environment(outside, settings=settings, address="127.0.0.1:1")

    assert {name: value for name, value in child.items() if name.startswith("TEMPORAL_")} == {
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_NAMESPACE": "default",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }
    assert "DAY90_SMTP_URL" not in child
    assert ("2.0s", str(tmp_path), "/bin") == (child["DAY90_DAY_LENGTH"], child["DAY90_DATA"], child["PATH"])


def test_a_demo_takes_nothing_of_a_productions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads no mailbox and asks no CRM whose secrets stand in the shell; the company's name it takes."""
    production = {
        "DAY90_IMAP_URL": "imaps://user:password@mail.example.com:993/INBOX",
        "DAY90_HUBSPOT_API_TOKEN": "pat-1",
        "DAY90_SLACK_TOKEN": "xoxb-0123456789",
        "DAY90_DATABASE_URL": "postgresql://day90@db.example.com/day90",
        "DAY90_METRICS": "127.0.0.1:9464",
        "DAY90_COMPANY_NAME": "Kontor",
    }
    for name, value in production.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(flags={"data": tmp_path}).model_copy(update=OURS_ALONE)

    child = child_environment(os.environ, settings=settings, address="127.0.0.1:1")

    assert ["DAY90_COMPANY_NAME"] == [name for name in production if name in child]


def test_every_part_names_the_address_at_which_the_web_process_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker writes it into webhooks, and the command line into a trial of one: `--web-port` counts for all."""
    monkeypatch.delenv("DAY90_WEB_PORT", raising=False)
    monkeypatch.delenv("DAY90_PUBLIC_URL", raising=False)
    ports = Ports(temporal=1, ui=2, web=8123)
    settings = listening(load_settings(flags={"data": tmp_path}), ports)

    worker = child_environment({}, settings=settings, address=ports.address)
    with held(tmp_path):
        announce(tmp_path, RunningStack(temporal="", ui="", task_queue="", day_length=DAY, web=ports.web_url, pid=1))
        installation = installation_at(Where(data=tmp_path))

    assert ("127.0.0.1", "8123") == (worker["DAY90_WEB_HOST"], worker["DAY90_WEB_PORT"])
    assert "http://127.0.0.1:8123" == settings.public_address == installation.public_address


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = subprocess.run(
        [DAY90, "up", "--data", str(tmp_path / "file" / "data"), "--temporal-port", str(free_port()), "--ui-port",
         str(free_port())],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert 2 == done.returncode
    assert "--data" in done.stderr
    assert 1 == done.stderr.count("\n")


def test_a_worker_alone_needs_to_know_its_database(tmp_path: Path) -> None:
    """Beside nobody's stack, with a database of its own, it would take others' work and find nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "DAY90_DATABASE_URL"}

    done = subprocess.run(
        [DAY90, "worker", "--data", str(tmp_path)], capture_output=True, text=True, check=False, env=environment
    )

    assert 2 == done.returncode
    assert "DAY90_DATABASE_URL" in done.stderr
    assert 1 == done.stderr.count("\n")


async def test_a_web_process_that_is_killed_at_its_very_first_start_is_started_again() -> None:
    """One that ends by itself has a cause that no second start mends."""
    outcomes: list[Fell | str] = [Fell("the web process was killed by signal 9", code=-9), "it listens"]
    told: list[str] = []

    async def start() -> Any:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Fell):
            raise outcome
        return outcome

    listening: Any = await first(start, tell=told.append)
    assert "it listens" == listening
    assert ["the web process was killed by signal 9; starting it again"] == told

    outcomes[:] = [Fell("the web process ended with code 5", code=5), "it listens"]
    with pytest.raises(Fell, match="code 5"):
        await first(start, tell=told.append)


def test_the_data_folder_is_ours_alone(tmp_path: Path) -> None:
    """Also one that somebody has made for all to read."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)

    with held(data):
        assert 0o700 == data.stat().st_mode & 0o777
