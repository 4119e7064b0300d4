"""What comes back to our mailbox? A mail that bounced, a complaint, an automatic answer, or what a person wrote."""

from typing import Literal

from domain.wire import Wire

AnswerKind = Literal["bounce", "complaint", "automatic", "reply"]
LONGEST_ANSWER = 10_000
"""Characters that are kept of what a person wrote: as many as a note may have."""
LONGEST_LINE = 300
"""Characters of a subject, and of what a mail server gives as its reason."""


class Answer(Wire):
    """A mail that came to our mailbox, read. It may have been sent by anybody: what follows from it is checked.

    `refers_to` are the Message-IDs of mails that it is about. Of a bounce, `address` is whom the mail did not reach;
    it is `final` where the mail will not arrive any more, and the address is `gone` where no other mail will either.
    """

    kind: AnswerKind
    sender: str = ""
    refers_to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    address: str = ""
    reason: str = ""
    final: bool = False
    gone: bool = False


class Asked(Wire):
    """The message of ours that an answer is about: to which `person` and `address` it went, in which `onboarding`.

    `onboarding` is empty where it was about an introduction or day90 itself. `answerer` is the id of whoever takes part
    under the address that the answer came from, empty where nobody does.
    """

    notice: int
    onboarding: str = ""
    person: str = ""
    address: str = ""
    answerer: str = ""
