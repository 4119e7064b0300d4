"""How does a customer do, why, since when, and what is being done? Every figure with how it came about, on one page."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.customer import Customer as Measured
from domain.measure.evaluation import Evaluation, evaluate
from portal.desk.customer.customer import Customer
from portal.desk.customer.figure_lines import STATES, TONES, FigureLines
from portal.desk.customer.flag_lines import FlagLines
from portal.desk.customer.pages import CustomerPages
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.customers import SqlCustomers
from store.evaluations import EvaluatedWeek, SqlEvaluations

WEEKS = 26
"""Half a year: what a review looks back on."""
MOST_CAUSES = 3
"""Parts that are named at the top: whoever mends these has mended most."""
VOUCHED = ("criterion_attested", "criterion_withdrawn", "criterion_doubted", "criterion_approved")


class Known(NamedTuple):
    """What the store has of a customer, read at once. `vouched` has the last row about each criterion."""

    measured: Measured
    seen: Evaluation
    weeks: Sequence[EvaluatedWeek]
    vouched: Mapping[str, reads.JournalEntry]


class Figures:
    """The page of figures of one customer."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._customers = SqlCustomers(pages.engine, day_length=pages.desk.parts.settings.day_length)
        self._evaluations = SqlEvaluations(pages.engine)

    async def page(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """Score, flags, corrections, use, targets, goals, and what speaks for the hand-off."""
        known = await asyncio.to_thread(self._read, view, customer)
        score, words = known.seen.score, self._pages.desk.pages.words(view.language)
        lines = FigureLines(customer, known.measured, known.seen, known.weeks, words)
        flags = FlagLines(customer, known.measured, known.seen.flags, words)
        return self._pages.show(
            view,
            customer,
            "figures.html",
            part="figures",
            told=request.query_params.get("told", ""),
            score=score,
            band=TONES.get(score.band or "", "") if score else "",
            change=change(known.weeks, known.measured.week, known.seen),
            causes=[lines.cause(one) for one in (score.raise_most[:MOST_CAUSES] if score else ())],
            counting=lines.counting(),
            score_parts=lines.parts(),
            alarm=known.seen.alarm,
            flags=flags.flags(),
            corrections=flags.corrections(),
            weeks=list(reversed(known.weeks)),
            tones=TONES,
            history=lines.history(),
            use=list(reversed(known.measured.use_over_time)),
            use_drawn=lines.use(),
            targets=lines.targets(),
            states=STATES,
            indicators=lines.indicators(),
            goals=lines.goals(),
            criteria=lines.criteria(known.vouched),
            figures=lines.known(),
            version=known.seen.playbook_hash[:12],
        )

    def _read(self, view: DeskView, customer: Customer) -> Known:
        measured = self._customers.one(customer.id, now=view.now)
        rows = reads.journal(self._pages.engine, customer.id, kinds=VOUCHED)
        return Known(
            measured=measured,
            seen=evaluate(measured, language=view.language),
            weeks=self._evaluations.history(customer.id, most=WEEKS),
            vouched={row.about: row for row in rows},
        )


def change(weeks: Sequence[EvaluatedWeek], week: date, seen: Evaluation) -> float | None:
    """By how much the score differs from that of the last week before this one; None where one is not known."""
    before = next((one for one in reversed(weeks) if one.week < week), None)
    now = seen.score.score if seen.score else None
    return None if before is None or before.score is None or now is None else now - before.score
