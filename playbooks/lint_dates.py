"""Do a playbook's days agree with each other? Counted on paper: no stretch, no holidays, everything on its day."""

from collections.abc import Callable, Iterator

from domain.playbook import LeadingIndicator, Milestone, Playbook
from playbooks.complaint import Spot
from playbooks.walk import every_milestone

Finding = tuple[Spot, str]


def day_after_close(playbook: Playbook, key: str) -> int | None:
    """The day on which a milestone is planned, counted from the close; None when its anchors lead nowhere."""
    return _day(playbook, key, frozenset())


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
    """The program closes hypercare so many days after the real go-live: its milestone must say the same."""
    live, end = playbook.playing("go_live"), playbook.playing("hypercare_end")
    if live is None or end is None:
        return
    spot = next(at for at, _, milestone in every_milestone(playbook) if milestone is end)
    if end.anchor != live.key:
        yield (*spot, "anchor"), f"hypercare counts from {live.key!r}, so its end must do so too"
    elif end.day != playbook.hypercare.days:
        yield (*spot, "day"), f"is {end.day}, but hypercare.days is {playbook.hypercare.days}"


def indicators_can_be_met(playbook: Playbook) -> Iterator[Finding]:
    """An indicator that is red although everybody is on time would teach people to look away."""
    for index, indicator in enumerate(playbook.indicators):
        at: Spot = ("indicators", index)
        for m, key in enumerate(indicator.milestones):
            day = day_after_close(playbook, key)
            if day is not None and day > 7 * indicator.week and indicator.amber_while_ahead != key:
                what = f"asks for {key!r} in week {indicator.week}, but it is planned for day {day}"
                yield (*at, "milestones", m), what
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


def the_ladder_rises(playbook: Playbook) -> Iterator[Finding]:
    rungs = playbook.nudging.ladder
    for index in range(1, len(rungs)):
        if rungs[index].after <= rungs[index - 1].after:
            what = f"comes after {rungs[index].after} working days, not later than the rung before"
            yield ("nudging", "ladder", index, "after"), what


def _day(playbook: Playbook, key: str, seen: frozenset[str]) -> int | None:
    milestone = playbook.milestone(key)
    if milestone is None or key in seen:
        return None
    base = 0 if milestone.anchor == "close" else _day(playbook, milestone.anchor, seen | {key})
    return None if base is None else max(base + milestone.day, milestone.not_before_day or 0)


def _share_planned(playbook: Playbook, stage_key: str, indicator: LeadingIndicator) -> float | None:
    stage = next((stage for stage in playbook.stages if stage.key == stage_key), None)
    if stage is None:
        return None
    counted = [milestone for milestone in stage.milestones if not milestone.optional]
    by_then = [milestone for milestone in counted if _is_due(playbook, milestone, 7 * indicator.week)]
    return len(by_then) / len(counted) if counted else None


def _is_due(playbook: Playbook, milestone: Milestone, day: int) -> bool:
    planned = day_after_close(playbook, milestone.key)
    return planned is not None and planned <= day


CHECKS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    prerequisites_come_first,
    stages_open_before_their_milestones,
    hypercare_lasts_as_long_as_it_says,
    indicators_can_be_met,
    the_hand_off_has_room,
    the_ladder_rises,
)
