"""Which dates does the plan have, who does what, and what was moved? As a page, and as a file of the same content."""

import asyncio
from datetime import UTC, datetime, time
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from activities.documents.plan import plan_pdf
from portal.forms import Form
from portal.room.looking import axis, shown_stages
from portal.room.moves import Moves, moves_of, rows_of
from portal.room.plan_sheet import in_a_line, plan_sheet, slipped
from portal.room.room import Room
from portal.room.view import View


class PlanPages:
    """The plan, on a page and on paper."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def page(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """Every stage and milestone, who does it, why on that day, and what was moved by whom."""
        moves = await asyncio.to_thread(self._moves, view)
        words = self._room.pages.words(view.language)
        stages = shown_stages(view)
        keys = [one.key for stage in stages for one in stage.milestones]
        return self._room.show(
            view,
            "plan.html",
            tab="plan",
            stages=stages,
            axis=axis(view),
            slipped={key: slipped(view, key, moves, words) for key in keys},
            moved={key: [in_a_line(view, move, words) for move in moves.of(key)] for key in keys},
            moves=[in_a_line(view, move, words) for move in moves.made],
            agreed_on=moves.agreed_on,
        )

    async def pdf(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """The same as a file; of one day and one state of the onboarding it is the same to the byte."""
        content = await asyncio.to_thread(self._typeset, view)
        name = f"{self._room.pages.words(view.language)['plan_file']}-{view.today}.pdf"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(content, media_type="application/pdf", headers=headers)

    def _typeset(self, view: View) -> bytes:
        words = self._room.pages.words(view.language)
        company = self._room.parts.companies.get(view.language, "")
        sheet = plan_sheet(view, shown_stages(view), self._moves(view), words, company)
        return plan_pdf(sheet, at=datetime.combine(view.today, time(), UTC))

    def _moves(self, view: View) -> Moves:
        onboarding, engine = view.visit.onboarding, self._room.engine
        baseline = self._room.parts.ledger.baseline(onboarding, view.standing.dossier.playbook)
        return moves_of(view, baseline, rows_of(view.visit, engine), self._room.pages.words(view.language))
