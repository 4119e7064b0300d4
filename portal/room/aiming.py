"""What is it to bring? Goals with baseline and target: to propose one, to agree, or to say what should be otherwise."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from domain.measure.customer import Customer
from domain.measure.goals import OF_A_GOAL, Goal, GoalGiven
from domain.refusal import Refused
from domain.room.consents import WithConsents
from domain.room.deeds import Deed
from domain.room.proposals import DecidedByOthers, TooManyProposed
from domain.rules.goal_notices import figure
from domain.trouble import NotFound
from portal.charts import Chart
from portal.forms import LONGEST_WORDS, Form
from portal.goal_chart import goal_chart
from portal.goal_form import FIELDS, read_goal
from portal.room.conversing import Conversing, deed_of, woken
from portal.room.room import Room
from portal.room.session import go
from portal.room.telling import LOOKED, Outcome, Sent, Telling, once_missing
from portal.room.view import View
from starter.doors.goals import GoalDoor
from starter.doors.measuring import Measuring, MetricShown, metrics_of

log = structlog.get_logger()


class ShownGoal(NamedTuple):
    """A goal as pages show it: figures in words, by which day, how far it has come, and whose yes it waits for."""

    key: str
    title: str
    revision: int
    baseline: str
    target: str
    due: date | None
    now: str
    now_on: date | None
    better_pct: int | None
    standing: str
    said_by: str
    agreed_by: str
    drawn: Chart | None = None
    reports: Sequence[tuple[date, str]] = ()


class Aiming:
    """The pages of goals."""

    def __init__(self, room: Room) -> None:
        parts = room.parts
        self._room = room
        self._telling = Telling(room)
        self._conversing = Conversing(room)
        self._door = GoalDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)
        self._measuring = Measuring(
            engine=parts.engine, staff=parts.staff, via="room", day_length=parts.settings.day_length
        )

    async def all(self, view: View, form: Form | None, request: Request) -> Response:
        """What is agreed and how far it has come, and what waits for somebody's yes."""
        if form is None:
            return await self._show(view, told=request.query_params.get("told", ""))
        goal = await self._waiting(view, form.text("goal"))
        if goal is None:
            return self._room.missing(view)
        if missing := once_missing(form):
            return await self._show(view, Sent(form, {f"agree-{goal.key}": missing}, 422))
        if form.text("answer") == "otherwise":
            return await self._otherwise(view, form, goal)
        deed = await asyncio.to_thread(self._decider, view, deed_of(view, form))
        revision = int(form.text("revision")) if form.text("revision").isdecimal() else -1
        outcome = await self._done(partial(self._door.agree, view.visit.onboarding, goal.key, deed, revision=revision))
        if outcome.problem:
            return await self._show(view, outcome.at(f"agree-{goal.key}", form))
        return go("/goals?told=goal_agreed")

    async def new(self, view: View, form: Form | None, _: Request) -> Response:
        """Propose a goal."""
        if view.line.ending:
            return go("/goals")
        if form is None:
            return self._form(view)
        given, errors = _read(form, closed=view.day_of(view.standing.dossier.deal.closed_at))
        if given is None:
            return self._form(view, Sent(form, errors, 422))
        deed = await asyncio.to_thread(self._decider, view, deed_of(view, form))
        outcome = await self._done(partial(self._door.propose, view.visit.onboarding, given, deed))
        if outcome.problem:
            return self._form(view, outcome.at("title", form))
        return go("/goals?told=goal_proposed")

    async def _otherwise(self, view: View, form: Form, goal: Goal) -> Response:
        """What should be otherwise reaches the owner as a question: goals are talked about, not voted down."""
        field = f"words-{goal.key}"
        words = form.text(field)
        if not words or len(words) > LONGEST_WORDS:
            return await self._show(view, Sent(form, {field: "too_long" if words else "say_why_not"}, 422))
        said = self._room.pages.words(view.language)["goal_otherwise_note"].format(title=goal.title)
        outcome = await self._conversing.ask(view, form, f"{said}\n{words}", of=goal.key)
        if outcome.problem:
            return await self._show(view, outcome.at(field, form))
        return go("/questions?told=asked")

    async def _waiting(self, view: View, key: str) -> Goal | None:
        """The goal that waits for the customer's yes; None where none does by that key."""
        each = await asyncio.to_thread(self._door.by, view.standing.dossier)
        return next((one.goal for one in each if one.goal.key == key and not view.line.ending), None)

    def _decider(self, view: View, deed: Deed) -> Deed:
        """The deed under the id by which the reader may decide: a deal may name one person twice."""
        may = [id for id in self._door.deciders(view.visit.onboarding) if id in view.mine]
        return deed._replace(by=may[0]) if may else deed

    async def _done(self, doing: Callable[[], object]) -> Outcome:
        try:
            done = await asyncio.to_thread(doing)
        except DecidedByOthers:
            return Outcome("goal_is_there", status=409)
        except TooManyProposed:
            return Outcome("most_goals", status=409)
        except (Refused, NotFound) as refused:
            return Outcome("refused_here", str(getattr(refused, "reason", refused)), 409)
        except SQLAlchemyError as trouble:
            log.warning("goal_not_kept", kind=type(trouble).__name__)
            return Outcome("not_saved", status=503)
        channels = done[1] if isinstance(done, tuple) else ()
        await woken(*(partial(self._room.parts.wake, channel) for channel in channels))
        return Outcome()

    def _form(self, view: View, sent: Sent = LOOKED) -> Response:
        values = {field: sent.text(field) for field in FIELDS}
        return self._room.show(view, "goal.html", tab="home", values=values, **self._telling.around(view, sent))

    async def _show(self, view: View, sent: Sent = LOOKED, *, told: str = "") -> Response:
        goals, deciders = await asyncio.to_thread(self._goals, view)
        around: Mapping[str, Any] = self._telling.around(view, sent)
        may = not view.mine.isdisjoint(deciders) and not view.line.ending
        return self._room.show(
            view, "goals.html", tab="home", told=told, goals=goals, may=may, who=view.names(deciders), **around
        )

    def _goals(self, view: View) -> tuple[list[ShownGoal], list[str]]:
        customer = self._measuring.customer(view.visit.onboarding, now=view.now)
        metrics = {one.key: one for one in metrics_of(customer)}
        each = self._door.by(view.standing.dossier)
        shown = [
            self._drawn(view, one.goal, shown_goal(view, one, metrics.get(one.goal.key)), customer) for one in each
        ]
        return shown, list(self._door.deciders(view.visit.onboarding))

    def _drawn(self, view: View, goal: Goal, shown: ShownGoal, customer: Customer) -> ShownGoal:
        """The goal with its reports as a chart, and the same as a table."""
        reported = sorted(customer.reported.get(f"{OF_A_GOAL}{goal.key}", ()), key=lambda one: one.at)
        reports = [(view.day_of(one.at), one.value) for one in reported]
        words = self._room.pages.words(view.language)
        drawn = goal_chart(
            goal,
            reports,
            closed=view.day_of(customer.closed_at),
            today=view.day_of(customer.now),
            says=words["goal_drawn_says"].format(title=goal.title),
            target=words["goal_drawn_target"].format(target=shown.target),
            language=view.language,
        )
        told = [(day, _in_unit(value, goal.unit)) for day, value in reversed(reports)]
        return shown._replace(drawn=drawn, reports=told)


