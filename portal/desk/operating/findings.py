"""Who would fall through, and how is it mended? The sweep when somebody asks for it, and its repairs as buttons."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import Response

from activities.sweep import Swept
from domain.finding import EXPLAINED, Finding
from portal.desk.customer.pages import go
from portal.desk.customer.telling import outcome_of
from portal.desk.desk import Desk
from portal.desk.refusing import reason_in
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from starter.repairing import Mending, Nightly

log = structlog.get_logger()


class FindingShown(NamedTuple):
    """A finding in the reader's words; `onboarding` says that its subject has a page at the desk."""

    finding: Finding
    what: str
    why: str
    onboarding: bool


def routes(desk: Desk) -> Iterable[DeskRoute]:
    findings = Findings(desk)
    yield DeskRoute("/desk/findings", findings.look, ACT, "manager")
    yield DeskRoute("/desk/findings/{subject}", findings.mend, ACT, "manager")


class Findings:
    """The pages of what the sweep finds. Looking takes as long as the whole fleet is large: nobody does by opening."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one_at_a_time = asyncio.Lock()

    async def look(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """How it stands with the sweep of the night; a form looks now."""
        nightly, outcome = await outcome_of(self._nightly(), what="nightly")
        if form is None or outcome.problem:
            return self._show(view, nightly, None, told=request.query_params.get("told", ""), problem=outcome.problem)
        swept, outcome = await outcome_of(self._look(), what="sweep")
        return self._show(view, nightly, swept, problem=outcome.problem)

    async def mend(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """What would be done about one subject; the button does it."""
        subject = request.path_params["subject"]
        mending, outcome = await outcome_of(self._remedies(subject), what="remedies")
        if mending is None:
            return self._desk.show(
                view,
                "operating/mending.html",
                tab="findings",
                status=outcome.status,
                subject=subject,
                mending=Mending([]),
                what=[],
                says=[],
                left=[],
                problem=outcome.problem,
                reason=reason_in(view.language, outcome.reason),
            )
        if form is None:
            what = [shown(view, one.finding) for one in mending.remedies]
            return self._desk.show(
                view,
                "operating/mending.html",
                tab="findings",
                subject=subject,
                mending=mending,
                what=what,
                says=[reason_in(view.language, one.says) for one in mending.remedies],
                left=[reason_in(view.language, one) for one in mending.left],
                problem="",
                reason="",
            )
        done, outcome = await outcome_of(self._done(mending), what="repair")
        log.info("repaired_at_the_desk", subject=subject, by=view.staff.handle, done=done is not None)
        return go(f"/desk/findings?told={'finding_not_mended' if done is None else 'finding_mended'}")

    async def _nightly(self) -> Nightly:
        return await (await self._desk.parts.repairing()).nightly()

    async def _look(self) -> Swept:
        repairing = await self._desk.parts.repairing()
        # Two looks together would only wait for each other at Temporal.
        async with self._one_at_a_time:
            return await repairing.look()

    async def _remedies(self, subject: str) -> Mending:
        return await (await self._desk.parts.repairing()).remedies(subject)

    async def _done(self, mending: Mending) -> Sequence[str]:
        return [await remedy.do() for remedy in mending.remedies]

    def _show(
        self, view: DeskView, nightly: Nightly | None, swept: Swept | None, *, told: str = "", problem: str = ""
    ) -> Response:
        found = [shown(view, one) for one in swept.findings] if swept else []
        return self._desk.show(
            view,
            "operating/findings.html",
            tab="findings",
            told=told,
            status=503 if problem else 200,
            nightly=nightly,
            nightly_trouble=reason_in(view.language, nightly.trouble) if nightly else "",
            swept=swept,
            found=found,
            unlike=Counter(one.onboarding for one in swept.not_reproduced) if swept else {},
            problem=problem,
        )


def shown(view: DeskView, finding: Finding) -> FindingShown:
    """The finding in the reader's language."""
    explained = EXPLAINED[finding.kind]
    return FindingShown(
        finding, view.text(explained.what), view.text(explained.why), finding.subject.startswith("onboarding-")
    )
