"""How is an entry of the journal shown? As a sentence with who said it, by which way, and what they wrote."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal, NamedTuple

from domain.record import JournalRow
from portal.desk.customer.customer import Customer
from portal.desk.customer.happening_words import HAPPENED, Happened
from portal.desk.customer.own_time import in_own_time
from store.reads import MADE_BY_US, JournalEntry

UNKNOWN = Happened("circle", "faint", "{about}", "{about}")
"""What a worker of a newer version may have written."""
OF_MEETINGS = frozenset({"slot_agreed", "slot_refused", "meeting_fell_away", "attendance_told"})
"""What happens to a meeting is about its milestone, and is told by the name of the meeting."""
OWN_WORDS = ("reasons", "reason")
NAMES_PEOPLE = ("owner", "person", "to", "before")
KEYS = ("reopened", "missing")
PLAIN = ("severity", "decision", "answer", "outcome", "until", "hand_off_by", "due", "starts_at", "baseline", "result")
OF_RENEWALS = ("on", "yearly_value", "why")
OF_RISKS = ("probability", "impact", "mitigation", "review_on")


DAY = len("2026-09-01")


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
    about = _about(customer, entry, words)
    sentence = words.get(f"happened_{entry.kind}", entry.kind.replace("_", " ")).replace("{about}", about)
    return Shown(
        seq=entry.seq,
        day=local.date(),
        time=f"{local:%H:%M}",
        at=entry.at.isoformat(timespec="seconds"),
        icon=happened.icon,
        tone=happened.tone,
        # Of a file that belongs to nothing there is nothing to be named.
        what=sentence if about else sentence.rstrip(":： "),
        who=customer.name(entry.by) if entry.by else "",
        via=via,
        proved=entry.proved,
        by_itself=entry.via == MADE_BY_US,
        quotes=_quotes(entry),
        facts=tuple(_facts(customer, entry, about, words)),
        about=entry.about,
    )


def all_shown(customer: Customer, entries: Sequence[JournalEntry], words: Mapping[str, str]) -> list[Shown]:
    """The entries in the reader's language, in the order in which they come, all by the onboarding's own clock."""
    return [shown(customer, entry, words) for entry in in_own_time(entries, customer.clock)]


def by_days(entries: Iterable[Shown]) -> list[tuple[date, list[Shown]]]:
    """The entries under their days, in the order in which they come."""
    return [(day, list(of_it)) for day, of_it in groupby(entries, key=lambda one: one.day)]


def _about(customer: Customer, entry: JournalRow, words: Mapping[str, str]) -> str:
    """What it is about, as people call it: the title of its thing, the name of its person, the kind of its message."""
    if entry.kind == "win_recorded":
        return str(entry.data.get("title") or "")
    if entry.kind == "renewal_recorded":
        return words.get(f"renewal_{_is_or_will_be(customer, entry)}_{entry.about}", entry.about)
    if entry.kind in OF_MEETINGS:
        return customer.meeting(entry.about)
    if person := customer.person(entry.about):
        return customer.name(person.id)
    if notice := words.get(f"notice_{entry.about}"):
        return notice
    title = customer.title(entry.about)
    # A register's row has the title by now; the entry that opened it has it from the first.
    return title if title != entry.about else str(entry.data.get("title") or title)


def _is_or_will_be(customer: Customer, entry: JournalRow) -> Literal["is", "will_be"]:
    """Whether the day of that renewal lies ahead; what was mistaken is so at once."""
    ahead = entry.about != "mistaken" and str(entry.data.get("on", "")) > customer.today.isoformat()
    return "will_be" if ahead else "is"


def _quotes(entry: JournalRow) -> tuple[str, ...]:
    """What people wrote: reasons, and the note."""
    given: list[str] = []
    for name in OWN_WORDS:
        value = entry.data.get(name)
        given += [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value else []
    return tuple(dict.fromkeys([*given, *([entry.note] if entry.note else [])]))


def _facts(customer: Customer, entry: JournalRow, about: str, words: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """What the entry holds besides; what its sentence says, and when it came by itself, is left out."""
    data = entry.data
    if (title := data.get("title")) and str(title) != about:
        yield "title", str(title)
    for name in KEYS:
        if value := data.get(name):
            yield name, customer.names(value) if name == "missing" else customer.titles(value)
    for name in NAMES_PEOPLE:
        if value := data.get(name):
            # A date moves `to` a day, an onboarding goes `to` somebody.
            yield name, customer.name(value) if customer.person(value) else _plain(customer, name, str(value), words)
    more = {"risk_recorded": OF_RISKS, "renewal_recorded": OF_RENEWALS}.get(entry.kind, ())
    for name in (*PLAIN, *more):
        if (value := data.get(name)) not in (None, "") and not (name == "due" and entry.via == MADE_BY_US):
            yield name, _plain(customer, name, str(value), words)
    if data.get("ahead"):
        yield "since", _plain(customer, "since", str(data["since"]), words)
    if became := data.get("came_true"):
        yield "came_true", customer.title(str(became))
    elif data.get("closed") and entry.kind == "risk_recorded":
        yield "closed", words["option_included.true"]
    if evidence := data.get("evidence"):
        yield "evidence", ", ".join(map(str, evidence))


def _plain(customer: Customer, name: str, value: str, words: Mapping[str, str]) -> str:
    """A value as people write it: a day, a moment, a choice in its words, else as it is."""
    for key in (f"option_{name}.{value}", f"customer_scope_{value}", f"renewal_{name}_{value}"):
        if key in words:
            return words[key]
    try:
        return customer.short(date.fromisoformat(value)) if len(value) == DAY else _moment(customer, value)
    except ValueError:
        return value


def _moment(customer: Customer, value: str) -> str:
    """Raises ValueError for what is no moment."""
    at = datetime.fromisoformat(value)
    return customer.moment(at) if at.tzinfo is not None else value
