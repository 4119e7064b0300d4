"""What would another version of a playbook have changed? Past onboardings, lived again by their own and by that one."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple, get_args

from domain.agenda.state import Rule
from domain.playbook import Playbook
from domain.record import Dossier, KeptRow
from domain.rehearsal.difference import Difference, mail_changes
from domain.rehearsal.driving import NeverAtRest
from domain.rehearsal.reasons import Reasons
from domain.rehearsal.reliving import Relived, Untold, canonical
from domain.rehearsal.report import Version
from domain.rehearsal.story import ESCALATIONS, Mail
from domain.rules.hours import WorkingHours
from domain.team import Team
from domain.wire import Wire

OUTAGE = timedelta(hours=12)
"""By how much an entry may be written later than it was due: the database may have been away. A compressed clock, whose
days are seconds, is off by more."""
BY_OTHERS = frozenset({"undeliverable", "answer", "programme_meeting", "programme_message"})
"""Kinds of notices that no turn of an onboarding decides."""
ENTRIES = frozenset(get_args(Rule))
ToldThen = Sequence[tuple[str, str]]
"""What was decided then: the key of each notice, and its kind."""


class LeftOut(Wire):
    """A past onboarding of which nothing can be said, and why."""

    onboarding: str
    why: str


class Otherwise(Wire):
    """One past onboarding by the other version. `as_then`: by its own version, the notices of then come."""

    onboarding: str
    as_then: bool
    mails: Difference
    escalated_first: date | None
    would_be_escalated_first: date | None
    ending: str | None
    would_end: str | None
    untold: tuple[Untold, ...]

    @property
    def days_sooner(self) -> int | None:
        """By how many days the first escalation would have come sooner, below 0 later; None where one has none."""
        if self.escalated_first is None or self.would_be_escalated_first is None:
            return None
        return (self.escalated_first - self.would_be_escalated_first).days


class Escalated(Wire):
    """How many would have been escalated sooner or later, by how many days in the middle; for the first time or not."""

    sooner: int = 0
    days_sooner: float = 0
    later: int = 0
    days_later: float = 0
    newly: int = 0
    no_more: int = 0


class Counterfactual(Wire):
    """The whole answer."""

    playbook: str
    to: Version
    onboardings: tuple[Otherwise, ...]
    escalated: Escalated
    left_out: tuple[LeftOut, ...] = ()


class PastOnboarding(NamedTuple):
    """What is kept of one that has ended: its dossier with the version it began by, its journal, what was told.

    `versions` are those by which it went on, by hash.
    """

    dossier: Dossier
    rows: Sequence[KeptRow]
    told: ToldThen
    versions: Mapping[str, Playbook] = {}


def otherwise(past: PastOnboarding, playbook: Playbook, team: Team, hours: WorkingHours) -> Otherwise | LeftOut:
    """One past onboarding, lived again by its own version, or versions, and by that one from beginning to end."""
    onboarding, own = past.dossier.onboarding, past.dossier.playbook
    if why := why_not(past.rows):
        return LeftOut(onboarding=onboarding, why=why)
    before = Relived(past.dossier, past.rows, own, team, hours, versions=past.versions)
    after = Relived(past.dossier, past.rows, playbook, team, hours)
    try:
        was, would_be = before.live(), after.live()
    except NeverAtRest as trouble:
        return LeftOut(onboarding=onboarding, why=str(trouble))
    mails, same = mail_changes(was, would_be, Reasons(own, playbook, {}))
    return Otherwise(
        onboarding=onboarding,
        as_then=_keys([(one.key, one.kind) for one in before.notices]) == _keys(past.told),
        mails=Difference(
            scenario=onboarding, title="", mails=mails, same=same, mails_before=len(was), mails_after=len(would_be)
        ),
        escalated_first=_first(was),
        would_be_escalated_first=_first(would_be),
        ending=before.state.ending,
        would_end=after.state.ending,
        untold=tuple(after.untold),
    )


def counterfactual(playbook: str, to: Version, results: Sequence[Otherwise | LeftOut]) -> Counterfactual:
    """The answer from those of all onboardings."""
    lived = [one for one in results if isinstance(one, Otherwise)]
    days = [one.days_sooner for one in lived if one.days_sooner]
    sooner, later = [day for day in days if day > 0], [-day for day in days if day < 0]
    return Counterfactual(
        playbook=playbook,
        to=to,
        onboardings=tuple(lived),
        escalated=Escalated(
            sooner=len(sooner),
            days_sooner=median(sooner) if sooner else 0,
            later=len(later),
            days_later=median(later) if later else 0,
            newly=sum(one.escalated_first is None and one.would_be_escalated_first is not None for one in lived),
            no_more=sum(one.escalated_first is not None and one.would_be_escalated_first is None for one in lived),
        ),
        left_out=tuple(one for one in results if isinstance(one, LeftOut)),
    )


def why_not(rows: Sequence[KeptRow]) -> str:
    """Why an onboarding with that journal cannot be lived again; empty where it can."""
    if not any(row.kind == "opened" for row in rows):
        return "it was never opened"
    entries = [row for row in rows if row.kind in ENTRIES]
    if any(abs(row.recorded_at - row.at) > OUTAGE for row in entries):
        return "its journal was written on a compressed clock, so nobody knows when people told what"
    return ""


def _first(mails: Sequence[Mail]) -> date | None:
    return min((mail.on for mail in mails if mail.kind in ESCALATIONS), default=None)


def _keys(told: ToldThen) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for key, kind in told:
        if kind not in BY_OTHERS:
            counts[canonical(key)] = counts.get(canonical(key), 0) + 1
    return counts
