"""Could this playbook work? Finds what the schema cannot see: keys that lead nowhere, circles, contradictory days.

Each check is one small function in a table: `ERRORS` refuse the playbook, `WARNINGS` are shown. The checks of keys are
in this file; those of sizes, gates, dates, windows, waits, measures, texts, audiences and meetings have a file each.
What is stricter than the schema is checked here and not there, because open onboardings read their stored playbook by
the schema: it may grow, but never tighten.
"""

from collections.abc import Callable, Iterator

from domain.playbook import Playbook
from playbooks.complaint import Complaint, Gravity, Spot, field_name
from playbooks.lint import audiences, dates, gates, measures, meetings, sizes, texts, waits, windows
from playbooks.lint.walk import Named, every_key, references

Check = Callable[[Playbook], Iterator[tuple[Spot, str]]]

# The words that may stand as an anchor, or as an `until`, instead of a milestone's key.
RESERVED = {"close": "the day the deal was closed", "hand_off": "the end of the onboarding"}


def lint(playbook: Playbook) -> list[Complaint]:
    """Every error and warning about a playbook that came from no file; for one in a file see `complaints_about`."""
    return [Complaint("", 0, field_name(spot), what, gravity) for spot, what, gravity in findings(playbook)]


def findings(playbook: Playbook) -> Iterator[tuple[Spot, str, Gravity]]:
    """Every finding: the path to the field, what is wrong with it, and how grave that is. None when all is well."""
    for spot, what in errors(playbook):
        yield spot, what, "error"
    for check in () if sizes.too_long(playbook) else WARNINGS:
        for spot, what in check(playbook):
            yield spot, what, "warning"


def errors(playbook: Playbook) -> Iterator[tuple[Spot, str]]:
    """The findings that refuse the playbook: the path to the field, and what is wrong with it."""
    if too_long := sizes.too_long(playbook):
        yield from too_long
        return
    for check in ERRORS:
        yield from check(playbook)


def keys_are_used_once(playbook: Playbook) -> Iterator[tuple[Spot, str]]:
    first: dict[tuple[str, str], Named] = {}
    for named in every_key(playbook):
        if named.key in RESERVED:
            yield named.spot, f"{named.key!r} means {RESERVED[named.key]}: choose another key"
        before = first.setdefault((named.family, named.key), named)
        if before is not named:
            yield named.spot, f"{named.key!r} is the key of another {before.kind} already"


def references_lead_somewhere(playbook: Playbook) -> Iterator[tuple[Spot, str]]:
    keys: dict[str, set[str]] = {}
    for named in every_key(playbook):
        keys.setdefault(named.kind, set()).add(named.key)
    for spot, kind, key, instead in references(playbook):
        if key not in keys.get(kind, set()) and key not in instead:
            yield spot, f"there is no {kind} {key!r}"


def nothing_is_mentioned_twice(playbook: Playbook) -> Iterator[tuple[Spot, str]]:
    seen: set[tuple[Spot, str]] = set()
    for spot, _, key, _ in references(playbook):
        if isinstance(spot[-1], int) and (spot[:-1], key) in seen:
            yield spot, f"{key!r} stands in this list already"
        seen.add((spot[:-1], key))


ERRORS: tuple[Check, ...] = (
    keys_are_used_once,
    references_lead_somewhere,
    *gates.ERRORS,
    *dates.ERRORS,
    *waits.ERRORS,
    *measures.ERRORS,
    *texts.ERRORS,
)
WARNINGS: tuple[Check, ...] = (
    nothing_is_mentioned_twice,
    *gates.WARNINGS,
    *windows.WARNINGS,
    *waits.WARNINGS,
    *measures.WARNINGS,
    *texts.WARNINGS,
    *audiences.WARNINGS,
    *meetings.WARNINGS,
)
