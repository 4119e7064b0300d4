"""Which real servers do tests run on? One Temporal dev server for the whole session, and whole stacks of `day90 up`."""

import asyncio
import atexit
import functools
import io
import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from runtime.connection import CannotReachTemporal, SearchAttributesMissing, connect, register_search_attributes
from starter.cli.running import run
from starter.embedded.folder import running_on
from workflows.visibility import ALL_KEYS

DAY90 = str(Path(sys.executable).parent / "day90")
PATIENCE = 60.0
UP_WITHIN = 90.0
PORTS = range(15_000, 32_000)
"""Below those that Linux (from 32768 on) and macOS (from 49152 on) hand out themselves, to whoever names no port."""
PORT_FLAGS = ("--temporal-port", "--ui-port", "--web-port", "--pages-port")


def free_port() -> int:
    """A port on which nobody listens now, and which no system gives to anybody meanwhile.

    Raises OSError after many tries.
    """
    for _ in range(100):
        # Not from the generator of `random`, which hypothesis sets to the same state in every process.
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"none of a hundred ports from {PORTS} is free")


@pytest.fixture(scope="session")
def temporal_address() -> str:
    """The address of a real Temporal server that knows our search attributes."""
    return dev_server()


@functools.cache
def dev_server(*settings: str) -> str:
    """Start it in memory; it ends with the tests. `settings` are of Temporal's own, like `frontend.X=true`."""
    server = DevServer(settings=settings)
    atexit.register(server.end)
    # In a thread, and so in a loop of its own: the tests' loop may be running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(server.start())).result()
    return server.address


@dataclass
class DevServer:
    """A Temporal dev server on a port of its own, in memory or with its file, that may die and come back."""

    file: Path | None = None
    settings: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Return when it answers, and knows our search attributes."""
        program = shutil.which("temporal") or str(Path(sys.executable).parent / "temporal")
        command = [program, "server", "start-dev", "--ip", "127.0.0.1", "--headless", "--log-level", "error"]
        command += ["--port", str(self.port), *(["--db-filename", str(self.file)] if self.file else [])]
        command += [word for setting in self.settings for word in ("--dynamic-config-value", setting)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                client = await connect(address=self.address)
                await register_search_attributes(client, ALL_KEYS)
                return
            except (CannotReachTemporal, SearchAttributesMissing):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """As the kernel does it when memory runs out: nothing is flushed, nobody is told."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Said(NamedTuple):
    stdout: str
    stderr: str


@dataclass
class Stack:
    """`day90 up` as a process, on a folder of its own."""

    data: Path
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    def up(self, *words: str) -> "subprocess.Popen[str]":
        """Start it and wait until others can find it."""
        ports = [word for flag in PORT_FLAGS for word in (flag, str(free_port()))]
        process = subprocess.Popen(
            [DAY90, "up", "--data", str(self.data), *ports, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        until = time.monotonic() + UP_WITHIN
        while running_on(self.data) is None:
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"it did not come up: {process.communicate()}")
            time.sleep(0.1)
        return process

    def day90(self, *words: str, code: int = 0) -> Said:
        """Another command on the same folder, with the exit code it should have; in this process, which is quick."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            left = run([*words, "--data", str(self.data)])
        assert code == left, err.getvalue()
        return Said(out.getvalue(), err.getvalue())

    def script(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The same by the installed script."""
        command = [DAY90, *words, "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def asked(self, *words: str) -> Any:
        return json.loads(self.day90(*words, "--json").stdout)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "data")
    yield stack
    for process in stack.processes:
        if process.poll() is None:
            process.kill()
        process.communicate()
