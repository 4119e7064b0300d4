"""How does a meeting come into its reader's calendar? As an entry (RFC 5545) that asks for an answer (RFC 5546)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from activities.channels.mail import headers
from activities.channels.mail.parts import Part, data_part
from activities.channels.texts.sealing import one_line
from domain.mailbox import Mailbox
from domain.notice import Person

PRODUCT = "-//day90//day90//EN"
_STATUS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}
_LONGEST_NAME = 80


class _Words(NamedTuple):
    summary: str
    attendees: str
    between: str


_WORDS = {
    "en": _Words("{title} ({other})", "With: {names}", ", "),
    "ja": _Words("{title}（{other}）", "参加者：{names}", "、"),
}


def entry_parts(
    facts: Mapping[str, Any], to: Person, *, organiser: Mailbox, company: str, domain: str, now: datetime
) -> Sequence[Part]:
    """The entry as one of a mail's alternatives; none where its facts name none. `company` is our name.

    Among the alternatives and not as a file, because only there Outlook and Gmail show it with buttons to answer by.
    """
    entry = facts.get("calendar")
    if not entry:
        return ()
    kind = f'text/calendar;{headers.FOLD}charset="utf-8"; method={entry["method"]}'
    content = written(entry, facts, to, organiser=organiser, company=company, domain=domain, now=now)
    return (data_part({"Content-Type": kind}, content),)


def written(
    entry: Mapping[str, Any],
    facts: Mapping[str, Any],
    to: Person,
    *,
    organiser: Mailbox,
    company: str,
    domain: str,
    now: datetime,
) -> bytes:
    """The entry as calendars read it, to one person: by `organiser`, our own mailbox, to which answers come.

    Its reader alone stands in it as attendee, so that nobody gets an address that they did not have; who else comes
    is said in words, and with which company: a customer reads our name, our own people read the customer's. The hour
    stands in the zone of the meeting, with that zone's rules. The end is counted in UTC: in the night in which clocks
    change, an hour of the clock may last two.
    """
    zone = ZoneInfo(str(entry["zone"]))
    starts_at = datetime.fromisoformat(str(entry["starts_at"])).astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=int(entry["minutes"]))
    event = Event()
    event.add("uid", f"{entry['uid']}@{domain}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", int(entry["sequence"]))
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if zone.key in ("UTC", "Etc/UTC") or start.fold or end.fold:
        # In the hour that comes twice in autumn, the clock alone names its first time (RFC 5545, 3.3.5).
        start, end = starts_at, ends_at
    event.add("dtstart", start)
    event.add("dtend", end)
    words = _WORDS.get(to.language, _WORDS["en"])
    other = company if to.side == "customer" else str(facts["account"])
    event.add("summary", one_line(words.summary.format(title=facts["title"], other=other) if other else facts["title"]))
    names = words.between.join(one_line(str(name)) for name in facts.get("with", ()))
    about = (one_line(str(facts.get("agenda") or "")), words.attendees.format(names=names) if names else "")
    if any(about):
        event.add("description", "\n".join(filter(None, about)))
    event.add("status", _STATUS[entry["method"]])
    event.add("organizer", _address(organiser.name, organiser.address))
    attendee = _address(to.name, to.email)
    attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", entry["method"])
    calendar.add_component(event)
    # The rules of the years around it: those of all times are twenty times as long.
    calendar.add_missing_timezones(date(starts_at.year - 1, 1, 1), date(starts_at.year + 2, 1, 1))
    content: bytes = calendar.to_ical()
    return content


def _address(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    # Quotes cannot stand in a parameter; not every reader knows how they are written otherwise (RFC 6868).
    if name := one_line(name).replace('"', "").replace("^", "")[:_LONGEST_NAME].strip():
        person.params["CN"] = name
    return person
