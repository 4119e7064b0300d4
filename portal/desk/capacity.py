"""How many hours are planned of our people, against those that they have? And the hours that they have spent."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.rules.workload import A_WEEK, Load, available, mondays
from domain.team import Member, Team
from portal.desk.customer.telling import is_fresh, news_id, once_of
from portal.desk.desk import Desk
from portal.desk.overbooking import booked_hours
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import go
from portal.desk.view import DeskView
from portal.forms import Form, number_in
from store import my_day, workload

BEHIND, WEEKS = 2, 7
"""Weeks that are shown: two that have passed, with what was spent, this one, and four ahead."""
ROWS = 12
"""People of a page: more is no team any more, and each takes part in up to a hundred onboardings."""
LEADS = frozenset({"executive"})
"""Who plays no part of which hours are planned."""
LONGEST_DAY = 24.0
OLDEST = timedelta(days=62)
"""Hours are written down within two months: later nobody remembers them."""


class Cell(NamedTuple):
    """A week of somebody: what is planned, and what they have recorded; `load` is None for one that has passed."""

    week: date
    load: Load
    spent: float
    is_past: bool


class Row(NamedTuple):
    """Somebody's weeks."""

    member: Member
    name: str
    cells: Sequence[Cell]

    @property
    def overbooked(self) -> Sequence[Cell]:
        return [cell for cell in self.cells if not cell.is_past and cell.load.is_overbooked]


def routes(desk: Desk) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/capacity", Capacity(desk).look, ACT, "specialist")


class Capacity:
    """The page of hours: a manager's shows the team, anybody else's their own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def look(self, view: DeskView, form: Form | None, request: Request) -> Response:
        if form is None:
            return await self._show(view, request)
        errors, day, minutes = _read(form, await asyncio.to_thread(self._today, view))
        mine = await asyncio.to_thread(workload.mine, self._desk.engine, view.staff.handle)
        if form.text("onboarding") not in {one.onboarding for one in mine}:
            errors["onboarding"] = "hours_which"
        if errors or day is None:
            return await self._show(view, request, form=form, errors=errors)
        record = partial(workload.record_hours, day=day, minutes=minutes, key=news_id(view, form), now=view.now)
        await asyncio.to_thread(record, self._desk.engine, view.staff.handle, form.text("onboarding"))
        return go("/desk/capacity?told=hours_recorded")

    async def _show(
        self,
        view: DeskView,
        request: Request,
        *,
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        team = self._desk.parts.staff()
        everyone = _shown_to(view, team)
        first = _place(request.query_params.get("from", ""), len(everyone))
        members = everyone[first : first + ROWS]
        rows, mine, today = await asyncio.to_thread(self._rows, view, team, members)
        return self._desk.show(
            view,
            "capacity.html",
            tab="capacity",
            told=request.query_params.get("told", ""),
            status=422 if errors else 200,
            weeks=[cell.week for cell in rows[0].cells] if rows else (),
            rows=rows,
            mine=mine,
            this_week=mondays(today, 1)[0],
            today=today,
            next_page=f"/desk/capacity?from={first + ROWS}" if first + ROWS < len(everyone) else "",
            first_page="/desk/capacity" if first else "",
            typed=form.text if form else lambda _: "",
            once=once_of(form),
            errors=self._desk.pages.said(errors or {}, view.language),
        )

    def _today(self, view: DeskView) -> date:
        """The day by which the reader's onboardings go."""
        return view.day_of(my_day.own_time(self._desk.engine, view.staff.handle, view.now))

    def _rows(
        self, view: DeskView, team: Team, members: Sequence[Member]
    ) -> tuple[Sequence[Row], Sequence[workload.Mine], date]:
        engine, handles = self._desk.engine, [one.handle for one in members]
        today = self._today(view)
        weeks = mondays(today - BEHIND * A_WEEK, WEEKS)
        booked = booked_hours(workload.taking(engine, handles), self._desk.parts.ledger.playbook, weeks)
        spent = workload.spent(engine, handles, first=weeks[0], until=weeks[-1] + A_WEEK)
        rows = []
        for member in members:
            has, each = available(member, team, weeks), booked.get(member.handle, {})
            cells = [
                Cell(
                    week,
                    Load(*each.get(week, (0.0, 0.0)), has[week]),
                    sum(hours for day, hours in spent.get(member.handle, {}).items() if week <= day < week + A_WEEK),
                    week + A_WEEK <= today,
                )
                for week in weeks
            ]
            rows.append(Row(member, member.named(view.language), cells))
        return rows, workload.mine(engine, view.staff.handle), today


def _shown_to(view: DeskView, team: Team) -> Sequence[Member]:
    """Whom the reader sees: their team and all others where they are a manager, else themselves."""
    if not view.may("manager"):
        return [one for one in team.members if one.handle == view.staff.handle]
    doing = [one for one in team.members if one.role not in LEADS]
    return sorted(doing, key=lambda one: (one.manager != view.staff.handle, one.named(view.language)))


def _place(given: str, count: int) -> int:
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0
    return number if number < count else 0


def _read(form: Form, today: date) -> tuple[dict[str, str], date | None, int]:
    """What is wrong with a form of spent hours, the day, and the minutes."""
    errors: dict[str, str] = {}
    if not is_fresh(form):
        errors["hours"] = "once_more"
    hours = number_in(form.text("hours")) or 0.0
    if not 0 < hours <= LONGEST_DAY:
        errors["hours"] = "hours_wrong"
    try:
        day = date.fromisoformat(form.text("day"))
    except ValueError:
        day = None
    if day is None or not today - OLDEST <= day <= today:
        errors["day"] = "hours_day_wrong"
    return errors, day, round(hours * 60) if 0 < hours <= LONGEST_DAY else 0
