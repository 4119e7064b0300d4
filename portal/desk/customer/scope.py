"""How does the scope change? What was asked for and waits, what was decided, and what is kept for phase 2."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.record import RegisterRow
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.reads import JournalEntry

WAITING, PHASE_2 = "waiting", "phase_2"
MOST_ENTRIES = 500


class ScopeChange(NamedTuple):
    """A change of the scope: who asked for it, how many days of work it takes, and who has decided about it."""

    row: RegisterRow
    effort: float | None
    asked_by: str
    asked_on: date | None
    decided_by: str
    decided_on: date | None


class Scope:
    """The page of the changes of the scope."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def page(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """What waits for a decision first, then the list for phase 2, then what was decided, the newest first."""
        entries = await asyncio.to_thread(
            reads.journal,
            self._pages.engine,
            customer.id,
            kinds=("scope_change_requested", "scope_change_decided"),
            newest=MOST_ENTRIES,
        )
        # Of two entries about the same request the later one counts.
        last = {(entry.kind, entry.about): entry for entry in entries}
        each = [_change(customer, row, last) for row in customer.rows("scope_change")]
        later = [one for one in each if one.row.status == PHASE_2]
        return self._pages.show(
            view,
            customer,
            "scope.html",
            part="scope",
            told=request.query_params.get("told", ""),
            waiting=[one for one in reversed(each) if one.row.status == WAITING],
            later=later,
            days=sum(one.effort or 0 for one in later),
            decided=[one for one in each if one.row.status not in (WAITING, PHASE_2)],
        )


def _change(customer: Customer, row: RegisterRow, last: Mapping[tuple[str, str], JournalEntry]) -> ScopeChange:
    asked, decided = last.get(("scope_change_requested", row.key)), last.get(("scope_change_decided", row.key))
    if row.status == WAITING:
        # It was asked for anew since.
        decided = None
    effort = row.data.get("effort_days")
    return ScopeChange(
        row=row,
        effort=float(effort) if effort is not None else None,
        asked_by=_name(customer, asked),
        asked_on=customer.day_of(asked.at) if asked else None,
        decided_by=_name(customer, decided),
        decided_on=customer.day_of(decided.at) if decided else None,
    )


def _name(customer: Customer, entry: JournalEntry | None) -> str:
    return customer.name(entry.by) if entry and entry.by else ""
