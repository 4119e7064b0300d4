"""How does the portfolio become a table for a spreadsheet? Page by page, so that all of it is never in memory."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from sqlalchemy import Engine

from portal.desk.portfolio_lines import Reading, ShownLine, shown
from store.portfolio import Filter, page

AT_A_TIME = 500
"""Onboardings of one look into the store."""
BEGINNINGS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "onboarding", "customer", "state", "owner", "playbook", "day", "days", "done_day", "waits_for", "waits_for_whom",
    "due", "days_late", "overdue", "go_live", "went_live", "agreed_go_live", "slip_working_days", "ending", "ended",
    "as_of",
)  # fmt: skip
"""Names that do not change with the reader's language: other programs read them, too."""
MARK = "\ufeff"
"""By which Excel knows that the text is UTF-8: without it, it garbles Japanese."""


def rows(engine: Engine, wanted: Filter, reading: Reading) -> Iterator[str]:
    """The lines of the file, the first with the names of the columns."""
    yield MARK + _lines([COLUMNS])
    after = ""
    while True:
        found = page(engine, wanted, now=reading.view.now, limit=AT_A_TIME, after=after)
        yield _lines(_cells(one) for one in shown(found.lines, reading))
        if not found.after:
            return
        after = found.after


def _cells(one: ShownLine) -> Sequence[Any]:
    line = one.line
    return (
        line.onboarding, line.account, one.state, one.owner, one.playbook, one.day, one.days, one.done_day, one.work,
        one.who, one.due, one.late, line.late_count, None if one.is_live else one.live_on, line.went_live_at,
        line.agreed_go_live, line.slip, line.ending, line.ended_at, line.as_of,
    )  # fmt: skip


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    written = StringIO()
    csv.writer(written).writerows([_cell(cell) for cell in cells] for cells in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    """As a spreadsheet shows it: a text that it would take for a formula begins with an apostrophe."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(BEGINNINGS_OF_FORMULAS):
        return f"'{value}"
    return value
