"""What do tests talk to in a CRM's place? A real HTTP server that hands each call to whoever plays the CRM."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class StandIn:
    """A CRM that is played. `first` are answers that come before any of its own."""

    first: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    silent_for: float = 0.0
    address: str = ""

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """Status and body of what it answers; a body of bytes goes out as it is, any other as JSON, None as none."""
        raise NotImplementedError


Played = TypeVar("Played", bound=StandIn)


@contextmanager
def served(crm: Played) -> Iterator[Played]:
    """The CRM, reachable at its `address`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out as two writes: without this the second waits 40 ms for the other side's receipt.
        disable_nagle_algorithm = True

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            crm.calls.append(f"{self.command} {urlsplit(self.path).path}")
            time.sleep(crm.silent_for)
            if crm.first:
                status, headers, said = crm.first.pop(0)
            else:
                told = {name.lower(): value for name, value in self.headers.items()}
                (status, said), headers = crm.respond(self.command, self.path, told, body), {}
            self._say(status, headers, said)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815  # http.server's names

        def _say(self, status: int, headers: dict[str, str], body: Any) -> None:
            said = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            try:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except ConnectionError:
                pass  # who asked has given up

        def log_message(self, format: str, *args: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who asked was killed meanwhile; whatever else goes wrong is seen by who asked."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    crm.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield crm
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
