"""How is usage of the product read? Events as Segment's clients send them, and whose they are.

Of a user nothing is kept but a number made of their id, which may be an address, with their team and role where the
product tells them; of properties and other traits nothing.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple, cast, get_args

from domain.deal import DealClosed
from domain.legible import legible
from domain.refusal import BEYOND_THE_YEARS, Refused, is_within_the_years

LONGEST_NAME = 200
"""Characters of an event's name or a group's id; what is longer is no name but data."""
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
CLOCKS_DIFFER = timedelta(hours=1)
"""So far a sender's clock may be ahead of ours; then it happened when it came."""
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
Trait = Literal["team", "role"]
"""What may be known of a user: to which team of the customer's they belong, and what they do there."""
TRAITS: tuple[Trait, ...] = get_args(Trait)
LISTED: Literal["listed"] = "listed"
"""What a list of users says of each who stands on it, beside their traits."""
Said = Literal["team", "role", "listed"]
LONGEST_TRAIT = 80
"""Characters of a team's name or a role; what is longer is a description."""


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


class Described(NamedTuple):
    """A user's team or role, as a call or a list has it; an empty word says that they have none any more.

    What `traits` does not name stays as it was. `group_id` is UNGROUPED where the call did not name the account.
    """

    person: int
    group_id: str
    at: int
    traits: Mapping[Said, str]


Usage = UsageEvent | Joined | Described


class FreshDay(NamedTuple):
    """A day of a group that something was written to, `writes` times, since it was last counted."""

    group_id: str
    day: int
    writes: int


class Ignored(NamedTuple):
    """A field beside what counts that cannot be read, and is taken as if it had not been said."""

    field: str
    reason: str


class Sent(NamedTuple):
    """When a call was sent, by the sender's clock (None: it does not say), and when it came, by ours."""

    sent_at: datetime | None
    received_at: datetime


class Envelope(NamedTuple):
    """What stands around the messages of a batch.

    `beneath` are the fields that count for each message which does not say otherwise, `ignored` what cannot be read.
    """

    sent: Sent
    beneath: Mapping[str, Any]
    ignored: tuple[Ignored, ...]


def read_envelope(batch: Mapping[str, Any], *, received_at: datetime) -> Envelope:
    """The envelope of a batch. What cannot be read in it is as if it had not been said: it costs no message."""
    ignored: list[Ignored] = []

    def readable(name: str, value: Any, read: Callable[..., Any]) -> Any:
        try:
            return read(value, field=name)
        except Refused as refusal:
            ignored.append(Ignored(name, refusal.reason))
            return None

    sent_at = readable("sentAt", batch.get("sentAt"), moment)
    beneath: dict[str, Any] = {}
    for name, read in BENEATH.items():
        if (value := batch.get(name)) is not None and readable(name, value, read) is not None:
            beneath[name] = value
    group = beneath.get("context", {}).get("groupId")
    if group is not None and readable("context.groupId", group, read_id) is None:
        beneath["context"] = {name: value for name, value in beneath["context"].items() if name != "groupId"}
    return Envelope(Sent(sent_at, received_at), beneath, tuple(ignored))


def with_envelope(message: Any, beneath: Mapping[str, Any]) -> Any:
    """The message with the fields of its batch where it says nothing itself, within its context too."""
    if not beneath or not isinstance(message, dict):
        return message
    own = {name: value for name, value in message.items() if value is not None}
    if isinstance(own.get("context"), dict) and "context" in beneath:
        own["context"] = {**beneath["context"], **own["context"]}
    return {**beneath, **own}


def ignored_in(message: Any) -> Iterator[Ignored]:
    """What is ignored in one message: moments beside the one that dates it, and what is no team or role."""
    if not isinstance(message, dict):
        return
    for name in ("sentAt", "originalTimestamp"):
        try:
            moment(message.get(name), field=name)
        except Refused as refusal:
            yield Ignored(name, refusal.reason)
    for trait, value in _traits_of(message).items():
        try:
            trait_word(value, field=f"traits.{trait}")
        except Refused as refusal:
            yield Ignored(refusal.field, refusal.reason)


