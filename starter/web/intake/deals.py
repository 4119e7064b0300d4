"""How does any sender deliver a closed deal? To `/intake/deals`: a deal file as JSON, with a bearer token."""

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
    """The road for deal files, or for records that a mapping of the installation turns into deal files."""
    tokens = each_secret(settings.deals_token)
    read = _foreign_deal(MappingFile(settings.deals_mapping)) if settings.deals_mapping else _deal_file

    def admit(call: Call) -> None:
        if not is_one_of(bearer(call.headers), tokens):
            raise Problem("unauthenticated", "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})

    def take(call: Call) -> Sequence[Incoming]:
        raw = read_json(call.body)
        subject = read(raw)
        # The same deal with other content is a correction, and a delivery of its own.
        content = hashlib.sha256(json.dumps(raw, sort_keys=True).encode("utf-8", "replace")).hexdigest()
        key = f"{subject}/{content[:16]}"
        return [Incoming(source=SOURCE, kind="deal_closed", key=key, subject=subject, body=raw)]

    return Road(path="/intake/deals", take=take if tokens else None, answer=accepted, admit=admit)


def _deal_file(raw: Any) -> str:
    """The subject of a delivery: the deal that a deal file is about. Raises Problem when it is no deal file."""
    try:
        deal = read_deal(raw)
    except InvalidDeal as refusal:
        raise problem_of(refusal) from None
    return f"{deal.source}-{deal.id}"


def _foreign_deal(mapping: MappingFile) -> Callable[[Any], str]:
    """A reader of the subject of records that a mapping translates.

    A record whose id the mapping cannot read is kept, with an empty subject: the mapping may be wrong.
    """

    def read(raw: Any) -> str:
        if not isinstance(raw, Mapping):
            raise Problem("invalid", "a record is one JSON object", field="record")
        try:
            return f"{mapping.source()}-{mapping.id(raw)}"
        except (InvalidDeal, NotReachable):
            return ""

    return read


ACCEPTED = JSONResponse({"accepted": True}, status_code=202)
ACKNOWLEDGED = Response(status_code=202)
"""Both made once: they are the same for every delivery."""


def accepted(_: Call) -> Response:
    """202 with a body: the delivery is kept, and will be worked through."""
    return ACCEPTED


def acknowledged(_: Call) -> Response:
    """202 without a body, for webhooks: their senders look only at the status, and a body is one more write."""
    return ACKNOWLEDGED
