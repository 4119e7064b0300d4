"""What do we tell whom? One message to one person, decided once and never sent twice."""

from typing import Any, Literal

from domain.wire import Instant, Slug, Wire

MAIL = "mail"
"""The channel that reaches everybody: who names no other is written to by mail."""

SLACK = "slack"
"""The channel to colleagues in Slack, whose ids the staff directory has."""

TEAMS = "teams"
"""The channel into which the team's alerts go in Microsoft Teams."""

NoticeKind = Literal[
    "introduction",
    "assigned",
    "hand_off_gaps",
    "draft",
    "kickoff_agenda",
    "plan",
    "taken_up",
    "reminder",
    "overdue_summary",
    "escalation",
    "pause_proposal",
    "sign_off_request",
    "sign_off_rejected",
    "sign_off_decided",
    "milestone_reached",
    "milestone_reopened",
    "went_live",
    "issue_raised",
    "issue_resolved",
    "service_level_missed",
    "hypercare_prolonged",
    "paused",
    "pause_decision",
    "resumed",
    "replanned",
    "playbook_change_refused",
    "reassigned",
    "contact_welcome",
    "contact_changed",
    "contact_proposed",
    "scope_change_requested",
    "scope_change_decided",
    "task_given",
    "task_due",
    "red_flag",
    "correction_opened",
    "correction_due",
    "correction_closed",
    "risk_review",
    "win_asked",
    "adoption_found",
    "thanked",
    "use_asked",
    "status_report",
    "meeting",
    "invitation",
    "meeting_cancelled",
    "message",
    "webinar",
    "ready_early",
    "criterion_doubted",
    "hand_off_decision",
    "hand_off",
    "ending_announced",
    "ending_taken_back",
    "ended",
    "programme_meeting",
    "programme_message",
    "undeliverable",
    "answer",
    "sweep_report",
    "webhook_disabled",
    "channel_unusable",
    "room_entry",
    "question",
    "question_answered",
    "goal_proposed",
    "colleague_named",
    "file_given",
    "introduction_task",
    "process_outline",
    "introduction_reminder",
    "introduction_issue",
    "introduction_silence",
    "introduction_ended",
    "digest",
]

OUTLIVES_THE_ONBOARDING: tuple[NoticeKind, ...] = (
    "hand_off",
    "ended",
    "meeting_cancelled",
    "undeliverable",
    "answer",
    "question",
    "question_answered",
    "goal_proposed",
    "colleague_named",
    "file_given",
    "programme_meeting",
    "programme_message",
    "room_entry",
)
"""What still goes out when an onboarding has ended; a welcome or a new date that still waited would only confuse."""

NOT_ESSENTIAL: frozenset[NoticeKind] = frozenset({"message", "webinar", "programme_message", "thanked", "use_asked"})
"""Recurring letters to many: tips, invitations to webinars, the letters of later years; and what we write to users
about their use. Whoever wants none unsubscribes (RFC 8058), and the onboarding goes on. All else asks something of its
reader, answers them, or moves a date of theirs.
"""

ACTED_UPON_IN_CHAT: frozenset[NoticeKind] = frozenset({"reminder", "task_given", "task_due"})
"""What asks for something that a colleague can call done, or put off until tomorrow, by a button of a chat."""
DONE, SNOOZE = "day90_done", "day90_snooze"
"""How those buttons are named where they come back."""

FOR_CALENDARS: frozenset[NoticeKind] = frozenset({"invitation", "meeting_cancelled"})
"""What carries an entry for its reader's calendar. It goes by mail to everybody: no other channel takes entries."""

DIGEST: NoticeKind = "digest"
"""The message in which several notices to one person travel together."""

ONLY_TELLS: frozenset[NoticeKind] = NOT_ESSENTIAL | frozenset[NoticeKind](
    (
        "status_report",
        "milestone_reached",
        "sign_off_decided",
        "issue_resolved",
        "hypercare_prolonged",
        "resumed",
        "replanned",
        "scope_change_decided",
        "correction_closed",
    )
)
"""What asks nothing of its reader: one such message a working day is enough."""

_OF_A_TASK = "task/"


def task_slot(key: str) -> str:
    """How a task is named where milestones and issues may stand, too: in slots of the agenda, and in `while_open`."""
    return f"{_OF_A_TASK}{key}"


def task_of(slot: str) -> str | None:
    """The id of the task that is named like that; None where it is none's. No other id has a slash."""
    return slot.removeprefix(_OF_A_TASK) if slot.startswith(_OF_A_TASK) else None


class Person(Wire):
    """Somebody whom we write to, of the staff or at the customer's; `channel` is the way that reaches them.

    `country` is empty where none is named: then that of the time zone counts.
    """

    id: str
    name: str
    email: str
    side: Literal["vendor", "customer"]
    role: str
    language: str = "en"
    time_zone: str = "UTC"
    country: str = ""
    channel: Slug = MAIL


class Notice(Wire):
    """One message to one person.

    `key` is the idempotency key within the onboarding: occasion, kind and receiver. `facts` is what the template gets,
    texts already in the receiver's language, dates as ISO strings. With `while_open` set it is withdrawn instead of
    sent once that milestone, issue, task or correction is settled. `not_before` is wall time. `onboarding` is empty
    where the notice is about the house itself or about an introduction; then `about` names that, and `while_open` the
    introduction that must still be made. `attachment` refers to a document, which is made when the message goes.
    `draft` is the key of the draft that it belongs to: it waits there until that is sent, and `not_before` counts from
    then. From `joins_from` on it may travel inside another message to the same person, and from `not_before` on it goes
    whether there is one or not; None for what goes by itself.
    """

    onboarding: str
    key: str
    kind: NoticeKind
    to: str
    facts: dict[str, Any]
    about: str = ""
    while_open: str | None = None
    not_before: Instant
    channel: Slug = MAIL
    collapses: bool = False
    attachment: str | None = None
    draft: str | None = None
    joins_from: Instant | None = None
