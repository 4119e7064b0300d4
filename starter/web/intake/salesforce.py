"""How does Salesforce deliver deals? To `/intake/salesforce`: JSON from a Flow's HTTP callout, or Outbound Messages."""

import hashlib
import json
from collections.abc import Sequence
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response

from domain.inbox import Incoming
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.deals import accepted
from starter.web.intake.outbound_message import ACKNOWLEDGED, Notification, read_outbound_message
from starter.web.intake.roads import Road
from starter.web.problems import Problem
from starter.web.reading import bearer, is_one_of, read_json

SOURCE = "salesforce"
OPPORTUNITY = "Opportunity"
SHORT_ID = 15
"""Salesforce writes an id with 15 characters or with 18: the last three only help systems that ignore upper and lower
case."""


def salesforce_road(settings: Settings) -> Road:
    """The road for Salesforce; closed without a token."""
    tokens = each_secret(settings.salesforce_token)
    organizations = {short(id) for id in settings.salesforce_organizations.split()}

    def admit(call: Call) -> None:
        # An Outbound Message cannot carry our header, so its token stands in the address.
        if not is_one_of(bearer(call.headers) or token_of(call.url), tokens):
            raise Problem(
                "unauthenticated",
                "a bearer token is needed, or ?token= in the address where no header can be sent",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def take(call: Call) -> Sequence[Incoming]:
        return of_soap(call.body, organizations) if is_xml(call) else [of_json(read_json(call.body))]

    return Road(path="/intake/salesforce", take=take if tokens else None, answer=answer, admit=admit)


def answer(call: Call) -> Response:
    """The SOAP acknowledgement for an Outbound Message, 202 for JSON."""
    return Response(ACKNOWLEDGED, media_type="text/xml; charset=utf-8") if is_xml(call) else accepted(call)


def is_xml(call: Call) -> bool:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in {"text/xml", "application/xml", "application/soap+xml"}


def token_of(url: str) -> str:
    """The token in the address. A + in it is one: no token has a space, and they are pasted as openssl makes them."""
    return parse_qs(urlsplit(url).query.replace("+", "%2B")).get("token", [""])[0]


def of_json(raw: Any) -> Incoming:
    """The delivery that a Flow sends: `{"Opportunity": {…}, "Account": {…}, "Contacts": […]}`. Raises Problem."""
    if not isinstance(raw, dict) or not isinstance(raw.get(OPPORTUNITY), dict):
        raise Problem("invalid", 'is missing: {"Opportunity": {"Id": …}, "Account": {…}}', field=OPPORTUNITY)
    content = _content(raw)
    opportunity = raw[OPPORTUNITY]
    id = deal_id(opportunity)
    body = {**raw, OPPORTUNITY: {**opportunity, "Id": id}}
    # Won, open again, won again: without a time the third looks like the first, and must not be taken for it.
    changed_at = opportunity.get("SystemModstamp") or opportunity.get("LastModifiedDate")
    key = f"{id}/{content}" if changed_at else f"{id}/{content}/{token_hex(8)}"
    return Incoming(source=SOURCE, kind="opportunity_sent", key=key, subject=f"{SOURCE}-{id}", body=body)


def of_soap(body: bytes, organizations: set[str]) -> list[Incoming]:
    """The opportunities of an Outbound Message; other records are acknowledged and dropped. Raises Problem."""
    message = read_outbound_message(body)
    if organizations and short(message.organization) not in organizations:
        raise Problem("not-allowed", "this organisation is not among those of DAY90_SALESFORCE_ORGANIZATIONS")
    return [_notified(one) for one in message.notifications if one.kind == OPPORTUNITY]


def _notified(notification: Notification) -> Incoming:
    id = deal_id(notification.fields)
    return Incoming(
        source=SOURCE,
        kind="opportunity_notified",
        # Sent again, a notification has the data of that moment, and not of the first time.
        key=f"{notification.id}/{_content(notification.fields)}",
        subject=f"{SOURCE}-{id}",
        body={OPPORTUNITY: {**notification.fields, "Id": id}},
    )


def _content(given: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:16]


def deal_id(opportunity: dict[str, Any]) -> str:
    """The opportunity's id in its long form, in which each id has one spelling. Raises Problem."""
    id = opportunity.get("Id")
    if not isinstance(id, str) or not (id.isascii() and id.isalnum()) or len(id) not in (SHORT_ID, SHORT_ID + 3):
        raise Problem("invalid", "should be an id of 15 or 18 letters and digits", field=f"{OPPORTUNITY}.Id")
    return long(id)


def short(id: str) -> str:
    """The first 15 characters of an id."""
    return id[:SHORT_ID]


def long(id: str) -> str:
    """The id with 18 characters: each of the last three says which letters of five before it are capitals."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    first = short(id)
    capitals = (sum(sign.isupper() << place for place, sign in enumerate(first[at : at + 5])) for at in (0, 5, 10))
    return first + "".join(signs[number] for number in capitals)
