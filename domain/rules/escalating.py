"""Who hears of what is late, and what do they read? Each rung of the ladder, and the sponsor's message as a draft."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from domain.agenda.state import Entry, MilestoneState
from domain.notice import Notice, NoticeKind
from domain.playbook import Milestone, Rung
from domain.rules import letters, plan_letter
from domain.rules.briefing import Briefing, present
from domain.rules.casting import VENDOR_ROLES
from domain.rules.nudging import Step, ladder

SPONSOR: Final = "executive_sponsor"
ESCALATIONS: tuple[NoticeKind, ...] = ("escalation", "pause_proposal")
"""What a sponsor gets by a rung: a word that something is late, or a proposal to pause."""


class Late(NamedTuple):
    """An open milestone at a step of its ladder."""

    state: MilestoneState
    milestone: Milestone
    step: Step

    @property
    def occasion(self) -> str:
        return f"{self.milestone.key}/{self.step.occurrence}"


def late_at(briefing: Briefing, entry: Entry) -> Late | None:
    """The milestone of that entry, at the latest step at which anybody is written to; None where nobody is."""
    state, milestone = briefing.state.milestone(entry.about), briefing.playbook.milestone(entry.about)
    if state is None or milestone is None or state.settled or briefing.state.gate(state):
        return None
    steps = ladder(briefing.state, state, briefing.playbook.nudging, briefing.calendar)
    step = steps.last(since=entry.due, now=briefing.now)
    return Late(state, milestone, step) if step is not None else None


def is_unread(briefing: Briefing, state: MilestoneState) -> bool:
    """Whether the customer's people have not been introduced to us yet, or have not got what they would agree to."""
    return briefing.state.draft("introduction") is not None or (state.of_plan and plan_letter.waits(briefing))


def facts(briefing: Briefing, milestone: Milestone, to: str, *, days: int = 0) -> dict[str, Any]:
    """What every reminder and escalation says; `days` counts from the day of the step, where no state knows better."""
    state = briefing.state.milestone(milestone.key)
    return {
        "title": briefing.title(milestone.key, briefing.language_of(to)),
        "milestone": milestone.key,
        "due": briefing.due_on(milestone.key),
        # Not the step's: in the days of grace something is overdue already, and a step may be taken late.
        "days": letters.days_late(briefing, state) if state else days,
    }


def escalate(briefing: Briefing, late: Late, rung: Rung) -> list[Notice]:
    """What the customer is late with goes up on both sides; what we are late with stays with us, up to our executive.

    Nobody of the customer is asked to clear our way, or to pause because of us. What goes to a sponsor is left out
    where it waits for one of ours to read it.
    """
    milestone = late.milestone
    kind, our_own = _kind(briefing, milestone, rung), _is_our_own(briefing, milestone)
    receivers: dict[str, list[str]] = {
        "owner": [briefing.state.owner],
        "owner_manager": [briefing.state.owner, *briefing.managers],
        SPONSOR: briefing.playing("executive" if our_own else SPONSOR),
        "project_lead": briefing.playing("executive" if our_own else "project_lead"),
    }
    waits = briefing.playbook.draft("escalation") is not None
    people = dict.fromkeys(
        id for place in rung.to for id in receivers[place] if not (waits and place == SPONSOR and not our_own)
    )
    return present(
        briefing.notice(
            kind, id, late.occasion,
            escalation_to(briefing, milestone, rung.after, id, among_us=not briefing.is_customer(id)),
            about=milestone.key, while_open=milestone.key, collapses=True,
        )
        for id in people
    )  # fmt: skip


def escalation_to(briefing: Briefing, milestone: Milestone, after: int, to: str, *, among_us: bool) -> dict[str, Any]:
    """What the rung so many working days `after` says to a reader, in words for our own people or the customer's."""
    doers = _doers(briefing, milestone)
    return {
        **facts(briefing, milestone, to, days=after),
        "rung": 1 + sum(other.after < after for other in briefing.playbook.nudging.ladder),
        "longest_days": briefing.playbook.pausing.longest_days,
        "responsible": briefing.called(doers, briefing.language_of(to), among_us=among_us),
        "yours": to in doers,
    }


class ToSponsor(NamedTuple):
    """A message to the sponsor that waits for one of ours: its draft's key, its kind, and what it is about."""

    key: str
    kind: NoticeKind
    milestone: str
    occasion: str


def to_sponsors(briefing: Briefing, entry: Entry) -> Iterator[ToSponsor]:
    """The drafts that are written at that entry of a ladder, where the playbook lets escalations wait."""
    late = late_at(briefing, entry) if briefing.playbook.draft("escalation") else None
    if late is None or is_unread(briefing, late.state) or _is_our_own(briefing, late.milestone):
        return
    for rung in late.step.rungs:
        if SPONSOR in rung.to and briefing.playing(SPONSOR):
            kind = _kind(briefing, late.milestone, rung)
            # As long as what names a draft may be.
            key = f"{kind}-{late.milestone.key}"[:80]
            yield ToSponsor(key, kind, late.milestone.key, late.occasion)


def rung_of(briefing: Briefing, occasion: str) -> tuple[Milestone, int] | None:
    """The milestone of a draft of that occasion, and after how many working days its rung is.

    A later version of the playbook need not have that rung. None where it has not even the milestone.
    """
    key, _, step = occasion.split("/")
    milestone = briefing.playbook.milestone(key)
    return (milestone, int(step)) if milestone is not None else None


def _kind(briefing: Briefing, milestone: Milestone, rung: Rung) -> NoticeKind:
    return "pause_proposal" if rung.proposes_pause and not _is_our_own(briefing, milestone) else "escalation"


def _asked(briefing: Briefing, milestone: Milestone) -> list[str]:
    state = briefing.state.milestone(milestone.key)
    return state.deciders if state and state.asked else []


def _doers(briefing: Briefing, milestone: Milestone) -> list[str]:
    """Who is late: with a sign-off that was asked for it is who may sign it, whoever prepared it."""
    return _asked(briefing, milestone) or briefing.playing(milestone.raci.responsible)


def _is_our_own(briefing: Briefing, milestone: Milestone) -> bool:
    asked = _asked(briefing, milestone)
    return milestone.raci.responsible in VENDOR_ROLES and not any(briefing.is_customer(id) for id in asked)
