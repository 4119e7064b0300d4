"""Did our score foretell who left? A quarter's endings and renewals, held against the score 60 and 90 days before."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.foretold import AHEAD, Foretold, foretold
from domain.measure.renewals import Retention, WhyLeft, retention
from domain.measure.statistics import Share, Surviving, kaplan_meier, survived, wilson
from domain.text import amount_of_money
from portal.desk.desk import Desk
from portal.desk.route import DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store.endings import Renewed, ended_between, first_ending, lifetimes, renewed_between

QUARTER = re.compile(r"(?P<year>20\d\d)-q(?P<number>[1-4])")
MOST_QUARTERS = 8
AFTER = (30, 60, 90, 120, 180, 365)
"""Days after the close at which the page says how many are still there."""


class Quarter(NamedTuple):
    """A quarter of a year, like 2026-q4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def name(self) -> str:
        return f"{self.year}-q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> "Quarter":
        return Quarter.of(self.first + timedelta(days=100))

    @property
    def before(self) -> "Quarter":
        return Quarter.of(self.first - timedelta(days=1))


class Renewals(NamedTuple):
    """What became of the contracts that were due, why customers left, and what the score had said before."""

    retention: Retention
    whys: Sequence[tuple[WhyLeft, int]]
    foretold: Sequence[Foretold]


class Looked(NamedTuple):
    left: int
    stayed: int
    share: Share
    foretold: Sequence[Foretold]
    renewals: Renewals
    steps: Sequence[Surviving]
    watched: int
    longest: float
    quarters: Sequence[Quarter]


def routes(desk: Desk) -> Iterable[DeskRoute]:
    """The address of the page."""
    yield DeskRoute("/desk/foretelling", Foretelling(desk).look)


class Foretelling:
    """The page that holds the score against what became of customers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def look(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """The quarter that is named, else the present one."""
        named = QUARTER.fullmatch(request.query_params.get("quarter", ""))
        quarter = Quarter(int(named["year"]), int(named["number"])) if named else Quarter.of(view.today)
        looked = await asyncio.to_thread(self._read, view, quarter)
        return self._desk.show(
            view,
            "foretelling.html",
            tab="health",
            quarter=quarter,
            last=quarter.next.first - timedelta(days=1),
            looked=looked,
            money=amount_of_money,
            still=[(days, survived(looked.steps, days=days)) for days in AFTER if days <= looked.longest],
        )

    def _read(self, view: DeskView, quarter: Quarter) -> Looked:
        engine = self._desk.engine
        ended = ended_between(engine, _midnight(quarter.first), _midnight(quarter.next.first))
        watched = lifetimes(engine, now=view.now)
        left = sum(one.left for one in ended)
        return Looked(
            left=left,
            stayed=len(ended) - left,
            share=wilson(len(ended) - left, len(ended)),
            foretold=[foretold(ended, days=days) for days in AHEAD],
            renewals=_renewals(renewed_between(engine, quarter.first, quarter.next.first, today=view.today)),
            steps=kaplan_meier(watched),
            watched=len(watched),
            longest=max((one.days for one in watched), default=0),
            quarters=_quarters(first_ending(engine), Quarter.of(view.today), quarter),
        )


def _renewals(renewed: Renewed) -> Renewals:
    whys = Counter(one.why for one in renewed.renewals if one.outcome == "left" and one.why)
    return Renewals(
        retention(renewed.renewals), whys.most_common(), [foretold(renewed.ended, days=days) for days in AHEAD]
    )


def _quarters(first: date | None, present: Quarter, shown: Quarter) -> Sequence[Quarter]:
    """The last quarters, up to the present one and back to the first ending; the one that is shown is among them."""
    quarters = [present]
    while first is not None and quarters[-1].first > first and len(quarters) < MOST_QUARTERS:
        quarters.append(quarters[-1].before)
    return quarters if shown in quarters else [*quarters, shown]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
