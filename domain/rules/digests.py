"""What travels together in one message to one person, in which order, and how many of them may go on one day?

One rule for the outbox and for the rehearsal, which must count as the outbox sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from domain.notice import DIGEST, NOT_ESSENTIAL, ONLY_TELLS, Notice, NoticeKind, Person
from domain.text import folded

SETTLING = timedelta(minutes=10)
"""What was kept for the morning goes so long after the opening: what is decided at the opening itself takes it along,
and onboardings wake within five minutes of it."""
LIST_OF_THE_DAY = timedelta(minutes=30)
"""Our own people get their list so long after their opening, when all that wakes at it has been decided."""
A_WEEKS_LETTER = timedelta(days=7)
"""How long news that asks nothing waits for another message to travel in."""
MOST_A_DAY = 2

ALONE: frozenset[NoticeKind] = frozenset(
    {
        "introduction",
        "assigned",
        "draft",
        "escalation",
        "pause_proposal",
        "pause_decision",
        "paused",
        "sign_off_rejected",
        "went_live",
        "issue_raised",
        "service_level_missed",
        "correction_opened",
        "meeting",
        "invitation",
        "meeting_cancelled",
        "hand_off",
        "ending_announced",
        "ending_taken_back",
        "ended",
        "programme_meeting",
        "programme_message",
        "room_entry",
    }
)
"""What goes by itself: it is urgent, or its reader keeps it."""
IN_THE_LIST: frozenset[NoticeKind] = frozenset({"meeting"})
"""What goes by itself to a customer, and stands in the list of our own people."""

Section = Literal["asked", "ahead", "done"]
SECTIONS: tuple[Section, ...] = ("asked", "ahead", "done")
ASKS_BY_FACT: Mapping[NoticeKind, str] = {"plan": "sign_off", "contact_welcome": "waits"}
"""What asks something of its reader only where that fact says so."""
HEADS: tuple[NoticeKind, ...] = ("contact_welcome", "status_report")
"""What stands before all else that is coming."""
_DONE: frozenset[NoticeKind] = frozenset({"milestone_reached", "issue_resolved", "sign_off_decided", "resumed"})


def may_join(kind: NoticeKind, *, staff: bool, urgent: bool) -> bool:
    """Whether such a notice may travel inside another message."""
    return not urgent and (kind not in ALONE or (staff and kind in IN_THE_LIST))


def section_of(notice: Notice) -> Section:
    """Where in a digest it stands: what is asked of the reader, what is coming, or what was done."""
    if notice.kind in _DONE:
        return "done"
    if notice.kind in ASKS_BY_FACT:
        return "asked" if notice.facts.get(ASKS_BY_FACT[notice.kind]) else "ahead"
    return "ahead" if notice.kind in ONLY_TELLS else "asked"


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """What is asked first and soonest due, then what is coming, welcome and report first, then what was done."""

    def place(notice: Notice) -> tuple[int, int, str]:
        section = section_of(notice)
        due = str(notice.facts.get("due", "9")) if section == "asked" else ""
        heads = HEADS.index(notice.kind) if notice.kind in HEADS else len(HEADS)
        return SECTIONS.index(section), heads if section == "ahead" else 0, due

    return sorted(notices, key=place)


def joined_by(first: Notice, others: Iterable[Notice], *, at: datetime) -> list[Notice]:
    """What travels in the message that `first` begins at that moment, itself included; `others` are to the same person.

    What goes by itself takes nothing along.
    """
    if first.joins_from is None:
        return [first]
    return [first, *(one for one in others if one.joins_from is not None and one.joins_from <= at)]


def is_essential(parts: Iterable[Notice]) -> bool:
    """Whether a message asks something of its reader, invites them, or moves a date of theirs."""
    return any(part.kind not in ONLY_TELLS for part in parts)


def may_be_unwanted(parts: Iterable[Notice]) -> bool:
    """Whether the reader may unsubscribe from something that is in the message."""
    return any(part.kind in NOT_ESSENTIAL and part.onboarding for part in parts)


def is_counted(notice: Notice, person: Person) -> bool:
    """Whether the limits of a day hold for the message that this notice begins.

    They hold for what the customer's people get, unless it is urgent.
    """
    return person.side == "customer" and (notice.joins_from is not None or notice.kind == "meeting")


def too_many(earlier: Sequence[bool], *, essential: bool) -> bool:
    """Whether one more message on this day would be too many.

    `earlier` has the messages that the person got on it, each by whether it was essential.
    """
    return len(earlier) >= MOST_A_DAY or (not essential and not all(earlier))


def is_of_the_day(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether it reminds of something on the day on which that is due, without its reader having asked for it.

    One of the customer's who was reminded of it on their working day before, inside another message, is not again.
    """
    return kind == "reminder" and facts.get("days") == 0 and not facts.get("put_off")


def digest(parts: Sequence[Notice], person: Person, *, at: datetime) -> Notice:
    """The message in which those notices go, of which there are two or more, in the order in which they are read.

    Its key is made of its first part, so that sealing it again makes the same. Our own people may read of several
    onboardings in it: then it is about the house.
    """
    onboardings = {part.onboarding for part in parts}
    onboarding = onboardings.pop() if len(onboardings) == 1 else ""
    head: dict[str, Any] = {name: value for name, value in parts[0].facts.items() if name in _HEAD}
    if not onboarding:
        head |= {"onboarding": "", "ui": ""}
    if all(part.facts.get("programme") for part in parts):
        head |= {"programme": True}
    return Notice(
        onboarding=onboarding,
        key=f"digest/{person.id}/{at.isoformat()}/{folded(parts[0].key)}",
        kind=DIGEST,
        to=person.id,
        facts={**head, "essential": is_essential(parts), "parts": len(parts)},
        not_before=at,
        channel=parts[0].channel,
    )


_HEAD = frozenset(
    (
        "account",
        "receiver",
        "owner_name",
        "owner_email",
        "owner_role",
        "owner_phone",
        "onboarding",
        "staff",
        "ui",
        "stranger",
        "predecessors",
    )
)
"""Facts that every notice has, its letterhead, whether its reader has never heard of us, and whose place they take."""
