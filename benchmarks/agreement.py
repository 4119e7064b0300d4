"""Do journal, read model, registers, outbox and the workflow itself say the same about one onboarding?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from domain.record import RegisterRow
from domain.rules.record_keeping import merged, register_rows
from store.reads import JournalEntry, NoticeLine, OnboardingInFull
from store.tables import IS_UNCONFIRMED
from store.tables import journal as journal_table

UNDONE = "it never happened"
"""Why a notice was withdrawn whose row of the journal was taken back."""
TOLD_ONCE = frozenset({"milestone_reached", "issue_raised", "went_live", "hand_off", "ended"})
"""Kinds of notices that a person gets once about a thing, unless it was undone and happened again."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the workflow of one onboarding answered to the queries `plan` and `progress`."""

    plan: Mapping[str, Any]
    progress: Mapping[str, Any]


def unconfirmed(engine: Engine) -> Counter[str]:
    """How many rows of each onboarding's journal Temporal may not know."""
    with engine.connect() as connection:
        return Counter(connection.scalars(select(journal_table.c.onboarding).where(IS_UNCONFIRMED)))


def disagreements(
    onboarding: OnboardingInFull,
    journal: Sequence[JournalEntry],
    notices: Sequence[NoticeLine],
    account: Account,
) -> Iterator[str]:
    """Each thing about which the store's parts and the workflow disagree, in words."""
    yield from _of_the_milestones(onboarding, journal, account)
    yield from _of_the_issues(onboarding, journal, account)
    yield from _of_the_ending(onboarding, journal, account)
    yield from _of_the_registers(onboarding, journal)
    yield from _of_the_outbox(journal, notices)


def _of_the_milestones(
    onboarding: OnboardingInFull, journal: Sequence[JournalEntry], account: Account
) -> Iterator[str]:
    told = _by_the_journal(journal)
    shown = {one.key: one for one in onboarding.milestones}
    for one in account.plan["milestones"]:
        key, status = one["key"], one["status"]
        row = shown.pop(key)
        if (row.status, told.get(key, "open")) != (status, status):
            yield f"{key} is {status}; {row.status} in the read model, {told.get(key, 'open')} in the journal"
        if row.at != _moment(one["at"]):
            yield f"{key} was {status} at {one['at']}; at {row.at} in the read model"
    yield from (f"{key} is in the read model alone" for key in shown)
    stages = {stage.key: stage.status for stage in onboarding.stages}
    for stage in account.plan["stages"]:
        if stages.get(stage["key"]) != stage["status"]:
            yield f"stage {stage['key']} is {stage['status']}; {stages.get(stage['key'])} in the read model"


def _by_the_journal(journal: Sequence[JournalEntry]) -> dict[str, str]:
    """The milestones that are not open, by the journal; sign-offs among them."""
    status: dict[str, str] = {}
    words = {"milestone_reached": "reached", "milestone_waived": "waived", "milestone_reopened": "open"}
    for row in journal:
        if row.kind in words:
            status[row.about] = words[row.kind]
        elif row.kind == "sign_off_rejected":
            status |= dict.fromkeys(row.data["reopened"], "open")
    return status


def _of_the_issues(onboarding: OnboardingInFull, journal: Sequence[JournalEntry], account: Account) -> Iterator[str]:
    by_workflow = set(account.progress["open_issues"])
    by_register = {row.key for row in onboarding.registers if row.kind == "issue" and row.status != "resolved"}
    by_journal: Counter[str] = Counter()
    for row in journal:
        by_journal[row.about] += {"issue_raised": 1, "issue_resolved": -1}.get(row.kind, 0)
    for issue in sorted(by_workflow | by_register | {key for key, times in by_journal.items() if times}):
        where = (issue in by_workflow, issue in by_register, by_journal[issue])
        if where not in ((True, True, 1), (False, False, 0)):
            yield f"issue {issue}: open to the workflow {where[0]}, in the register {where[1]}, journal {where[2]}"


def _of_the_ending(onboarding: OnboardingInFull, journal: Sequence[JournalEntry], account: Account) -> Iterator[str]:
    endings = [row.data.get("ending") for row in journal if row.kind == "ended"]
    by_workflow = account.progress["ending"]
    if not (onboarding.ending == by_workflow and endings == ([by_workflow] if by_workflow else [])):
        yield f"ending: {by_workflow} to the workflow, {onboarding.ending} in the read model, {endings} in the journal"
    if onboarding.owner != account.progress["owner"]:
        yield f"owner: {account.progress['owner']} to the workflow, {onboarding.owner} in the read model"
    if by_workflow and onboarding.status != account.progress["status"]:
        yield f"status: {account.progress['status']} to the workflow, {onboarding.status} in the read model"


def _of_the_registers(onboarding: OnboardingInFull, journal: Sequence[JournalEntry]) -> Iterator[str]:
    told = [row for entry in journal for row in register_rows(entry)]
    by_journal = {(row.kind, row.key): row for row in merged(told)}
    by_register = {(row.kind, row.key): row for row in onboarding.registers}
    for named in sorted(by_journal.keys() | by_register.keys()):
        left, right = by_journal.get(named), by_register.get(named)
        # The risks that a playbook ships stand in no journal.
        if left is None and named[0] == "risk":
            continue
        # Nor does the day that a turn sets for a course correction which came without one, or when it did.
        if left and right and named[0] == "correction" and left.data.get("due") is None:
            right = right.model_copy(update={"at": left.at, "data": {**right.data, "due": None}})
        if _shown(left) != _shown(right):
            yield f"{named[0]} {named[1]}: {_shown(left)} by the journal, {_shown(right)} in the register"


def _shown(row: RegisterRow | None) -> Any:
    return row and (row.status, row.title, row.at, sorted((name, str(value)) for name, value in row.data.items()))


def _of_the_outbox(journal: Sequence[JournalEntry], notices: Sequence[NoticeLine]) -> Iterator[str]:
    """Each notice about a fact belongs to a row of the journal, and nobody is told twice."""
    keys = {row.key for row in journal}
    taken_back = {row.data["key"] for row in journal if row.kind == "taken_back"}
    happened = Counter((row.kind, row.about) for row in journal)
    told: Counter[tuple[str, str, str]] = Counter()
    for notice in notices:
        # fact/KIND/…/KIND OF NOTICE/PERSON
        fact = notice.key.rsplit("/", 2)[0]
        if notice.key.startswith("fact/") and fact not in keys | taken_back:
            yield f"notice {notice.key} ({notice.state}) is about no row of the journal"
        if fact in keys and notice.reason == UNDONE:
            yield f"notice {notice.key} was withdrawn, and its row is in the journal"
        if fact not in taken_back and notice.kind in TOLD_ONCE:
            told[notice.kind, notice.person, notice.about] += 1
    for (kind, person, about), times in told.items():
        if times > max(1, happened[kind, about]):
            yield f"{person} has {times} notices that say {kind} {about}"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
