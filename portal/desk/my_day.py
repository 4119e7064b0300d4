"""What has somebody of ours to do today? The desk's first page; a manager sees a colleague's, too."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal.desk.day_lines import shown
from portal.desk.desk import Desk
from portal.desk.portfolio_lines import name_of
from portal.desk.risks_due import RisksDue
from portal.desk.route import DeskRoute
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import Form
from store import my_day
from store.my_day import Day

FRIDAY = 4


def routes(desk: Desk, shelf: TitleShelf) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/", MyDay(desk, shelf).look)


class MyDay:
    """The day of one of ours, across all customers."""

    def __init__(self, desk: Desk, shelf: TitleShelf) -> None:
        self._desk = desk
        self._shelf = shelf

    async def look(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """The day as it stands; with `who` that of a colleague."""
        whose = request.query_params.get("who", "") or view.staff.handle
        team = self._desk.parts.staff()
        if whose != view.staff.handle:
            if not view.may("manager"):
                return self._desk.forbidden(view)
            if team.member(whose) is None:
                return self._desk.missing(view)
        wall = view.day_of(view.now)
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        view, day = await asyncio.to_thread(self._day, view, whose, titles)
        parts: dict[str, Any] = {
            name: shown(getattr(day, name), view, titles, team, whose=whose)
            for name in ("due", "signing", "late", "meetings", "soon")
        }
        waiting = sorted([*day.answers, *day.messages], key=lambda line: line.since or line.due)
        return self._desk.show(
            view,
            "day.html",
            tab="day",
            told=request.query_params.get("told", ""),
            **parts,
            answers=shown(waiting, view, titles, team, whose=whose, wall=wall),
            is_empty=day.is_empty,
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
        return view, day._replace(due=sorted([*day.due, *risks.lines()], key=lambda line: line.due))

    def _colleagues(self, view: DeskView) -> Iterable[tuple[str, str]]:
        return sorted((one.named(view.language), one.handle) for one in self._desk.parts.staff().members)


def bounds(today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when on something became late overnight, and until when a day goes: on a Monday since Friday."""
    before = today - timedelta(days=1)
    while before.weekday() > FRIDAY:
        before -= timedelta(days=1)
    return datetime.combine(before, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)
