"""Do a playbook's days agree with each other? Counted as planned: no stretch, no holidays, everything on its day."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import ceil

from domain.playbook import LeadingIndicator, Milestone, MilestoneRole, Playbook, Stage
from playbooks.complaint import Spot
from playbooks.lint.walk import every_milestone

Finding = tuple[Spot, str]

A_WEEK = 7
FURTHEST_DAY = 730
"""The same limit as that of `length_days`: two years, for which the holidays are known."""
IN_ORDER: tuple[MilestoneRole, ...] = ("kickoff", "go_live", "review")


def day_after_close(playbook: Playbook, key: str, *, stretch: bool = False) -> int | None:
    """The day on which a milestone is planned, in days after the close; None when its anchors lead nowhere.

    With `stretch` it is the day for a deal with every circumstance that stretches the plan.
    """
    day = None
    for milestone in reversed(_anchored(playbook, key)):
        ahead, earliest = milestone.day, milestone.not_before_day or 0
        if stretch:
            earliest = stretched(playbook, earliest)
            ahead = stretched(playbook, ahead) if day is None else ahead
        day = max((day or 0) + ahead, earliest)
    return day


def prerequisites_come_first(playbook: Playbook) -> Iterator[Finding]:
    for spot, _, milestone in every_milestone(playbook):
        day = day_after_close(playbook, milestone.key)
        for index, key in enumerate(milestone.requires):
            needed = day_after_close(playbook, key)
            if day is not None and needed is not None and needed > day:
                what = f"{milestone.key!r} is planned for day {day}, but requires {key!r}, planned for day {needed}"
                yield (*spot, "requires", index), what


def stages_open_before_their_milestones(playbook: Playbook) -> Iterator[Finding]:
    for index, stage in enumerate(playbook.stages):
        base = 0 if stage.opens.anchor == "close" else day_after_close(playbook, stage.opens.anchor)
        opened = [base + stage.opens.from_day if base is not None else None]
        opened += [day_after_close(playbook, key) for key in stage.opens.after]
        opens = max(day for day in (0, *opened) if day is not None)
        for m, milestone in enumerate(stage.milestones):
            day = day_after_close(playbook, milestone.key)
            if day is not None and day < opens:
                what = f"{milestone.key!r} is planned for day {day}, before {stage.key!r} opens on day {opens}"
                yield ("stages", index, "milestones", m, "day"), what


def hypercare_lasts_as_long_as_it_says(playbook: Playbook) -> Iterator[Finding]:
    """The program closes hypercare `hypercare.days` after the real go-live: its milestone must agree."""
    live, end = playbook.playing("go_live"), playbook.playing("hypercare_end")
    if live is None or end is None:
        return
    spot = spot_of(playbook, end)
    if end.anchor != live.key:
        yield (*spot, "anchor"), f"hypercare counts from {live.key!r}, so its end must do so too"
    elif end.day != playbook.hypercare.days:
        yield (*spot, "day"), f"is {end.day}, but hypercare.days is {playbook.hypercare.days}"


def indicators_can_be_met(playbook: Playbook) -> Iterator[Finding]:
    """An indicator that is red although everybody is on time would teach people to ignore it."""
    for index, indicator in enumerate(playbook.indicators):
        at: Spot = ("indicators", index)
        for m, key in enumerate(indicator.milestones):
            day = day_after_close(playbook, key)
            if day is not None and day > 7 * indicator.week and indicator.amber_while_ahead != key:
                what = f"asks for {key!r} in week {indicator.week}, but it is planned for day {day}"
                yield (*at, "milestones", m), what
        for u, key in enumerate(indicator.under_way):
            days = {before: day_after_close(playbook, before) or 0 for before in _before(playbook, key)}
            last = max(days, key=lambda before: days[before], default=key)
            if days.get(last, 0) > 7 * indicator.week:
                what = f"asks for {key!r} to be under way in week {indicator.week}, but {last!r} comes before it,"
                yield (*at, "under_way", u), f"{what} on day {days[last]}"
        for stage, share in indicator.share_reached.items():
            planned = _share_planned(playbook, stage, indicator)
            if planned is not None and planned < share:
                what = (
                    f"asks for {share:.0%} of {stage!r} in week {indicator.week}, but {planned:.0%} is planned by then"
                )
                yield (*at, "share_reached", stage), what


def the_hand_off_has_room(playbook: Playbook) -> Iterator[Finding]:
    hand_off = playbook.hand_off
    if hand_off.latest_day <= hand_off.earliest_day:
        yield ("hand_off", "latest_day"), f"is not after earliest_day ({hand_off.earliest_day})"
    for spot, _, milestone in every_milestone(playbook):
        day = day_after_close(playbook, milestone.key)
        if day is not None and day > hand_off.latest_day and not milestone.optional:
            what = f"{milestone.key!r} is planned for day {day}, after the latest hand-off on day {hand_off.latest_day}"
            yield (*spot, "day"), what


def the_story_is_in_order(playbook: Playbook) -> Iterator[Finding]:
    """The milestones with the roles kickoff, go-live and review come in this order."""
    players = [(role, playbook.playing(role)) for role in IN_ORDER]
    planned = [(role, milestone, day_after_close(playbook, milestone.key)) for role, milestone in players if milestone]
    for (before, _, first), (role, milestone, day) in pairwise(planned):
        if first is not None and day is not None and day < first:
            spot = spot_of(playbook, milestone)
            yield (*spot, "day"), f"the {role} is planned for day {day}, before the {before} on day {first}"


def a_stage_can_open_after_what_it_counts_from(playbook: Playbook) -> Iterator[Finding]:
    for index, stage in enumerate(playbook.stages):
        anchored = {milestone.key for milestone in stage.milestones} & {stage.opens.anchor}
        if anchored and stage.opens.from_day:
            what = f"{stage.opens.anchor!r} belongs to {stage.key!r} itself: it would open after its own work"
            yield ("stages", index, "opens", "anchor"), what


def days_are_within_two_years(playbook: Playbook) -> Iterator[Finding]:
    """Holidays are known for the year of the close and the next two; working days are counted one by one."""
    for spot, number in _unbounded(playbook):
        if number > FURTHEST_DAY:
            yield spot, f"is {number:,}: no onboarding lasts longer than {FURTHEST_DAY} days"


def quick_wins_come_once(playbook: Playbook) -> Iterator[Finding]:
    seen: set[int] = set()
    for index, slot in enumerate(playbook.quick_wins):
        if slot.day in seen:
            yield ("quick_wins", index, "day"), f"day {slot.day} has a quick win already"
        seen.add(slot.day)


def the_stretched_plan_ends(playbook: Playbook) -> Iterator[Finding]:
    """Even with every circumstance that stretches the plan (TL-01) the hand-off comes within two years."""
    latest = stretched(playbook, playbook.hand_off.latest_day)
    if playbook.hand_off.latest_day <= FURTHEST_DAY < latest:
        yield ("stretch",), f"with all circumstances the latest hand-off is on day {latest:,}: two years are the most"


def spot_of(playbook: Playbook, milestone: Milestone) -> Spot:
    """The path to a milestone of the playbook."""
    return next(at for at, _, other in every_milestone(playbook) if other is milestone)


def calendar_days(working_days: int) -> int:
    """About how many calendar days these working days take, rounded up: five of seven days are worked."""
    return ceil(working_days * 7 / 5)


def stretched(playbook: Playbook, day: int) -> int:
    """Where that day after the close moves with all circumstances of TL-01 at once, as `domain.drafting` counts it."""
    stretch = playbook.stretch
    factor = stretch.high_complexity * stretch.many_integrations * stretch.large_data * stretch.limited_resources
    extra = 0.0
    for stage in playbook.stages:
        if stage.stretches:
            first = stage.opens.from_day
            last = max((each.day for each in stage.milestones if each.anchor == "close"), default=first)
            extra += (min(max(day, first), max(last, first)) - first) * (factor - 1)
    return day + round(extra)


def opening_day(playbook: Playbook, stage: Stage) -> int | None:
    """The day from which a stage can be open; None when its anchors lead nowhere."""
    days = [day_after_close(playbook, key) for key in stage.opens.after]
    base = 0 if stage.opens.anchor == "close" else day_after_close(playbook, stage.opens.anchor)
    days.append(None if base is None else base + stage.opens.from_day)
    counted = [day for day in days if day is not None]
    return max(counted) if len(counted) == len(days) else None


def _unbounded(playbook: Playbook) -> Iterator[tuple[Spot, int]]:
    """The numbers of days that the schema does not bound, each with the path to it."""
    nudging, hand_off = playbook.nudging, playbook.hand_off
    for name in ("grace", "again_every", "stuck_after"):
        yield ("nudging", name), getattr(nudging, name)
    for name in ("before", "after"):
        for index, days in enumerate(getattr(nudging, name)):
            yield ("nudging", name, index), days
    for name in ("earliest_day", "latest_day", "asked_again_days"):
        yield ("hand_off", name), getattr(hand_off, name)
    for index, stage in enumerate(playbook.stages):
        yield ("stages", index, "opens", "from_day"), stage.opens.from_day
    for spot, _, milestone in every_milestone(playbook):
        yield (*spot, "not_before_day"), milestone.not_before_day or 0
    for index, cadence in enumerate(playbook.cadences):
        yield ("cadences", index, "starts", "from_day"), cadence.starts.from_day
    for index, level in enumerate(playbook.hypercare.levels):
        for name in ("respond", "resolve"):
            yield ("hypercare", "levels", index, name), ceil(getattr(level, name) / 24)


def _anchored(playbook: Playbook, key: str) -> list[Milestone]:
    """The milestone and those that its day counts from, down to the close; empty when its anchors lead nowhere."""
    # Taken out once used: anchors may lead in a circle. Of a key that is used twice the first milestone counts.
    left = {milestone.key: milestone for milestone in reversed(playbook.milestones)}
    chain: list[Milestone] = []
    while (milestone := left.pop(key, None)) is not None:
        chain.append(milestone)
        if milestone.anchor == "close":
            return chain
        key = milestone.anchor
    return []


def _share_planned(playbook: Playbook, stage_key: str, indicator: LeadingIndicator) -> float | None:
    stage = next((stage for stage in playbook.stages if stage.key == stage_key), None)
    if stage is None:
        return None
    counted = [milestone for milestone in stage.milestones if not milestone.optional]
    by_then = [milestone for milestone in counted if _is_due(playbook, milestone, 7 * indicator.week)]
    return len(by_then) / len(counted) if counted else None


def _before(playbook: Playbook, key: str) -> tuple[str, ...]:
    """What must be reached before that milestone; nothing for a key that leads nowhere."""
    milestone = playbook.milestone(key)
    return playbook.needs(milestone) if milestone else ()


def _is_due(playbook: Playbook, milestone: Milestone, day: int) -> bool:
    planned = day_after_close(playbook, milestone.key)
    return planned is not None and planned <= day


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    prerequisites_come_first,
    stages_open_before_their_milestones,
    a_stage_can_open_after_what_it_counts_from,
    the_story_is_in_order,
    hypercare_lasts_as_long_as_it_says,
    indicators_can_be_met,
    the_hand_off_has_room,
    days_are_within_two_years,
    the_stretched_plan_ends,
    quick_wins_come_once,
)
