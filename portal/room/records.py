"""What was decided, by whom, about what? The record of each sign-off: never edited, and good to print."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from activities.documents.record import RecordLine, RecordSheet, record_pdf
from domain.playbook import Milestone
from domain.room.signing import Decided, decisions
from portal.forms import Form
from portal.room.room import Room
from portal.room.signing_off import deliverables
from portal.room.view import View

WAYS = ("link", "room", "code")
"""How somebody was known, as the words have it."""


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
    moment: datetime
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
            playbook_hash=hash_of(view),
        )

    async def pdf(self, view: View, _: Form | None, request: Request) -> Response:
        """The same as a file."""
        record = next((one for one in records(view) if str(one.seq) == request.path_params["seq"]), None)
        if record is None:
            return self._room.missing(view)
        words = self._room.pages.words(view.language)
        company = self._room.parts.companies.get(view.language, "")
        content = await asyncio.to_thread(record_pdf, sheet(view, record, words, company), at=record.moment)
        name = f"{words['record_file']}-{record.seq}.pdf"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(content, media_type="application/pdf", headers=headers)


def sheet(view: View, record: Record, words: Mapping[str, str], company: str) -> RecordSheet:
    """The record in words, as its page has it."""
    way = words[f"way_{record.way}"] if record.way in WAYS else words["way_other"].format(way=record.way)
    kept = words["kept_as_then"].format(seq=record.seq, playbook=view.line.playbook, hash=hash_of(view))
    earlier = [
        line
        for one in record.earlier
        for line in (f"{one.at}: {words[one.decision]}, {one.by}", *(f"– {reason}" for reason in one.reasons))
    ]
    rows = [
        RecordLine(words["decision"], [words[record.decision]], strong=True),
        RecordLine(words["what_signed"], list(filter(None, (record.what, record.done_when))), strong=True),
        RecordLine(words["signed_by"], [", ".join(filter(None, (record.by, record.role))), record.account]),
        RecordLine(words["known_by"], [way]),
        RecordLine(words["at"], [f"{record.at} ({view.reader.zone.key})", record.utc]),
        RecordLine(words["together_with"], record.deliverables),
        RecordLine(words["reasons"], record.reasons),
        RecordLine(words["their_words"], [record.note] if record.note else []),
        RecordLine(words["reopened"], [record.reopened] if record.reopened else []),
        RecordLine(words["still_missing"], [record.missing] if record.missing else []),
        RecordLine(words["earlier"], earlier),
        RecordLine(words["kept_as"], [kept]),
    ]
    return RecordSheet(
        language=view.language,
        company=company,
        title=words["record_h1"],
        rows=[row for row in rows if row.lines],
        chain=words["chain"],
        footer=f"{record.account} · {record.title}",
    )


def hash_of(view: View) -> str:
    """The beginning of the playbook's hash, as people compare it."""
    return (view.line.playbook_hash or "")[:12]


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
        moment=decided.at,
        at=view.moment(decided.at),
        utc=f"{decided.at:%Y-%m-%d %H:%M} UTC",
        note=decided.note,
        reasons=decided.reasons,
        reopened=view.titles(decided.reopened),
        missing=view.names(decided.missing),
        deliverables=deliverables(view, milestone),
        earlier=[],
    )
