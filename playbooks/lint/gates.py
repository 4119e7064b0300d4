"""Can every gate of a playbook open? Finds what waits for itself, for something optional, or for nobody's sign-off."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, get_args

from domain.deal import WANTED_ROLES
from domain.playbook import MilestoneRole, Playbook
from domain.team import VendorRole
from playbooks.complaint import Spot, field_name
from playbooks.lint.dates import day_after_close
from playbooks.lint.walk import every_milestone, needs_of

Finding = tuple[Spot, str]
COUNTS = "counts from"


class Tie(NamedTuple):
    """The reason why one milestone cannot come before `to`: where that is written, and the verb that says so."""

    to: str
    verb: str
    spot: Spot


def nothing_waits_for_itself(playbook: Playbook) -> Iterator[Finding]:
    """Finds circles: of requirements, of openings of stages, and of days that count from another milestone.

    Each circle is reported once, at the tie that leads furthest ahead: that is most likely the one not meant.
    """
    ties = _ties(playbook)
    anchors = {key: [tie for tie in of_key if tie.verb == COUNTS] for key, of_key in ties.items()}
    leaps = _leaps(playbook)
    reported: set[Spot] = set()
    for graph, what in ((anchors, "its days count from itself"), (ties, "waits for itself")):
        for key in graph:
            circle = _circle(key, graph)
            if not circle:
                continue
            start, tie = min(circle, key=lambda step: (-leaps(*step), field_name(step[1].spot)))
            worst = circle.index((start, tie))
            if tie.spot not in reported:
                reported.add(tie.spot)
                steps = "".join(f" {other.verb} {other.to!r}" for _, other in (*circle[worst:], *circle[:worst]))
                yield tie.spot, f"{what}: {start!r}{steps}"


def nothing_needed_is_optional(playbook: Playbook) -> Iterator[Finding]:
    for spot, _, milestone in every_milestone(playbook):
        for index, key in enumerate(milestone.requires):
            if _is_optional(playbook, key) and not milestone.optional:
                yield (*spot, "requires", index), f"{key!r} is optional: what must be reached cannot require it"
        if milestone.role and milestone.optional and milestone.role != "first_value":
            yield (*spot, "optional"), f"the program must know the {milestone.role}: it cannot be optional"


def no_stage_opens_after_what_is_optional(playbook: Playbook) -> Iterator[Finding]:
    for index, stage in enumerate(playbook.stages):
        needed = any(not milestone.optional for milestone in stage.milestones)
        for a, key in enumerate(stage.opens.after):
            if _is_optional(playbook, key) and needed:
                yield ("stages", index, "opens", "after", a), f"{key!r} is optional: a stage that must be cannot wait"


def each_role_is_played_once(playbook: Playbook) -> Iterator[Finding]:
    players: dict[str, list[Spot]] = {role: [] for role in get_args(MilestoneRole)}
    for spot, _, milestone in every_milestone(playbook):
        if milestone.role:
            players[milestone.role].append((*spot, "role"))
    for role, spots in players.items():
        if not spots and role != "first_value":
            yield ("stages",), f"no milestone has the role {role!r}, which the program must know"
        for spot in spots[1:]:
            yield spot, f"another milestone has the role {role!r} already"


def the_first_value_waits_for_nothing(playbook: Playbook) -> Iterator[Finding]:
    """The first win that is recorded reaches it: what stood in its way would not be asked."""
    first = playbook.playing("first_value")
    for spot, _, milestone in every_milestone(playbook):
        if milestone is first and milestone.requires:
            yield (*spot, "requires"), "is not asked: the first value comes with the first win, on whichever day"
        if milestone is first and milestone.sign_off:
            yield (*spot, "sign_off"), "is not asked for: the first value comes with the first win that is recorded"


def somebody_can_sign(playbook: Playbook) -> Iterator[Finding]:
    """Only the wanted roles of the customer are asked for in every hand-off record; the others may be nobody's."""
    present = {*WANTED_ROLES, *get_args(VendorRole)}
    for spot, _, milestone in every_milestone(playbook):
        if milestone.sign_off and not set(milestone.sign_off.by) & present:
            wanted = ", ".join(WANTED_ROLES)
            yield (*spot, "sign_off", "by"), f"nobody may be there to sign: name at least one of {wanted}"
        if milestone.sign_off and milestone.role == "hypercare_end":
            yield (*spot, "sign_off"), "hypercare ends by itself: nobody would be asked before it does"


def rejections_reopen_what_is_needed(playbook: Playbook) -> Iterator[Finding]:
    """Otherwise a milestone could be signed off again while the reopened work is still open."""
    for spot, _, milestone in every_milestone(playbook):
        if milestone.sign_off:
            for index, key in enumerate(milestone.sign_off.reopens):
                if playbook.milestone(key) and key not in all_needs(playbook, milestone.key):
                    what = f"{key!r} is reopened by a rejection, but {milestone.key!r} does not require it"
                    yield (*spot, "sign_off", "reopens", index), what


