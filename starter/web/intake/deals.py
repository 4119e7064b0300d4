"""How does a closed deal come in from any sender? `/intake/deals`: the JSON of a deal file, with a bearer token."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from domain.inbox import Incoming
from domain.refusal import InvalidDeal
from domain.rules.admission import read_deal
from domain.trouble import NotReachable
from playbooks.mappings.files import MappingFile
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.roads import Road
from starter.web.problems import Problem, problem_of
from starter.web.reading import bearer, is_one_of, read_json

SOURCE = "deals"


def deals_road(settings: Settings) -> Road:
    tokens = each_secret(settings.deals_token)
    read = _foreign_deal(MappingFile(settings.deals_mapping)) if settings.deals_mapping else _deal_file

    def admit(call: Call) -> None:
        if not is_one_of(bearer(call.headers), tokens):
            raise Problem("unauthenticated", "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})

    def take(call: Call) -> Sequence[Incoming]:
        raw = read_json(call.body)
        subject = read(raw)
        # The same deal with other content is a correction, and worth another look.
        content = hashlib.sha256(json.dumps(raw, sort_keys=True).encode("utf-8", "replace")).hexdigest()
        key = f"{subject}/{content[:16]}"
        return [Incoming(source=SOURCE, kind="deal_closed", key=key, subject=subject, body=raw)]

    return Road(path="/intake/deals", take=take if tokens else None, answer=accepted, admit=admit)


def _deal_file(raw: Any) -> str:
    """The deal that it is about. Raises Problem when it is no deal file."""
    try:
        deal = read_deal(raw)
    except InvalidDeal as refusal:
        raise problem_of(refusal) from None
    return f"{deal.source}-{deal.id}"


def _foreign_deal(mapping: MappingFile) -> Callable[[Any], str]:
    """The same for records of another shape. What the mapping does not read is kept: it may be the mapping's fault."""

    def read(raw: Any) -> str:
        if not isinstance(raw, Mapping):
            raise Problem("invalid", "a record is one JSON object", field="record")
        try:
            told = mapping.raw(raw)
        except (InvalidDeal, NotReachable):
            return ""
        return f"{told['source']}-{told['id']}" if "id" in told else ""

    return read


ACCEPTED = JSONResponse({"accepted": True}, status_code=202)
ACKNOWLEDGED = Response(status_code=202)
"""Made once: they are the same for every delivery."""


def accepted(_: Call) -> Response:
    """202: it is kept, and what follows from it follows."""
    return ACCEPTED


def acknowledged(_: Call) -> Response:
    """The same for webhooks, whose senders look at the status alone: a body is another write to the socket."""
    return ACKNOWLEDGED
