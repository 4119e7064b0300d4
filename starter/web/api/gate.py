"""What is checked of every request to the API? Its token, rate, size and fields, and its Idempotency-Key."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from domain.access import Scope, Token
from starter.web.api.callers import Callers
from starter.web.api.keys import KEY_FORM, Keyed, answered_once, keyed
from starter.web.api.rates import Rates
from starter.web.calls import LARGEST, read_body
from starter.web.parts import WebParts
from starter.web.problems import Problem, problem_of
from starter.web.reading import read_json
from store.keyed_answers import SqlKeyedAnswers
from store.tokens import SqlTokens

SCHEME = "token"
"""The name of our one security scheme in the OpenAPI document; the scope that an operation needs stands beside it."""
Handling = Callable[[Request], Coroutine[Any, Any, Response]]
Body = Literal["none", "json", "streamed"]
"""What an operation reads: nothing, JSON that is read before it is called, or a form of several parts, by itself."""
FORM = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What the gate keeps between requests."""

    callers: Callers
    answers: SqlKeyedAnswers


def gate_of(parts: WebParts) -> Gate:
    rates = Rates(parts.settings.api_rate)
    return Gate(callers=Callers(SqlTokens(parts.engine), rates), answers=SqlKeyedAnswers(parts.engine))


def needs(scope: Scope) -> dict[str, Any]:
    """The scope that an operation needs, as the OpenAPI document states it; the gate reads it from there."""
    return {"security": [{SCHEME: [scope]}]}


class GuardedRoute(APIRoute):
    """An operation behind the gate."""

    def get_route_handler(self) -> Handling:
        handle = super().get_route_handler()
        scope = cast("Scope", (self.openapi_extra or needs_nothing())["security"][0][SCHEME][0])
        asked_for = {field.alias for field in self.dependant.query_params}
        body: Body = "streamed" if is_streamed(self.openapi_extra) else "json" if self.body_field else "none"

        async def guarded(request: Request) -> Response:
            gate: Gate = request.app.state.gate
            token, headers = await gate.callers.admitted(request, scope)
            request.state.token = token
            try:
                _refuse_unknown(request, asked_for)
                response = await _handled(request, gate, token, handle=handle, body=body)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as trouble:
                problem = problem_of(trouble)
                problem.headers.update(headers)
                # Already here, so that an unforeseen error is answered and logged with the request's id as well.
                raise problem from trouble
            response.headers.update(headers)
            return response

        return guarded


def is_streamed(described: Mapping[str, Any] | None) -> bool:
    """Whether an operation takes a form that brings a file, which it reads by itself while it comes."""
    return FORM in (described or {}).get("requestBody", {}).get("content", {})


def needs_nothing() -> Mapping[str, Any]:
    msg = "every operation of the API says which scope it needs"
    raise TypeError(msg)


def api_router(tag: str) -> APIRouter:
    """A router for the operations of one resource, each behind the gate."""
    return APIRouter(prefix="/api/v1", tags=[tag], route_class=GuardedRoute, generate_unique_id_function=name_of)


def name_of(route: APIRoute) -> str:
    """The operation's id in the OpenAPI document: its name."""
    return route.name


def key_parameter(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="a new key for each request, and the same key when that is sent again within 24 hours: then it"
            " counts once and is answered as before",
            max_length=257,
            pattern=f"^{KEY_FORM}$",
            examples=["7a2f6f0c-5a2e-4f6e-9d55-8a1f0a3c9d10"],
        ),
    ] = None,
) -> None:
    """Documents the header in the OpenAPI document; the gate itself reads it before anything else is done."""


def token_of(request: Request) -> Token:
    """The token of the caller, once the request has passed the gate."""
    token: Token = request.state.token
    return token


def key_of(request: Request) -> Keyed | None:
    """The Idempotency-Key of a write; None when it was sent without one."""
    write: Keyed | None = getattr(request.state, "keyed", None)
    return write


async def _handled(request: Request, gate: Gate, token: Token, *, handle: Handling, body: Body) -> Response:
    if request.method == "GET" or body == "streamed":
        return await handle(request)
    content = await read_body(request.headers, request.receive, largest=LARGEST)
    if body == "json":
        _refuse_other_media(request)
        # Where FastAPI finds it: its own reader takes NaN, lone surrogates and any depth.
        request._json = read_json(content)
    request._body = content
    write = keyed(request, content, token=token.id)
    if write is None:
        return await handle(request)
    request.state.keyed = write

    async def answering() -> Response:
        return await handle(request)

    return await answered_once(gate.answers, write, answering)


def _refuse_unknown(request: Request, asked_for: set[str]) -> None:
    """A filter that is misspelt must not answer with everything."""
    if unknown := sorted(set(request.query_params) - asked_for):
        choice = f"there are: {', '.join(sorted(asked_for))}" if asked_for else "there are none here"
        raise Problem("invalid", f"is no parameter that we know; {choice}", field=f"query.{unknown[0][:80]}")


def _refuse_other_media(request: Request) -> None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Problem("wrong-media-type", "send JSON, with Content-Type: application/json")
