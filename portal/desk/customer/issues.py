"""How do the issues of an onboarding stand? Each with its clocks: by when it is to be answered, and to be solved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from domain.record import RegisterRow
from domain.rules.schedule import deadline, service_level
from portal.desk.customer.customer import ISSUE_OPEN, Customer

What = Literal["respond", "resolve"]


class Clock(NamedTuple):
    """A deadline of an issue that runs. `missed` says that it is over."""

    what: What
    due: datetime
    missed: bool


class IssueShown(NamedTuple):
    """An issue as pages show it; `at` is when it was last told of."""

    key: str
    title: str
    severity: str
    status: str
    acknowledged: bool
    raised: datetime | None
    at: datetime
    clocks: tuple[Clock, ...]


def issues_of(customer: Customer, *, open_only: bool = False) -> Sequence[IssueShown]:
    """The issues: open ones first, by the deadline that comes next; then those that were solved, the newest first."""
    each = [_shown(customer, row) for row in customer.rows("issue")]
    open_ones = [one for one in each if one.status == ISSUE_OPEN]
    open_ones.sort(key=lambda one: min((clock.due for clock in one.clocks), default=one.at))
    return open_ones if open_only else [*open_ones, *(one for one in each if one.status != ISSUE_OPEN)]


def _shown(customer: Customer, row: RegisterRow) -> IssueShown:
    raised = _moment(row, "issue_raised")
    # Of one that was called solved and is not, the deadlines run anew.
    since = max(filter(None, (raised, _moment(row, "issue_not_solved"))), default=None)
    taken = _moment(row, "issue_acknowledged")
    acknowledged = since is not None and taken is not None and taken >= since
    severity = str(row.data.get("severity") or "normal")
    is_open = row.status == ISSUE_OPEN and since is not None
    clocks = _clocks(customer, severity, since, answered=acknowledged) if is_open and since else ()
    return IssueShown(row.key, row.title or row.key, severity, row.status, acknowledged, raised, row.at, clocks)


def _clocks(customer: Customer, severity: str, since: datetime, *, answered: bool) -> tuple[Clock, ...]:
    dossier = customer.standing.dossier
    level = service_level(dossier.playbook, severity)
    if level is None:
        return ()
    hours: dict[What, float] = {"resolve": level.resolve} if answered else {
        "respond": level.respond, "resolve": level.resolve
    }  # fmt: skip
    dues = {what: deadline(level, many, since, dossier.calendar) for what, many in hours.items()}
    return tuple(Clock(what, due, due < customer.now) for what, due in dues.items())


def _moment(row: RegisterRow, name: str) -> datetime | None:
    given = row.data.get(name)
    return datetime.fromisoformat(str(given)) if given else None
