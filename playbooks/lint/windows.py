"""Do the days of a playbook keep what it tells people? Checks stage windows, its length, what precedes the hand-off.

All of it works as written, so these are warnings; contradictions are found in `playbooks.lint.dates`.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from domain.playbook import Playbook
from domain.text import in_language
from playbooks.complaint import Spot
from playbooks.lint.dates import (
    A_WEEK,
    FURTHEST_DAY,
    calendar_days,
    day_after_close,
    opening_day,
    spot_of,
    stretched,
)
from playbooks.lint.walk import every_milestone

Finding = tuple[Spot, str]

LONGEST_SILENCE = 30
"""The most days between the review and the first day of the hand-off: after a month its results are forgotten."""
WINDOW = re.compile(r"(?P<unit>days?|weeks?)\s+(?P<first>\d{1,3})(\s*(-|–|to)\s*(?P<last>\d{1,3}))?", re.IGNORECASE)


def the_length_holds_the_plan(playbook: Playbook) -> Iterator[Finding]:
    """The length reaches to the last milestone; the hand-off may come later."""
    planned = [(day_after_close(playbook, each.key), each) for each in playbook.milestones if not each.optional]
    day, last = max(((day, each.key) for day, each in planned if day is not None), default=(0, ""))
    if playbook.length_days < day:
        yield ("length_days",), f"is {playbook.length_days}, but {last!r} is planned for day {day}"


def milestones_lie_in_the_window_of_their_stage(playbook: Playbook) -> Iterator[Finding]:
    """Checks milestones that count from the close: the others move with what they count from."""
    for index, stage in enumerate(playbook.stages):
        window = days_of_window(in_language(stage.window, "en"))
        if window is None:
            continue
        for m, milestone in enumerate(stage.milestones):
            if milestone.anchor == "close" and not window.first <= milestone.day <= window.last:
                what = f"{milestone.key!r} is planned for day {milestone.day}, outside the window: {window}"
                yield ("stages", index, "milestones", m, "day"), what
        opens = opening_day(playbook, stage)
        if opens is not None and opens > window.first + window.grain - 1:
            what = f"{stage.key!r} opens on day {opens} at the earliest, later than its window begins: {window}"
            yield ("stages", index, "opens"), what


def stages_begin_where_others_end(playbook: Playbook) -> Iterator[Finding]:
    """Windows overlap or follow each other: days between them would belong to no stage."""
    windows = [(index, days_of_window(in_language(stage.window, "en"))) for index, stage in enumerate(playbook.stages)]
    reached = 0
    for index, window in windows:
        if window is None:
            return
        if reached and window.first > reached + 1:
            yield ("stages", index, "window"), f"begins on day {window.first}, days {reached + 1} on belong to no stage"
        reached = max(reached, window.last)


def stretching_moves_something(playbook: Playbook) -> Iterator[Finding]:
    for index, stage in enumerate(playbook.stages):
        if stage.stretches and not any(milestone.anchor == "close" for milestone in stage.milestones):
            yield ("stages", index, "stretches"), "changes nothing: none of its milestones counts from the close"


def the_stretched_go_live_keeps_the_window(playbook: Playbook) -> Iterator[Finding]:
    """The window of the hand-off moves with the go-live, so nothing breaks; but the customer was told another one."""
    live, latest = playbook.playing("go_live"), playbook.hand_off.latest_day
    day = day_after_close(playbook, live.key, stretch=True) if live else None
    if day is not None and latest < day <= FURTHEST_DAY:
        what = (
            f"with all circumstances the go-live is planned for day {day}, after the latest hand-off on day {latest}"
            f" (which moves to day {stretched(playbook, latest)})"
        )
        yield ("stretch",), what


def the_review_is_near_the_hand_off(playbook: Playbook) -> Iterator[Finding]:
    review, earliest = playbook.playing("review"), playbook.hand_off.earliest_day
    day = day_after_close(playbook, review.key) if review else None
    if review is not None and day is not None and earliest - day > LONGEST_SILENCE:
        spot = spot_of(playbook, review)
        yield (*spot, "day"), f"the review is planned for day {day}, the hand-off waits until day {earliest}"


def hypercare_ends_before_the_review(playbook: Playbook) -> Iterator[Finding]:
    review, end = playbook.playing("review"), playbook.playing("hypercare_end")
    if review is None or end is None:
        return
    held, ends = day_after_close(playbook, review.key), day_after_close(playbook, end.key)
    if held is not None and ends is not None and ends > held:
        spot = spot_of(playbook, end)
        yield (*spot, "day"), f"hypercare ends on day {ends}, after the review on day {held}"


def rework_fits_before_the_hand_off(playbook: Playbook) -> Iterator[Finding]:
    latest = playbook.hand_off.latest_day
    for spot, _, milestone in every_milestone(playbook):
        day = day_after_close(playbook, milestone.key)
        if milestone.sign_off is None or day is None or day > latest:
            continue
        again = day + calendar_days(milestone.sign_off.rework_days)
        if again > latest:
            what = f"a rejection on day {day} gives until about day {again}, after the latest hand-off on day {latest}"
            yield (*spot, "sign_off", "rework_days"), what


def nothing_optional_comes_too_late(playbook: Playbook) -> Iterator[Finding]:
    latest = playbook.hand_off.latest_day
    for spot, _, milestone in every_milestone(playbook):
        day = day_after_close(playbook, milestone.key)
        if milestone.optional and day is not None and day > latest:
            what = f"{milestone.key!r} is planned for day {day}, when the hand-off is over (day {latest})"
            yield (*spot, "day"), what


def quick_wins_come_in_time(playbook: Playbook) -> Iterator[Finding]:
    for index, slot in enumerate(playbook.quick_wins):
        if slot.day > playbook.hand_off.latest_day:
            what = f"is {slot.day}, after the latest hand-off on day {playbook.hand_off.latest_day}"
            yield ("quick_wins", index, "day"), what


class Window(NamedTuple):
    """A stage's window in days after the close, first and last included; `grain` is 1 for days and 7 for weeks."""

    words: str
    first: int
    last: int
    grain: int

    def __str__(self) -> str:
        return f"{self.words} (days {self.first} to {self.last})" if self.grain == A_WEEK else self.words


def days_of_window(words: str) -> Window | None:
    """The window that `days 1-7` or `weeks 2-6` names; None for other words, which no program can check."""
    match = WINDOW.fullmatch(words.strip())
    if match is None:
        return None
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if match["unit"].lower().startswith("day"):
        return Window(words, first, last, 1)
    return Window(words, A_WEEK * (first - 1) + 1, A_WEEK * last, A_WEEK)


WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    the_length_holds_the_plan,
    milestones_lie_in_the_window_of_their_stage,
    stages_begin_where_others_end,
    stretching_moves_something,
    the_stretched_go_live_keeps_the_window,
    the_review_is_near_the_hand_off,
    hypercare_ends_before_the_review,
    rework_fits_before_the_hand_off,
    nothing_optional_comes_too_late,
    quick_wins_come_in_time,
)
