"""What did other systems deliver, and what became of it? By pages, one in full, and tried again by a button."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from temporalio.service import RPCError

from domain.inbox import InboxRow, InboxState
from portal.desk.customer.notices import LARGEST, cursor
from portal.desk.customer.pages import go
from portal.desk.desk import Desk
from portal.desk.refusing import reason_in
from portal.desk.route import ACT, DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from store.inbox import InboxPage, SqlInbox

STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("clock", "warn"),
    "done": ("circle-check", "good"),
    "kept": ("archive", ""),
    "refused": ("circle-x", "bad"),
}
"""Each state of a delivery with its icon and its tone."""
log = structlog.get_logger()


def routes(desk: Desk) -> Iterable[DeskRoute]:
    inbox = Inbox(desk)
    yield DeskRoute("/desk/inbox", inbox.all, ACT)
    yield DeskRoute("/desk/inbox/{number:int}", inbox.one, ACT)


class Inbox:
    """The pages of what was delivered. Whoever leads onboardings may have it tried again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._inbox = SqlInbox(desk.engine)

    async def all(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """The newest first; a form tries all that were refused again."""
        if form is not None:
            if not view.may("csm"):
                return self._desk.forbidden(view)
            return await self._again(view, "/desk/inbox", None)
        state = request.query_params.get("state", "")
        source = request.query_params.get("source", "")[:100]
        page, counted = await asyncio.to_thread(self._page, state, source, cursor(request))
        return self._desk.show(
            view,
            "operating/inbox.html",
            tab="inbox",
            told=request.query_params.get("told", ""),
            rows=page.rows,
            reason=partial(reason_in, view.language),
            before=page.before,
            counted=counted,
            states=STATES,
            state=state,
            source=source,
        )

    async def one(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """One delivery: what was sent, and what is wrong with it."""
        number = request.path_params["number"]
        row = await asyncio.to_thread(self._inbox.get, number) if number < LARGEST else None
        if row is None:
            return self._desk.missing(view)
        if form is not None:
            if not view.may("csm"):
                return self._desk.forbidden(view)
            return await self._again(view, f"/desk/inbox/{row.id}", row)
        return self._desk.show(
            view,
            "operating/delivery.html",
            tab="inbox",
            told=request.query_params.get("told", ""),
            row=row,
            reason=partial(reason_in, view.language),
            states=STATES,
            body=json.dumps(row.body, ensure_ascii=False, indent=2),
        )

    async def _again(self, view: DeskView, path: str, row: InboxRow | None) -> Response:
        """Let it wait again, and wake what works through it: what cannot be woken is taken up with the next one."""
        again = await asyncio.to_thread(self._retried, row)
        log.info("deliveries_tried_again", count=again, by=view.staff.handle)
        try:
            await self._desk.parts.wake_receiver()
        except (CannotReachTemporal, BadTemporalProfile, RPCError, SQLAlchemyError) as trouble:
            log.warning("receiver_not_woken", kind=type(trouble).__name__)
            return go(f"{path}?told=inbox_again_later")
        return go(f"{path}?told={'inbox_again' if again else 'inbox_waits_already'}")

    def _retried(self, row: InboxRow | None) -> int:
        return self._inbox.retry_refused() if row is None else self._inbox.retry(row.id)

    def _page(self, state: str, source: str, before: int | None) -> tuple[InboxPage, Mapping[str, int]]:
        wanted = next((one for one in get_args(InboxState) if one == state), None)
        page = self._inbox.page(state=wanted, source=source or None, before=before)
        return page, self._inbox.counted()
