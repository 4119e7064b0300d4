"""How does something stand, as its onboarding says it? In the reader's language, with titles, names and days."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from domain.agenda.state import PAUSE_PROOF
from portal.desk.customer.customer import Customer

Words = Mapping[str, str]
Sentences = Callable[[Customer, Words, Mapping[str, str]], Iterator[str]]
SEVERAL = re.compile(r", | or ")


def standing_in_words(customer: Customer, said: str, words: Words) -> list[str] | None:
    """What an onboarding answers to `why` (`domain/agenda/picture.py`), in sentences; none where nothing lies ahead.

    None where it has a form that nothing here has: it is read as it came, in English.
    """
    for form, sentences in FORMS:
        if match := form.fullmatch(said):
            return [*sentences(customer, words, {name: value or "" for name, value in match.groupdict().items()})]
    return None


def entry_in_words(customer: Customer, key: str, words: Words) -> str:
    """What comes by itself: the title of what it is about, and what is done about it; the key where neither is known.

    The agenda's keys have several parts, like `kickoff_held/nudge/2026-11-09/-3`.
    """
    parts = [part for part in key.split("/") if part]
    titled = next((part for part in parts if customer.title(part) != part), "")
    rule = next((part for part in parts if f"rule_{part}" in words), "")
    said = [customer.title(titled) if titled else "", words.get(f"rule_{rule}", "")]
    return ("：" if customer.language == "ja" else ": ").join(filter(None, said)) or key


def _open_milestone(customer: Customer, words: Words, given: Mapping[str, str]) -> Iterator[str]:
    day = customer.day(customer.day_of(datetime.fromisoformat(given["due"])))
    yield words["customer_stands_overdue" if given["late"] else "customer_stands_open"].format(day=day)
    if given["gate"]:
        yield words["customer_stands_gate"].format(titles=customer.titles(SEVERAL.split(given["gate"])))
    else:
        yield words["customer_stands_free"]
    if given["signers"]:
        yield words["customer_stands_signers"].format(names=customer.names(SEVERAL.split(given["signers"])))


def _until(name: str) -> Sentences:
    """One sentence about a thing, with its day where it has one."""

    def sentences(customer: Customer, words: Words, given: Mapping[str, str]) -> Iterator[str]:
        day = given.get("day", "")
        said = words[f"customer_stands_{name}" if day or "day" not in given else f"customer_stands_{name}_undated"]
        yield said.format(day=customer.day(date.fromisoformat(day)) if day else "")

    return sentences


def _ahead(customer: Customer, words: Words, given: Mapping[str, str]) -> Iterator[str]:
    """When an entry of the agenda comes: what a pause does not hold up comes during one, too.

    An onboarding on an older version says of every entry that its pause holds it up, so the rule decides here, too.
    """
    if given["settled"]:
        yield words["customer_stands_settled"]
        return
    waits = given["paused"] and given["rule"] not in PAUSE_PROOF
    moment = customer.moment(datetime.fromisoformat(given["due"]))
    yield words["customer_stands_after_pause" if waits else "customer_stands_ahead"].format(moment=moment)


def _approval(customer: Customer, words: Words, given: Mapping[str, str]) -> Iterator[str]:
    people = [one for one in SEVERAL.split(given["others"]) if customer.person(one)]
    if people:
        yield words["customer_stands_approval"].format(name=customer.name(given["by"]), names=customer.names(people))
    else:
        yield words["customer_stands_approval_of_any"].format(name=customer.name(given["by"]))


def _stage(customer: Customer, words: Words, given: Mapping[str, str]) -> Iterator[str]:
    row = next(one for one in customer.line.stages if one.key == given["key"])
    first, last = (customer.day(date.fromisoformat(day)) for day in (row.opens_on, row.closes_on))
    yield words["customer_stands_stage"].format(status=words[f"customer_stage_{row.status}"], first=first, last=last)


def _nothing(_customer: Customer, _words: Words, _given: Mapping[str, str]) -> Iterator[str]:
    """What has happened stands below, in the journal."""
    yield from ()


FORMS: tuple[tuple[re.Pattern[str], Sentences], ...] = tuple(
    (re.compile(form, re.DOTALL), sentences)
    for form, sentences in (
        (
            r"\S+ is open, due (?P<due>[^,;]+)(?P<late>, overdue)?(; its gate waits for (?P<gate>[^;]+))?"
            r"(; it takes the sign-off of (?P<signers>.+))?",
            _open_milestone,
        ),
        (r"\S+ was \w+ at .+", _nothing),
        (r".+ was still to come when the onboarding ended", _until("to_come")),
        (r"\S+ is an open course correction for \w+(, to have helped by (?P<day>[\d-]+))?", _until("correction")),
        (r"\S+ is a red flag that has been up since (?P<day>[\d-]+)", _until("flag")),
        (r"\S+ is an open task, due on (?P<day>[\d-]+)", _until("task")),
        (
            r".+ \((?P<rule>\w+)\) will come at (?P<due>[^,]+)(?P<paused>, once the pause is over)?"
            r"(?P<settled>, but what it is about is settled, so it will not)?",
            _ahead,
        ),
        (r"(?P<by>\S+) vouches for \S+ against .+: it takes the approval of (?P<others>.+)", _approval),
        (r"\S+ does not hold yet, and the hand-off waits for it", _until("unmet")),
        (r"(?P<key>\S+) is a stage, .+", _stage),
        (r"\S+ holds", _until("holds")),
        (r".+ lies ahead; day90 why tells what has already happened", _nothing),
    )
)
