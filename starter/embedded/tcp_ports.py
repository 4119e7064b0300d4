"""On which ports may the embedded stack listen?"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from starter.trouble import CannotStart

LOOPBACK = "127.0.0.1"
TEMPORAL_PORT = 7233
UI_PORT = 8233
WEB_PORT = 8090
PAGES_PORT = 8091
TRIED = 200
"""Ports above the usual one that are tried before we give up: a machine with more in use has other worries."""


WHOSE = {
    "--temporal-port": "Temporal's own port",
    "--ui-port": "the Temporal UI's port",
    "--web-port": "the web process's port",
    "--pages-port": "the page process's port",
}


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The ports of Temporal, its UI, the web and the page process; None where those are not run: the demo has no
    intake."""

    temporal: int
    ui: int
    web: int | None = None
    pages: int | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.temporal}"

    @property
    def ui_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ui}"

    @property
    def web_url(self) -> str | None:
        return f"http://{LOOPBACK}:{self.web}" if self.web else None

    @property
    def pages_url(self) -> str | None:
        return f"http://{LOOPBACK}:{self.pages}" if self.pages else None


def asked_for(*, temporal: int | None, ui: int | None, web: int | None = None, pages: int | None = None) -> Ports:
    """The ports that were named, or the usual ones, all of them free; without `web` and `pages` there is none of those.

    Raises CannotStart naming the flag to change.
    """
    wanted = Ports(temporal=temporal or TEMPORAL_PORT, ui=ui or UI_PORT, web=web, pages=pages)
    flags = {"--temporal-port": wanted.temporal, "--ui-port": wanted.ui}
    flags |= {flag: port for flag, port in (("--web-port", web), ("--pages-port", pages)) if port is not None}
    taken: dict[int, str] = {}
    for flag, port in flags.items():
        if not 0 < port < 65_536:
            raise CannotStart(f"{flag} {port}: a port lies between 1 and 65535")
        if port in taken:
            raise CannotStart(f"{flag} {port}: is {taken[port]} already; choose another")
        taken[port] = WHOSE[flag]
        if reason := _why_not(port):
            raise CannotStart(f"port {port} {reason}: choose another with {flag}")
    return wanted


def first_free(*, temporal: int | None, ui: int | None, pages: int | None) -> Ports:
    """The ports that were named, else the first free one from the usual one on; no web port. Raises CannotStart."""
    temporal = temporal or _free_from(TEMPORAL_PORT, "--temporal-port", other_than=(ui, pages))
    ui = ui or _free_from(UI_PORT, "--ui-port", other_than=(temporal, pages))
    pages = pages or _free_from(PAGES_PORT, "--pages-port", other_than=(temporal, ui))
    return asked_for(temporal=temporal, ui=ui, pages=pages)


def _free_from(first: int, flag: str, *, other_than: Sequence[int | None]) -> int:
    for port in range(first, first + TRIED):
        if port not in other_than and not _why_not(port):
            return port
    raise CannotStart(f"no free port between {first} and {first + TRIED}: name one with {flag}")


def _why_not(port: int) -> str:
    """Why nobody can listen on a port; empty when it is free."""
    with socket.socket() as probe:
        # As the server does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            return "needs more rights than you have"
        except OSError:
            return "is taken"
    return ""
