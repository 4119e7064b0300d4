"""Does every wait end? Finds reminders, rungs, service levels and cadences that never come or reach nobody."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import get_args

from domain.news import LONGEST_GRACE
from domain.playbook import Cadence, Playbook
from domain.wire import Severity
from playbooks.complaint import Spot
from playbooks.lint.dates import calendar_days, day_after_close
from playbooks.lint.walk import every_milestone

Finding = tuple[Spot, str]

HEIGHT = {"project_lead": 0, "owner": 0, "owner_manager": 1, "executive_sponsor": 2}
"""How high a rung reaches, on either side."""
A_MONTH = 30
HAND_OFF = "hand_off"


def somebody_hears_of_what_is_late(playbook: Playbook) -> Iterator[Finding]:
    """A milestone without reminders has no escalation ladder either; the end of hypercare has a timer of its own."""
    for spot, _, milestone in every_milestone(playbook):
        if not milestone.reminders and not milestone.optional and milestone.role != "hypercare_end":
            what = f"{milestone.key!r} would wait without a timeout: nobody is reminded, and no ladder begins"
            yield (*spot, "reminders"), what
    nudging = playbook.nudging
    if not (nudging.before or nudging.on_the_day or nudging.after or nudging.ladder):
        what = "neither reminders nor a ladder: every milestone would wait without a timeout"
        yield ("nudging",), what


def reminders_have_their_side(playbook: Playbook) -> Iterator[Finding]:
    for name in ("before", "after"):
        for index, days in enumerate(getattr(playbook.nudging, name)):
            if days < 1:
                what = f"is {days}: so many working days {name} due, 1 or more; for the day itself there is on_the_day"
                yield ("nudging", name, index), what


def the_ladder_rises(playbook: Playbook) -> Iterator[Finding]:
    rungs = playbook.nudging.ladder
    for index in range(1, len(rungs)):
        if rungs[index].after <= rungs[index - 1].after:
            what = f"comes after {rungs[index].after} working days, not later than the rung before"
            yield ("nudging", "ladder", index, "after"), what


def every_severity_has_its_level(playbook: Playbook) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, level in enumerate(playbook.hypercare.levels):
        if level.severity in seen:
            yield ("hypercare", "levels", index, "severity"), f"{level.severity!r} has its level already: give it once"
        seen.add(level.severity)
    for severity in get_args(Severity):
        if severity not in seen:
            yield ("hypercare", "levels"), f"{severity!r} has no level: an issue of it would have no deadline"


def answers_come_before_solutions(playbook: Playbook) -> Iterator[Finding]:
    for index, level in enumerate(playbook.hypercare.levels):
        if level.respond > level.resolve:
            what = f"answered within {level.respond:g} hours, but solved within {level.resolve:g}"
            yield ("hypercare", "levels", index, "respond"), what


def cadences_have_a_rhythm(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        rhythms = [rhythm for rhythm in (cadence.every_weeks, cadence.every_months) if rhythm]
        if not rhythms and cadence.kind != "as_needed":
            yield ("cadences", index), f"{cadence.key!r} has no rhythm: give every_weeks or every_months, or as_needed"
        if len(rhythms) > 1:
            yield ("cadences", index, "every_months"), f"{cadence.key!r} has two rhythms: give one"


def cadences_begin_before_they_end(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        start, end = _span(playbook, cadence)
        if cadence.until in cadence.starts.after:
            yield (
                ("cadences", index, "until"),
                f"{cadence.until!r} starts {cadence.key!r} and would end it at once",
            )
        elif start is not None and end is not None and start >= end:
            until = "the latest hand-off" if cadence.until == HAND_OFF else repr(cadence.until)
            what = f"{cadence.key!r} starts on day {start} at the earliest, but ends with {until} on day {end}"
            yield ("cadences", index, "until" if cadence.until != HAND_OFF else "starts"), what


def levels_rise_with_severity(playbook: Playbook) -> Iterator[Finding]:
    """No severity has shorter limits than a graver one. Fewer working hours than clock hours pass: they last longer."""
    order = {severity: number for number, severity in enumerate(get_args(Severity))}
    levels = sorted(enumerate(playbook.hypercare.levels), key=lambda numbered: order[numbered[1].severity])
    for (_, graver), (index, level) in pairwise(levels):
        for name in ("respond", "resolve"):
            faster = getattr(level, name) < getattr(graver, name)
            if faster and not (graver.hours == "clock" and level.hours == "working"):
                what = f"{level.severity} issues have {getattr(level, name):g} hours, {graver.severity} ones more"
                yield ("hypercare", "levels", index, name), what


def somebody_above_hears_of_it(playbook: Playbook) -> Iterator[Finding]:
    if not playbook.nudging.ladder:
        yield ("nudging",), "without a ladder nobody but the responsible person hears of what is late"


def the_ladder_reaches_further(playbook: Playbook) -> Iterator[Finding]:
    informed: set[str] = set()
    for index, rung in enumerate(playbook.nudging.ladder):
        at: Spot = ("nudging", "ladder", index, "to")
        highest = max((HEIGHT[place] for place in informed), default=0)
        if informed and not set(rung.to) - informed and not rung.proposes_pause:
            yield at, "reaches nobody whom an earlier rung has not told"
        elif max(HEIGHT[place] for place in rung.to) < highest:
            yield at, "reaches less high than an earlier rung"
        informed |= set(rung.to)


def rungs_come_before_the_hand_off(playbook: Playbook) -> Iterator[Finding]:
    days = [day_after_close(playbook, milestone.key) for _, _, milestone in every_milestone(playbook)]
    first = min((day for day in days if day is not None), default=0)
    latest = playbook.hand_off.latest_day
    for index, rung in enumerate(playbook.nudging.ladder):
        day = first + calendar_days(rung.after)
        if day > latest:
            what = f"comes on about day {day} at the earliest, after the latest hand-off on day {latest}"
            yield ("nudging", "ladder", index, "after"), what
    silent = calendar_days(playbook.nudging.stuck_after)
    if silent > latest:
        what = f"is about {silent:,} days on the calendar: no onboarding of {latest} days would ever be stuck"
        yield ("nudging", "stuck_after"), what


def what_comes_as_needed_has_no_rhythm(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        for name in ("every_weeks", "every_months"):
            if cadence.kind == "as_needed" and getattr(cadence, name):
                yield ("cadences", index, name), f"{cadence.key!r} comes as needed: its rhythm is not looked at"


def only_what_has_people_come_is_announced(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        at = ("cadences", index, "announcements")
        if cadence.announcements and cadence.kind in ("status_report", "message"):
            yield at, f"{cadence.key!r} is a {cadence.kind}: nothing announces it, and it comes every time"
        if cadence.announcements and cadence.culminates:
            yield at, f"{cadence.key!r} culminates in {cadence.culminates.milestone!r}, of which nobody would hear"


def cadences_come_more_than_once(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        start, end = _span(playbook, cadence)
        every = 7 * (cadence.every_weeks or 0) or A_MONTH * (cadence.every_months or 0)
        if cadence.kind == "as_needed" or not every or start is None or end is None:
            continue
        if start < end < start + every:
            name = "every_weeks" if cadence.every_weeks else "every_months"
            yield ("cadences", index, name), f"{cadence.key!r} comes once, on day {start}: it ends on day {end}"


def no_cadence_waits_for_what_is_optional(playbook: Playbook) -> Iterator[Finding]:
    for index, cadence in enumerate(playbook.cadences):
        for a, key in enumerate(cadence.starts.after):
            milestone = playbook.milestone(key)
            if milestone is not None and milestone.optional:
                what = f"{key!r} is optional: without it {cadence.key!r} never starts"
                yield ("cadences", index, "starts", "after", a), what


def the_programme_meets_each_rhythm_once(playbook: Playbook) -> Iterator[Finding]:
    """A monthly check-in beside a monthly review would be two invitations for one talk."""
    first: dict[int, str] = {}
    for index, cadence in enumerate(playbook.programme.cadences):
        before = first.setdefault(cadence.every_months, cadence.key)
        if before != cadence.key:
            what = f"{cadence.key!r} comes as often as {before!r}: people would meet twice about the same"
            yield ("programme", "cadences", index, "every_months"), what


def drafts_are_of_their_kind(playbook: Playbook) -> Iterator[Finding]:
    """What is written because something is late, or ends, waits for no milestone and reaches none."""
    for index, draft in enumerate(playbook.drafts):
        for name in () if draft.kind in ("introduction", "plan") else ("after", "reaches"):
            if getattr(draft, name) is not None:
                yield ("drafts", index, name), f"{draft.kind!r} waits for no milestone, and reaches none"
        if draft.kind in ("hand_off", "ended") and draft.hours > LONGEST_GRACE:
            what = f"{draft.hours:g} working hours are too long: an ending waits for {LONGEST_GRACE} at most"
            yield ("drafts", index, "hours"), what


def the_kickoff_has_something_to_talk_about(playbook: Playbook) -> Iterator[Finding]:
    if not playbook.kickoff.agenda:
        yield ("kickoff", "agenda"), "is empty: the invitation to the kickoff would say nothing"


def _span(playbook: Playbook, cadence: Cadence) -> tuple[int | None, int | None]:
    """The first day on which a cadence can come and the day on which it is over; None where a key leads nowhere."""
    anchor = cadence.starts.anchor
    base = 0 if anchor == "close" else day_after_close(playbook, anchor)
    days = [base + cadence.starts.from_day if base is not None else None]
    days += [day_after_close(playbook, key) for key in cadence.starts.after]
    counted = [day for day in days if day is not None]
    start = max(counted) if len(counted) == len(days) else None
    over = playbook.hand_off.latest_day if cadence.until == HAND_OFF else day_after_close(playbook, cadence.until)
    return start, over


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    somebody_hears_of_what_is_late,
    reminders_have_their_side,
    the_ladder_rises,
    every_severity_has_its_level,
    answers_come_before_solutions,
    cadences_have_a_rhythm,
    cadences_begin_before_they_end,
    drafts_are_of_their_kind,
)
WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    levels_rise_with_severity,
    somebody_above_hears_of_it,
    the_ladder_reaches_further,
    rungs_come_before_the_hand_off,
    what_comes_as_needed_has_no_rhythm,
    only_what_has_people_come_is_announced,
    cadences_come_more_than_once,
    no_cadence_waits_for_what_is_optional,
    the_programme_meets_each_rhythm_once,
    the_kickoff_has_something_to_talk_about,
)
