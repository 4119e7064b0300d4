"""What has happened, and why is something as it is? The journal by pages, and all that is known of one key."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from portal.desk.customer.customer import Customer
from portal.desk.customer.happenings import all_shown, by_days
from portal.desk.customer.notices import STATES, cursor
from portal.desk.customer.pages import CustomerPages
from portal.desk.customer.standing_in_words import entry_in_words, standing_in_words
from portal.desk.view import DeskView
from portal.forms import Form
from starter.doors.whys import look_into
from starter.trouble import NotFound
from store.customer_pages import journal_page, notice_page
from store.reads import NoticeLine

LONGEST_KEY = 200
NEWEST = 50


class Journal:
    """The pages about what has happened."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def all(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """The newest first; what people and other systems told alone, where that is asked for."""
        told_only = request.query_params.get("only") == "told"
        words = self._pages.desk.pages.words(view.language)
        page = await asyncio.to_thread(
            journal_page, self._pages.engine, customer.id, told=told_only, before=cursor(request)
        )
        return self._pages.show(
            view,
            customer,
            "journal.html",
            part="journal",
            happenings=by_days(all_shown(customer, page.rows, words)),
            before=page.before,
            told_only=told_only,
        )

    async def why(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """What plan, journal, messages and workflow know of a milestone, an issue, a task or a person."""
        key = request.query_params.get("key", "")[:LONGEST_KEY]
        if person := request.query_params.get("person", "")[:LONGEST_KEY]:
            return await self._person(view, customer, person)
        words = self._pages.desk.pages.words(view.language)
        parts = self._pages.desk.parts
        try:
            known = await look_into(customer.id, key, engine=parts.engine, ledger=parts.ledger, door=self._pages.door)
        except NotFound:
            return self._pages.desk.missing(view)
        said = standing_in_words(customer, known.now, words) if known.now else []
        return self._pages.show(
            view,
            customer,
            "why.html",
            part="why",
            heading=entry_in_words(customer, key, words) if "/" in key else customer.title(key),
            stands=said or (),
            now=known.now if said is None else "",
            reasons=customer.why(key) if key in customer.milestones else known.date,
            happenings=by_days(all_shown(customer, [*reversed(known.entries)], words)),
            notices=list(reversed(known.mails)),
            states=STATES,
        )

    async def _person(self, view: DeskView, customer: Customer, person: str) -> Response:
        """What somebody was told, and what they have told."""
        if customer.person(person) is None:
            return self._pages.desk.missing(view)
        words = self._pages.desk.pages.words(view.language)
        rows = await asyncio.to_thread(journal_page, self._pages.engine, customer.id, by=person, limit=NEWEST)
        page = await asyncio.to_thread(notice_page, self._pages.engine, customer.id, person=person, limit=NEWEST)
        notices: list[NoticeLine] = list(page.rows)
        return self._pages.show(
            view,
            customer,
            "why.html",
            part="why",
            heading=customer.name(person),
            stands=(),
            now="",
            reasons=[],
            happenings=by_days(all_shown(customer, rows.rows, words)),
            notices=notices,
            states=STATES,
        )
