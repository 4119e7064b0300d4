"""Could this playbook work? What the schema cannot see: names that lead nowhere, circles, missing parts, doubled keys.

Each check is one small function in the table at the end; what has to do with days stands in `lint_dates`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from domain.deal import WANTED_ROLES
from domain.playbook import MilestoneRole, Playbook
from domain.wire import Severity
from playbooks import lint_dates
from playbooks.complaint import Complaint, Spot, field_name
from playbooks.walk import Named, every_key, every_milestone, needs_of, references

Finding = tuple[Spot, str]
Check = Callable[[Playbook], Iterator[Finding]]

# What an anchor, or an `until`, may say instead of a milestone's key.
RESERVED = {"close": "the day the deal was closed", "hand_off": "the end of the onboarding"}


def lint(playbook: Playbook) -> list[Complaint]:
    """Everything found in a playbook that came from no file; `library.complaints_about` adds file and line."""
    return [Complaint("", 0, field_name(spot), what) for spot, what in findings(playbook)]


def findings(playbook: Playbook) -> Iterator[Finding]:
    """The way to each field that is wrong, and what is wrong with it; nothing when the playbook can work."""
    for check in CHECKS:
        yield from check(playbook)


def keys_are_used_once(playbook: Playbook) -> Iterator[Finding]:
    first: dict[tuple[str, str], Named] = {}
    for named in every_key(playbook):
        if named.key in RESERVED:
            yield named.spot, f"{named.key!r} means {RESERVED[named.key]}: choose another key"
        before = first.setdefault((named.family, named.key), named)
        if before is not named:
            yield named.spot, f"{named.key!r} is the key of another {before.kind} already"


def references_lead_somewhere(playbook: Playbook) -> Iterator[Finding]:
    known: dict[str, set[str]] = {}
    for named in every_key(playbook):
        known.setdefault(named.kind, set()).add(named.key)
    for spot, kind, key, instead in references(playbook):
        if key not in known.get(kind, set()) and key not in instead:
            yield spot, f"there is no {kind} {key!r}"


def nothing_waits_for_itself(playbook: Playbook) -> Iterator[Finding]:
    """A milestone waits for what it requires, and for what opens its stage."""
    waits = {milestone.key: tuple(needs_of(playbook, milestone)) for _, _, milestone in every_milestone(playbook)}
    for spot, _, milestone in every_milestone(playbook):
        if circle := _circle(milestone.key, waits):
            yield (*spot, "requires"), f"waits for itself: {' needs '.join(circle)}"


def no_anchor_counts_from_itself(playbook: Playbook) -> Iterator[Finding]:
    anchors = {milestone.key: (milestone.anchor,) for _, _, milestone in every_milestone(playbook)}
    for spot, _, milestone in every_milestone(playbook):
        if circle := _circle(milestone.key, anchors):
            yield (*spot, "anchor"), f"its days count from itself: {' counts from '.join(circle)}"


def each_role_is_played_once(playbook: Playbook) -> Iterator[Finding]:
    players: dict[str, list[Spot]] = {role: [] for role in get_args(MilestoneRole)}
    for spot, _, milestone in every_milestone(playbook):
        if milestone.role:
            players[milestone.role].append((*spot, "role"))
    for role, spots in players.items():
        if not spots:
            yield ("stages",), f"no milestone has the role {role!r}, which the program must know"
        for spot in spots[1:]:
            yield spot, f"another milestone has the role {role!r} already"


def somebody_can_sign(playbook: Playbook) -> Iterator[Finding]:
    """Only these roles are asked for in every hand-off record; the others may have nobody."""
    for spot, _, milestone in every_milestone(playbook):
        if milestone.sign_off and not set(milestone.sign_off.by) & set(WANTED_ROLES):
            wanted = ", ".join(WANTED_ROLES)
            yield (*spot, "sign_off", "by"), f"nobody may be there to sign: name at least one of {wanted}"


def rejections_reopen_what_is_needed(playbook: Playbook) -> Iterator[Finding]:
    """Else it could be signed again while the reopened work is still open."""
    for spot, _, milestone in every_milestone(playbook):
        if milestone.sign_off:
            for index, key in enumerate(milestone.sign_off.reopens):
                if playbook.milestone(key) and key not in _all_needs(playbook, milestone.key):
                    what = f"{key!r} is reopened by a rejection, but {milestone.key!r} does not require it"
                    yield (*spot, "sign_off", "reopens", index), what


def nothing_needed_is_optional(playbook: Playbook) -> Iterator[Finding]:
    for spot, _, milestone in every_milestone(playbook):
        for index, key in enumerate(milestone.requires):
            needed = playbook.milestone(key)
            if needed and needed.optional and not milestone.optional:
                yield (*spot, "requires", index), f"{key!r} is optional: what must be reached cannot require it"


def cadences_have_a_rhythm(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        rhythms = [rhythm for rhythm in (cadence.every_weeks, cadence.every_months) if rhythm]
        if not rhythms and cadence.kind != "as_needed":
            yield ("cadences", index), f"{cadence.key!r} has no rhythm: give every_weeks or every_months, or as_needed"
        if len(rhythms) > 1:
            yield ("cadences", index, "every_months"), f"{cadence.key!r} has two rhythms: give one"


def rules_are_written_down(playbook: Playbook) -> Iterator[Finding]:
    for index, flag in enumerate(playbook.red_flags):
        if flag.found_by == "rule" and not flag.rule:
            yield ("red_flags", index, "rule"), f"{flag.key!r} is found by a rule, which is missing"


def every_severity_has_its_level(playbook: Playbook) -> Iterator[Finding]:
    given = Counter(level.severity for level in playbook.hypercare.levels)
    for severity in get_args(Severity):
        if given[severity] != 1:
            yield ("hypercare", "levels"), f"{severity!r} stands there {given[severity]} times: give it once"


def _circle(start: str, edges: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """The shortest way from a key back to itself, both ends included; None when there is none."""
    ways = [[start, after] for after in edges.get(start, ())]
    seen: set[str] = set()
    for way in ways:
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, after] for after in edges.get(way[-1], ())]
    return None


def _all_needs(playbook: Playbook, key: str) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        milestone = playbook.milestone(waiting.pop())
        fresh = [need for need in needs_of(playbook, milestone) if need not in found] if milestone else []
        found.update(fresh)
        waiting += fresh
    return found


CHECKS: tuple[Check, ...] = (
    keys_are_used_once,
    references_lead_somewhere,
    nothing_waits_for_itself,
    no_anchor_counts_from_itself,
    each_role_is_played_once,
    somebody_can_sign,
    rejections_reopen_what_is_needed,
    nothing_needed_is_optional,
    cadences_have_a_rhythm,
    rules_are_written_down,
    every_severity_has_its_level,
    *lint_dates.CHECKS,
)