def shown_goal(view: View, one: WithConsents, metric: MetricShown | None = None) -> ShownGoal:
    """The goal in the reader's words; without a `metric` it says nothing of how far it has come."""
    goal = one.goal
    value, at = (metric.value, metric.value_at) if metric else (None, None)
    better = metric.improvement_pct if metric else None
    return ShownGoal(
        key=goal.key,
        title=goal.title,
        revision=goal.revision,
        baseline=_in_unit(goal.baseline, goal.unit),
        target=_in_unit(goal.target, goal.unit),
        due=due_of(view, goal),
        now=_in_unit(value, goal.unit),
        now_on=view.day_of(at) if isinstance(at, datetime) else None,
        better_pct=round(better) if better is not None else None,
        standing=one.standing,
        said_by=view.name(goal.by) if goal.by else "",
        agreed_by=view.names(dict.fromkeys([*_said_yes(one), *(yes.by for yes in one.consents)])),
    )


def _said_yes(one: WithConsents) -> list[str]:
    """Who agrees by having said it: nobody where it is of the sale, or of somebody who does not decide."""
    return [one.goal.by] if one.goal.by and one.said_for else []


def due_of(view: View, goal: Goal) -> date | None:
    """The day by which it should be so."""
    if goal.by_day is None:
        return None
    closed = view.day_of(view.standing.dossier.deal.closed_at)
    return date.fromordinal(closed.toordinal() + goal.by_day)


def _read(form: Form, *, closed: date) -> tuple[GoalGiven | None, Mapping[str, str]]:
    """What somebody proposes, or what is wrong with it: nobody can agree to a goal without a target."""
    given, errors = read_goal(form, closed=closed, needed=("target",))
    if missing := once_missing(form):
        return None, {"title": missing, **errors}
    return given, errors


def _in_unit(value: float | None, unit: str) -> str:
    return f"{figure(value)} {unit}".strip() if value is not None else ""
