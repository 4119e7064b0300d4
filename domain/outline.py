"""What does a prospect get to read of the way ahead? The onboarding process as a document, in one language (PRE-05)."""

from typing import Literal

from domain.text import Language
from domain.wire import Wire


class OutlinedMilestone(Wire):
    """`day` counts from the signature; `on` is the date in words, empty where no date is assumed.

    `raci` has a letter of R, A, C and I for each column of the outline's `roles`, or nothing.
    """

    title: str
    day: int
    on: str = ""
    who: str
    ours: bool
    confirmed_by: str = ""
    done_when: str = ""
    key_date: bool = False
    raci: tuple[str, ...] = ()


class OutlinedStage(Wire):
    title: str
    window: str
    from_day: int
    to_day: int
    milestones: tuple[OutlinedMilestone, ...]
    deliverables: tuple[str, ...] = ()


class OutlinedRole(Wire):
    title: str
    side: Literal["vendor", "customer"]


class Effort(Wire):
    """What one role does, and how much of its time that takes."""

    title: str
    duties: str
    hours: str
    stages: str = ""


class Contact(Wire):
    name: str
    role: str
    email: str = ""


class Outline(Wire):
    """The process for one account. `close` is the day of signature that the dates assume, in words; empty: none is."""

    language: Language
    account: str
    close: str = ""
    last_day: int
    stages: tuple[OutlinedStage, ...]
    roles: tuple[OutlinedRole, ...]
    ours: tuple[Effort, ...] = ()
    theirs: tuple[Effort, ...] = ()
    contacts: tuple[Contact, ...] = ()


class DocumentFile(Wire):
    """A document as a file that people open. `name` is a plain file name with its ending."""

    name: str
    content: bytes
