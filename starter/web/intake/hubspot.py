"""How does HubSpot deliver changes of deals? To `/intake/hubspot`: signed batches of events.

Of each event only its subject is kept. The deal itself is read from HubSpot later, as it is then: events come in any
order and more than once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from domain.inbox import Incoming
from domain.refusal import what_is_wrong
from domain.wire import Wire
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.deals import acknowledged
from starter.web.intake.hubspot_signature import Version, is_fresh, signed
from starter.web.intake.roads import Road
from starter.web.problems import Problem
from starter.web.reading import is_one_of, read_json

SOURCE = "hubspot"
DEAL = "0-3"
"""HubSpot's id of the object type "deal"."""
STAGE = "dealstage"
MERGED = "deal_merged"
KINDS: Mapping[str, str] = {
    "propertyChange": "stage_changed",
    "creation": "deal_created",
    "restore": "deal_restored",
    "deletion": "deal_deleted",
    "merge": MERGED,
}
"""Our kind of each event that is kept, by the last word of HubSpot's name for it. Other events leave no row."""


class Event(Wire):
    """An event of a deal, as far as we need it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, coerce_numbers_to_str=True)

    subscription_type: str
    object_id: int = Field(gt=0)
    occurred_at: int = Field(ge=0)
    portal_id: int | None = None
    property_name: str | None = Field(None, max_length=200)
    property_value: str | None = Field(None, max_length=200)
    primary_object_id: int | None = None
    merged_object_ids: tuple[int, ...] = Field((), max_length=100)
    new_object_id: int | None = None


def hubspot_road(settings: Settings) -> Road:
    """The road for HubSpot; closed without its client secret."""
    secrets, version = each_secret(settings.hubspot_secret), settings.hubspot_signature

    def take(call: Call) -> Sequence[Incoming]:
        verify(call, secrets, version=version)
        events = read_json(call.body)
        if not isinstance(events, list):
            raise Problem("invalid", "a batch of HubSpot is a JSON array of events")
        return list(_of_deals(events))

    return Road(path="/intake/hubspot", take=take if secrets else None, answer=acknowledged)


def verify(call: Call, secrets: tuple[str, ...], *, version: Version) -> None:
    """Raise Problem unless HubSpot signed the call with one of the secrets, in that version and within five minutes."""
    name = "x-hubspot-signature-v3" if version == "v3" else "x-hubspot-signature"
    given, timestamp = call.headers.get(name, ""), call.headers.get("x-hubspot-request-timestamp", "")
    if not given:
        raise Problem("unauthenticated", f"the header {name} is missing: signature {version} is expected")
    if version == "v3" and not is_fresh(timestamp, now=call.now):
        raise Problem("unauthenticated", "x-hubspot-request-timestamp is not within five minutes of our clock")
    expected = tuple(
        signed(version, secret, method=call.method, url=call.url, body=call.body, timestamp=timestamp)
        for secret in secrets
    )
    if not is_one_of(given, expected):
        raise Problem("unauthenticated", f"the signature is not HubSpot's for {call.method} {_without_query(call.url)}")


def _of_deals(events: list[Any]) -> Iterator[Incoming]:
    for number, raw in enumerate(events):
        if not isinstance(raw, dict):
            raise Problem("invalid", "an event is a JSON object", field=f"[{number}]")
        kind = _kind(raw)
        if kind is None:
            continue
        try:
            event = Event.model_validate(raw)
        except ValidationError as error:
            field, reason = what_is_wrong(error)
            raise Problem("invalid", reason, field=f"[{number}].{field}") from None
        yield from _of_merge(event) if kind == MERGED else [_incoming(event, kind)]


def _kind(raw: Mapping[str, Any]) -> str | None:
    """Our kind of an event; None when it is not about a deal's stage or existence."""
    about, _, what = str(raw.get("subscriptionType", "")).partition(".")
    if about != "deal" and not (about == "object" and raw.get("objectTypeId") == DEAL):
        return None
    if what == "propertyChange" and raw.get("propertyName") != STAGE:
        return None
    return KINDS.get(what)


def _incoming(event: Event, kind: str) -> Incoming:
    # The key has no eventId, which HubSpot does not promise to be unique, and no subscription: a change of stage that
    # two subscriptions report is one change.
    parts = (kind, event.object_id, event.property_name or "", event.property_value or "", event.occurred_at)
    return Incoming(
        source=SOURCE,
        kind=kind,
        key="/".join(str(part) for part in parts),
        subject=f"{SOURCE}-{event.object_id}",
        body=event.model_dump(by_alias=True, exclude_defaults=True),
    )


def _of_merge(event: Event) -> Iterator[Incoming]:
    """One delivery for each deal that was merged into another; its subject is the deal that is gone."""
    into = event.new_object_id or event.primary_object_id or event.object_id
    gone = sorted({*event.merged_object_ids, event.primary_object_id or into} - {into})
    told = event.model_dump(by_alias=True, exclude_none=True, include={"portal_id", "occurred_at"})
    for id in gone:
        yield Incoming(
            source=SOURCE,
            kind=MERGED,
            key=f"{MERGED}/{id}/{into}/{event.occurred_at}",
            subject=f"{SOURCE}-{id}",
            body={**told, "objectId": id, "mergedInto": into, "merged": gone},
        )


def _without_query(url: str) -> str:
    return url.partition("?")[0]
