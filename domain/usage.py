"""How is usage of the product read? Events as Segment's clients send them, and whose they are.

Of a user nothing is kept but a number made of their id, which may be an address; of properties and traits nothing.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from domain.deal import DealClosed
from domain.refusal import BEYOND_THE_YEARS, Refused, is_within_the_years

LONGEST_NAME = 200
"""Characters of an event's name or a group's id; what is longer is no name but data."""
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
NOBODY = 0
"""The person of an event that came with an anonymousId alone: it counts as an event and not as a user."""
UNGROUPED = ""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS_OF_A_DAY = 86_400_000
VIA_USAGE = "usage"
"""The road of news that usage brings, as the journal names it."""
COUNTED = frozenset({"track"})
JOINING = frozenset({"group", "identify"})
IGNORED = frozenset({"page", "screen", "alias"})
TYPES = COUNTED | JOINING | IGNORED


class UsageEvent(NamedTuple):
    """Something that was done in the product. A tuple: thousands of them come in a second.

    `key` tells it from every other; `person` is NOBODY where the user is not known, `group_id` UNGROUPED where the
    account is not; `day` counts from 1970 in UTC, `at` in milliseconds.
    """

    key: bytes
    day: int
    group_id: str
    person: int
    event: str
    at: int


class Joined(NamedTuple):
    """A user who belongs to an account, as a call showed."""

    person: int
    group_id: str
    at: int


Usage = UsageEvent | Joined


class FreshDay(NamedTuple):
    """A day of a group that something was written to, `writes` times, since it was last counted."""

    group_id: str
    day: int
    writes: int


class Sent(NamedTuple):
    """When a call was sent, by the sender's clock (None: it does not say), and when it came, by ours."""

    sent_at: datetime | None
    received_at: datetime


def read_usage(message: Any, sent: Sent, *, oldest: datetime) -> Usage | None:
    """What is kept of one message; None when that is nothing. Raises Refused naming the field.

    What happened before `oldest` is refused: days that far back are closed.
    """
    if not isinstance(message, dict):
        raise Refused("one JSON object is expected", field="message")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refused(f"should be one of {', '.join(sorted(TYPES))}", field="type")
    if kind in IGNORED:
        return None
    context = message.get("context")
    of_context = cast("Mapping[str, Any]", context) if isinstance(context, dict) else {}
    group = folded(_id(message.get("groupId") if kind == "group" else of_context.get("groupId"), field="groupId"))
    user = _id(message.get("userId"), field="userId")
    at = happened_at(message, sent)
    # Asked of the corrected moment: a device whose clock begins in 1970 sends both of its moments from there.
    if not is_within_the_years(at):
        raise Refused(BEYOND_THE_YEARS, field="timestamp")
    if kind in JOINING:
        if kind == "group" and not group:
            raise Refused("is missing", field="groupId")
        return Joined(number_of(user), group, milliseconds(at)) if user and group else None
    if not user and not _id(message.get("anonymousId"), field="anonymousId"):
        raise Refused("is missing, and so is anonymousId", field="userId")
    if at < oldest:
        raise Refused(f"is before {oldest.date()}: what is older is not counted any more", field="timestamp")
    event = message.get("event")
    if not isinstance(event, str) or not event.strip():
        raise Refused("is missing", field="event")
    name = _name(event, field="event")
    ms = milliseconds(at)
    return UsageEvent(_key(message), ms // MS_OF_A_DAY, group, number_of(user) if user else NOBODY, name, ms)


def happened_at(message: Mapping[str, Any], sent: Sent) -> datetime:
    """When a message's event happened, by our clock: the sender's may be hours off, but by the same for both moments.

    Source: Segment's specification of timestamps, receivedAt - (sentAt - originalTimestamp). Raises Refused.
    """
    original = moment(message.get("originalTimestamp") or message.get("timestamp"), field="timestamp")
    if original is None:
        return sent.received_at
    sent_at = moment(message.get("sentAt"), field="sentAt") or sent.sent_at
    if sent_at is None:
        return min(original, sent.received_at)
    try:
        return min(sent.received_at - (sent_at - original), sent.received_at)
    except OverflowError:
        raise Refused("lies beyond all calendars", field="timestamp") from None


def moment(value: Any, *, field: str) -> datetime | None:
    """An instant from ISO 8601, in UTC where it has no offset; None when there is none. Raises Refused."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("is no moment like 2026-11-02T09:30:00.000Z", field=field) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def number_of(user: str) -> int:
    """The number that a user is known by here: 63 bits of a hash of the id, and never NOBODY."""
    return int.from_bytes(hashlib.blake2b(user.encode(), digest_size=8).digest(), "big") >> 1 or 1


def folded(group: str) -> str:
    """A group's id as it is compared: a domain in lower case, anything else as it is (ids of CRMs mind their case)."""
    return group.lower() if DOMAIN.fullmatch(group) else group


def groups_of(deal: DealClosed) -> frozenset[str]:
    """Group ids under which the product may know the customer of a deal.

    `<source>-<id>` of the deal, the domain of its account, and what `custom.usage_group` says (one or a list).
    """
    named = deal.custom.get("usage_group")
    listed = named if isinstance(named, list | tuple) else [named]
    own = [str(one).strip() for one in listed if isinstance(one, str | int) and not isinstance(one, bool)]
    candidates = (f"{deal.source}-{deal.id}", deal.account.domain or "", *own)
    return frozenset(folded(group) for group in candidates if 0 < len(group) <= LONGEST_NAME)


def _key(message: Mapping[str, Any]) -> bytes:
    """16 bytes of a hash of the messageId, or of the whole message where it has none."""
    id = message.get("messageId")
    if isinstance(id, str) and id:
        return hashlib.blake2b(id.encode(), digest_size=16).digest()
    content = {name: value for name, value in message.items() if name not in ("sentAt", "messageId")}
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16, person=b"content").digest()


def _id(value: Any, *, field: str) -> str:
    """An id as text; products send numbers, too. Empty when there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _name(value, field=field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _name(str(value), field=field)
    raise Refused("should be a text or a number", field=field)


def _name(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NAME:
        raise Refused(f"is longer than {LONGEST_NAME} characters", field=field)
    if "\x00" in text:
        raise Refused("holds a character that no database takes", field=field)
    return text
