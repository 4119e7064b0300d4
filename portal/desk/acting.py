"""What may be done about one row of somebody's day? It is done, comes again later, gets a note, or goes to another."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from domain.rights import LEAST
from portal.desk.along_lines import AlongShown, along_of
from portal.desk.customer.own_time import in_own_days
from portal.desk.customer.telling import DONE, REFUSED, Outcome, Telling, is_fresh, once_of
from portal.desk.day_lines import READ_AT, Reading, shown
from portal.desk.desk import Desk
from portal.desk.lateness import Due, Lateness
from portal.desk.overbooking import as_owner
from portal.desk.refusing import reason_in
from portal.desk.risks_due import RisksDue
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import go
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import LONGEST_WORDS, Form
from store import my_day
from store.risks import RISKS
from store.work_lines import MESSAGE, QUESTION, WorkLine

DONE_BY: Mapping[str, tuple[str, str]] = {
    "milestone": ("reach_milestone", "milestone"),
    "task": ("close_task", "task"),
    "issue": ("resolve_issue", "issue"),
    "ask_again": ("ask_sign_off", "milestone"),
}
"""By which news a kind of work is done, and the field that names it. Messages are done by having been answered; all
else needs more than one word, and has a form of its own at the customer's."""
FORMS: Mapping[str, tuple[str, str]] = {
    "sign_off": ("sign_off", "milestone"),
    "scope_change": ("decide_scope_change", "request"),
    "criterion": ("attest_criterion", "criterion"),
    "approval": ("attest_criterion", "criterion"),
    "hand_off": ("replan", ""),
    "pause": ("resume", ""),
}
"""The form at the customer's by which another kind is settled, and the field of it that is filled in."""
SETTLED_THERE = frozenset({QUESTION, RISKS})
"""Kinds that are settled on the page on which they are read: each has several answers."""
MORNING = time(0)
ACTS = ("done", "snooze", "note", "give")


