"""What did people live through in one scenario? Dates, gates, mails, asks, escalations, silence and hours, as data."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from domain.deal import CustomerRole
from domain.notice import NoticeKind
from domain.rules.casting import CUSTOMER_ROLES
from domain.wire import Wire

ESCALATIONS: frozenset[NoticeKind] = frozenset({"escalation", "pause_proposal"})
ASKS: frozenset[NoticeKind] = ESCALATIONS | frozenset[NoticeKind](
    (
        "reminder",
        "overdue_summary",
        "sign_off_request",
        "pause_decision",
        "hand_off_decision",
        "hand_off_gaps",
        "task_given",
        "task_due",
        "red_flag",
        "correction_opened",
        "correction_due",
        "risk_review",
        "win_asked",
        "adoption_found",
        "use_asked",
        "criterion_doubted",
        "playbook_change_refused",
    )
)
"""Kinds of notices that want something done by their reader; the rest tells, invites or reports."""
HELD_ON_A_DAY: frozenset[NoticeKind] = frozenset({"meeting", "webinar"})
Side = Literal["vendor", "customer"]


class Mail(Wire):
    """A notice that reached somebody; `on` is their own day, `nth` counts those of this kind, person and subject.

    One that is `joined` travelled inside a message that another began: as a mail it is not counted once more.
    """

    kind: NoticeKind
    to: str
    role: str
    side: Side
    about: str = ""
    on: date
    week: int
    nth: int = 1
    held_on: date | None = None
    """The day of the meeting that it announces."""
    joined: bool = False


class MilestoneLived(Wire):
    """A milestone: the day first planned, the day it was due at last, and when it was settled."""

    key: str
    stage: str
    planned: date
    due: date
    asked: date | None = None
    """When its sign-off was asked for first; None where nobody signs it."""
    settled: date | None = None
    status: Literal["open", "reached", "waived"] = "open"
    rejections: int = 0
    why: tuple[str, ...] = ()
    """How its last date came about."""


class StageLived(Wire):
    """A stage: the day on which its gate opened, and on which it was closed."""

    key: str
    opened: date | None = None
    closed: date | None = None


class Hours(Wire):
    """What an onboarding took of one role, by the playbook's plan of hours and the weeks that it really lasted."""

    side: Side
    role: str
    least: float
    most: float


class Refusal(Wire):
    """Something that a scenario wanted to happen and that was not possible, with the reason."""

    on: date
    what: str
    reason: str


class DayOff(Wire):
    """Something that was due, or held, on a day on which the customer does not work."""

    about: str
    on: date
    why: str


class Story(Wire):
    """All that people live through in one scenario by one playbook; `ended_on` is None where it had not ended."""

    scenario: str
    title: str
    on_time: bool
    playbook: str
    owner: str
    closed_on: date
    days: int
    ended_on: date | None = None
    ending: str | None = None
    waits_for: tuple[str, ...] = ()
    went_live: date | None = None
    milestones: tuple[MilestoneLived, ...]
    stages: tuple[StageLived, ...]
    mails: tuple[Mail, ...]
    withdrawn: int = 0
    """Notices that were decided and never sent: what they asked for was done before anybody could read them."""
    hours: tuple[Hours, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    days_off: tuple[DayOff, ...] = ()

    def to(self, who: str) -> list[Mail]:
        """What that role was told, or `customer` or `vendor` as a whole."""
        return [mail for mail in self.mails if who in (mail.role, mail.side)]

    def messages_to(self, who: str) -> list[Mail]:
        """The messages in which they were told it, each by its first part."""
        return messages(self.to(who))

    @property
    def asks(self) -> list[Mail]:
        return [mail for mail in self.mails if mail.kind in ASKS]

    @property
    def escalations(self) -> list[Mail]:
        return [mail for mail in self.mails if mail.kind in ESCALATIONS]

    @property
    def longest_silence(self) -> int:
        """The most days in a row on which nobody of the customer's heard anything, from the close to the end."""
        until = (self.ended_on - self.closed_on).days if self.ended_on else self.days
        days = sorted({(mail.on - self.closed_on).days for mail in self.mails if mail.side == "customer"})
        heard = [0, *(day for day in days if 0 <= day <= until), until]
        return max(after - before for before, after in pairwise(heard))

    @property
    def went_live_after(self) -> int | None:
        """Days from the close to the go-live."""
        return (self.went_live - self.closed_on).days if self.went_live else None


def messages(mails: Iterable[Mail]) -> list[Mail]:
    """The messages that people got, each by its first part."""
    return [mail for mail in mails if not mail.joined]


def most_per(mails: Iterable[Mail], span: Literal["week", "day"]) -> int:
    """The most mails that one of those people got in one week, counted from the close, or on one day."""
    counts = Counter((mail.to, mail.week if span == "week" else mail.on) for mail in messages(mails))
    return max(counts.values(), default=0)


def busiest(mails: Iterable[Mail]) -> tuple[str, int]:
    """Who of those people got most, and how many; an empty id where nobody got any."""
    counts = Counter(mail.to for mail in messages(mails))
    return max(counts.items(), key=lambda one: (one[1], one[0]), default=("", 0))


def roles_in(stories: Sequence[Story]) -> list[str]:
    """The roles that got mail: the customer's as the program lists them, then ours."""
    roles = {mail.role: mail.side for story in stories for mail in story.mails}
    theirs: list[CustomerRole] = [role for role in CUSTOMER_ROLES if roles.get(role) == "customer"]
    return [*theirs, *sorted(role for role, side in roles.items() if side == "vendor")]


def most_asked(mails: Iterable[Mail]) -> int:
    """The most that one of those people was asked for, whether in a message of its own or not."""
    counts = Counter(mail.to for mail in mails if mail.kind in ASKS)
    return max(counts.values(), default=0)
