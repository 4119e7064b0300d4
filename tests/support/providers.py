"""Which identity providers do tests sign in by? One of our own that can be told to lie, and two that others wrote."""

import asyncio
import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2
import uvicorn
from joserfc import jwt
from joserfc.jwk import Key, OctKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.servers import free_port
from tests.support.serving import served

ROOT = Path(__file__).parents[2]
CLIENT, SECRET = "day90-desk", "a-secret-of-the-client-that-is-long"
PASSWORD = "copper kettle at dawn"
"""Of the person whom Django OAuth Toolkit knows."""
KEY, FOREIGN = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def unsigned(claims: Mapping[str, Any]) -> str:
    """A token that anybody may write: it says of itself that it has no signature."""
    parts = ({"alg": "none", "kid": "one"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


@dataclass
class LyingProvider:
    """Signs everybody in at once as `person`, in accordance with the protocol but for what it is told otherwise.

    `claims` stand in its ID tokens instead of the true ones (None leaves one out), `answer` in what it gives the
    browser; `signed_by` and `algorithm` are how it signs. Codes are good once, and for their verifier alone.
    """

    issuer: str
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed_by: Key = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    asked: list[Mapping[str, str]] = field(default_factory=list)
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    async def about(self, _: Request) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse({**told, **self.metadata})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.answer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=303)

    async def token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(sent.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {known}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if (
            asked is None
            or s256(sent.get("code_verifier", "")) != asked.get("code_challenge")
            or sent.get("redirect_uri") != asked.get("redirect_uri")
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        true = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        claims = {name: value for name, value in {**true, **self.claims}.items() if value is not None}
        signed = unsigned(claims) if self.algorithm == "none" else self._signed(claims)
        return JSONResponse({"access_token": "opens", "token_type": "Bearer", "id_token": signed})

    def _signed(self, claims: Mapping[str, Any]) -> str:
        registry = JWSRegistry(algorithms=["RS256", "HS256"], strict_check_header=False)
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, dict(claims), self.signed_by, registry=registry)

    async def more(self, request: Request) -> Response:
        opens = request.headers.get("authorization") == "Bearer opens"
        return JSONResponse(self.userinfo if opens else {}, status_code=200 if opens else 401)


@asynccontextmanager
async def lying_provider() -> AsyncIterator[LyingProvider]:
    """The provider on a port of loopback."""
    port = free_port()
    provider = LyingProvider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.about),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.more),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=port, log_config=None, lifespan="off", ws="none")
    async with served(uvicorn.Server(config)):
        yield provider


def of_our_secret() -> Key:
    """What an attacker signs with who takes our secret for a key that the provider's tokens are checked by."""
    return OctKey.import_key(SECRET)


@asynccontextmanager
async def others_provider() -> AsyncIterator[str]:
    """oidc-provider-mock in a process of its own; its issuer."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    async with _in_a_process("oidc_provider_mock", "--port", str(port), issuer=issuer):
        yield issuer


def toolkit_issuer(port: int) -> str:
    """What Django OAuth Toolkit calls itself on that port."""
    return f"http://127.0.0.1:{port}/o"


@asynccontextmanager
async def toolkit_provider(port: int, *, person: str, address: str, site: str) -> AsyncIterator[None]:
    """Django OAuth Toolkit in a process of its own, with one person, for the desk at that address."""
    told = ("tests.support.toolkit_provider", str(port), person, address, site)
    async with _in_a_process(*told, issuer=toolkit_issuer(port)):
        yield


@asynccontextmanager
async def _in_a_process(module: str, *arguments: str, issuer: str) -> AsyncIterator[None]:
    """A provider whose program that module is, once it answers."""
    command = (sys.executable, "-W", "ignore", "-m", module, *arguments)
    unencrypted = dict.fromkeys(("AUTHLIB_INSECURE_TRANSPORT", "OAUTHLIB_INSECURE_TRANSPORT"), "1")
    environment = {"PATH": "/usr/bin:/bin", **unencrypted}
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet, env=environment, cwd=ROOT)
    try:
        async with asyncio.timeout(30), httpx2.AsyncClient() as client:
            while True:
                with suppress(httpx2.TransportError):
                    await client.get(f"{issuer}/.well-known/openid-configuration")
                    break
                await asyncio.sleep(0.1)
        yield
    finally:
        running.terminate()
        await running.wait()