class Acting:
    """The page about one row."""

    def __init__(self, desk: Desk, shelf: TitleShelf, lateness: Lateness) -> None:
        self._desk = desk
        self._shelf = shelf
        self._lateness = lateness
        self._telling = Telling(desk)

    async def work(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """What may be done about it, and doing it."""
        query = request.query_params
        whose = query.get("who", "") or view.staff.handle
        if whose != view.staff.handle and not view.may("manager"):
            return self._desk.forbidden(view)
        place = (query.get("on", ""), query.get("kind", ""), query.get("key", ""))
        view, line = await asyncio.to_thread(self._line, view, whose, place)
        back = f"/desk/?{urlencode({'who': whose})}" if whose != view.staff.handle else "/desk/"
        if line is None:
            return self._desk.show(view, "work_gone.html", tab="day", status=404, back=back)
        due = Due(line.onboarding, line.due, view.now)
        page = _Page(view, line, whose, back, await asyncio.to_thread(self._lateness.days, [due]))
        if form is None:
            do = query.get("do", "")
            # For whoever is about to give it away alone: it takes a look at all that is planned of those who may lead.
            loads = await asyncio.to_thread(self._loads, page) if do == "give" else {}
            along = await asyncio.to_thread(self._along, page) if view.may(LEAST["reassign"]) else None
            return self._show(page, do=do, loads=loads, along=along)
        act = form.text("act")
        if act not in ACTS or not is_fresh(form):
            return self._show(page, form=form, errors={"act": "once_more"}, status=422)
        return await {"done": self._done, "snooze": self._snooze, "note": self._note, "give": self._give}[act](
            page, form
        )

    async def _done(self, page: "_Page", form: Form) -> Response:
        line, note = page.line, form.text("done_note")
        if len(note) > LONGEST_WORDS:
            return self._show(page, do="done", form=form, errors={"done_note": "too_long"}, status=422)
        if line.kind == MESSAGE:
            await self._lay_aside(page, until=None)
            return page.done("work_answered")
        if line.kind not in DONE_BY:
            return self._show(page, form=form, errors={"act": "once_more"}, status=422)
        update, field = DONE_BY[line.kind]
        return await self._tell(
            page, form, update, {field: line.key, "note": note or None}, told="work_done", at="done_note"
        )

    async def _snooze(self, page: "_Page", form: Form) -> Response:
        until = _until(form.text("until"), page.view)
        if until is None or until <= page.view.today or until > page.view.today + LATEST:
            return self._show(page, do="snooze", form=form, errors={"until": "snooze_wrong"}, status=422)
        await self._lay_aside(page, until=datetime.combine(until, MORNING, page.view.zone))
        return page.done("work_snoozed")

    async def _note(self, page: "_Page", form: Form) -> Response:
        note = form.text("note")
        if not note or len(note) > LONGEST_WORDS:
            wrong = "too_long" if note else "work_note_empty"
            return self._show(page, do="note", form=form, errors={"note": wrong}, status=422)
        return await self._tell(page, form, "note", {"note": note}, told="work_noted", at="note")

    async def _give(self, page: "_Page", form: Form) -> Response:
        to = self._desk.parts.staff().member(form.text("to"))
        if to is None:
            return self._show(page, do="give", form=form, errors={"to": "work_give_whom"}, status=422)
        if page.line.kind == "task":
            news = {"task": page.line.key, "owner": to.handle}
            return await self._tell(page, form, "change_task", news, told="work_given", at="to")
        handed = {"owner": to.handle, "reason": form.text("reason") or None}
        return await self._tell(page, form, "reassign", handed, told="work_reassigned", at="to")

    async def _tell(
        self, page: "_Page", form: Form, update: str, news: Mapping[str, Any], *, told: str, at: str
    ) -> Response:
        view, onboarding = page.view, page.line.onboarding
        if not view.may(LEAST[update]):
            return self._desk.forbidden(view)
        outcome: Outcome = await self._telling.tell(view, onboarding, update, news, form)
        if outcome != DONE:
            problem = "customer_refused" if outcome.problem == REFUSED else outcome.problem
            return self._show(page, do=form.text("act"), form=form, errors={at: problem}, outcome=outcome)
        await self._telling.until_written(view, onboarding, form)
        return page.done(told)

    async def _lay_aside(self, page: "_Page", *, until: datetime | None) -> None:
        lay_aside = my_day.lay_aside
        await asyncio.to_thread(lay_aside, self._desk.engine, page.whose, page.line, until=until, now=page.view.now)

    def _line(self, view: DeskView, whose: str, place: tuple[str, str, str]) -> tuple[DeskView, WorkLine | None]:
        engine = self._desk.engine
        view = replace(view, now=my_day.own_time(engine, whose, view.now))
        onboarding, kind, _ = place
        if kind != RISKS:
            line = my_day.one_line(engine, whose, *place)
            if line is not None and kind in (MESSAGE, QUESTION):
                line = in_own_days([line], engine, self._desk.parts.settings.day_length)[0]
            return view, line
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        team = self._desk.parts.staff()
        risks = RisksDue(engine=engine, shelf=self._shelf, titles=titles, team=team, view=view, whose=whose)
        return view, next(iter(risks.lines(onboarding)), None)

    def _loads(self, page: "_Page") -> Mapping[str, str]:
        """What would be too much for whom, if the onboarding went to them."""
        if page.line.kind == "task":
            return {}
        view, line = page.view, page.line
        return as_owner(self._desk, line.onboarding, line.owner, language=view.language, today=view.today)

    def _along(self, page: "_Page") -> AlongShown | None:
        """What would go along if the onboarding went to somebody else, and what would stay; None for a task alone."""
        if page.line.kind == "task":
            return None
        view, line = page.view, page.line
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        return along_of(self._desk, line.onboarding, line.owner, titles, view)

    def _show(
        self,
        page: "_Page",
        *,
        do: str = "",
        along: AlongShown | None = None,
        loads: Mapping[str, str] | None = None,
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
        outcome: Outcome = DONE,
        status: int = 200,
    ) -> Response:
        view, line, team = page.view, page.line, self._desk.parts.staff()
        titles = Titles(self._shelf, view.language, self._desk.pages.words(view.language))
        said = self._desk.pages.said(errors or {}, view.language)
        if outcome.reason and said:
            field = next(iter(said))

            def called(key: str) -> str:
                member = team.member(key)
                return member.named(view.language) if member else titles.of(key, line.playbook_hash)

            said[field] = f"{said[field]} {reason_in(view.language, outcome.reason, called)}"
        update = DONE_BY.get(line.kind, ("", ""))[0]
        giving = "change_task" if line.kind == "task" else "reassign"
        return self._desk.show(
            view,
            "work.html",
            tab="day",
            status=outcome.status if outcome != DONE else status,
            work=shown([line], Reading(view, titles, team, page.whose, page.late))[0],
            back=page.back,
            do=do,
            can_be_done=line.kind == MESSAGE or (update and view.may(LEAST[update])),
            form_at=_form_at(line),
            may_give=view.may(LEAST[giving]),
            giving=giving,
            members=sorted((one.named(view.language), one.handle) for one in team.members if one.handle != line.person),
            loads=loads or {},
            along=along,
            days=_choices(view.today),
            first_day=view.today + A_DAY,
            typed=form.text if form else lambda _: "",
            once=once_of(form),
            errors=said,
        )


class _Page(NamedTuple):
    """The row that a page is about, on whose day it stands, where one came from, and how late it is."""

    view: DeskView
    line: WorkLine
    whose: str
    back: str
    late: Mapping[tuple[str, datetime], int]

    def done(self, told: str) -> Response:
        return go(f"{self.back}{'&' if '?' in self.back else '?'}told={told}")


def routes(desk: Desk, shelf: TitleShelf, lateness: Lateness) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/work", Acting(desk, shelf, lateness).work, ACT, "specialist")


A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
LATEST = timedelta(days=366)
"""Nothing is put off for longer than a year: that would be for good."""
SATURDAY = 5


def _choices(today: date) -> tuple[tuple[str, date], ...]:
    """The days until which most is put off: the next that is worked on, the next Monday, in a week from today."""
    tomorrow = today + A_DAY
    while tomorrow.weekday() >= SATURDAY:
        tomorrow += A_DAY
    monday = today + timedelta(days=7 - today.weekday())
    each = {tomorrow: "snooze_next", monday: "snooze_monday", today + A_WEEK: "snooze_week"}
    return tuple((name, day) for day, name in sorted(each.items()))


def _until(given: str, view: DeskView) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return dict(_choices(view.today)).get(given)


def _form_at(line: WorkLine) -> str:
    """The address of the form that settles it; empty where this page does, or a look at the customer."""
    if line.kind in SETTLED_THERE:
        return f"/desk/onboardings/{line.onboarding}/{READ_AT[line.kind]}"
    if line.kind not in FORMS:
        return ""
    update, field = FORMS[line.kind]
    query = f"?{urlencode({field: line.key})}" if field else ""
    return f"/desk/onboardings/{line.onboarding}/news/{update}{query}"
