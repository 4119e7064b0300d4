"""How is the plan drawn? As a table of stages and milestones, each row with a line of time in per cent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from domain.record import MilestoneRow, StageRow
from domain.text import Language
from portal.desk.customer.customer import Customer

Mark = Literal["done", "late", "mine", "due", "over", "waived"]
"""How a milestone's place is drawn: reached, reached after it was planned, waited for, ahead, overdue, not needed."""
ROOM_AFTER = 3
"""Days beyond the last date of the plan, so that its mark is not cut off."""
MOST_MONTHS = 8
"""Names of months that stand side by side on the narrowest line; of a longer plan every second or third is written."""
MONTH_WIDTH = 8
"""Per cent of the line that the name of a month takes where the line is narrow."""


class Dot(NamedTuple):
    """A milestone on its line: `x` is where it is, `planned` where it was agreed to be, `noes` its rejections."""

    x: float
    mark: Mark
    planned: float | None
    noes: tuple[float, ...]
    diamond: bool

    @property
    def slips(self) -> bool:
        """Whether it lies elsewhere than where it was agreed to be."""
        return self.planned is not None and self.planned != self.x


class MilestoneLine(NamedTuple):
    """A milestone as the table has it. `slip` is in working days, `late` too.

    `agreed` is the day that was agreed to, None where nobody has agreed; `rejected` are the days of its rejections.
    """

    key: str
    title: str
    who: str
    day: date
    status: str
    slip: int
    late: int
    optional: bool
    waited_for: bool
    dot: Dot
    agreed: date | None
    rejected: tuple[date, ...]


class StageLine(NamedTuple):
    """A stage with its milestones: `done` of `of` are settled; x, width and filled are its bar."""

    key: str
    title: str
    status: str
    day: date | None
    done: int
    of: int
    x: float
    width: float
    filled: float
    milestones: list[MilestoneLine]


class DaysOff(NamedTuple):
    """Days off in a row, weekends between them too: from where to where on the line, and which."""

    x: float
    width: float
    first: date
    last: date


class Axis(NamedTuple):
    """What stands on every line: months with their names, weeks, days off one by one and in a row, and today."""

    months: list[tuple[float, str]]
    weeks: list[float]
    off: list[float]
    today: float | None
    closed: list[DaysOff]


class Timeline(NamedTuple):
    axis: Axis
    stages: list[StageLine]


def timeline(customer: Customer) -> Timeline:
    """The whole plan as it stands, beside the plan as it was agreed to."""
    scale = _Scale(customer)
    stages = [_stage(customer, row, scale) for row in customer.line.stages if row.opens_on]
    return Timeline(scale.axis(), stages)


