"""Which red flags are up, since when, and is that an alarm? By the rules of the playbook over the course of things.

One flag is for the CSM to see. Two at once, or one that has been up for ten days, are an alarm: two thirds of all
customers who thrive have some flag before their go-live. At once are flags to which there was something new within a
week: one that only its span keeps up, as after a check-in missed a month ago, does not meet every other one.
"""

from collections.abc import Mapping, Sequence

from domain.measure.adoption import AdoptionSeen
from domain.measure.rules import Rule, read_rule
from domain.measure.series import Course, held_since, holds, is_known, lasted_until, standing_at
from domain.measure.targets import TargetSeen
from domain.playbook import Correction, Playbook, RedFlag
from domain.text import in_language
from domain.wire import FiguresSay, Wire

AT_ONCE = 2
UP_FOR = 10
"""Flags at once, or days of one with something new to it (pauses do not count), that make an alarm."""
FRESH_FOR = 7
"""Days since there was something new to a flag, at most, for it to be one of two at once."""
QUIET_FOR = 7
"""Days on which a rule has not held, today among them, before its flag goes down: figures swing about a threshold."""


class FlagUp(Wire):
    """A red flag that is up: `since` which day after the close, and for how many `days`; both without pauses.

    `lasting` are the days of these within which there was something new to it; all of them where that is not said.
    """

    key: str
    title: str
    category: str
    rule: str
    since: int
    days: int
    lasting: int | None = None
    correction: str
    correction_title: str
    steps: tuple[str, ...]

    @property
    def is_lasting(self) -> bool:
        """Whether it calls for a correction by itself."""
        return self.lasted >= UP_FOR

    @property
    def is_fresh(self) -> bool:
        """Whether it may be one of two at once."""
        return self.days - self.lasted <= FRESH_FOR

    @property
    def lasted(self) -> int:
        return self.days if self.lasting is None else self.lasting


def flags_up(playbook: Playbook, course: Course, *, language: str = "en") -> tuple[FlagUp, ...]:
    """The flags that are up today, the longest first; those that people raise are not among them."""
    corrections = {one.key: one for one in playbook.corrections}
    up = []
    for flag in playbook.red_flags:
        rule = read_rule(flag.rule or "")
        since = held_since(rule, course) if rule else None
        if rule is not None and since is not None:
            days = course.day - since, lasted_until(rule, course) - since
            up.append(_up(flag, corrections.get(flag.correction), since=since, days=days, language=language))
    return tuple(sorted(up, key=lambda one: one.since))


def is_alarm(flags: Sequence[FlagUp]) -> bool:
    """Whether these flags together call for a correction."""
    return sum(flag.is_fresh for flag in flags) >= AT_ONCE or any(flag.is_lasting for flag in flags)


class Look(Wire):
    """What the figures say: flags that are up today with what their rules looked at, flags that are quiet, targets, and
    who uses the product. `says` is how the customer stands by all of them.

    A flag of a rule that is neither up nor quiet has held within the last days: it stays as it is.
    """

    up: tuple[FlagUp, ...] = ()
    figures: Mapping[str, Mapping[str, float]] = {}
    quiet: frozenset[str] = frozenset()
    targets: tuple[TargetSeen, ...] = ()
    adoption: AdoptionSeen | None = None
    says: FiguresSay = ""


def look_at(playbook: Playbook, course: Course, up: Sequence[FlagUp], targets: Sequence[TargetSeen] = ()) -> Look:
    """What that course of things says about the playbook's flags, of which these are up, and how its targets stand."""
    rules = {flag.key: rule for flag in playbook.red_flags if (rule := read_rule(flag.rule or ""))}
    return Look(
        up=tuple(up),
        figures={flag.key: standing_at(rules[flag.key], course, on=course.day) for flag in up},
        quiet=frozenset(key for key, rule in rules.items() if _is_quiet(rule, course)),
        targets=tuple(targets),
    )


def _is_quiet(rule: Rule, course: Course) -> bool:
    days = range(course.day, max(-1, course.day - QUIET_FOR), -1)
    return not is_known(rule, course) or not any(holds(rule, course, on=day) for day in days)


def _up(flag: RedFlag, correction: Correction | None, *, since: int, days: tuple[int, int], language: str) -> FlagUp:
    up, lasting = days
    return FlagUp(
        key=flag.key,
        title=in_language(flag.title, language),
        category=flag.category,
        rule=flag.rule or "",
        since=since,
        days=up,
        lasting=max(0, lasting),
        correction=flag.correction,
        correction_title=in_language(correction.title, language) if correction else "",
        steps=tuple(in_language(step, language) for step in correction.steps) if correction else (),
    )
