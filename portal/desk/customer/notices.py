"""Which messages did people get, and what became of each? With those that wait to be read by one of ours."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.customer_pages import notice_page
from store.reads import NoticeLine

STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("clock", ""),
    "held": ("hand", "warn"),
    "joined": ("layers", ""),
    "sent": ("mail-check", "good"),
    "refused": ("mail-x", "bad"),
    "bounced": ("mail-x", "bad"),
    "withdrawn": ("ban", ""),
}
"""Each state of a notice with its icon and its tone."""

LARGEST = 2**63


class Notices:
    """The pages about messages."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def all(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """The newest first, after those that wait to be read."""
        state, person = request.query_params.get("state", ""), request.query_params.get("person", "")
        page = await asyncio.to_thread(
            notice_page,
            self._pages.engine,
            customer.id,
            state=state if state in STATES else None,
            person=person or None,
            before=cursor(request),
        )
        return self._pages.show(
            view,
            customer,
            "notices.html",
            part="notices",
            told=request.query_params.get("told", ""),
            drafts=await self._pages.drafts(customer),
            notices=page.rows,
            before=page.before,
            states=STATES,
            state=state,
            person=person,
        )

    async def one(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """A message in full: what it said, where it went, and what came back."""
        number = request.path_params["number"]
        rows = await asyncio.to_thread(_of_number, self._pages.engine, customer.id, number)
        if not rows:
            return self._pages.desk.missing(view)
        return self._pages.show(
            view,
            customer,
            "notice.html",
            part="notices",
            one=rows[0],
            states=STATES,
            attachment_in_words=partial(_attachment_in_words, self._pages.desk.pages.words(view.language)),
        )

    async def draft(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """A message that waits, as each of its readers would get it."""
        key = request.query_params.get("draft", "")
        draft = next((one for one in await self._pages.drafts(customer) if one.draft == key), None)
        if draft is None:
            return self._pages.desk.missing(view)
        return self._pages.show(
            view,
            customer,
            "draft.html",
            part="notices",
            draft=draft,
            goes_after=_goes_after(customer, draft.kind),
            attachment_in_words=partial(_attachment_in_words, self._pages.desk.pages.words(view.language)),
        )


def _goes_after(customer: Customer, kind: str) -> str:
    """The title of the open milestone before which such a message never goes by itself; empty where none keeps it."""
    draft = customer.standing.dossier.playbook.draft(kind)
    milestone = customer.milestones.get(draft.after) if draft and draft.after else None
    return customer.title(milestone.key) if milestone is not None and milestone.status == "open" else ""


def _attachment_in_words(words: Mapping[str, str], reference: str) -> str:
    """What a message brings along, by the kind of document that its reference begins with."""
    return words.get(f"customer_attachment_{reference.partition('/')[0]}", reference)


def _of_number(engine: Engine, onboarding: str, number: int) -> Sequence[NoticeLine]:
    # A number that no database holds is no notice's.
    return reads.notices(engine, onboarding, id=number) if number < LARGEST else ()


def cursor(request: Request) -> int | None:
    """Where the page of a list begins: before that number; None for the first page."""
    given = request.query_params.get("before", "")
    return int(given) if given.isdecimal() and len(given) < 19 else None
