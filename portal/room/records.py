"""What was decided, by whom, about what? The record of each sign-off: never edited, and good to print."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from activities.documents.record import RecordLine, RecordSheet, record_pdf
from domain.files import StoredFile
from domain.playbook import Milestone
from domain.room.signing import Decided, decisions
from domain.rules.casting import concerns_customer
from portal.forms import Form
from portal.room.files_shown import in_lines, shown, signed_files
from portal.room.room import Room
from portal.room.signing_off import deliverables
from portal.room.telling import BY_HAND, EMBEDDED, VIA
from portal.room.view import View

NAMED = "room_embedded_named"
"""In a page of the vendor's product whose login did not vouch for them."""
WAYS = ("link", VIA, BY_HAND, EMBEDDED, NAMED, "code", "cli", "desk")
"""How somebody was known, as the words have it."""


class Record(NamedTuple):
    """A decision as its record shows it; `earlier` are those of the rounds before, the newest first."""

    seq: int
    milestone: str
    round: int
    decision: str
    title: str
    what: str
    done_when: str
    by: str
    role: str
    account: str
    way: str
    hash: str
    moment: datetime
    at: str
    utc: str
    note: str
    reasons: tuple[str, ...]
    reopened: str
    missing: str
    deliverables: list[str]
    files: list[StoredFile]
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
            files=[shown(view, file) for file in record.files],
            way=way_in_words(record, self._room.pages.words(view.language)),
            playbook=view.line.playbook,
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
    kept = words["kept_as_then"].format(seq=record.seq, playbook=view.line.playbook, hash=record.hash)
    earlier = [
        line
        for one in record.earlier
        for line in (f"{one.at}: {words[one.decision]}, {one.by}", *(f"– {reason}" for reason in one.reasons))
    ]
    between = "、" if view.language == "ja" else ", "
    rows = [
        RecordLine(words["decision"], [words[record.decision]], strong=True),
        RecordLine(words["what_signed"], list(filter(None, (record.what, record.done_when))), strong=True),
        RecordLine(words["signed_by"], [between.join(filter(None, (record.by, record.role))), record.account]),
        RecordLine(words["known_by"], [way_in_words(record, words)]),
        RecordLine(words["at"], [f"{record.at} ({view.reader.zone.key})", record.utc]),
        RecordLine(words["together_with"], record.deliverables),
        RecordLine(words["files_then_signed"], in_lines(view, record.files, words["version_n"])),
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


def records(view: View) -> list[Record]:
    """The decisions that the customer reads of, the newest first; each as the playbook had it then."""
    each = []
    for key, decided in decisions(view.standing.sign_offs.values()):
        milestone = view.milestone_at(key, decided.seq)
        if milestone is not None and concerns_customer(milestone):
            each.append(record(view, milestone, decided))
    return [
        one._replace(earlier=[o for o in each if o.milestone == one.milestone and o.round < one.round]) for one in each
    ]


def record(view: View, milestone: Milestone, decided: Decided) -> Record:
    return Record(
        seq=decided.seq,
        milestone=milestone.key,
        round=decided.round,
        decision=decided.decision,
        title=view.text(milestone.title),
        what=view.what(milestone),
        done_when=view.text(milestone.done_when),
        by=view.name(decided.by),
        role=view.role(decided.by),
        account=view.visit.account,
        way=way_of(decided),
        hash=view.hash_at(decided.seq)[:12],
        moment=decided.at,
        at=view.moment(decided.at),
        utc=f"{decided.at:%Y-%m-%d %H:%M} UTC",
        note=decided.note,
        reasons=decided.reasons,
        reopened=view.titles(decided.reopened),
        missing=view.names(decided.missing),
        deliverables=deliverables(view, milestone),
        files=signed_files(view, milestone, before=decided.seq),
        earlier=[],
    )


def way_in_words(record: Record, words: Mapping[str, str]) -> str:
    return words[f"way_{record.way}"] if record.way in WAYS else words["way_other"].format(way=record.way)


def way_of(decided: Decided) -> str:
    """How whoever decided was known, as the words have it."""
    if decided.via == VIA and decided.proved:
        return "code"
    return NAMED if decided.via == EMBEDDED and not decided.proved else decided.via
