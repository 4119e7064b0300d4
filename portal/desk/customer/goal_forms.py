"""How does one of ours say a goal, report a figure, or put one right? By a form each, with what was said before."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from domain.measure import in_words as figures
from domain.measure.figures import FIGURES
from domain.measure.goals import NONE_YET, Goal, GoalGiven
from domain.text import plain
from portal.desk.customer.choices import Choice
from portal.desk.customer.customer import Customer
from portal.desk.customer.goal_lines import GoalLines, goal_in_words
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.reading import YES, in_the_words
from portal.desk.customer.telling import DONE, UNLISTED, Outcome, is_fresh, news_id, once_of, outcome_of
from portal.desk.view import DeskView
from portal.forms import Form
from portal.goal_form import FIELDS, figure_in, read_goal
from starter.doors.measuring import FigureCorrected, FigureReported, Measuring, MetricDefined
from store.measurements import Report

Read = TypeVar("Read", FigureReported, FigureCorrected)
NOON = time(12)
"""What is said of a day alone was so at its noon; of today, now."""
LONGEST_METHOD = 10_000
COUNTED = frozenset(
    {"customer_health", "main_goal_improvement", "outcomes_on_way_pct", "goal_figures_reported", "licensed_users"}
    | {"days_to_first_value", "engagement_pct", "reminders_unanswered", "milestones_late", "days_behind"}
    | {"project_lead_silent_days", "technical_lead_silent_days", "sponsor_silent_days", "champion_silent_days"}
    | {"technical_issues_opened", "scope_changes_requested", "wins_shown"}
)
"""Figures that are counted from the deal, the plan and the journal: nobody has to report them."""
LATER = "revision"
"""The field of a refusal that says that somebody was quicker."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form as it is shown: what its fields hold, what is wrong with them, and what others have said since."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    since: Goal | None = None


