"""Which onboardings need somebody? The portfolio, with its filters, its kept views, and the same as a table."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from domain.attention import NEEDS
from domain.playbook import Playbook
from domain.rights import LEAST
from domain.roles import Role
from playbooks.library import Library
from portal.desk.desk import Desk
from portal.desk.filtering import address_of, asked, query_of
from portal.desk.lateness import Lateness
from portal.desk.portfolio_csv import rows
from portal.desk.portfolio_lines import Reading, capped, grouped, name_of, shown
from portal.desk.route import DeskRoute
from portal.desk.session import go
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import Form
from store import portfolio
from store.desk_views import KeptView, TooManyViews, drop_view, keep_view, views_of
from store.portfolio import SOON, Filter, Page, Unreadable

ROWS = 50
"""Onboardings of a page: what one looks through before coffee, and 30 kB."""
LONGEST_NAME = 60
NEED_SOMEBODY = NEEDS[:3]
SHARES: Role = "specialist"
"""The least role that changes what colleagues see."""


class Tab(NamedTuple):
    """A view of the portfolio: what it is called, its address, how many it has, and whether it is looked at."""

    name: str
    address: str
    many: str
    is_this: bool
    kept: KeptView | None = None


class Looked(NamedTuple):
    """What a look at the portfolio needs of the store."""

    page: Page
    counts: Mapping[str, int]
    mine: int
    owners: Sequence[str]
    playbooks: Sequence[str]
    kept: Sequence[KeptView]


def routes(desk: Desk, shelf: TitleShelf, lateness: Lateness) -> Iterable[DeskRoute]:
    """The portfolio's addresses."""
    each = Portfolio(desk, shelf, lateness)
    yield DeskRoute("/desk/onboardings", each.look)
    yield DeskRoute("/desk/onboardings.csv", each.table)
    yield DeskRoute("/desk/views", each.keep, ("POST",))


