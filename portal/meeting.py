"""What may be chosen about a meeting by a link? Its hour, among those that are offered, or whether one comes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from domain.rules.offering import Purpose, Told
from portal.dates import moment
from portal.reader import Reader
from portal.words import WORDS
from store.links import Link
from store.preferences import zone_of

MEETINGS: frozenset[Purpose] = frozenset({"slot", "attendance"})
ANSWERS = ("accepted", "tentative", "declined")
WEEKLY = "weekly "
"""Before an hour: every time of the series, not this time alone."""


class Choice(NamedTuple):
    """An answer that may be chosen: its value, what the reader reads, and what stands below it."""

    value: str
    label: str
    more: str = ""


def choices(link: Link, reader: Reader, now: datetime) -> list[Choice]:
    """The hours that still lie ahead, in the reader's zone with ours below where that is another; or yes and no."""
    if link.purpose == "attendance":
        words = WORDS[reader.language]
        return [Choice(answer, words[f"attendance_{answer}"]) for answer in ANSWERS]
    return hours(_facts(link), reader, now)


def hours(facts: Mapping[str, Any], reader: Reader, now: datetime) -> list[Choice]:
    """The hours that a message with those facts offers and that still lie ahead, once and for every time."""
    words = WORDS[reader.language]
    ours = zone_of(str(facts.get("host_zone") or "UTC"))
    offered = [Choice(one, _hour(one, reader), _ours(one, ours, reader)) for one in _ahead(facts, now)]
    if not facts.get("slot_weekly"):
        return offered
    weekly = [
        Choice(f"{WEEKLY}{one}", words["slot_weekly"].format(hour=_hour(one, reader)), _ours(one, ours, reader))
        for one in _ahead(facts, now)
    ]
    return offered + weekly


def told(link: Link, answer: str, words: str) -> Told:
    """What that answer tells the onboarding."""
    facts = _facts(link)
    note = {"note": words} if words else {}
    if link.purpose == "attendance":
        meeting = str(facts.get("meeting") or "")
        occasion = {"occasion": str(facts.get("occasion") or "")}
        version: dict[str, Any] = {"sequence": facts.get("calendar", {}).get("sequence", 0)}
        return Told("tell_attendance", {"meeting": meeting, "answer": answer, **occasion, **version, **note})
    return agreed(facts, answer, note)


def agreed(facts: Mapping[str, Any], hour: str, note: Mapping[str, str]) -> Told:
    """What the choice of that hour tells the onboarding."""
    chosen: dict[str, Any] = {
        "starts_at": hour.removeprefix(WEEKLY),
        "minutes": facts.get("slot_minutes"),
        "weekly": hour.startswith(WEEKLY),
    }
    return Told("agree_slot", {"meeting": str(facts.get("meeting") or ""), **chosen, **note})


def chosen_hour(link: Link, answer: str, reader: Reader) -> str:
    """The chosen hour as a page repeats it."""
    if link.purpose != "slot":
        return ""
    if answer.startswith(WEEKLY):
        hour = _hour(answer.removeprefix(WEEKLY), reader)
        return WORDS[reader.language]["slot_weekly"].format(hour=hour)
    return _hour(answer, reader)


def hour_of(link: Link, reader: Reader) -> str:
    """When the meeting is that the invitation is to, in the reader's zone."""
    starts_at = str(_facts(link).get("starts_at") or "")
    return _hour(starts_at, reader) if starts_at else ""


def _facts(link: Link) -> dict[str, Any]:
    return dict(link.notice.facts) if link.notice else {}


def _ahead(facts: Mapping[str, Any], now: datetime) -> list[str]:
    return [one for one in facts.get("slots", ()) if datetime.fromisoformat(one) > now]


def _hour(iso: str, reader: Reader) -> str:
    return f"{moment(datetime.fromisoformat(iso), reader.zone, reader.language)} ({reader.zone.key})"


def _ours(iso: str, zone: ZoneInfo, reader: Reader) -> str:
    at = datetime.fromisoformat(iso)
    if at.astimezone(zone).utcoffset() == at.astimezone(reader.zone).utcoffset():
        return ""
    hour = f"{moment(at, zone, reader.language)} ({zone.key})"
    return WORDS[reader.language]["slot_ours"].format(hour=hour)