class GoalForms:
    """The forms about goals and figures of one customer."""

    def __init__(self, pages: CustomerPages, measuring: Measuring) -> None:
        self._pages = pages
        self._measuring = measuring

    async def define(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """Say a goal, for the first time or anew; `goal` of the address names the one that is there."""
        there = await asyncio.to_thread(self._goal, view, customer, request.query_params.get("goal", ""))
        if customer.line.ending:
            return go(f"{customer.path}/goals")
        if form is None:
            return self._defining(view, customer, there, Sent(values=_as_typed(customer, there)))
        values = {name: form.text(name) for name in (*FIELDS, "method", "main", "revision")}
        given, errors = self._said(view, customer, form)
        if given is None:
            return self._defining(view, customer, there, Sent(values=values, errors=errors, status=422), form)
        key = there.key if there else given.key
        defined = MetricDefined.model_validate({**given.model_dump(exclude={"key"}), "by": view.staff.handle})
        revision = int(values["revision"][:9]) if values["revision"].isdecimal() and there else NONE_YET
        outcome = await self._done(
            view, self._measuring.define, customer.id, key, defined, now=view.now, revision=revision
        )
        if outcome == DONE:
            return go(f"{customer.path}/goals?told=metric_defined#goal-{key}")
        if outcome.field != LATER:
            errors = {
                outcome.field if outcome.field in values else "title": self._pages.said_of(view, customer, outcome)
            }
            return self._defining(
                view, customer, there, Sent(values=values, errors=errors, status=outcome.status), form
            )
        now = await asyncio.to_thread(self._goal, view, customer, key)
        if there is None:
            # Somebody else's, or one of the sale: whoever means that one changes it on its own form.
            errors = {"title": self._words(view)["metric_is_there"]}
            return self._defining(view, customer, None, Sent(values=values, errors=errors, status=409, since=now), form)
        values["revision"] = str(now.revision if now else "")
        return self._defining(view, customer, there, Sent(values=values, status=409, since=now), form)

    async def report(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """Report a figure; `of` of the address names which."""
        if customer.line.ending:
            return go(f"{customer.path}/goals")
        named = request.query_params.get("of", "")
        if form is None:
            return await self._reporting(view, customer, named, Sent(values={"metric": named}))
        values = {name: form.text(name) for name in ("metric", "value", "on")}
        read, errors = self._figure(view, customer, form)
        if read is None:
            return await self._reporting(view, customer, named, Sent(values=values, errors=errors, status=422), form)
        key = f"desk-{news_id(view, form)}"
        outcome = await self._done(view, self._measuring.report, customer.id, read, now=view.now, key=key)
        if outcome != DONE:
            at = outcome.field if outcome.field in values else "value"
            sent = Sent(values=values, errors={at: self._pages.said_of(view, customer, outcome)}, status=outcome.status)
            return await self._reporting(view, customer, named, sent, form)
        kept = [one for one in self._measuring.reports(customer.id, read.metric) if one.key == key]
        told = "metric_apart" if any(one.set_apart for one in kept) else "metric_reported"
        return go(f"{customer.path}/goals?told={told}#goal-{read.metric}")

    async def correct(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """Put another value in the place of a report, or call true what was set apart."""
        metric, number = request.query_params.get("of", ""), request.query_params.get("number", "")
        reports = await asyncio.to_thread(self._measuring.reports, customer.id, metric)
        report = next((one for one in reports if str(one.number) == number), None)
        if report is None or customer.line.ending:
            return self._pages.desk.missing(view)
        if form is None:
            return await self._correcting(view, customer, report, Sent(values={"value": plain(report.value)}))
        values = {name: form.text(name) for name in ("value", "reason")}
        corrected, errors = self._corrected(view, form)
        if corrected is None:
            return await self._correcting(view, customer, report, Sent(values=values, errors=errors, status=422), form)
        outcome = await self._done(view, self._measuring.correct, customer.id, metric, report.number, corrected)
        if outcome != DONE:
            at = outcome.field if outcome.field in values else "value"
            sent = Sent(values=values, errors={at: self._pages.said_of(view, customer, outcome)}, status=outcome.status)
            return await self._correcting(view, customer, report, sent, form)
        return go(f"{customer.path}/goals?told=metric_corrected#goal-{metric}")

    def _said(self, view: DeskView, customer: Customer, form: Form) -> tuple[GoalGiven | None, Mapping[str, str]]:
        """The goal as it was typed, with how it is measured and whether it is the main one; or what is wrong."""
        closed = customer.day_of(customer.standing.dossier.deal.closed_at)
        given, wrong = read_goal(form, closed=closed)
        errors = self._pages.desk.pages.said(wrong, view.language)
        words = self._words(view)
        if len(form.text("method")) > LONGEST_METHOD:
            errors["method"] = words["wrong_too_long"].format(limit=LONGEST_METHOD)
        if not is_fresh(form):
            errors["form"] = words["wrong_form_old"]
        if given is None or errors:
            return None, errors
        return given.model_copy(update={"method": form.text("method") or None, "main": form.text("main") == YES}), {}

    def _figure(
        self, view: DeskView, customer: Customer, form: Form
    ) -> tuple[FigureReported | None, Mapping[str, str]]:
        """The report as it was typed, or what is wrong with it. A day alone is noon there; of today it is now."""
        words, typed = self._words(view), form.text("on")
        errors = self._wrong_with_figure(view, form)
        if not form.text("metric"):
            errors["metric"] = words["wrong_choose"]
        zone = ZoneInfo(customer.standing.dossier.calendar.time_zone)
        try:
            day = date.fromisoformat(typed) if typed else customer.today
            at = None if day == customer.today else datetime.combine(day, NOON, zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None, {**errors, "on": words["wrong_no_date"]}
        if errors:
            return None, errors
        raw = {"metric": form.text("metric"), "value": figure_in(form.text("value")), "at": at}
        return _read(FigureReported, {**raw, "unit": form.text("unit") or None, "by": view.staff.handle}, words)

    def _corrected(self, view: DeskView, form: Form) -> tuple[FigureCorrected | None, Mapping[str, str]]:
        words, errors = self._words(view), self._wrong_with_figure(view, form)
        if not form.text("reason"):
            errors["reason"] = words["metric_say_reason"]
        if errors:
            return None, errors
        raw = {"value": figure_in(form.text("value")), "reason": form.text("reason"), "by": view.staff.handle}
        return _read(FigureCorrected, raw, words)

    def _wrong_with_figure(self, view: DeskView, form: Form) -> dict[str, str]:
        words = self._words(view)
        errors = {} if is_fresh(form) else {"form": words["wrong_form_old"]}
        if figure_in(form.text("value")) is None:
            errors["value"] = words["no_figure" if form.text("value") else "wrong_needed"]
        return errors

    async def _done(self, view: DeskView, doing: Any, *arguments: Any, **named: Any) -> Outcome:
        if not view.staff.listed:
            return UNLISTED
        return (await outcome_of(asyncio.to_thread(doing, *arguments, **named), what=doing.__name__))[1]

    def _words(self, view: DeskView) -> Mapping[str, str]:
        return self._pages.desk.pages.words(view.language)

    def _goal(self, view: DeskView, customer: Customer, key: str) -> Goal | None:
        """That goal as it is said now; None where there is none."""
        goals = self._measuring.customer(customer.id, now=view.now).goals if key else ()
        return next((goal for goal in goals if goal.key == key), None)

    def _defining(
        self, view: DeskView, customer: Customer, there: Goal | None, sent: Sent, form: Form | None = None
    ) -> Response:
        since = sent.since
        return self._pages.show(
            view,
            customer,
            "goal.html",
            part="goals",
            status=sent.status,
            goal=there,
            values={"revision": "", "method": "", "main": "", **sent.values},
            errors=sent.errors,
            since=since,
            since_by=customer.name(since.by) if since and since.by else "",
            since_on=customer.day_of(since.at) if since and since.at else None,
            since_words=goal_in_words(since, self._words(view)) if since else "",
            once=once_of(form),
        )

    async def _reporting(
        self, view: DeskView, customer: Customer, named: str, sent: Sent, form: Form | None = None
    ) -> Response:
        choices = await asyncio.to_thread(self._choices, view, customer)
        chosen = next((one for one in (*choices[0], *choices[1]) if one.value == named), None)
        return self._pages.show(
            view,
            customer,
            "figure.html",
            part="goals",
            status=sent.status,
            report=None,
            goals=choices[0],
            figures=choices[1],
            chosen=chosen,
            values={"value": "", "on": customer.today.isoformat(), **sent.values},
            errors=sent.errors,
            once=once_of(form),
        )

    async def _correcting(
        self, view: DeskView, customer: Customer, report: Report, sent: Sent, form: Form | None = None
    ) -> Response:
        measured = await asyncio.to_thread(self._measuring.customer, customer.id, now=view.now)
        goal = next((one for one in measured.goals if one.key == report.metric), None)
        lines = GoalLines(customer, measured, (), self._words(view))
        return self._pages.show(
            view,
            customer,
            "figure.html",
            part="goals",
            status=sent.status,
            report=lines.report(report, goal.unit if goal else ""),
            goals=(),
            figures=(),
            chosen=Choice(
                report.metric,
                goal.title if goal else figures.named(report.metric, view.language),
                goal.unit if goal else "",
            ),
            values={"reason": "", **sent.values},
            errors=sent.errors,
            once=once_of(form),
        )

    def _choices(self, view: DeskView, customer: Customer) -> tuple[Sequence[Choice], Sequence[Choice]]:
        """What may be reported: the goals of this customer, and the figures that every customer has."""
        goals = self._measuring.customer(customer.id, now=view.now).goals
        own = [Choice(goal.key, goal.title, goal.unit) for goal in goals]
        every = [Choice(name, figures.named(name, view.language)) for name in FIGURES if name not in COUNTED]
        return own, sorted(every, key=lambda one: one.label)


def _as_typed(customer: Customer, goal: Goal | None) -> Mapping[str, str]:
    """What the form holds before anybody types: the goal as it is said now."""
    if goal is None:
        return dict.fromkeys(FIELDS, "")
    closed = customer.day_of(customer.standing.dossier.deal.closed_at)
    due = date.fromordinal(closed.toordinal() + goal.by_day).isoformat() if goal.by_day else ""
    return {
        "title": goal.title,
        "unit": goal.unit,
        "direction": goal.direction or "",
        "baseline": "" if goal.baseline is None else plain(goal.baseline),
        "target": "" if goal.target is None else plain(goal.target),
        "due": due,
        "method": goal.method or "",
        "main": YES if goal.main else "",
        "revision": str(goal.revision),
    }


def _read(model: type[Read], raw: Mapping[str, Any], words: Mapping[str, str]) -> tuple[Read | None, dict[str, str]]:
    """What was typed, or what is wrong with it in words, by its fields."""
    try:
        return model.model_validate(dict(raw)), {}
    except ValidationError as error:
        found = [(str(one["loc"][0]), in_the_words(one)) for one in error.errors(include_url=False)]
        return None, {name: words[one.key].format(limit=one.limit) for name, one in found}
