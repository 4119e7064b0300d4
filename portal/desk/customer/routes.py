"""Which pages does one customer have at the desk? Their addresses, and the role that each takes."""

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from domain.trouble import UnknownOnboarding
from portal.desk.customer.adoption import Adoption
from portal.desk.customer.audit import Audit
from portal.desk.customer.completing import Completing
from portal.desk.customer.figures import Figures
from portal.desk.customer.files import Files
from portal.desk.customer.forming import Forming
from portal.desk.customer.goal_forms import GoalForms
from portal.desk.customer.goals import REPORTS, SAYS, Goals
from portal.desk.customer.guide import Guide
from portal.desk.customer.journal import Journal
from portal.desk.customer.looking import Looking
from portal.desk.customer.notices import Notices
from portal.desk.customer.overview import Overview
from portal.desk.customer.pages import CustomerPages, go, no_form
from portal.desk.customer.people import People
from portal.desk.customer.record import Record
from portal.desk.customer.recording import Recording
from portal.desk.customer.renewing import Renewing
from portal.desk.customer.scope import Scope
from portal.desk.deals.deal_reading import form_of_deal
from portal.desk.desk import Desk
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads

ONE = "/desk/onboardings/{id}"


def routes(desk: Desk) -> Iterable[DeskRoute]:
    """What only shows takes a viewer. What is told takes the role of its update (`domain/rights.py`)."""
    pages = CustomerPages(desk)
    looking, journal, notices = Looking(pages), Journal(pages), Notices(pages)
    files, forming, audit = Files(pages), Forming(pages), Audit(pages)
    yield DeskRoute("/desk/customers/{name:path}", Named(desk).one)
    yield DeskRoute(ONE, pages.of_one(Overview(pages).page))
    yield DeskRoute(f"{ONE}/figures", pages.of_one(Figures(pages).page))
    goals = Goals(pages)
    of_goals = GoalForms(pages, goals.measuring)
    yield DeskRoute(f"{ONE}/goals", pages.of_one(goals.page), ACT)
    yield DeskRoute(f"{ONE}/goals/define", pages.of_one(of_goals.define), ACT, SAYS)
    yield DeskRoute(f"{ONE}/goals/report", pages.of_one(of_goals.report), ACT, REPORTS)
    yield DeskRoute(f"{ONE}/goals/correct", pages.of_one(of_goals.correct), ACT, REPORTS)
    yield DeskRoute(f"{ONE}/adoption", pages.of_one(Adoption(pages).page), ACT)
    yield DeskRoute(f"{ONE}/renewals", pages.of_one(Renewing(pages).page), ACT)
    yield DeskRoute(f"{ONE}/plan", pages.of_one(looking.plan))
    yield DeskRoute(f"{ONE}/guide", pages.of_one(Guide(pages).page), ACT)
    yield DeskRoute(f"{ONE}/journal", pages.of_one(journal.all))
    yield DeskRoute(f"{ONE}/why", pages.of_one(journal.why))
    yield DeskRoute(f"{ONE}/notices", pages.of_one(notices.all))
    yield DeskRoute(f"{ONE}/notices/draft", pages.of_one(notices.draft))
    yield DeskRoute(f"{ONE}/notices/{{number:int}}", pages.of_one(notices.one))
    yield DeskRoute(f"{ONE}/people", pages.of_one(People(pages).page), ACT)
    yield DeskRoute(f"{ONE}/issues", pages.of_one(looking.issues))
    yield DeskRoute(f"{ONE}/risks", pages.of_one(looking.risks))
    yield DeskRoute(f"{ONE}/scope", pages.of_one(Scope(pages).page))
    yield DeskRoute(f"{ONE}/audit", pages.of_one(audit.page))
    yield DeskRoute(f"{ONE}/audit/dossier.json", pages.of_one(audit.file))
    yield DeskRoute(f"{ONE}/files", pages.of_one(files.all), ACT, read=no_form)
    yield DeskRoute(f"{ONE}/files/{{file:int}}", pages.of_one(files.one))
    yield DeskRoute(f"{ONE}/record", pages.of_one(Record(pages).page), ACT)
    yield DeskRoute(f"{ONE}/milestones", pages.of_one(Recording(pages).page), ACT, "specialist")
    yield DeskRoute(f"{ONE}/record/fill", pages.of_one(Completing(pages).page), ACT, "csm", form_of_deal)
    yield DeskRoute(f"{ONE}/news", pages.of_one(forming.all), least="specialist")
    yield DeskRoute(f"{ONE}/news/{{kind}}", pages.of_one(forming.one), ACT, "specialist")


class Named:
    """Finds an onboarding by its id, its deal's id, or the name of its customer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def one(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """Leads to the one that is meant; to all whose customers are named like that where it is not clear."""
        name = request.path_params["name"]
        try:
            return go(f"/desk/onboardings/{await asyncio.to_thread(reads.resolve, self._desk.engine, name)}")
        except UnknownOnboarding:
            return self._desk.missing(view)