class Portfolio:
    """The portfolio's pages."""

    def __init__(self, desk: Desk, shelf: TitleShelf, lateness: Lateness) -> None:
        self._desk = desk
        self._shelf = shelf
        self._lateness = lateness
        self._library = Library(desk.parts.settings.playbooks)

    async def look(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """A page of it, as its address asks."""
        return await self._show(view, request.query_params)

    async def table(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """All that the same filter finds, as a file for spreadsheets."""
        wanted = asked(request.query_params).wanted
        reading = self._reading(view)
        lines = rows(self._desk.engine, wanted, reading)
        headers = {"Content-Disposition": f'attachment; filename="onboardings-{view.today}.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    async def keep(self, view: DeskView, form: Form | None, _: Request) -> Response:
        """Keep what is looked at as a view, or keep one no longer."""
        assert form is not None, "this address takes forms alone"
        query = QueryParams(parse_qsl(urlsplit(f"?{form.text('query')}").query))
        if (number := form.text("drop")).isdecimal() and len(number) < 19:
            await asyncio.to_thread(drop_view, self._desk.engine, view.staff.handle, int(number))
            return go("/desk/onboardings?told=view_dropped")
        shared = form.text("shared") == "on"
        if shared and not view.may(SHARES):
            return self._desk.forbidden(view)
        name = " ".join(form.text("name").split())
        errors = {} if 0 < len(name) <= LONGEST_NAME else {"name": "view_name_wrong"}
        if not errors:
            kept = query_of(asked(query).wanted)
            keep = partial(keep_view, name=name, query=kept, shared=shared, now=view.now)
            try:
                await asyncio.to_thread(keep, self._desk.engine, view.staff.handle)
            except TooManyViews:
                errors = {"name": "view_too_many"}
            else:
                return go(address_of(asked(query).wanted, told="view_kept"))
        return await self._show(view, query, form=form, errors=errors)

    async def _show(
        self,
        view: DeskView,
        query: QueryParams,
        *,
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        wanted, unread = asked(query)
        after, unread = query.get("after", ""), list(unread)
        try:
            looked = await asyncio.to_thread(self._looked, view, wanted, after)
        except Unreadable:
            unread.append("after")
            looked = await asyncio.to_thread(self._looked, view, wanted, "")
        team, words = self._desk.parts.staff(), self._desk.pages.words(view.language)
        lines = await asyncio.to_thread(shown, looked.page.lines, self._reading(view))
        return self._desk.show(
            view,
            "portfolio.html",
            tab="onboardings",
            told=query.get("told", ""),
            status=422 if errors else 200,
            wanted=wanted,
            sums=self._sums(wanted, looked.counts, words),
            views=self._views(view, wanted, looked, words),
            groups=grouped(lines),
            group_counts={need: capped(count) for need, count in looked.counts.items()} if wanted.counted else {},
            is_grouped=not wanted.ended and wanted.go_live_within is None,
            owners=sorted((name_of(one, team, view.language), one) for one in looked.owners),
            playbooks=self._playbooks(view, looked.playbooks),
            stages=self._stages(view, wanted.playbook),
            next_page=address_of(wanted, after=looked.page.after) if looked.page.after else "",
            first_page=address_of(wanted) if after else "",
            too_many=looked.page.too_many,
            unread=unread,
            query=query_of(wanted),
            may_share=view.may(SHARES),
            may_give=view.may(LEAST["reassign"]) and not wanted.ended,
            csv=f"/desk/onboardings.csv?{query_of(wanted)}",
            typed=form.text if form else lambda _: "",
            errors=self._desk.pages.said(errors or {}, view.language),
        )

    def _looked(self, view: DeskView, wanted: Filter, after: str) -> Looked:
        engine, now = self._desk.engine, view.now
        mine = Filter(owner=view.staff.handle)
        return Looked(
            page=portfolio.page(engine, wanted, now=now, limit=ROWS, after=after),
            counts=portfolio.counts(engine, wanted, now=now),
            mine=portfolio.count(engine, mine, now=now),
            owners=portfolio.owners(engine),
            playbooks=portfolio.playbooks(engine),
            kept=views_of(engine, view.staff.handle),
        )

    def _sums(self, wanted: Filter, counts: Mapping[str, int], words: Mapping[str, str]) -> Sequence[Any]:
        """What stands above the list: each count, where it leads, and its icon's name."""
        whose = Filter(owner=wanted.owner, playbook=wanted.playbook)
        leads = {"open": whose, "go_live": whose.model_copy(update={"go_live_within": SOON})}
        leads |= {need: whose.model_copy(update={"need": (need,)}) for need in NEEDS[:-1]}
        shown_ones = ("open", *NEEDS[:-1], "go_live")
        return [(one, capped(counts[one]), address_of(leads[one]), words[f"sum_{one}"]) for one in shown_ones]

    def _views(self, view: DeskView, wanted: Filter, looked: Looked, words: Mapping[str, str]) -> Sequence[Tab]:
        counts, no_filter = looked.counts, not (wanted.owner or wanted.playbook)
        needing = sum(counts[need] for need in NEED_SOMEBODY)
        each = (
            ("view_all", Filter(), capped(counts["open"]) if no_filter else ""),
            ("view_needing", Filter(need=NEED_SOMEBODY), capped(needing) if no_filter else ""),
            ("view_mine", Filter(owner=view.staff.handle), capped(looked.mine)),
            ("view_go_live", Filter(go_live_within=SOON), capped(counts["go_live"]) if no_filter else ""),
            ("view_ended", Filter(ended=True), ""),
        )
        ours = [Tab(words[name], address_of(one), count, one == wanted) for name, one, count in each]
        here = query_of(wanted)
        theirs = [
            Tab(kept.name, f"/desk/onboardings?{kept.query}", "", kept.query == here, kept) for kept in looked.kept
        ]
        return [*ours, *theirs]

    def _stages(self, view: DeskView, playbook: str) -> Sequence[tuple[str, str]]:
        """The stages to choose from: those of the playbook that is asked for, else of all that there are."""
        usable: Sequence[Playbook] = self._library.usable()
        chosen = [one for one in usable if one.key == playbook] or usable
        return list({stage.key: (view.text(stage.title), stage.key) for one in chosen for stage in one.stages}.values())

    def _playbooks(self, view: DeskView, keys: Sequence[str]) -> Sequence[tuple[str, str]]:
        """The playbooks by which anything goes, as people read them; one whose file is gone by its key."""
        titles = {one.key: view.text(one.title) for one in self._library.usable()}
        return [(titles.get(key, key), key) for key in keys]

    def _reading(self, view: DeskView) -> Reading:
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        return Reading(view, titles, self._desk.parts.staff(), self._lateness)
