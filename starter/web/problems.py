"""How is an error answered over HTTP? As a problem document (RFC 9457), never as a traceback."""

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
"""Seconds, for Retry-After, where the trouble is ours: a database or a server that restarts is back by then."""
log = structlog.get_logger()


class Kind(NamedTuple):
    """HTTP status and title of a kind of problem."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, "The request cannot be read"),
    "unauthenticated": Kind(401, "The caller is not authenticated"),
    "not-allowed": Kind(403, "This caller may not do that"),
    "not-found": Kind(404, "There is nothing of that name here"),
    "method-not-allowed": Kind(405, "This address does not take that method"),
    "too-slow": Kind(408, "The request did not arrive completely in time"),
    "refused": Kind(409, "The business does not allow this now"),
    "in-progress": Kind(409, "The same request is still being worked on"),
    "precondition-failed": Kind(412, "It has changed meanwhile"),
    "too-large": Kind(413, "The request is larger than we take at once"),
    "wrong-media-type": Kind(415, "This media type is not understood here"),
    "invalid": Kind(422, "A field is not as it should be"),
    "key-reused": Kind(422, "This Idempotency-Key stands for another request"),
    "precondition-required": Kind(428, "Say which state this is meant for"),
    "too-many": Kind(429, "Too many requests"),
    "unusable-playbook": Kind(500, "A playbook cannot be used as it is written"),
    "unexpected": Kind(500, "Something went wrong on our side"),
    "not-reachable": Kind(503, "A part of day90 does not answer now"),
}
"""Every kind of problem, by the last part of its `type`."""


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="urn:day90:problem: and the name of the kind")
    title: str = Field(description="what the kind means; the same for every problem of that type")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what went wrong this time, and what would be right")
    field: str | None = Field(None, description="the field of the request that is concerned")


class Problem(Exception):
    """Raised to answer a request with a problem document. `kind` is a key of KINDS; `headers` go along."""

    def __init__(self, kind: str, detail: str, *, field: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The problem as a ProblemDocument, without what is empty."""
        status, title = KINDS[self.kind]
        common: dict[str, Any] = {"type": f"urn:day90:problem:{self.kind}", "title": title, "status": status}
        return {**common, "detail": self.detail, **({"field": self.field} if self.field else {})}

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        return JSONResponse(
            self.document(), status_code=KINDS[self.kind].status, headers=self.headers, media_type=CONTENT_TYPE
        )


def problem_of(trouble: Exception) -> Problem:
    """The problem document for an error. An error that nobody foresaw is `unexpected`, and its text is not shown."""
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
            # The sender did nothing wrong; whoever runs day90 finds the line with `day90 playbook lint`.
            return Problem(
                "unusable-playbook", "whoever runs this day90 has to mend it: `day90 playbook lint` says where"
            )
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
    return Problem("unexpected", "the error was logged; tell whoever runs this day90 when it happened")


def answer_to(trouble: Exception, *, path: str) -> Response:
    """The answer to an error; an error on our side is logged. `path` is that of the request."""
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
    complaints = trouble.errors()
    if complaints[0]["type"] == "json_invalid":
        return Problem("malformed", "the body is no JSON")
    # FastAPI keeps the complaints alone; our words for them come from pydantic's own error, so it is built again.
    details = [
        InitErrorDetails(type=one["type"], loc=one["loc"], input=None, ctx=one.get("ctx", {})) for one in complaints
    ]
    field, reason = what_is_wrong(ValidationError.from_exception_data("request", details))
    # Query, path or header is named too; the body goes without saying.
    field = field.removeprefix("body").lstrip(".")
    if not field and (named := NAMED_FIRST.fullmatch(reason)):
        field, reason = named["field"], named["reason"]
    return Problem("invalid", reason, field=field or "body")


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
"""Every error that gets a handler of its own: one that is only handled as Exception is raised again by the server."""


def tell_problems(app: FastAPI) -> None:
    """Have every error of the app answered as a problem."""

    async def answered(request: Request, trouble: Exception) -> Response:
        return answer_to(trouble, path=request.scope["path"])

    for kind in OURS:
        app.add_exception_handler(kind, answered)
