"""What moves along when a date is moved? What depends on it keeps its distance, and what leads up to a go-live too."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.agenda.state import Fact, State
from domain.calendar import WorkCalendar
from domain.playbook import Milestone, Playbook


def moved_along(
    state: State, playbook: Playbook, calendar: WorkCalendar, facts: Sequence[Fact], before: Mapping[str, str],
    *, promised: bool,
) -> dict[str, date]:  # fmt: skip
    """New days for what moves along with the dates that those facts have moved, by key.

    As many working days later or earlier as the date itself; `before` has every milestone's day until now, in ISO 8601.
    What counts from a moved milestone follows it anyway and is left out, as is a go-live that was `promised`: it moves
    only where it has to, behind what it requires.
    """
    days = {key: date.fromisoformat(day) for key, day in before.items()}
    along: dict[str, date] = {}
    for fact in facts:
        moved = playbook.milestone(fact.about)
        if fact.kind != "replanned" or not fact.data.get("to") or moved is None:
            continue
        to = calendar.working_day_from(date.fromisoformat(fact.data["to"]))
        shift = calendar.working_days_between(days[moved.key], to)
        followers = {*_that_wait_for(moved.key, playbook)}
        if not fact.data.get("alone"):
            followers |= {*_that_lead_up_to(moved, playbook, days)}
        set_by_people = {other.about for other in facts if other.kind == "replanned"}
        for key in followers - set_by_people:
            milestone = state.milestone(key)
            kept = promised and milestone is not None and milestone.role == "go_live" and key not in state.moved
            if shift and milestone is not None and not milestone.settled and not kept:
                along[key] = days[key] = calendar.add_working_days(days[key], shift)
        days[moved.key] = to
    return along


def begun_late(
    state: State, playbook: Playbook, calendar: WorkCalendar, facts: Sequence[Fact], before: Mapping[str, str]
) -> dict[str, date]:
    """New days for what had a date of its own when the kickoff was held late, by key; nothing once a plan is agreed.

    What counts from the close comes later by itself (`domain.drafting`); a date that was set before the kickoff, or had
    moved along with one, keeps its distance to it in working days.
    """
    kickoff = playbook.playing("kickoff")
    held = next(
        (fact for fact in facts if kickoff and fact.kind == "milestone_reached" and fact.about == kickoff.key), None
    )
    if held is None or not state.goes_by(3) or any(m.of_plan and m.at and m.at < held.at for m in state.milestones):
        return {}
    planned, real = date.fromisoformat(before[held.about]), calendar.day_of(held.at)
    shift = calendar.working_days_between(planned, real)
    set_since = {fact.about for fact in facts if fact.kind == "replanned" and fact.seq > held.seq}
    return {
        key: max(calendar.add_working_days(calendar.working_day_from(day), shift), real)
        for key, day in state.moved.items()
        if shift > 0 and key not in set_since and (milestone := state.milestone(key)) and not milestone.settled
    }


def _that_wait_for(key: str, playbook: Playbook) -> Iterator[str]:
    """What cannot be reached before that milestone and counts from the close; what counts from another follows that."""
    waiting, seen = [key], {key}
    needs = [(milestone, playbook.needs(milestone)) for milestone in playbook.milestones]
    while waiting:
        gate = waiting.pop()
        for milestone, needed in needs:
            if milestone.key not in seen and gate in needed:
                seen.add(milestone.key)
                waiting.append(milestone.key)
                if milestone.anchor == "close":
                    yield milestone.key


def _that_lead_up_to(moved: Milestone, playbook: Playbook, days: Mapping[str, date]) -> Iterator[str]:
    """Of a go-live: what comes before it in its own stage and in the one before that, where people are trained."""
    if moved.role != "go_live":
        return
    at = next(index for index, stage in enumerate(playbook.stages) if moved in stage.milestones)
    for stage in playbook.stages[max(at - 1, 0) : at + 1]:
        for milestone in stage.milestones:
            before = milestone.key != moved.key and days[milestone.key] <= days[moved.key]
            if before and milestone.anchor == "close":
                yield milestone.key