def the_hand_off_waits_for_the_milestones(playbook: Playbook) -> Iterator[Finding]:
    judged = [index for index, criterion in enumerate(playbook.hand_off.criteria) if criterion.by == "milestones"]
    if not judged:
        what = "none is `by: milestones`: the hand-off would come with milestones still open"
        yield ("hand_off", "criteria"), what
    for index in judged[1:]:
        yield ("hand_off", "criteria", index, "by"), "another criterion asks for the milestones already"


def the_review_follows_the_go_live(playbook: Playbook) -> Iterator[Finding]:
    review, live = playbook.playing("review"), playbook.playing("go_live")
    if review and live and live.key not in all_needs(playbook, review.key):
        spot = next(at for at, _, milestone in every_milestone(playbook) if milestone is review)
        yield (
            (*spot, "requires"),
            f"{review.key!r} does not require {live.key!r}: it may be held before anything is live",
        )


def stages_close_by_what_must_be(playbook: Playbook) -> Iterator[Finding]:
    for index, stage in enumerate(playbook.stages):
        if all(milestone.optional for milestone in stage.milestones):
            yield ("stages", index, "milestones"), f"all are optional: {stage.key!r} closes the moment it opens"


def stages_stand_in_their_order(playbook: Playbook) -> Iterator[Finding]:
    """People read the stages from the top."""
    place = {milestone.key: index for index, stage in enumerate(playbook.stages) for milestone in stage.milestones}
    for index, stage in enumerate(playbook.stages):
        for a, key in enumerate(stage.opens.after):
            if place.get(key, -1) > index:
                later = playbook.stages[place[key]].key
                yield ("stages", index, "opens", "after", a), f"{key!r} belongs to {later!r}, which stands further down"


def all_needs(playbook: Playbook, key: str) -> set[str]:
    """The keys of all milestones without which that one cannot be reached."""
    needs: set[str] = set()
    waiting = [key]
    while waiting:
        milestone = playbook.milestone(waiting.pop())
        fresh = [need for need in needs_of(playbook, milestone) if need not in needs] if milestone else []
        needs.update(fresh)
        waiting += fresh
    return needs


def _ties(playbook: Playbook) -> dict[str, list[Tie]]:
    live = playbook.playing("go_live")
    ties: dict[str, list[Tie]] = {}
    for spot, stage, milestone in every_milestone(playbook):
        of_key = ties.setdefault(milestone.key, [])
        of_key += [Tie(key, "needs", (*spot, "requires", index)) for index, key in enumerate(milestone.requires)]
        opens: Spot = (*spot[:2], "opens", "after")
        of_key += [Tie(key, "needs", (*opens, index)) for index, key in enumerate(stage.opens.after)]
        of_key.append(Tie(milestone.anchor, COUNTS, (*spot, "anchor")))
        if milestone.role == "hypercare_end" and live:
            of_key.append(Tie(live.key, "ends after", (*spot, "role")))
    return ties


def _circle(start: str, ties: dict[str, list[Tie]]) -> list[tuple[str, Tie]]:
    """The shortest way from a key back to itself: each tie with the key where it begins; empty when there is none."""
    ways: list[list[tuple[str, Tie]]] = [[]]
    seen: set[str] = set()
    for way in ways:
        end = way[-1][1].to if way else start
        for tie in ties.get(end, ()):
            if tie.to == start:
                return [*way, (end, tie)]
            if tie.to not in seen:
                seen.add(tie.to)
                ways.append([*way, (end, tie)])
    return []


def _leaps(playbook: Playbook) -> Callable[[str, Tie], int]:
    """How many days ahead a tie leads; where days cannot be counted, how many places down the list."""
    keys = [milestone.key for milestone in playbook.milestones]
    places = {key: keys.index(key) for key in keys}
    days = {key: day_after_close(playbook, key) for key in places}

    def leap(start: str, tie: Tie) -> int:
        since, until = days[start], days[tie.to]
        return places[tie.to] - places[start] if since is None or until is None else until - since

    return leap


def _is_optional(playbook: Playbook, key: str) -> bool:
    milestone = playbook.milestone(key)
    return milestone is not None and milestone.optional


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    nothing_waits_for_itself,
    nothing_needed_is_optional,
    no_stage_opens_after_what_is_optional,
    each_role_is_played_once,
    the_first_value_waits_for_nothing,
    somebody_can_sign,
    rejections_reopen_what_is_needed,
)
WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    the_hand_off_waits_for_the_milestones,
    the_review_follows_the_go_live,
    stages_close_by_what_must_be,
    stages_stand_in_their_order,
)
