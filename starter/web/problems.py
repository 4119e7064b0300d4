"""How is an error told over HTTP? As a problem document (RFC 9457), never as a traceback."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.refusal import InvalidDeal, Refused, what_is_wrong
from domain.rules.admission import NAMED_FIRST
from domain.trouble import NotFound, NotReachable, UnknownOnboarding
from playbooks.complaint import BadPlaybook, UnknownPlaybook
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.trouble import InvalidNews

CONTENT_TYPE = "application/problem+json"
AGAIN_IN = "5"
"""Seconds, as Retry-After, where the trouble is ours: a database or a server that restarts is back by then."""
log = structlog.get_logger()


class Kind(NamedTuple):
    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, "This is not what it says it is"),
    "unauthenticated": Kind(401, "Who is calling?"),
    "not-allowed": Kind(403, "This caller may not do that"),
    "not-found": Kind(404, "There is nothing here by that name"),
    "method-not-allowed": Kind(405, "This address does not take that method"),
    "too-slow": Kind(408, "The request did not come to its end in time"),
    "refused": Kind(409, "The business does not allow this now"),
    "in-progress": Kind(409, "The same request is still being worked on"),
    "precondition-failed": Kind(412, "It has changed meanwhile"),
    "too-large": Kind(413, "This is more than we take at once"),
    "wrong-media-type": Kind(415, "This media type is not understood here"),
    "invalid": Kind(422, "A field is not as it should be"),
    "key-reused": Kind(422, "This Idempotency-Key stands for another request"),
    "precondition-required": Kind(428, "Say which state this is meant for"),
    "too-many": Kind(429, "Too many requests"),
    "unusable-playbook": Kind(500, "A playbook cannot be used as it is written"),
    "unexpected": Kind(500, "Something went wrong on our side"),
    "not-reachable": Kind(503, "A part of day90 does not answer now"),
}
"""Every problem there is, by the last part of its `type`."""


class ProblemDocument(BaseModel):
    """A problem as it is answered (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="urn:day90:problem: and its name")
    title: str = Field(description="the same for every problem of that type")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is the matter this time, and what would be right")
    field: str | None = Field(None, description="the field of what was sent that it is about")


class Problem(Exception):
    """A request that is answered with a problem document. `kind` is one of KINDS; `headers` go along."""

    def __init__(self, kind: str, detail: str, *, field: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        status, title = KINDS[self.kind]
        told: dict[str, Any] = {"type": f"urn:day90:problem:{self.kind}", "title": title, "status": status}
        return {**told, "detail": self.detail, **({"field": self.field} if self.field else {})}

    def response(self) -> Response:
        return JSONResponse(
            self.document(), status_code=KINDS[self.kind].status, headers=self.headers, media_type=CONTENT_TYPE
        )


def problem_of(trouble: Exception) -> Problem:
    """The problem that an error of ours is. What nobody foresaw is `unexpected`, and nothing of it is told."""
    match trouble:
        case Problem():
            return trouble
        case InvalidDeal() | InvalidNews():
            return Problem("invalid", trouble.reason, field=trouble.field)
        case Refused():
            return Problem("refused", trouble.reason, field=trouble.field)
        case NotFound() | UnknownOnboarding() | UnknownPlaybook():
            return Problem("not-found", str(trouble))
        case BadPlaybook():
            # Of the sender nothing is wrong; whoever runs day90 finds the line with `day90 playbook lint`.
            return Problem("unusable-playbook", "`day90 playbook lint` says where; it is not yours to mend")
        case NotReachable():
            return Problem("not-reachable", str(trouble), headers={"Retry-After": AGAIN_IN})
        case CannotReachTemporal() | BadTemporalProfile():
            return Problem("not-reachable", "Temporal does not answer", headers={"Retry-After": AGAIN_IN})
        case SQLAlchemyError():
            return Problem("not-reachable", "the database does not answer", headers={"Retry-After": AGAIN_IN})
        case HTTPException():
            return _of_http(trouble)
        case RequestValidationError():
            return _of_validation(trouble)
    return Problem("unexpected", "it was logged; tell whoever runs this day90 when")


def answer_to(trouble: Exception, *, path: str) -> Response:
    """The problem as an answer; ours are logged."""
    problem = problem_of(trouble)
    if problem.kind == "unexpected":
        log.error("request_failed", path=path, kind=type(trouble.__cause__ or trouble).__name__, exc_info=trouble)
    elif problem.kind == "not-reachable":
        log.warning("request_not_served", path=path, reason=problem.detail)
    return problem.response()


def _of_http(trouble: HTTPException) -> Problem:
    by_status = {400: "malformed", 401: "unauthenticated", 403: "not-allowed", 404: "not-found"}
    by_status |= {405: "method-not-allowed", 413: "too-large", 415: "wrong-media-type", 422: "invalid"}
    kind = by_status.get(trouble.status_code, "unexpected")
    details = {"not-found": "no such address", "method-not-allowed": "see Allow for what it takes"}
    return Problem(kind, details.get(kind, str(trouble.detail)), headers=trouble.headers)


def _of_validation(trouble: RequestValidationError) -> Problem:
    """The first complaint, without the input: it may hold names."""
    found = trouble.errors()
    if found[0]["type"] == "json_invalid":
        return Problem("malformed", "the body is no JSON")
    # FastAPI keeps the complaints alone; in the error that they came from, they are told in our words.
    details = [InitErrorDetails(type=one["type"], loc=one["loc"], input=None, ctx=one.get("ctx", {})) for one in found]
    field, said = what_is_wrong(ValidationError.from_exception_data("request", details))
    # Where it stands (query, path, header) is told where the name alone would not do.
    field = field.removeprefix("body").lstrip(".")
    if not field and (named := NAMED_FIRST.fullmatch(said)):
        field, said = named["field"], named["reason"]
    return Problem("invalid", said, field=field or "body")


OURS: tuple[type[Exception], ...] = (
    Problem,
    Refused,
    NotFound,
    NotReachable,
    UnknownOnboarding,
    UnknownPlaybook,
    BadPlaybook,
    SQLAlchemyError,
    CannotReachTemporal,
    BadTemporalProfile,
    HTTPException,
    RequestValidationError,
    Exception,
)
"""What is caught one by one: an error that goes by its base class Exception alone is raised again by the server."""


def tell_problems(app: FastAPI) -> None:
    """Have every error of the app answered as a problem."""

    async def told(request: Request, trouble: Exception) -> Response:
        return answer_to(trouble, path=request.scope["path"])

    for kind in OURS:
        app.add_exception_handler(kind, told)
