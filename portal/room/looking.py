"""What does somebody see of their onboarding? Home, the plan and the people."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.playbook import Milestone, Stage
from domain.record import StageRow
from domain.rules.goal_notices import who_decides
from portal.forms import Form
from portal.room.aiming import ShownGoal, shown_goal
from portal.room.answering import ShownAsked, answered_by, shown_asked, still_asked
from portal.room.conversing import Conversing
from portal.room.questions import ShownQuestion, shown_questions
from portal.room.rating import RatingOfTrainings, ShownSession, to_rate
from portal.room.room import Room
from portal.room.steps_shown import shown_step
from portal.room.using import roles_of, sees_use
from portal.room.view import View
from starter.doors.goals import GoalDoor

LATER = 4
"""Steps that come later, as the home lists them."""


class Bar(NamedTuple):
    """A stage on the line of time, in per cent of its width."""

    x: float
    width: float
    done: float


@dataclass(frozen=True)
class ShownMilestone:
    """A milestone as pages show it. `path` leads to what the reader may do about it now, empty for nothing.

    What only the plan prints is put into words when it is asked for: the home shows sixty milestones and none of it.
    """

    view: View
    milestone: Milestone
    key: str
    title: str
    status: str
    day: date
    at: date | None
    late: bool
    path: str
    signed: bool

    @cached_property
    def asks(self) -> bool:
        """Whether it still asks something of anybody."""
        return self.status == "open" and not self.view.line.ending

    @cached_property
    def who(self) -> str:
        """Who has to act for it besides the reader; everybody who had to once it asks nothing any more."""
        return self.view.names(id for id in self._doing if not self.asks or id not in self.view.mine)

    @cached_property
    def signers(self) -> str:
        """Who has signed it, where that has settled it; empty otherwise."""
        return self.view.names(self.view.sign_off(self.key).signers) if self.status == "reached" else ""

    @cached_property
    def mine(self) -> bool:
        return self.asks and not self.view.mine.isdisjoint(self._doing)

    @cached_property
    def part(self) -> str:
        return self.view.part_in(self.milestone) if self.asks else ""

    @cached_property
    def why(self) -> list[str]:
        """Why it is due on that day; nothing once it is settled."""
        return self.view.why(self.key) if self.status == "open" else []

    @cached_property
    def waits(self) -> bool:
        return self.status == "open" and bool(self.view.standing.waits_for(self.milestone))

    @cached_property
    def waits_for(self) -> str:
        return self.view.waiting(self.view.standing.waits_for(self.milestone)) if self.waits and self.asks else ""

    @cached_property
    def _doing(self) -> Sequence[str]:
        return self.view.doing(self.milestone)


class ShownStage(NamedTuple):
    """A stage as the room shows it."""

    key: str
    title: str
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


class Talk(NamedTuple):
    """What the home says of what both sides say to each other.

    `answers` are questions of the reader's with an answer that they have not seen, `asked` what we ask and nobody has
    answered; of the goals those that are agreed, and how many wait for the reader's yes; and trainings to rate.
    """

    answers: list[ShownQuestion]
    asked: list[ShownAsked]
    goals: list[ShownGoal]
    goals_to_agree: int
    to_rate: list[ShownSession]


class Looking:
    """The pages that only show."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._conversing = Conversing(room)
        self._goals = GoalDoor(engine=room.parts.engine, ledger=room.parts.ledger, staff=room.parts.staff)
        self._trainings = RatingOfTrainings(room)

    async def home(self, view: View, _: Form | None, request: Request) -> Response:
        """One next task, what comes after it, where we are, and whom to ask."""
        now, later = view.steps
        step = now[0] if now else None
        stages = shown_stages(view)
        reached = sum(stage.reached for stage in stages)
        talk = await asyncio.to_thread(self._talk, view)
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
            sees_use=sees_use(roles_of(view)),
            day=day_number(view),
            told=request.query_params.get("told", ""),
            once=secrets.token_urlsafe(16),
            **talk._asdict(),
            asked_until=answered_by(view),
            overdue=sum(milestone.late for stage in stages for milestone in stage.milestones),
        )

    def _talk(self, view: View) -> Talk:
        each = self._conversing.kept.of(view.visit.onboarding)
        answers = [question for question in shown_questions(self._conversing, view, each) if question.new]
        goals = [shown_goal(view, one) for one in self._goals.by(view.standing.dossier)]
        waiting = [goal for goal in goals if goal.standing == "waits_for_customer"]
        may = not view.mine.isdisjoint(who_decides(view.standing.dossier)) and not view.line.ending
        return Talk(
            answers=answers,
            asked=still_asked(shown_asked(view, each), view),
            goals=[goal for goal in goals if goal.standing == "agreed"],
            goals_to_agree=len([goal for goal in waiting if goal.target]) if may else 0,
            to_rate=to_rate(self._trainings.sessions(view)),
        )

    async def more(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """The pages for which a telephone's bar has no room."""
        return self._room.show(view, "more.html", tab="more", sees_use=sees_use(roles_of(view)))


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
    row, day = view.standing.milestones[milestone.key], view.standing.day(milestone.key)
    step = view.step(milestone.key)
    return ShownMilestone(
        view=view,
        milestone=milestone,
        key=milestone.key,
        title=view.title(milestone.key),
        status=row.status,
        day=day,
        at=view.day_of(row.at) if row.at else None,
        late=row.status == "open" and day < view.today and not milestone.optional and not view.line.ending,
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
        status=row.status,
        opens=opens,
        closes=closes,
        reached=reached,
        milestones=milestones,
        bar=Bar(x, width, round(width * settled / len(milestones), 2)),
        flag=flag,
    )


def axis(view: View) -> Line:
    """The months of the plan, and today on them until it has ended."""
    first, last = view.span
    months, day = [], first.replace(day=1)
    while day <= last:
        if (x := _at(view, max(day, first))) < 96:
            months.append((x, day.strftime("%b") if view.language == "en" else f"{day.month}月"))
        day = (day + timedelta(days=32)).replace(day=1)
    inside = first <= view.today <= last and not view.line.ending
    return Line(months, _at(view, view.today) if inside else None)


def _at(view: View, day: date) -> float:
    first, last = view.span
    return round(100 * min(max((day - first).days, 0) / max((last - first).days, 1), 1), 2)
