"""Who decided what on which version? The audit dossier of one customer: what is in it, and the whole to take away."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.audit import Approval, AuditDossier
from domain.legible import legible_json
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages
from portal.desk.view import DeskView
from portal.forms import Form
from store.audit import dossier_of, names_of

HASH = re.compile(r"[0-9a-f]{64}")
LONGEST_HEAD = 200
"""Characters of a head that somebody has pasted: 64, and what stood around them."""


class DecisionShown(NamedTuple):
    """A decision: of what, by whom, on which version. `proved`: the person was recognised, and not named only."""

    entry: int
    title: str
    decision: str
    who: str
    via: str
    proved: bool
    at: datetime
    revision: int | None
    playbook: str


class HeadFound(NamedTuple):
    """The entry of which a head that was noted earlier is the hash; None where it is that of no entry."""

    entry: int | None
    recorded_at: datetime | None


class Audit:
    """The pages of the dossier."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages

    async def page(self, view: DeskView, customer: Customer, _: Form | None, request: Request) -> Response:
        """Its decisions and its head; a head that was noted earlier is looked for in it."""
        dossier = await asyncio.to_thread(dossier_of, self._pages.engine, customer.id)
        asked = request.query_params.get("head", "")[:LONGEST_HEAD].strip().lower()
        return self._pages.show(
            view,
            customer,
            "audit.html",
            part="audit",
            dossier=dossier,
            decisions=decisions(customer, dossier),
            asked=asked,
            is_hash=HASH.fullmatch(asked) is not None,
            found=found(dossier, asked),
        )

    async def file(self, _: DeskView, customer: Customer, __: Form | None, request: Request) -> Response:
        """The dossier as a file; names stand in it where they are asked for."""
        dossier = await asyncio.to_thread(dossier_of, self._pages.engine, customer.id)
        if request.query_params.get("names") == "yes":
            names = await asyncio.to_thread(names_of, self._pages.engine, customer.id)
            dossier = dossier.model_copy(update={"names": names})
        return Response(
            legible_json(dossier.model_dump_json(indent=2)) + "\n",
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="dossier-{customer.id}.json"'},
        )


def decisions(customer: Customer, dossier: AuditDossier) -> Sequence[DecisionShown]:
    """The decisions in it, the newest first."""
    return [_shown(customer, one) for one in reversed(dossier.approvals)]


def found(dossier: AuditDossier, head: str) -> HeadFound:
    """The entry whose hash that is: a dossier only grows, and so an earlier head is the hash of one of its entries."""
    entry = next((one for one in dossier.entries if one.hash == head), None)
    return HeadFound(entry.number, datetime.fromisoformat(entry.recorded_at)) if entry else HeadFound(None, None)


def _shown(customer: Customer, one: Approval) -> DecisionShown:
    return DecisionShown(
        entry=one.entry,
        title=customer.title(one.what),
        decision=one.decision,
        who=customer.name(one.by) if one.by else "",
        via=one.via,
        proved=one.proved,
        at=datetime.fromisoformat(one.at),
        revision=one.plan.revision if one.plan else None,
        playbook=one.playbook_hash,
    )
