"""How does a page about one customer come about? The onboarding is looked for, and stands around every part of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.rights import LEAST, may_tell
from domain.trouble import UnknownOnboarding
from playbooks.library import Library
from portal.desk.customer.customer import ISSUE_OPEN, RISK_OPEN, Customer, customer_of
from portal.desk.customer.figure_lines import TONES
from portal.desk.customer.telling import DONE, REFUSED, VIA, Outcome
from portal.desk.customer.timeline import STATES
from portal.desk.desk import Desk, Page
from portal.desk.refusing import reason_in
from portal.desk.view import DeskView
from portal.forms import Form
from runtime.connection import BadTemporalProfile, CannotReachTemporal, namespace
from starter.doors.drafts import DraftShown, drafts_of
from starter.doors.onboardings import OnboardingDoor
from starter.trouble import NotReachable

CustomerPage = Callable[[DeskView, Customer, Form | None, Request], Awaitable[Response]]
"""A page about one customer; the form is None for a look."""
PARTS = (
    *("overview", "figures", "goals", "adoption", "plan", "guide", "journal", "notices", "people", "issues", "risks"),
    *("scope", "files", "questions", "renewals", "record", "audit"),
)
"""The parts of a customer, each a page of its own, in the order of their tabs; renewals come after the hand-off."""
STATE_ICONS = {"good": "circle-check", "warn": "triangle-alert", "bad": "octagon-alert", "rest": "circle-pause"}


class CustomerPages:
    """Finds the onboarding of a page, and draws what stands around all of its parts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.library = Library(desk.parts.settings.playbooks)
        self.engine = desk.parts.engine

    def of_one(self, page: CustomerPage) -> Page:
        """The page of the onboarding that its path names; what there is not is not found."""

        async def found(view: DeskView, form: Form | None, request: Request) -> Response:
            customer = await self.find(view, request.path_params["id"])
            return self.desk.missing(view) if customer is None else await page(view, customer, form, request)

        return found

    async def find(self, view: DeskView, onboarding: str) -> Customer | None:
        """The onboarding of that id; None where there is none."""
        parts = self.desk.parts
        try:
            return await asyncio.to_thread(
                customer_of,
                parts.engine,
                parts.ledger,
                parts.staff(),
                onboarding,
                language=view.language,
                zone=view.zone,
                day_length=parts.settings.day_length,
            )
        except UnknownOnboarding:
            return None

    def show(
        self,
        view: DeskView,
        customer: Customer,
        template: str,
        *,
        part: str = "overview",
        told: str = "",
        status: int = 200,
        **more: Any,
    ) -> Response:
        """A page of the customer, under its head and its tabs."""
        tone = STATES.get(customer.line.state, "")
        health = customer.health
        # A good score calms nobody while an alarm is on.
        health_tone = "bad" if health and health.alarm else TONES.get((health and health.band) or "", "")
        return self.desk.show(
            view,
            f"customer/{template}",
            tab="onboardings",
            told=told,
            status=status,
            about=customer.id,
            customer=customer,
            part=part,
            parts=[one for one in PARTS if one != "renewals" or customer.is_handed_over],
            numbers=numbers(customer),
            tone=tone,
            state_icon=STATE_ICONS.get(tone, "circle"),
            health_tone=health_tone,
            health_icon=STATE_ICONS.get(health_tone, "circle"),
            may_tell=lambda update: self.may_tell(view, customer, update),
            temporal=self.temporal(customer.id),
            **more,
        )

    def said_of(self, view: DeskView, customer: Customer, outcome: Outcome) -> str:
        """What to say of what was not taken, with the reason in the reader's language; empty where it was taken."""
        if outcome == DONE:
            return ""
        problem = "metric_refused" if outcome.problem == REFUSED else outcome.problem
        words = self.desk.pages.words(view.language)[problem]
        return f"{words} {reason_in(view.language, outcome.reason, customer.called)}".strip()

    async def drafts(self, customer: Customer) -> Sequence[DraftShown]:
        """The messages of this onboarding that wait to be read; when they go is told while Temporal answers."""
        parts = self.desk.parts
        if parts.render is None:
            return ()

        return await drafts_of(parts.engine, customer.id, parts.render, door=self.door)

    async def door(self) -> OnboardingDoor:
        """The door for questions. Raises NotReachable while Temporal is away, and whatever else keeps it away."""
        try:
            return await self.desk.parts.door(VIA, proved=True)
        except (CannotReachTemporal, BadTemporalProfile) as trouble:
            raise NotReachable(str(trouble)) from trouble

    def may_tell(self, view: DeskView, customer: Customer, update: str) -> bool:
        """Whether the reader may tell this onboarding that."""
        return may_tell(update, role=view.staff.role, handle=view.staff.handle, approvers=customer.approvers)

    def tellable(self, view: DeskView, customer: Customer) -> Sequence[str]:
        """The updates that the reader may tell."""
        return [update for update in LEAST if self.may_tell(view, customer, update)]

    def temporal(self, onboarding: str) -> str:
        """The workflow's page in the Temporal UI; empty where none is known."""
        ui = self.desk.parts.settings.temporal_ui
        return f"{ui}/namespaces/{namespace()}/workflows/{onboarding}" if ui else ""


def numbers(customer: Customer) -> Mapping[str, int]:
    """How much there is of each part, where that is known without asking."""
    counted = {
        "plan": len(customer.line.milestones),
        "people": len(customer.contacts),
        "issues": len(customer.rows("issue", ISSUE_OPEN)),
        "risks": len(customer.rows("risk", RISK_OPEN)),
        "scope": len(customer.rows("scope_change", "waiting")),
    }
    return {part: number for part, number in counted.items() if number}


async def no_form(_: Request) -> Form | None:
    """Of what brings a file nothing is read before its page does: the file would stand in memory."""
    return None


def go(path: str) -> Response:
    """Send the browser on to another page of the desk, by a look."""
    return RedirectResponse(path, status_code=303)
