"""What was decided, by whom, about what? The record of each sign-off: never edited, and good to print."""

import asyncio
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.playbook import Milestone
from domain.room.signing import Decided, decisions
from portal.forms import Form
from portal.room.room import Room
from portal.room.signing_off import deliverables
from portal.room.view import View


class Record(NamedTuple):
    """A decision as its record shows it; `earlier` are those of the rounds before, the newest first."""

    seq: int
    decision: str
    title: str
    what: str
    done_when: str
    by: str
    role: str
    account: str
    way: str
    at: str
    utc: str
    note: str
    reasons: tuple[str, ...]
    reopened: str
    missing: str
    deliverables: list[str]
    earlier: list["Record"]


class Records:
    """The pages of the decisions."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def all(self, view: View, _: Form | None, request: Request) -> Response:  # noqa: ARG002  # a page's shape
        """Everything that was signed or refused, the newest first."""
        return self._room.show(view, "records.html", tab="records", records=await asyncio.to_thread(records, view))

    async def one(self, view: View, _: Form | None, request: Request) -> Response:
        """One decision, in full."""
        record = next((one for one in records(view) if str(one.seq) == request.path_params["seq"]), None)
        if record is None:
            return self._room.missing(view)
        told = request.query_params.get("told", "")
        return self._room.show(
            view,
            "record.html",
            tab="records",
            record=record,
            told="" if told == "signed" else told,
            new=told == "signed",
            playbook=view.line.playbook,
            playbook_hash=(view.line.playbook_hash or "")[:12],
        )


def records(view: View) -> list[Record]:
    """The decisions that the customer reads of, the newest first."""
    shown = {one.key: one for one in view.standing.shown() if one.sign_off}
    each = [record(view, shown[key], decided) for key, decided in decisions(view.rows, shown)]
    return [one._replace(earlier=[o for o in each if o.title == one.title and o.seq < one.seq]) for one in each]


def record(view: View, milestone: Milestone, decided: Decided) -> Record:
    return Record(
        seq=decided.seq,
        decision=decided.decision,
        title=view.title(milestone.key),
        what=view.what(milestone),
        done_when=view.text(milestone.done_when),
        by=view.name(decided.by),
        role=view.role(decided.by),
        account=view.visit.account,
        way="code" if decided.via == "room" and decided.proved else decided.via,
        at=view.moment(decided.at),
        utc=f"{decided.at:%Y-%m-%d %H:%M} UTC",
        note=decided.note,
        reasons=decided.reasons,
        reopened=view.titles(decided.reopened),
        missing=view.names(decided.missing),
        deliverables=deliverables(view, milestone),
        earlier=[],
    )