def read_usage(message: Any, sent: Sent, *, oldest: datetime) -> Usage | None:
    """What is kept of one message; None when that is nothing. Raises Refused naming the field.

    What happened before `oldest` is refused: days that far back are closed.
    """
    if not isinstance(message, dict):
        raise Refused("one JSON object is expected", field="message")
    kind = _type(message.get("type"), field="type")
    if kind in IGNORED:
        return None
    context = message.get("context")
    of_context = cast("Mapping[str, Any]", context) if isinstance(context, dict) else {}
    group = folded(read_id(message.get("groupId") if kind == "group" else of_context.get("groupId"), field="groupId"))
    user = read_id(message.get("userId"), field="userId")
    at = happened_at(message, sent)
    # Asked of the corrected moment: a device whose clock begins in 1970 sends both of its moments from there.
    if not is_within_the_years(at):
        raise Refused(BEYOND_THE_YEARS, field="timestamp")
    if kind in JOINING:
        if kind == "group" and not group:
            raise Refused("is missing", field="groupId")
        if user and (traits := _readable_traits(message)):
            return Described(number_of(user), group, milliseconds(at), traits)
        return Joined(number_of(user), group, milliseconds(at)) if user and group else None
    if not user and not read_id(message.get("anonymousId"), field="anonymousId"):
        raise Refused("is missing, and so is anonymousId", field="userId")
    if _corrected(message, sent) > sent.received_at + CLOCKS_DIFFER:
        raise Refused("lies ahead: what has not happened yet is no use of the product", field="timestamp")
    if at < oldest:
        raise Refused(f"is before {oldest.date()}: what is older is not counted any more", field="timestamp")
    name = _event_name(message.get("event"), field="event")
    ms = milliseconds(at)
    return UsageEvent(_key(message), ms // MS_OF_A_DAY, group, number_of(user) if user else NOBODY, name, ms)


def trait_word(value: Any, *, field: str) -> str:
    """A team's name or a role as it is kept: in one line, with single spaces; empty for None. Raises Refused."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused("should be a text or a number", field=field)
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if legible(text, kept="") != text:
        raise Refused("holds a character that cannot be seen", field=field)
    if len(text) > LONGEST_TRAIT:
        raise Refused(f"is longer than {LONGEST_TRAIT} characters", field=field)
    return text


def _traits_of(message: Mapping[str, Any]) -> Mapping[Trait, Any]:
    """The traits among those of an `identify` call that are kept; those of a `group` call are the account's."""
    traits = message.get("traits") if message.get("type") == "identify" else None
    return {trait: traits[trait] for trait in TRAITS if trait in traits} if isinstance(traits, dict) else {}


def _readable_traits(message: Mapping[str, Any]) -> dict[Said, str]:
    """The traits that can be read; one that cannot be costs neither the message nor the other."""
    words: dict[Said, str] = {}
    for trait, value in _traits_of(message).items():
        try:
            words[trait] = trait_word(value, field=f"traits.{trait}")
        except Refused:
            continue
    return words


def happened_at(message: Mapping[str, Any], sent: Sent) -> datetime:
    """When a message's event happened, by our clock, and at the latest when it came. Raises Refused."""
    return min(_corrected(message, sent), sent.received_at)


def _corrected(message: Mapping[str, Any], sent: Sent) -> datetime:
    """When it happened, by our clock: the sender's may be hours off, but by the same for both moments.

    Source: Segment's specification of timestamps, receivedAt - (sentAt - originalTimestamp). Raises Refused.
    """
    original = _moment_or_none(message.get("originalTimestamp")) or moment(message.get("timestamp"), field="timestamp")
    if original is None:
        return sent.received_at
    sent_at = _moment_or_none(message.get("sentAt")) or sent.sent_at
    if sent_at is None:
        return original
    try:
        corrected = sent.received_at - (sent_at - original)
    except OverflowError:
        return original
    # A moment of sending that leads out of the calendar is wrong by itself, and costs no message.
    return corrected if is_within_the_years(corrected) else original


def moment(value: Any, *, field: str) -> datetime | None:
    """An instant from ISO 8601, in UTC where it has no offset; None when there is none. Raises Refused."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("is no moment like 2026-11-02T09:30:00.000Z", field=field) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _moment_or_none(value: Any) -> datetime | None:
    try:
        return moment(value, field="")
    except Refused:
        return None


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
    candidates = (own_group(deal), deal.account.domain or "", *own)
    return frozenset(folded(group) for group in candidates if 0 < len(group) <= LONGEST_NAME)


def own_group(deal: DealClosed) -> str:
    """The group id that is the deal's alone; a list of its users is kept under it."""
    return folded(f"{deal.source}-{deal.id}")


def _key(message: Mapping[str, Any]) -> bytes:
    """16 bytes of a hash of the messageId, or of the whole message where it has none."""
    id = message.get("messageId")
    if isinstance(id, str) and id:
        return hashlib.blake2b(id.encode(), digest_size=16).digest()
    content = {name: value for name, value in message.items() if name not in ("sentAt", "messageId")}
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16, person=b"content").digest()


def read_id(value: Any, *, field: str) -> str:
    """An id as text; products send numbers, too. Empty when there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _name(value, field=field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _name(str(value), field=field)
    raise Refused("should be a text or a number", field=field)


def _event_name(value: Any, *, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refused("is missing", field=field)
    return _name(value, field=field)


def _type(value: Any, *, field: str) -> str:
    if not isinstance(value, str) or value not in TYPES:
        raise Refused(f"should be one of {', '.join(sorted(TYPES))}", field=field)
    return value


def _context(value: Any, *, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused("is no JSON object", field=field)
    return cast("Mapping[str, Any]", value)


def _name(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NAME:
        raise Refused(f"is longer than {LONGEST_NAME} characters", field=field)
    if "\x00" in text:
        raise Refused("holds a character that no database takes", field=field)
    return text


BENEATH: Mapping[str, Callable[..., Any]] = {
    "type": _type,
    "event": _event_name,
    "userId": read_id,
    "anonymousId": read_id,
    "groupId": read_id,
    "timestamp": moment,
    "originalTimestamp": moment,
    "context": _context,
}
"""The fields of a batch that count for each of its messages, and how each is read. Not its messageId: with one id for
all, they would be one message."""
