"""Which playbooks are there, and what does each say?"""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from domain.playbook import Playbook
from domain.text import in_language
from domain.wire import Wire
from playbooks.complaint import BadPlaybook
from playbooks.library import json_schema, team_json_schema
from starter.web.api.answers import NOT_MODIFIED, TAGGED, IfNoneMatch, problems, tagged, tagged_bytes
from starter.web.api.gate import api_router, needs
from starter.web.parts import WebParts

SCHEMA_TYPE = "application/schema+json"


class PlaybookLine(Wire):
    key: str
    usable: bool = Field(description="false where its file cannot be used; `day90 playbook lint` says why")
    title: str | None = None
    touch: str | None = None
    from_yearly_value: float | None = Field(None, description="the yearly contract value from which it is chosen")


class PlaybookList(Wire):
    items: tuple[PlaybookLine, ...]


def playbook_routes(parts: WebParts) -> APIRouter:
    router = api_router("playbooks")

    @router.get("/playbooks", summary="List playbooks", openapi_extra=needs("playbooks:read"), responses=problems())
    def list_playbooks() -> PlaybookList:
        """The playbooks that come with day90, and the company's own."""
        keys = parts.library.keys()
        return PlaybookList(items=tuple(_line(parts, key) for key in keys))

    @router.get(
        "/playbooks/{key}",
        summary="One playbook",
        openapi_extra=needs("playbooks:read"),
        response_model=Playbook,
        responses={200: TAGGED, **NOT_MODIFIED, **problems("not-found", "unusable-playbook")},
    )
    def get_playbook(
        key: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")], if_none_match: IfNoneMatch = None
    ) -> Response:
        """The playbook as its YAML says, with the defaults filled in."""
        return tagged(parts.library.get(key), if_none_match=if_none_match)

    @router.get(
        "/schemas/{of}",
        summary="The JSON Schema of playbooks or of the staff directory",
        openapi_extra=needs("playbooks:read"),
        responses={
            200: {**TAGGED, "content": {SCHEMA_TYPE: {"schema": {"type": "object"}}}},
            **NOT_MODIFIED,
            **problems(),
        },
        response_class=Response,
    )
    def get_schema(of: Literal["playbook", "team"], if_none_match: IfNoneMatch = None) -> Response:
        """Schema for editors that complete and check."""
        schema = json_schema() if of == "playbook" else team_json_schema()
        return tagged_bytes(json.dumps(schema).encode(), if_none_match=if_none_match, media_type=SCHEMA_TYPE)

    return router


def _line(parts: WebParts, key: str) -> PlaybookLine:
    try:
        book = parts.library.get(key)
    except BadPlaybook:
        return PlaybookLine(key=key, usable=False)
    return PlaybookLine(
        key=key,
        usable=True,
        title=in_language(book.title, "en"),
        touch=book.touch,
        from_yearly_value=book.from_yearly_value,
    )
