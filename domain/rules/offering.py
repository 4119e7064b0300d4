"""What may the reader of a message do by a link in it, and which news does that become?"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from domain.notice import NoticeKind

Purpose = Literal[
    "done", "on_its_way", "later", "not_solved", "slot", "attendance", "preferences", "room", "sign", "feed"
]
"""What one link is for; there is one for each. Nobody signs by a link: a sign-off takes more than a click."""
INTO_THE_ROOM: frozenset[Purpose] = frozenset({"room", "sign"})
"""What leads into the customer's room: to what the message is about, or to a sign-off that it asks for."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
REMINDERS: frozenset[NoticeKind] = frozenset({"reminder", "task_due"})
"""What can be put off."""


class Told(NamedTuple):
    """A piece of news: the update, and its fields beside who tells it."""

    update: str
    fields: Mapping[str, Any]


def offered(kind: NoticeKind, facts: Mapping[str, Any]) -> tuple[Purpose, ...]:
    """What a customer's person may do by the links of a notice with those facts, the likeliest first.

    Who is reminded is who has the work, so what they say of it counts; a sign-off is given in the room, or put off.
    """
    match kind:
        case "reminder" if facts.get("draft"):
            return ("later",)
        case "reminder":
            return ("sign", "later") if facts.get("sign_off") else ("done", "on_its_way", "later")
        case "task_due":
            return ("done", "on_its_way", "later")
        case "task_given":
            return ("done", "on_its_way")
        case "issue_resolved":
            return ("not_solved",)
        case "sign_off_request":
            return ("sign",)
        case "plan" if facts.get("sign_off"):
            return ("sign",)
        case "meeting" | "kickoff_agenda" if facts.get("slots"):
            return ("slot",)
        case "invitation":
            return ("attendance",)
    return ()


def told_by(purpose: Purpose, *, kind: NoticeKind, about: str, words: str, saying: str) -> Told | None:
    """What using the link tells the onboarding; None where that is nothing that it would act on.

    `about` is the milestone, task or issue; `words` are the reader's own, `saying` is what a note says without them.
    """
    note = {"note": words} if words else {}
    match purpose:
        case "done" if kind == "reminder":
            return Told("reach_milestone", {"milestone": about, **note})
        case "done":
            return Told("close_task", {"task": about, "outcome": "done", **note})
        case "on_its_way":
            return Told("note", {"note": f"{saying} {words}".strip()})
        case "not_solved":
            return Told("dispute_issue", {"issue": about, **note})
    return None
