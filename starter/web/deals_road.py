"""How does a closed deal come in from any sender? `/intake/deals`: the JSON of a deal file, with a bearer token."""

import hashlib
import json
from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from activities.admission import read_deal
from domain.inbox import Incoming
from domain.refusal import InvalidDeal
from runtime.settings import Settings, each_secret
from starter.web.problems import Problem, problem_of
from starter.web.reading import bearer, is_one_of, read_json
from starter.web.roads import Call, Road

SOURCE = "deals"


def deals_road(settings: Settings) -> Road:
    tokens = each_secret(settings.deals_token)

    def take(call: Call) -> Sequence[Incoming]:
        if not is_one_of(bearer(call.headers), tokens):
            raise Problem("unauthenticated", "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
        raw = read_json(call.body)
        try:
            deal = read_deal(raw)
        except InvalidDeal as refusal:
            raise problem_of(refusal) from None
        # The same deal with other content is a correction, and worth another look.
        content = hashlib.sha256(json.dumps(raw, sort_keys=True).encode("utf-8", "replace")).hexdigest()
        key = f"{deal.source}-{deal.id}/{content[:16]}"
        return [Incoming(source=SOURCE, kind="deal_closed", key=key, subject=f"{deal.source}-{deal.id}", body=raw)]

    return Road(path="/intake/deals", take=take if tokens else None, answer=accepted)


def accepted(_: Call) -> Response:
    """202: it is kept, and what follows from it follows."""
    return JSONResponse({"accepted": True}, status_code=202)
