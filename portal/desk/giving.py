"""How are several onboardings given to somebody else? Chosen in the portfolio, shown with what follows, then given.

What is shown is a look and changes nothing; the button below it gives exactly those that are shown, each for itself.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.rules.handing_on import Caution, cautions
from domain.team import Member
from portal.desk.along_lines import AlongShown, all_along
from portal.desk.customer.telling import REFUSED, Outcome, Telling, is_fresh, once_of
from portal.desk.desk import Desk
from portal.desk.portfolio_lines import name_of
from portal.desk.refusing import reason_in
from portal.desk.route import ACT, DeskRoute
from portal.desk.several import Result, is_to_be_told, told_to_each
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.portfolio import Filter, count
from store.reads import OnboardingLine

MOST = 50
"""Onboardings that are given at once: a page of the portfolio."""
AT_ONCE = 4
"""Onboardings that are told together: each takes a turn of its own workflow."""
LONGEST_REASON = 2_000
SEPARATOR = " "


class Given(NamedTuple):
    """An onboarding that is to be given away, and what goes along and stays with its owner."""

    line: OnboardingLine
    path: str
    along: AlongShown


def routes(desk: Desk, shelf: TitleShelf) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/reassign", Giving(desk, shelf).page, ACT, "csm")


class Giving:
    """The page on which several are given away."""

    def __init__(self, desk: Desk, shelf: TitleShelf) -> None:
        self._desk = desk
        self._shelf = shelf
        self._telling = Telling(desk)

    async def page(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Whom they would go to, and what follows; a form gives them."""
        query = request.query_params
        if form is None:
            chosen = query.getlist("here" if query.get("all") else "on")
            asked = {"to": query.get("to", ""), "reason": query.get("reason", "").strip()}
            return await self._show(view, chosen, asked)
        chosen = form.text("on").split(SEPARATOR)
        asked = {"to": form.text("to"), "reason": form.text("reason")}
        return await self._give(view, chosen, asked, form)

    async def _give(self, view: DeskView, chosen: Sequence[str], asked: Mapping[str, str], form: Form) -> Response:
        lines, to = await self._open_ones(chosen), self._desk.parts.staff().member(asked["to"])
        was = dict(part.split("=", 1) for part in form.text("was").split(SEPARATOR) if "=" in part)
        if to is None or not lines or not is_fresh(form) or len(asked["reason"]) > LONGEST_REASON:
            return await self._show(view, chosen, asked, form=form)
        news = {"owner": to.handle, **({"reason": asked["reason"]} if asked["reason"] else {})}
        tells = [
            partial(self._told, view, line, news, form, was=was.get(line.onboarding, line.owner)) for line in lines
        ]
        outcomes = await told_to_each(tells, at_once=AT_ONCE)
        results = [self._result(view, line, outcome) for line, outcome in zip(lines, outcomes, strict=True)]
        left = [line.onboarding for line, outcome in zip(lines, outcomes, strict=True) if is_to_be_told(outcome)]
        return self._desk.show(
            view,
            "given.html",
            tab="onboardings",
            results=results,
            to=to.named(view.language),
            left=SEPARATOR.join(left),
            asked=asked,
            was=form.text("was"),
            once=once_of(form),
        )

    async def _told(
        self, view: DeskView, line: OnboardingLine, news: Mapping[str, str], form: Form, *, was: str
    ) -> Outcome:
        # Given to somebody else since it was shown: whoever decides has not seen that.
        if line.owner not in (was, news["owner"]):
            return Outcome("give_other_owner", status=409)
        return await self._telling.tell(view, line.onboarding, "reassign", news, form)

    def _result(self, view: DeskView, line: OnboardingLine, outcome: Outcome | None) -> Result:
        words, team = self._desk.pages.words(view.language), self._desk.parts.staff()
        problem = ""
        if outcome is not None and outcome.problem:
            key = "customer_refused" if outcome.problem == REFUSED else outcome.problem
            reason = reason_in(view.language, outcome.reason, lambda handle: name_of(handle, team, view.language))
            problem = f"{words[key]} {reason}".strip()
        return Result(line.account, f"/desk/onboardings/{line.onboarding}", outcome, problem)

    async def _show(
        self, view: DeskView, chosen: Sequence[str], asked: Mapping[str, str], *, form: Form | None = None
    ) -> Response:
        team = self._desk.parts.staff()
        lines = await self._open_ones(chosen)
        to = team.member(asked["to"])
        errors = {}
        if asked["to"] and to is None:
            errors["to"] = "work_give_whom"
        if len(asked["reason"]) > LONGEST_REASON:
            errors["reason"] = "too_long"
        if form is not None and not errors:
            errors["to"] = "once_more" if to else "work_give_whom"
        shown = await asyncio.to_thread(self._given, view, lines, to if not errors else None)
        given, against = shown
        return self._desk.show(
            view,
            "giving.html",
            tab="onboardings",
            status=422 if errors else 200,
            given=given,
            against=against,
            to=to if not errors else None,
            to_name=to.named(view.language) if to else "",
            asked=asked,
            members=sorted((one.named(view.language), one.handle) for one in team.members),
            most=MOST,
            too_many=len(set(chosen)) > MOST,
            on=SEPARATOR.join(line.onboarding for line in lines),
            was=SEPARATOR.join(f"{line.onboarding}={line.owner}" for line in lines),
            once=once_of(form),
            errors=self._desk.pages.said(errors, view.language),
        )

    async def _open_ones(self, chosen: Sequence[str]) -> Sequence[OnboardingLine]:
        """Those that are under way, in the order in which they were chosen."""
        ids = list(dict.fromkeys(filter(None, chosen)))[:MOST]
        lines = await asyncio.to_thread(reads.lines, self._desk.engine, ids)
        by_id = {line.onboarding: line for line in lines if line.ending is None}
        return [by_id[id] for id in ids if id in by_id]

    def _given(
        self, view: DeskView, lines: Sequence[OnboardingLine], to: Member | None
    ) -> tuple[Sequence[Given], Sequence[Caution]]:
        """What would go along with each, and what speaks against giving them to that member."""
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        along = all_along(self._desk, {line.onboarding: line.owner for line in lines}, titles, view)
        given = [Given(line, f"/desk/onboardings/{line.onboarding}", along[line.onboarding]) for line in lines]
        if to is None:
            return given, ()
        gets = [line for line in lines if line.owner != to.handle]
        # Counted up to a hundred: whoever has more has no room anyway.
        has = count(self._desk.engine, Filter(owner=to.handle), now=view.now)
        languages = {self._desk.parts.ledger.dossier(line.onboarding).deal.account.language for line in gets}
        tiers = {line.touch for line in gets}
        return given, list(cautions(to, has=has, tiers=tiers, languages=languages, gets=len(gets)))
