"""What does somebody see of their onboarding? Home, the plan and the people."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.playbook import Milestone, Stage
from domain.record import StageRow
from portal.forms import Form
from portal.room.room import Room
from portal.room.steps_shown import shown_step
from portal.room.view import View

LATER = 4
"""Steps that come later, as the home lists them."""


class Bar(NamedTuple):
    """A stage on the line of time, in per cent of its width."""

    x: float
    width: float
    done: float


class ShownMilestone(NamedTuple):
    """A milestone as the plan shows it. `path` leads to what the reader may do about it now, empty for nothing."""

    key: str
    title: str
    status: str
    day: date
    at: date | None
    late: bool
    who: str
    mine: bool
    part: str
    why: list[str]
    waits_for: str
    path: str
    signed: bool


class ShownStage(NamedTuple):
    """A stage as the room shows it."""

    key: str
    title: str
    purpose: str
    status: str
    opens: date
    closes: date
    reached: int
    milestones: list[ShownMilestone]
    bar: Bar
    flag: float | None


class Line(NamedTuple):
    """The line of time: its months and today, in per cent."""

    months: list[tuple[float, str]]
    today: float | None


class Looking:
    """The pages that only show."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def home(self, view: View, _: Form | None, request: Request) -> Response:
        """One next task, what comes after it, where we are, and whom to ask."""
        now, later = view.steps
        step = now[0] if now else None
        stages = shown_stages(view)
        reached = sum(stage.reached for stage in stages)
        return self._room.show(
            view,
            "home.html",
            tab="home",
            step=shown_step(view, step) if step else None,
            more=[shown_step(view, one) for one in now[1:]],
            later=[shown_step(view, one) for one in later[:LATER]],
            stages=stages,
            axis=axis(view),
            reached=reached,
            of=sum(milestone.status != "waived" for stage in stages for milestone in stage.milestones),
            win_by=min((slot.day for slot in view.standing.dossier.playbook.quick_wins), default=0),
            go_live=go_live(view),
            day=day_number(view),
            told=request.query_params.get("told", ""),
            once=secrets.token_urlsafe(16),
            overdue=sum(milestone.late for stage in stages for milestone in stage.milestones),
        )

    async def plan(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """Every stage and milestone, who does it, and why on that day."""
        return self._room.show(view, "plan.html", tab="plan", stages=shown_stages(view), axis=axis(view))

    async def people(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """Who takes part, on both sides."""
        return self._room.show(view, "people.html", tab="ask")

    async def more(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """The pages for which a telephone's bar has no room."""
        return self._room.show(view, "more.html", tab="more")


def day_number(view: View) -> int:
    """Days since the close, in the customer's calendar."""
    last = view.day_of(view.line.ended_at) if view.line.ended_at else view.today
    return (last - view.day_of(view.standing.dossier.deal.closed_at)).days


def go_live(view: View) -> ShownMilestone | None:
    milestone = view.standing.dossier.playbook.playing("go_live")
    return shown_milestone(view, milestone) if milestone and milestone.key in view.standing.milestones else None


def shown_stages(view: View) -> list[ShownStage]:
    """The stages in which the customer has anything, each with its milestones."""
    rows: Mapping[str, StageRow] = {row.key: row for row in view.line.stages}
    wanted = {milestone.key for milestone in view.standing.shown()}
    stages = []
    for stage in view.standing.dossier.playbook.stages:
        milestones = [shown_milestone(view, one) for one in stage.milestones if one.key in wanted]
        row = rows.get(stage.key)
        if milestones and row is not None and row.opens_on:
            stages.append(_shown_stage(view, stage, row, milestones))
    return stages


def shown_milestone(view: View, milestone: Milestone) -> ShownMilestone:
    row, who = view.standing.milestones[milestone.key], view.doing(milestone)
    mine = view.standing.same(view.me) & set(who)
    step = view.step(milestone.key)
    waits_for = view.standing.waits_for(milestone) if row.status == "open" else ()
    return ShownMilestone(
        key=milestone.key,
        title=view.title(milestone.key),
        status=row.status,
        day=view.standing.day(milestone.key),
        at=view.day_of(row.at) if row.at else None,
        late=row.status == "open" and view.standing.day(milestone.key) < view.today and not milestone.optional,
        who=view.names(id for id in who if id not in mine),
        mine=bool(mine),
        part=view.part_in(milestone),
        why=view.why(milestone.key) if row.status == "open" else [],
        waits_for=view.titles(waits_for),
        path=shown_step(view, step).path if step else "",
        signed=bool(milestone.sign_off),
    )


def _shown_stage(view: View, stage: Stage, row: StageRow, milestones: list[ShownMilestone]) -> ShownStage:
    opens, closes = date.fromisoformat(row.opens_on), date.fromisoformat(row.closes_on)
    reached = sum(milestone.status == "reached" for milestone in milestones)
    settled = sum(milestone.status != "open" for milestone in milestones)
    x, end = _at(view, opens), _at(view, closes)
    width = round(max(end - x, 1.0), 2)
    live = view.standing.dossier.playbook.playing("go_live")
    flag = next((_at(view, one.day) for one in milestones if live and one.key == live.key), None)
    return ShownStage(
        key=stage.key,
        title=view.text(stage.title),
        purpose=view.text(stage.purpose),
        status=row.status,
        opens=opens,
        closes=closes,
        reached=reached,
        milestones=milestones,
        bar=Bar(x, width, round(width * settled / len(milestones), 2)),
        flag=flag,
    )


def axis(view: View) -> Line:
    """The months of the plan, and today on them."""
    first, last = _span(view)
    months, day = [], first.replace(day=1)
    while day <= last:
        if (x := _at(view, max(day, first))) < 96:
            months.append((x, day.strftime("%b") if view.language == "en" else f"{day.month}月"))
        day = (day + timedelta(days=32)).replace(day=1)
    inside = first <= view.today <= last
    return Line(months, _at(view, view.today) if inside else None)


def _span(view: View) -> tuple[date, date]:
    # A stage that the playbook has no more, and that was begun, has no days.
    opens = [date.fromisoformat(row.opens_on) for row in view.line.stages if row.opens_on]
    closes = [date.fromisoformat(row.closes_on) for row in view.line.stages if row.closes_on]
    today = view.today
    return min(opens, default=today), max(closes, default=today)


def _at(view: View, day: date) -> float:
    first, last = _span(view)
    return round(100 * min(max((day - first).days, 0) / max((last - first).days, 1), 1), 2)
