"""What comes back to our mailbox? Bounces, complaints, automatic answers, calendars' answers, or what people wrote."""

from typing import Literal

from domain.news import Attendance
from domain.record import OF_PROGRAMME
from domain.wire import Instant, Wire

AnswerKind = Literal["bounce", "complaint", "automatic", "calendar", "reply"]
LONGEST_ANSWER = 10_000
"""Characters that are kept of what a person wrote: as many as a note may have."""
LONGEST_LINE = 300
"""Characters of a subject, and of what a mail server gives as its reason."""


class EntryAnswered(Wire):
    """What somebody's calendar answers to an invitation (RFC 5546, REPLY).

    `uid` names the meeting, without our domain, and `sequence` the version of the invitation; `attendee` is the address
    for which it answers, and `comment` what its owner wrote beside it.
    """

    uid: str
    attendee: str
    answer: Attendance
    sequence: int = 0
    stamped_at: Instant | None = None
    comment: str = ""


class Answer(Wire):
    """A mail that came to our mailbox, read. It may have been sent by anybody: what follows from it is checked.

    `mail_id` is its own Message-ID, `refers_to` are those of mails that it is about. Of a bounce, `address` is whom the
    mail did not reach; it is `final` where the mail will not arrive any more, and the address is `gone` where no other
    mail will either.
    """

    kind: AnswerKind
    sender: str = ""
    mail_id: str = ""
    refers_to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    address: str = ""
    reason: str = ""
    final: bool = False
    gone: bool = False
    entry: EntryAnswered | None = None


class InvitedBy(Wire):
    """The meeting of an invitation, and who of those invited has one of the addresses; empty where nobody has.

    `uid` is how calendars know it, without our domain; `people` are all who are invited.
    """

    onboarding: str
    uid: str
    meeting: str
    occasion: str
    status: str
    people: tuple[str, ...] = ()
    person: str = ""

    @property
    def of_programme(self) -> bool:
        """Whether it is a success programme's, to which the onboarding has ended."""
        return self.meeting.startswith(OF_PROGRAMME)


class Asked(Wire):
    """The message of ours that an answer is about: to which `person` and `address` it went, in which `onboarding`.

    `onboarding` is empty where it was about an introduction or day90 itself. `answerer` is the id of whoever takes part
    under the address that the answer came from, empty where nobody does, and `answerer_side` their side. `question` is
    the number of the question that the message told of, 0 where it told of none; `side` is that of its receiver.
    """

    notice: int
    onboarding: str = ""
    person: str = ""
    address: str = ""
    answerer: str = ""
    answerer_side: str = ""
    question: int = 0
    side: str = ""
