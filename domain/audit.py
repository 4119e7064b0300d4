"""Who approved which version of what, and when? The audit dossier: a journal that a stranger can verify.

Each entry is hashed together with the hash of the one before it, so that nothing in the past can be changed, left out
or put in without every later hash being another. docs/dossier.md says how; docs/verify_dossier.py checks it, and uses
nothing of ours.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from pydantic import Field

from domain.playbook import Playbook
from domain.record import JournalRow
from domain.wire import Instant, Wire

DECISIONS: Mapping[str, str] = {
    "milestone_reached": "approve",
    "sign_off_given": "approve",
    "sign_off_rejected": "reject",
    "milestone_waived": "waive",
    "criterion_approved": "approve",
    "scope_change_decided": "",
}
"""Kinds of journal rows that are decisions, and which; a scope change has its decision in the row's data."""


class PlanVersion(Wire):
    """One draft of a plan; `revision` counts the drafts, `hash` is the SHA-256 of its canonical JSON."""

    revision: int
    hash: str


class Subject(Wire):
    """What the dossier is about, and what does not change: the chain begins with its hash."""

    format: Literal["day90-dossier/1"] = "day90-dossier/1"
    onboarding: str
    source: str
    deal: str
    closed_at: str
    country: str
    products: tuple[str, ...]
    yearly_value: str | None
    seats: int | None
    playbook: str
    playbook_hash: str
    signed: Mapping[str, tuple[str, ...]] = Field(description="milestones that take a sign-off, with who may sign")


class Entry(Wire):
    """One row of the journal in the chain; `plan` is the version that held when it was written."""

    number: int
    previous: str
    recorded_at: str
    plan: PlanVersion | None
    row: Mapping[str, Any]
    hash: str


class Approval(Wire):
    """A decision, as it stands in the entry of that number."""

    entry: int
    what: str
    decision: str
    by: str | None
    via: str
    proved: bool
    at: str
    recorded_at: str
    plan: PlanVersion | None
    playbook_hash: str


class NamedPerson(Wire):
    id: str
    name: str
    email: str
    side: str
    role: str


class Names(Wire):
    """Who is behind the ids. Not in the chain: names can be erased, and what was approved stays verifiable."""

    account: str
    people: tuple[NamedPerson, ...]


class AuditDossier(Wire):
    subject: Subject
    entries: tuple[Entry, ...]
    approvals: tuple[Approval, ...]
    length: int
    head: str = Field(description="the hash of the last entry; noted elsewhere, it holds all that came before")
    names: Names | None = None


class KeptPlan(Wire):
    revision: int
    body: Any
    written_at: Instant


class KeptEntry(Wire):
    row: JournalRow
    recorded_at: Instant


def subject_of(*, onboarding: str, deal: Mapping[str, Any], playbook: Playbook, playbook_hash: str) -> Subject:
    """What the dossier is about; `deal` is the stored hand-off record."""
    value = deal.get("yearly_value")
    return Subject(
        onboarding=onboarding,
        source=deal["source"],
        deal=deal["id"],
        closed_at=_moment(datetime.fromisoformat(deal["closed_at"])),
        country=deal["account"]["country"],
        products=tuple(deal.get("products") or ()),
        yearly_value=None if value is None else str(value),
        seats=deal.get("seats"),
        playbook=playbook.key,
        playbook_hash=playbook_hash,
        signed={one.key: tuple(one.sign_off.by) for one in playbook.milestones if one.sign_off is not None},
    )


def audit_dossier(
    subject: Subject, rows: Sequence[KeptEntry], plans: Sequence[KeptPlan], *, names: Names | None = None
) -> AuditDossier:
    """The journal as a chain of hashes, and the decisions in it. `rows` in order of writing, `plans` by revision."""
    versions = [(plan.written_at, PlanVersion(revision=plan.revision, hash=digest(plan.body))) for plan in plans]
    entries: list[Entry] = []
    previous = digest(subject.model_dump(mode="json"))
    for number, row in enumerate(rows, 1):
        held = [version for written_at, version in versions if written_at <= row.recorded_at]
        body: dict[str, Any] = {
            "number": number,
            "previous": previous,
            "recorded_at": _moment(row.recorded_at),
            "plan": held[-1].model_dump() if held else None,
            "row": {**row.row.model_dump(mode="json"), "at": _moment(row.row.at)},
        }
        previous = digest(body)
        entries.append(Entry.model_validate({**body, "hash": previous}))
    approvals = tuple(
        approval for entry, version in _with_versions(subject, entries) if (approval := _approval(entry, version))
    )
    return AuditDossier(
        subject=subject, entries=tuple(entries), approvals=approvals, length=len(entries), head=previous, names=names
    )


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON of a value: RFC 8785 (JCS), in UTF-8. Raises ValueError for a number that is not finite.

    Whole numbers are written with all their digits, also beyond 2^53, where JCS would round them.
    """
    return _written(value).encode()


def _written(value: Any) -> str:
    match value:
        case dict():
            # By UTF-16 code units, as JCS has it.
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{_written(key)}:{_written(value[key])}" for key in keys) + "}"
        case list() | tuple():
            return "[" + ",".join(_written(part) for part in value) + "]"
        case float():
            return _number(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """A number as ECMAScript has it: shortest digits that come back the same, an exponent from 1e21 and below 1e-6."""
    if not math.isfinite(value):
        msg = "JSON has no word for it"
        raise ValueError(msg)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = digits.partition(".")
    fraction = "" if fraction == "0" else fraction
    # The value is 0.DIGITS times ten to the point.
    point = int(exponent or 0) + len(whole)
    both = whole + fraction
    stripped = both.lstrip("0")
    point -= len(both) - len(stripped)
    both = stripped.rstrip("0")
    length = len(both)
    if length <= point <= 21:
        return sign + both + "0" * (point - length)
    if 0 < point <= 21:
        return f"{sign}{both[:point]}.{both[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{both}"
    rest = f".{both[1:]}" if length > 1 else ""
    return f"{sign}{both[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


class _Version(NamedTuple):
    """The version of the playbook that held at an entry: its hash, and which milestones it has signed off."""

    playbook_hash: str
    signed: Set[str]


def _with_versions(subject: Subject, entries: Sequence[Entry]) -> Iterator[tuple[Entry, _Version]]:
    version = _Version(subject.playbook_hash, subject.signed.keys())
    for entry in entries:
        yield entry, version
        if entry.row["kind"] == "playbook_changed":
            now = entry.row["data"].get("signed_by", {})
            signed = {*version.signed, *now} - {key for key, who in now.items() if not who}
            version = _Version(entry.row["data"]["to"], signed)


def _approval(entry: Entry, version: _Version) -> Approval | None:
    row = entry.row
    kind = str(row["kind"])
    if kind not in DECISIONS or (kind == "milestone_reached" and row["about"] not in version.signed):
        return None
    return Approval(
        entry=entry.number,
        what=row["about"],
        decision=DECISIONS[kind] or str(row["data"].get("decision", "")),
        by=row["by"],
        via=row["via"],
        proved=row["proved"],
        at=row["at"],
        recorded_at=entry.recorded_at,
        plan=entry.plan,
        playbook_hash=version.playbook_hash,
    )


def _moment(moment: datetime) -> str:
    """The instant in UTC to the microsecond, always written alike: databases give back no zone of their own."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
