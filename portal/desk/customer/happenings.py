"""How is an entry of the journal shown? As a sentence with who said it, by which way, and what they wrote."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from domain.record import JournalRow
from portal.desk.customer.customer import Customer
from portal.desk.customer.happening_words import HAPPENED, Happened
from store.reads import MADE_BY_US, JournalEntry

UNKNOWN = Happened("circle", "faint", "{about}", "{about}")
"""What a worker of a newer version may have written."""
OWN_WORDS = ("reasons", "reason")
NAMES_PEOPLE = ("owner", "person", "to", "before")
KEYS = ("reopened", "missing")
PLAIN = ("severity", "decision", "answer", "outcome", "until", "hand_off_by", "due", "starts_at", "baseline", "result")


class Shown(NamedTuple):
    """An entry as pages show it. `quotes` are what people wrote, `facts` the rest of what it holds, as key and words.

    `link` is the key of what it is about, for whoever asks why.
    """

    seq: int
    day: date
    time: str
    at: str
    icon: str
    tone: str
    what: str
    who: str
    via: str
    proved: bool
    by_itself: bool
    quotes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    about: str


def shown(customer: Customer, entry: JournalEntry, words: Mapping[str, str]) -> Shown:
    """The entry in the reader's language."""
    happened = HAPPENED.get(entry.kind, UNKNOWN)
    local = entry.at.astimezone(customer.zone)
    via = words.get(f"via_{entry.via}", entry.via)
    sentence = words.get(f"happened_{entry.kind}", entry.kind.replace("_", " "))
    return Shown(
        seq=entry.seq,
        day=local.date(),
        time=f"{local:%H:%M}",
        at=entry.at.isoformat(),
        icon=happened.icon,
        tone=happened.tone,
        what=sentence.replace("{about}", _about(customer, entry, words)),
        who=customer.name(entry.by) if entry.by else "",
        via=via,
        proved=entry.proved,
        by_itself=entry.via == MADE_BY_US,
        quotes=_quotes(entry),
        facts=tuple(_facts(customer, entry.data)),
        about=entry.about,
    )


def by_days(entries: Iterable[Shown]) -> list[tuple[date, list[Shown]]]:
    """The entries under their days, in the order in which they come."""
    return [(day, list(of_it)) for day, of_it in groupby(entries, key=lambda one: one.day)]


def _about(customer: Customer, entry: JournalRow, words: Mapping[str, str]) -> str:
    """What it is about, as people call it: the title of its thing, the name of its person, the kind of its message."""
    if entry.kind == "win_recorded":
        return str(entry.data.get("title") or "")
    if person := customer.person(entry.about):
        return customer.name(person.id)
    if notice := words.get(f"notice_{entry.about}"):
        return notice
    title = customer.title(entry.about)
    # A register's row has the title by now; the entry that opened it has it from the first.
    return title if title != entry.about else str(entry.data.get("title") or title)


def _quotes(entry: JournalRow) -> tuple[str, ...]:
    """What people wrote: reasons, and the note."""
    given: list[str] = []
    for name in OWN_WORDS:
        value = entry.data.get(name)
        given += [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value else []
    return tuple(dict.fromkeys([*given, *([entry.note] if entry.note else [])]))


def _facts(customer: Customer, data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if title := data.get("title"):
        yield "title", str(title)
    for name in KEYS:
        if value := data.get(name):
            yield name, customer.names(value) if name == "missing" else customer.titles(value)
    for name in NAMES_PEOPLE:
        if value := data.get(name):
            yield name, customer.name(str(value))
    for name in PLAIN:
        if (value := data.get(name)) not in (None, ""):
            yield name, str(value)
    if evidence := data.get("evidence"):
        yield "evidence", ", ".join(map(str, evidence))
