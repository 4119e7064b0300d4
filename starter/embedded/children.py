"""How are child processes started and ended? None outlives us, and none is asked twice to end."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import SubprocessError

from starter.trouble import Fell

PR_SET_PDEATHSIG = 1
"""Linux: the signal that the kernel sends a child whose parent has died (prctl(2))."""

TAIL = 4_000
"""Bytes at the end of a log that are read for its last line."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Child:
    """A child process in a session of its own: the terminal's Ctrl-C reaches only us, and we end it in order."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(cls, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> "Child":
        """Start a process with stdout and stderr appended to the log. Raises Fell when it cannot be started."""
        mother = os.getpid()

        def die_with_us() -> None:
            if _libc is None:
                return
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != mother:  # We died between the fork and the line above.
                os._exit(1)

        try:
            with log.open("ab") as file:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=file,
                    stderr=file,
                    env=dict(environment),
                    start_new_session=True,
                    preexec_fn=die_with_us,
                )
        except (OSError, SubprocessError) as trouble:
            # Out of processes, of file descriptors, or of room for the log.
            raise Fell(f"{name} cannot be started: {trouble}") from trouble
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def fallen(self) -> Fell:
        """Wait until it ends; answers, without raising it, the error that says how."""
        code = await self._process.wait()
        if code < 0:
            return Fell(f"{self.name} was killed by signal {-code} (see {self.log})", code=code)
        words = self.last_words()
        return Fell(f"{self.name} ended with code {code}{f': {words}' if words else ''} (see {self.log})", code=code)

    def last_words(self) -> str:
        """The last line of its log; empty when there is none."""
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - TAIL))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
            return lines[-1].removeprefix("Error: ") if lines else ""
        return ""

    async def end(self, *, grace: float) -> None:
        """Ask it to end; kill it after `grace` seconds, or at once when our own task is cancelled meanwhile."""
        if self.ended:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(self._process.wait(), grace)
        if not self.ended:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
