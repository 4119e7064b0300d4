"""Who hears of what the sweep found? One message per person and night, with all that is theirs to see to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.finding import EXPLAINED, Finding
from domain.notice import Notice, NoticeKind, Person
from domain.rules.casting import staff_person
from domain.rules.composing import Letterhead, compose
from domain.rules.hours import WorkingHours, next_office_moment, plain_week
from domain.team import Team
from domain.text import in_language

OPERATOR = "operator"
"""The id of the one who runs day90, whom the settings name and the staff directory need not know."""
MOST_LISTED = 30
"""More is an outage with one cause: whoever mends it looks at `day90 sweep`, not at a mail of a thousand lines."""
HOUSE = "day90"
"""Stands where other messages name the account."""


def reports(
    findings: Sequence[Finding],
    team: Team,
    operator: Person | None,
    *,
    now: datetime,
    hours: WorkingHours = plain_week,
) -> list[tuple[Notice, Person]]:
    """The operator hears of all, an owner of their own, a CS manager of those whose owners they lead.

    What belongs to nobody of the directory (a sender, an owner who left) is every CS manager's.
    """
    people = {member.handle: staff_person(member, member.languages[0]) for member in team.members}
    managers = [member.handle for member in team.members if member.role == "cs_manager"]
    theirs: dict[str, list[Finding]] = {}
    for finding in findings:
        for handle in _concerned(finding, team, managers):
            theirs.setdefault(handle, []).append(finding)
    told = [(people[handle], of_them) for handle, of_them in theirs.items()]
    if operator is not None and findings:
        told.append((operator, list(findings)))
    manager = people[managers[0]] if managers else None
    asked = {person.id: manager if person is operator else operator or manager for person, _ in told}
    return [
        (_notice(person, of_them, team, ask=asked[person.id], now=now, hours=hours), person) for person, of_them in told
    ]


def of_disabled_webhook(
    target: int,
    place: str,
    reason: str,
    team: Team,
    operator: Person | None,
    *,
    since: datetime,
    waiting: int,
    now: datetime,
    hours: WorkingHours = plain_week,
) -> list[tuple[Notice, Person]]:
    """That a target of webhooks is told nothing any more: to the operator, and where none is named to CS managers."""
    facts = {"target": target, "place": place, "reason": reason, "since": since.isoformat(), "waiting": waiting}
    key = f"webhook_disabled/{target}/{since.isoformat()}"
    return _to_operator("webhook_disabled", key, facts, team, operator, now=now, hours=hours)


def of_unusable_channel(
    channel: str,
    place: str,
    reason: str,
    team: Team,
    operator: Person | None,
    *,
    now: datetime,
    hours: WorkingHours = plain_week,
) -> list[tuple[Notice, Person]]:
    """That messages of a channel go by mail because it takes none: to the operator, else to CS managers.

    Once a week for each place and reason, while that lasts.
    """
    year, week, _ = now.isocalendar()
    facts = {"channel": channel, "place": place, "reason": reason}
    key = f"channel_unusable/{channel}/{place}/{reason}/{year}-{week}"
    return _to_operator("channel_unusable", key, facts, team, operator, now=now, hours=hours)


def _to_operator(
    kind: NoticeKind,
    key: str,
    facts: dict[str, Any],
    team: Team,
    operator: Person | None,
    *,
    now: datetime,
    hours: WorkingHours,
) -> list[tuple[Notice, Person]]:
    """To whoever runs day90, and where nobody is named to every CS manager."""
    managers = [staff_person(member, member.languages[0]) for member in team.members if member.role == "cs_manager"]
    ask = operator or (managers[0] if managers else None)
    told = [operator] if operator is not None else managers
    return [
        (_of_the_house(kind, f"{key}/{person.id}", person, facts, team=team, ask=ask, now=now, hours=hours), person)
        for person in told
    ]


def _concerned(finding: Finding, team: Team, managers: list[str]) -> list[str]:
    """Handles, each once. A team of one is its own manager."""
    owner = team.member(finding.owner)
    if owner is None:
        return managers or [member.handle for member in team.members if member.role == "executive"]
    manager = team.manager_of(owner.handle)
    return list(dict.fromkeys([owner.handle, *([manager.handle] if manager else [])]))


def _notice(
    person: Person, findings: Sequence[Finding], team: Team, *, ask: Person | None, now: datetime, hours: WorkingHours
) -> Notice:
    """Under the day's key: a sweep that is run again tells nobody again."""
    facts = {
        "findings": [_told(finding, person.language) for finding in findings[:MOST_LISTED]],
        "found": len(findings),
    }
    key = f"sweep/{now:%Y-%m-%d}/{person.id}"
    return _of_the_house("sweep_report", key, person, facts, team=team, ask=ask, now=now, hours=hours)


def _of_the_house(
    kind: NoticeKind,
    key: str,
    person: Person,
    facts: dict[str, Any],
    *,
    team: Team,
    ask: Person | None,
    now: datetime,
    hours: WorkingHours,
) -> Notice:
    """About the house itself: the operator gets it at once, staff in their office hours."""
    at_once = person.id == OPERATOR
    not_before = now if at_once else next_office_moment(person, now, hours, team=team, sale=None)
    letterhead = Letterhead.signed_by(ask, team, person.language, account=HOUSE, at=not_before)
    return compose(kind, person, letterhead, facts, key=key, not_before=not_before, staff=True)


def _told(finding: Finding, language: str) -> dict[str, Any]:
    explained = EXPLAINED[finding.kind]
    return {
        "subject": finding.subject,
        "what": in_language(explained.what, language),
        "why": in_language(explained.why, language),
        "since": finding.since.isoformat() if finding.since else "",
        "cause": finding.cause,
        "command": finding.command,
    }
