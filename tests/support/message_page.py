"""What does docs/messages.md say? The counts of a rehearsal: `python -m tests.support.message_page`."""

import functools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from domain.rehearsal.story import Mail, Story, messages, most_per, roles_in
from tests.support.rehearsals import story
from tests.support.simulation import playbook_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "messages.md"
TIERS = ("high-touch", "low-touch", "tech-touch")
INTRODUCTION = """# Messages

What one person gets from day90 in an onboarding in which everybody does everything in time, at a customer in Germany
with one person for each part. The counts are those of the scenario `punctual` of `day90 rehearse`; this page is written
from it (`python -m tests.support.message_page`), and a test holds that it is current.

**One morning, one message.** What falls due for one person together travels in one message, a *digest*: first what is
asked of them, the soonest due first, then what is coming, then what was done. What is urgent goes by itself: a critical
issue, an escalation, a pause, the go-live, the end, an invitation to a meeting. A reminder before the day travels in
another message or does not go; on the day it leads the message of that morning,
unless it travelled on the working day before. A milestone that the playbook does not
announce (`announced: false`) stands in the report of whoever gets one, and in the room: it is no message to a customer.
Nor is it one that a colleague has signed what somebody with a report was asked for as well, unless they had refused.
What a sponsor reads where their next meeting is announced, or hears at one that lies ahead, is no message either.
The agenda of the kickoff follows the introduction by three office hours.
Our own people get one list half an hour after their morning begins, over all their onboardings.

**At most.** A person at the customer's gets one message a day that only tells, and two in all; what is one too many
waits for their next working morning. Urgent messages are not held back. On a compressed clock there is no such limit.

**Who may read of it.** `audience: vendor` keeps a milestone, a deliverable or a risk of the playbook from the
customer's eyes: it stands in no plan, report, request or change of dates that goes to them.

**A series is told of once.** An hour for a meeting that comes again is asked for twice and then no more; where one is
agreed for good, invitations for calendars go on by themselves. A series of webinars without topics of their own has one
invitation. Whoever takes over or stands in hears of it from then on (`announcements` of a cadence).
Tips and webinars for users go to whoever is one; who stands in for a role gets them where nobody has any of the roles.

**What could go next.** A project lead gets a report every week; in weeks in which only our own work lies ahead, every
second one would do. By high touch a sponsor is asked three times for an hour of a monthly meeting that could have a
fixed one. Our own people get a copy of each report that they could as well read at the desk.

"Messages" counts what arrives; the parts are what it says, by kind, and may be more.
"""


@functools.cache
def stories() -> dict[str, Story]:
    """Everything in time, by each shipped playbook."""
    return {tier: story(playbook_of(tier), key="punctual") for tier in TIERS}


def page() -> str:
    return "\n".join([INTRODUCTION, *(_of_tier(tier, played) for tier, played in stories().items())])


def _of_tier(tier: str, played: Story) -> str:
    rows = [_row(role, played.to(role)) for role in roles_in([played])]
    theirs = len(played.messages_to("customer"))
    return "\n".join(
        [
            f"## {tier}",
            "",
            f"{theirs} messages to the customer in {_days(played)} days.",
            "",
            "| role | messages | most in a week | most on a day | parts |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _days(played: Story) -> int:
    return (played.ended_on - played.closed_on).days if played.ended_on else played.days


def _row(role: str, mails: Sequence[Mail]) -> str:
    parts = ", ".join(
        f"{kind.replace('_', ' ')} {count}" for kind, count in Counter(m.kind for m in mails).most_common()
    )
    counts = f"{len(messages(mails))} | {most_per(mails, 'week')} | {most_per(mails, 'day')}"
    return f"| {role.replace('_', ' ')} | {counts} | {parts} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
