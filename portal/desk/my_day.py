"""What has somebody of ours to do today? The desk's first page; a manager sees a colleague's, too."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal.desk.customer.own_time import in_own_days
from portal.desk.day_lines import Reading, shown
from portal.desk.desk import Desk
from portal.desk.health import Row, row_of
from portal.desk.lateness import Due, Lateness
from portal.desk.portfolio_lines import name_of
from portal.desk.risks_due import RisksDue
from portal.desk.route import DeskRoute
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import Form
from store import health_portfolio, my_day
from store.my_day import Day

FRIDAY = 4
PARTS = ("due", "signing", "late", "meetings", "soon")
MOST_ALARMS = 20
"""Customers in alarm that a day names: of more, the list by health has all."""


def routes(desk: Desk, shelf: TitleShelf, lateness: Lateness) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/", MyDay(desk, shelf, lateness).look)


class MyDay:
    """The day of one of ours, across all customers."""

    def __init__(self, desk: Desk, shelf: TitleShelf, lateness: Lateness) -> None:
        self._desk = desk
        self._shelf = shelf
        self._lateness = lateness

    async def look(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """The day as it stands; with `who` that of a colleague."""
        whose = request.query_params.get("who", "") or view.staff.handle
        team = self._desk.parts.staff()
        if whose != view.staff.handle:
            if not view.may("manager"):
                return self._desk.forbidden(view)
            if team.member(whose) is None:
                return self._desk.missing(view)
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        view, day = await asyncio.to_thread(self._day, view, whose, titles)
        alarms = await asyncio.to_thread(self._alarms, view, whose)
        dues = [Due(line.onboarding, line.due, view.now) for line in (*day.due, *day.late, *day.signing, *day.answers)]
        late = await asyncio.to_thread(self._lateness.days, dues)
        reading = Reading(view, titles, team, whose, late)
        parts: dict[str, Any] = {name: shown(getattr(day, name), reading) for name in PARTS}
        waiting = sorted([*day.answers, *day.messages], key=lambda line: line.since or line.due)
        return self._desk.show(
            view,
            "day.html",
            tab="day",
            told=request.query_params.get("told", ""),
            **parts,
            answers=shown(waiting, reading),
            alarms=alarms,
            is_empty=day.is_empty and not alarms,
            whose=whose,
            name=name_of(whose, team, view.language),
            colleagues=self._colleagues(view) if view.may("manager") else (),
        )

    def _day(self, view: DeskView, whose: str, titles: Titles) -> tuple[DeskView, Day]:
        """The page as seen at the moment by which that person's onboardings go, and what then lies before them."""
        engine = self._desk.engine
        clock = view.now
        view = replace(view, now=my_day.own_time(engine, whose, clock))
        since, until = bounds(view.today, view.zone)
        day = my_day.day_of(engine, whose, now=view.now, since=since, until=until, wall=clock)
        team = self._desk.parts.staff()
        risks = RisksDue(engine=engine, shelf=self._shelf, titles=titles, team=team, view=view, whose=whose)
        messages = in_own_days(day.messages, engine, self._desk.parts.settings.day_length)
        return view, day._replace(
            due=sorted([*day.due, *risks.lines()], key=lambda line: line.due),
            messages=messages,
        )

    def _alarms(self, view: DeskView, whose: str) -> Sequence[Row] | None:
        """The customers in alarm of the team that this person leads, and of their own; None where they lead nobody."""
        reports = self._desk.parts.staff().reports_of(whose)
        if not reports:
            return None
        engine = self._desk.engine
        lines = health_portfolio.alarms(engine, [whose, *(one.handle for one in reports)], limit=MOST_ALARMS)
        corrections = health_portfolio.open_corrections(engine, {line.onboarding for line in lines})
        return [row_of(self._desk, view, line, corrections.get(line.onboarding, ())) for line in lines]

    def _colleagues(self, view: DeskView) -> Iterable[tuple[str, str]]:
        return sorted((one.named(view.language), one.handle) for one in self._desk.parts.staff().members)


def bounds(today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when on something became late overnight, and until when a day goes: on a Monday since Friday."""
    before = today - timedelta(days=1)
    while before.weekday() > FRIDAY:
        before -= timedelta(days=1)
    return datetime.combine(before, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)
