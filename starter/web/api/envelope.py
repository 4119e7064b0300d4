"""What goes around every answer of the API? A request id, security headers, and answers to HEAD and OPTIONS."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import structlog
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OURS = ("/api/", "/openapi.json")
REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
CAREFUL = {
    # An answer is no web page, and no browser should guess that it is.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
KEEPS_NOTHING = "no-store"
"""For Cache-Control: an answer holds what one token may see, and others behind the same proxy may not."""
LONGEST_SHOWN = 200
"""Characters of a path that go into the log: anybody may send a path of any length."""
log = structlog.get_logger()


@dataclass
class Envelope:
    """ASGI middleware around the app. Requests outside the API pass untouched: for deliveries microseconds count."""

    app: ASGIApp
    api: FastAPI
    _addresses: "Sequence[tuple[re.Pattern[str], str]]" = field(default=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OURS):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        began = time.perf_counter()
        method = scope["method"]
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in CAREFUL.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", KEEPS_NOTHING)
                if status == 405:
                    headers["Allow"] = self._allowed(scope["path"]) or headers.get("allow", "")
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A thread of the pool inherits it, so that every line about this request can be found by it.
        with structlog.contextvars.bound_contextvars(request=request_id):
            if method == "OPTIONS" and (allowed := self._allowed(scope["path"])):
                await dressed({"type": "http.response.start", "status": 204, "headers": [(b"allow", allowed.encode())]})
                await dressed({"type": "http.response.body", "body": b""})
                return
            as_get = {**scope, "method": "GET"} if method == "HEAD" else scope
            await self.app(as_get, receive, dressed)
            took = round((time.perf_counter() - began) * 1000, 1)
            write = log.info if method not in ("GET", "HEAD") else log.debug
            write("api_request", method=method, path=scope["path"][:LONGEST_SHOWN], status=status, took_ms=took)

    def _allowed(self, path: str) -> str:
        """The methods of an address, as the OpenAPI document lists them; empty for an unknown address."""
        self._addresses = self._addresses or _addresses(self.api.openapi()["paths"])
        return next((methods for pattern, methods in self._addresses if pattern.fullmatch(path)), "")


def _addresses(paths: Mapping[str, Mapping[str, object]]) -> "Sequence[tuple[re.Pattern[str], str]]":
    addresses = []
    # An address in plain words comes before one with a parameter in its place.
    for path in sorted(paths, key=lambda path: path.count("{")):
        parts = re.split(r"(\{\w+\})", path)
        pattern = "".join(_part(part) if part.startswith("{") else re.escape(part) for part in parts)
        methods = [method.upper() for method in paths[path]]
        methods += ["HEAD"] if "GET" in methods else []
        addresses.append((re.compile(pattern), ", ".join([*sorted(methods), "OPTIONS"])))
    return addresses


def _part(parameter: str) -> str:
    # Keys of the journal have slashes.
    return ".+" if parameter == "{key}" else "[^/]+"


def _request_id(scope: Scope) -> str:
    """The caller's own request id if it may stand in a log, else a new one."""
    given: bytes = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else uuid4().hex
