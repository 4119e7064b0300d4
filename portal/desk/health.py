"""How healthy are our customers, and what has changed this week? The portfolio by score, the least healthy first."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.health import half_up
from domain.record import RegisterRow
from domain.rules.corrections import flag_title
from portal.desk.corrections import CorrectionLine, lines
from portal.desk.desk import Desk
from portal.desk.filtering import field_of
from portal.desk.portfolio_lines import capped, name_of
from portal.desk.route import DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store import health_portfolio, portfolio
from store.health_portfolio import Changes, HealthLine, HealthPage

ROWS = 50
BANDS = ("red", "amber", "green", "none")
"""Bands in the order in which somebody has to look at them; `none` are customers without a score."""
TONES: Mapping[str, str] = {"green": "good", "amber": "warn", "red": "bad"}


class Row(NamedTuple):
    """A customer as a row: what is wrong since when, and what is being done about it; `change` is since that day."""

    line: HealthLine
    path: str
    owner: str
    day: date
    since: date | None
    change: int | None
    flags: Sequence[tuple[str, int]]
    new_flags: Sequence[str]
    corrections: Sequence[CorrectionLine]


def row_of(desk: Desk, view: DeskView, line: HealthLine, corrections: Sequence[RegisterRow]) -> Row:
    """The row as it is printed. `corrections` are those of that onboarding that are open."""
    playbook, team, change = desk.parts.ledger.playbook(line.playbook_hash), desk.parts.staff(), line.change

    def named(flag: str) -> str:
        return flag_title(playbook, flag, view.language) if playbook else flag

    return Row(
        line=line,
        path=f"/desk/onboardings/{line.onboarding}/figures",
        owner=name_of(line.owner, team, view.language),
        day=view.day_of(line.at),
        since=view.day_of(line.before_at) if line.before_at else None,
        change=None if change is None else half_up(change),
        flags=[(named(flag.key), max(line.day - flag.since, 0)) for flag in line.flags],
        new_flags=[named(flag.key) for flag in line.new_flags],
        corrections=lines(corrections, playbook, team, owner=line.owner, language=view.language),
    )


class Looked(NamedTuple):
    page: HealthPage
    changes: Changes
    counts: Mapping[str, int]
    owners: Sequence[str]
    corrections: Mapping[str, Sequence[RegisterRow]]


def routes(desk: Desk) -> Iterable[DeskRoute]:
    """The address of the page."""
    yield DeskRoute("/desk/health", HealthOfAll(desk).look)


class HealthOfAll:
    """The page of the portfolio by health."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def look(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """A page of it. `band` and `owner` are looked at, and `after` is where the page begins."""
        query = request.query_params
        band = query.get("band", "") if query.get("band", "") in BANDS else ""
        owner, after = field_of(query, "owner"), field_of(query, "after")
        looked = await asyncio.to_thread(self._read, owner, band, after)
        team = self._desk.parts.staff()

        def rows(of: Iterable[HealthLine]) -> list[Row]:
            return [row_of(self._desk, view, line, looked.corrections.get(line.onboarding, ())) for line in of]

        def address(**more: str) -> str:
            asked = {name: value for name, value in {"owner": owner, "band": band, **more}.items() if value}
            return "/desk/health" + (f"?{urlencode(asked)}" if asked else "")

        return self._desk.show(
            view,
            "health.html",
            tab="health",
            rows=rows(looked.page.lines),
            down=rows(looked.changes.down),
            up=rows(looked.changes.up),
            flagged=rows(looked.changes.flagged),
            sums=[(one, capped(looked.counts[one]), address(band=one)) for one in BANDS],
            alarms=capped(looked.counts["alarm"]),
            tones=TONES,
            band=band,
            everybody=address(band=""),
            owner=owner,
            owners=sorted((name_of(one, team, view.language), one) for one in looked.owners),
            next_page=address(after=looked.page.after) if looked.page.after else "",
            first_page=address() if after else "",
        )

    def _read(self, owner: str, band: str, after: str) -> Looked:
        engine = self._desk.engine
        page = health_portfolio.page(engine, owner=owner, band=band, limit=ROWS, after=after)
        changed = health_portfolio.changes(engine, owner=owner)
        named = {line.onboarding for line in (*page.lines, *changed.down, *changed.up, *changed.flagged)}
        return Looked(
            page=page,
            changes=changed,
            counts=health_portfolio.counts(engine, owner=owner),
            owners=portfolio.owners(engine),
            corrections=health_portfolio.open_corrections(engine, named),
        )