class _Scale:
    """Where a day lies between the first and the last one of the plan, in per cent."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self.first, self.last = span(customer)

    def x(self, day: date) -> float:
        return _place(day, self.first, self.last)

    def axis(self) -> Axis:
        customer, calendar = self._customer, self._customer.standing.dossier.calendar
        monday = self.first + timedelta(days=-self.first.weekday() % 7)
        weeks = [self.x(day) for day in _days(monday, self.last, 7)]
        closed = {*calendar.holidays, *calendar.closures}
        # Weekends are on every line of weeks already; a closure of two weeks is one mark a day.
        off = sorted(day for day in closed if self.first <= day <= self.last and day.weekday() < 5)
        inside = self.first <= customer.today <= self.last
        today = self.x(customer.today) if inside else None
        return Axis(
            months(self.first, self.last, customer.language),
            weeks,
            [self.x(day) for day in off],
            today,
            [*self._closed(off)],
        )

    def _closed(self, off: Sequence[date]) -> Iterator[DaysOff]:
        rows: list[list[date]] = []
        for day in off:
            if rows and not _weekdays_between(rows[-1][-1], day):
                rows[-1].append(day)
            else:
                rows.append([day])
        for days in rows:
            begins, ends = self.x(days[0]), self.x(days[-1] + timedelta(days=1))
            yield DaysOff(begins, round(ends - begins, 2), days[0], days[-1])


def months(first: date, last: date, language: Language) -> list[tuple[float, str]]:
    """Where the names of months stand between those days, in per cent, and what they are."""
    firsts, day = [], first.replace(day=1)
    while day <= last:
        firsts.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    every = -(-len(firsts) // MOST_MONTHS)
    named = [
        (_place(max(one, first), first, last), f"{one:%b}" if language == "en" else f"{one.month}月")
        for one in firsts[::every]
    ]
    after = [x for x, _ in named[1:]] + [100.0]
    # The plan may begin in the last days of a month, whose name would stand in that of the next one.
    return [(x, name) for (x, name), then in zip(named, after, strict=True) if then - x >= MONTH_WIDTH]


def _place(day: date, first: date, last: date) -> float:
    length = max((last - first).days, 1)
    return round(100 * min(max((day - first).days, 0) / length, 1), 2)


def span(customer: Customer) -> tuple[date, date]:
    """The first and the last day that the timeline shows."""
    days = [customer.day_of(customer.standing.dossier.deal.closed_at)]
    for row in customer.line.stages:
        # A stage that the playbook has no more, and that was begun, has no days.
        days += [date.fromisoformat(day) for day in (row.opens_on, row.closes_on) if day]
    days += [customer.day_of(row.at or row.due) for row in customer.line.milestones]
    return min(days), max(days) + timedelta(days=ROOM_AFTER)


def _days(first: date, last: date, step: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]


def _weekdays_between(first: date, last: date) -> bool:
    return any(day.weekday() < 5 for day in _days(first + timedelta(days=1), last - timedelta(days=1), 1))


def _stage(customer: Customer, row: StageRow, scale: _Scale) -> StageLine:
    milestones = [_milestone(customer, one, scale) for one in customer.line.milestones if one.stage == row.key]
    opens, closes = scale.x(date.fromisoformat(row.opens_on)), scale.x(date.fromisoformat(row.closes_on))
    width = round(max(closes - opens, 1.0), 2)
    done, of = sum(one.status != "open" for one in milestones), len(milestones)
    return StageLine(
        key=row.key,
        title=customer.title(row.key),
        status=row.status,
        day=date.fromisoformat(row.closes_on),
        done=done,
        of=of,
        x=opens,
        width=width,
        filled=round(width * done / of, 2) if of else 0,
        milestones=milestones,
    )


def _milestone(customer: Customer, row: MilestoneRow, scale: _Scale) -> MilestoneLine:
    slip, due = customer.slips.get(row.key), customer.day_of(row.due)
    day = customer.day_of(row.at) if row.at else due
    late, waited = customer.late(row.key), row.key in customer.line.waiting_for
    planned = slip.agreed if slip else due
    decided = customer.sign_off(row.key).decided
    rejected = tuple(customer.day_of(one.at) for one in decided if one.decision == "rejected")
    live = customer.go_live
    dot = Dot(
        x=scale.x(day),
        mark=_mark(row, planned=planned, day=day, late=late, waited=waited),
        planned=scale.x(planned) if planned != day else None,
        noes=tuple(map(scale.x, rejected)),
        diamond=live is not None and live.key == row.key,
    )
    return MilestoneLine(
        key=row.key,
        title=customer.title(row.key),
        who=customer.names(customer.acting(row.key)),
        day=day,
        status=row.status,
        slip=slip.days if slip else 0,
        late=late,
        optional=row.optional,
        waited_for=waited,
        dot=dot,
        agreed=slip.agreed if slip else None,
        rejected=rejected,
    )


def _mark(row: MilestoneRow, *, planned: date, day: date, late: int, waited: bool) -> Mark:
    if row.status == "waived":
        return "waived"
    if row.status == "reached":
        return "late" if day > planned else "done"
    if late:
        return "over"
    return "mine" if waited else "due"


STATES: Mapping[str, str] = {
    "on_track": "good",
    "waits": "warn",
    "behind": "warn",
    "stuck": "bad",
    "paused": "rest",
    "ending": "warn",
    "handed_over": "good",
    "handed_over_with_exceptions": "good",
}
"""In which colour a state stands, beside its word and its icon; the others in none."""
