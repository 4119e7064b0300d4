"""What does one customer look like at a glance? What waits and why, the plan as it is drawn, and all beside it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from domain.deal import QuickWinCandidate, completeness, missing_from_hand_off
from domain.rules.reviewing import won
from domain.text import Text
from domain.wording import custom_in_words
from portal.desk.customer.customer import Customer
from portal.desk.customer.happenings import all_shown, by_days
from portal.desk.customer.issues import issues_of
from portal.desk.customer.pages import CustomerPages
from portal.desk.customer.standing_in_words import entry_in_words
from portal.desk.customer.timeline import timeline
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.customer_pages import journal_page
from store.drafts import kinds_held
from store.write_backs import SqlWriteBacks

NEWEST_ENTRIES = 12
NEWEST_NOTES = 3


class Slot(NamedTuple):
    """A slot for a quick win, with the candidates of the sale: the most visible and least work first."""

    day: int
    title: Text
    candidates: Sequence[QuickWinCandidate]


class Overview:
    """The first page of a customer."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def page(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """What waits, the timeline, the newest of the journal; tasks, issues, people, risks and wins beside them."""
        words = self._pages.desk.pages.words(view.language)
        more = await asyncio.to_thread(_beside, self._pages.desk.engine, customer)
        deal = customer.standing.dossier.deal
        happenings = by_days(all_shown(customer, more["journal"], words))
        return self._pages.show(
            view,
            customer,
            "overview.html",
            told=request.query_params.get("told", ""),
            waits=customer.waits,
            timeline=timeline(customer),
            happenings=happenings,
            notes=more["notes"],
            others=more["others"],
            crm=more["crm"],
            drafts=more["drafts"],
            issues=issues_of(customer, open_only=True),
            deal=deal,
            deal_playbook=customer.standing.dossier.playbook.title,
            completeness=completeness(deal),
            missing=missing_from_hand_off(deal, view.language),
            custom=custom_in_words(deal.custom, view.language),
            slots=slots(customer),
            next=entry_in_words(customer, customer.line.next_key or "", words),
        )


def _beside(engine: Engine, customer: Customer) -> Mapping[str, Any]:
    return {
        "journal": journal_page(engine, customer.id, limit=NEWEST_ENTRIES).rows,
        "notes": journal_page(engine, customer.id, kinds=("noted",), limit=NEWEST_NOTES).rows,
        "others": reads.others_of_account(engine, customer.id, customer.standing.dossier.deal),
        "crm": SqlWriteBacks(engine).of(customer.id),
        "drafts": kinds_held(engine, customer.id),
    }


def slots(customer: Customer) -> list[Slot]:
    """The slots of quick wins that none was recorded for yet."""
    dossier = customer.standing.dossier
    closed_on = dossier.calendar.day_of(dossier.deal.closed_at)
    shown_already = won(dossier.playbook, dossier.calendar, closed_on, customer.rows("win"))
    candidates = sorted(dossier.deal.quick_wins, key=lambda one: (-one.visibility, one.effort))
    return [
        Slot(slot.day, slot.title, [one for one in candidates if one.slot == slot.day])
        for slot in dossier.playbook.quick_wins
        if slot.day not in shown_already
    ]
