"""How many hours did an onboarding take of each role? The playbook's plan of hours over the weeks that it lasted."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.playbook import Playbook, RoleHours
from domain.rehearsal.story import Hours, StageLived

DAYS_A_WEEK = 7


def hours_of_roles(playbook: Playbook, stages: Sequence[StageLived], first: date, last: date) -> Iterator[Hours]:
    """The hours of each role, at least and at most; what is counted by the week counts the weeks of its stages.

    A stage that was never opened takes none, one that is still open takes them until `last`.
    """
    totals: dict[tuple[str, str], list[float]] = {}
    for line in playbook.resources:
        times = _times(line, stages, first, last)
        total = totals.setdefault((line.side, line.role), [0.0, 0.0])
        total[0] += line.hours_from * times
        total[1] += line.hours_to * times
    for (side, role), (least, most) in totals.items():
        yield Hours(side="vendor" if side == "vendor" else "customer", role=role, least=round(least), most=round(most))


def _times(line: RoleHours, stages: Sequence[StageLived], first: date, last: date) -> float:
    """How often the hours of that line were needed: once, or once for every week."""
    lived = [stage for stage in stages if stage.key in line.stages and stage.opened]
    if line.stages and not lived:
        return 0
    if line.per != "week":
        return 1
    spans = [(stage.opened or first, stage.closed or last) for stage in lived] or [(first, last)]
    days = {since + timedelta(days=number) for since, until in spans for number in range((until - since).days)}
    return len(days) / DAYS_A_WEEK
