"""What does each part of a customer show? Plan, issues and risks, each on a page of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.naming import role_title
from domain.record import RegisterRow
from domain.rules.reviewing import review_day, shipped_as
from portal.desk.customer.customer import RISK_OPEN, Customer
from portal.desk.customer.happenings import Shown, all_shown
from portal.desk.customer.issues import issues_of
from portal.desk.customer.pages import CustomerPages
from portal.desk.customer.timeline import MilestoneLine, timeline
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads

HISTORY_OF_RISKS = 500


class MilestoneShown(NamedTuple):
    """A milestone on the page of the plan: its line, what it waits for, why on that day, and what may be told of it."""

    line: MilestoneLine
    done_when: str
    waits_for: str
    why: list[str]
    signed: bool
    by_itself: bool
    retired: bool


class RiskShown(NamedTuple):
    """A risk of the register. `shipped` is what the playbook says against it, `history` what was recorded of it."""

    row: RegisterRow
    title: str
    score: int
    owner: str
    mitigation: Sequence[str]
    review_on: date | None
    overdue: bool
    history: Sequence[Shown]
    became: str


class Looking:
    """The parts of a customer that only show."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def plan(self, view: DeskView, customer: Customer, _: Form | None, __: Request) -> Response:
        """Every milestone with its gate, who does it, and why on that day."""
        drawn = timeline(customer)
        shown_milestones = {
            stage.key: [_milestone(customer, line) for line in stage.milestones] for stage in drawn.stages
        }
        return self._pages.show(
            view,
            customer,
            "plan.html",
            part="plan",
            stages=drawn.stages,
            axis=drawn.axis,
            milestones=shown_milestones,
        )

    async def issues(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """What does not work, with the clocks that run."""
        told = request.query_params.get("told", "")
        return self._pages.show(view, customer, "issues.html", part="issues", told=told, issues=issues_of(customer))

    async def risks(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """The register of risks, the gravest first, each with what was recorded of it."""
        words = self._pages.desk.pages.words(view.language)
        rows = await asyncio.to_thread(
            reads.journal,
            self._pages.desk.engine,
            customer.id,
            kinds=("risk_recorded",),
            newest=HISTORY_OF_RISKS,
        )
        history: dict[str, list[Shown]] = {}
        for entry in all_shown(customer, [*reversed(rows)], words):
            history.setdefault(entry.about, []).append(entry)
        each = [_risk(customer, row, history) for row in customer.risks]
        grid = {(one.row.data.get("probability"), one.row.data.get("impact")) for one in each if _is_open(one)}
        counted: Mapping[tuple[int, int], int] = {
            (probability, impact): sum(
                _is_open(one) and (one.row.data.get("probability"), one.row.data.get("impact")) == (probability, impact)
                for one in each
            )
            for probability, impact in grid
            if probability and impact
        }
        told = request.query_params.get("told", "")
        return self._pages.show(view, customer, "risks.html", part="risks", told=told, risks=each, grid=counted)


def _milestone(customer: Customer, line: MilestoneLine) -> MilestoneShown:
    milestone = customer.milestone(line.key)
    is_open = line.status == "open"
    return MilestoneShown(
        line=line,
        done_when=customer.text(milestone.done_when) if milestone else "",
        waits_for=customer.titles(customer.standing.waits_for(milestone)) if milestone and is_open else "",
        why=customer.why(line.key) if is_open else [],
        signed=milestone is not None and milestone.sign_off is not None,
        by_itself=milestone is not None and milestone.role == "hypercare_end",
        retired=milestone is None,
    )


def _risk(customer: Customer, row: RegisterRow, history: Mapping[str, Sequence[Shown]]) -> RiskShown:
    shipped = shipped_as(customer.standing.dossier.playbook, row.key)
    said = [str(row.data["mitigation"])] if row.data.get("mitigation") else []
    is_open = row.status == RISK_OPEN
    review_on = review_day(row.data.get("review_on"), shipped, last=customer.day_of(row.at)) if is_open else None
    return RiskShown(
        row=row,
        title=customer.risk_title(row),
        score=int(row.data.get("score") or 0),
        owner=_watcher(customer, str(row.data.get("owner") or "")),
        mitigation=said or ([customer.text(step) for step in shipped.mitigation] if shipped else []),
        review_on=review_on,
        overdue=review_on is not None and review_on < customer.today,
        history=history.get(row.key, ()),
        became=str(row.data.get("came_true") or "") if row.status == "came_true" else "",
    )


def _watcher(customer: Customer, owner: str) -> str:
    """Who watches a risk: somebody, or whoever plays a role, as the playbook has it."""
    return customer.name(owner) if customer.person(owner) else role_title(owner, customer.language) if owner else ""


def _is_open(risk: RiskShown) -> bool:
    return risk.row.status == RISK_OPEN
