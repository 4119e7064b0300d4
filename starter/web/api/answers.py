"""What do answers of the API have in common? ETags, and the problems that each operation documents."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Header, Path
from pydantic import BaseModel
from starlette.responses import Response

from domain.access import Scope
from starter.web.api.gate import key_parameter, needs
from starter.web.problems import CONTENT_TYPE, KINDS, Problem

OnboardingId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$",
        description="the id that `start_onboarding` answered: onboarding-<source>-<deal id>",
        examples=["onboarding-file-pinecrest_2026"],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        description="the ETag of the state that you have; the answer is 304 while that is still current",
        max_length=2_000,
    ),
]
CHECK_FIRST = "private, no-cache"
"""For Cache-Control: only the caller may cache the answer, and must ask with its ETag whether it is still current."""

ALWAYS = ("unauthenticated", "not-allowed", "invalid", "too-many", "unexpected", "not-reachable")
WRITING = ("malformed", "in-progress", "key-reused", "too-large", "too-slow")


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer, by HTTP status, for the OpenAPI document. `kinds` are of KINDS."""
    by_status: dict[int, list[str]] = {}
    for kind in (*ALWAYS, *kinds):
        by_status.setdefault(KINDS[kind].status, []).append(kind)
    return {status: _documented(tuple(dict.fromkeys(names))) for status, names in sorted(by_status.items())}


def writes(scope: Scope) -> dict[str, Any]:
    """What an operation says of itself that changes something of an onboarding: its scope, key and problems."""
    return {
        "openapi_extra": needs(scope),
        "responses": problems(*WRITING, "wrong-media-type", "not-found", "refused"),
        "dependencies": [Depends(key_parameter)],
    }


def etag_of(body: bytes) -> str:
    """The strong ETag of a body, in quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(state: BaseModel, *, if_none_match: str | None, media_type: str = "application/json") -> Response:
    """That state as JSON with its ETag; 304 without a body when `if_none_match` names it already."""
    body = state.model_dump_json(by_alias=True).encode()
    return tagged_bytes(body, if_none_match=if_none_match, media_type=media_type)


def tagged_bytes(body: bytes, *, if_none_match: str | None, media_type: str = "application/json") -> Response:
    """That body with its ETag; 304 without it when `if_none_match` names it already."""
    headers = {"ETag": etag_of(body), "Cache-Control": CHECK_FIRST}
    if if_none_match is not None and _is_among(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "it is still in the state of your ETag"}}
TAGGED: dict[str, Any] = {"headers": {"ETag": {"description": "of this state", "schema": {"type": "string"}}}}


def _is_among(etag: str, if_none_match: str) -> bool:
    """Whether the header names the ETag; by the weak comparison, as If-None-Match demands."""
    given = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in given or etag in given


def _documented(kinds: Sequence[str]) -> dict[str, Any]:
    titles = "; ".join(KINDS[kind].title for kind in kinds)
    examples = {kind: {"value": Problem(kind, "what is the matter this time").document()} for kind in kinds}
    headers = {}
    if KINDS[kinds[0]].status in (401, 403):
        headers["WWW-Authenticate"] = {"description": "RFC 6750", "schema": {"type": "string"}}
    if KINDS[kinds[0]].status in (429, 503):
        headers["Retry-After"] = {"description": "seconds", "schema": {"type": "string"}}
    content = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "examples": examples}
    documented: dict[str, Any] = {"description": titles, "content": {CONTENT_TYPE: content}}
    return {**documented, "headers": headers} if headers else documented
