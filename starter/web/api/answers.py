"""How does an answer of the API look? Pages, ETags, and the problems that each operation may tell."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Header, Path
from pydantic import BaseModel
from starlette.responses import Response

from starter.web.problems import CONTENT_TYPE, KINDS, Problem

OnboardingId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$",
        description="as `start_onboarding` answered it: onboarding-<source>-<deal id>",
        examples=["onboarding-file-pinecrest_2026"],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(description="ETag of the state that you have; 304 when it is still so", max_length=2_000),
]
CHECK_FIRST = "private, no-cache"
"""As Cache-Control: to be kept by the caller alone, and to be asked about with its ETag."""

ALWAYS = ("unauthenticated", "not-allowed", "invalid", "too-many", "unexpected", "not-reachable")
WRITING = ("malformed", "in-progress", "key-reused", "too-large", "too-slow")


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer with beside its success, by status, for the OpenAPI document."""
    by_status: dict[int, list[str]] = {}
    for kind in (*ALWAYS, *kinds):
        by_status.setdefault(KINDS[kind].status, []).append(kind)
    return {status: _documented(tuple(dict.fromkeys(of_it))) for status, of_it in sorted(by_status.items())}


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(shown: BaseModel, *, known: str | None, media_type: str = "application/json") -> Response:
    """The answer with its ETag; 304 when the caller knows it already."""
    body = shown.model_dump_json(by_alias=True).encode()
    return tagged_bytes(body, known=known, media_type=media_type)


def tagged_bytes(body: bytes, *, known: str | None, media_type: str = "application/json") -> Response:
    headers = {"ETag": etag_of(body), "Cache-Control": CHECK_FIRST}
    if known is not None and _is_among(headers["ETag"], known):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "it is still as your ETag says"}}
TAGGED: dict[str, Any] = {"headers": {"ETag": {"description": "of this state", "schema": {"type": "string"}}}}


def _is_among(etag: str, known: str) -> bool:
    """By the weak comparison, as If-None-Match wants it."""
    given = [part.strip().removeprefix("W/") for part in known.split(",")]
    return "*" in given or etag in given


def _documented(kinds: Sequence[str]) -> dict[str, Any]:
    titles = "; ".join(KINDS[kind].title for kind in kinds)
    shown = {kind: {"value": Problem(kind, "what is the matter this time").document()} for kind in kinds}
    headers = {}
    if KINDS[kinds[0]].status in (401, 403):
        headers["WWW-Authenticate"] = {"description": "RFC 6750", "schema": {"type": "string"}}
    if KINDS[kinds[0]].status in (429, 503):
        headers["Retry-After"] = {"description": "seconds", "schema": {"type": "string"}}
    content = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "examples": shown}
    documented: dict[str, Any] = {"description": titles, "content": {CONTENT_TYPE: content}}
    return {**documented, "headers": headers} if headers else documented
