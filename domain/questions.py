"""What do a customer's people ask us, and what is answered? A question with all that was said about it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from domain.files import Side
from domain.notice import Notice, Person
from domain.refusal import Refused
from domain.trouble import NotFound
from domain.wire import Instant, Wire

QuestionState = Literal["open", "answered", "asked", "closed"]
"""`open`: the customer waits for our answer; `asked`: we wait for theirs; `answered`: whoever was asked has spoken
last; `closed`: nothing more is expected of anybody."""
MOST_OPEN = 50
"""Questions of one customer that may wait for our answer at once: many times what anybody reads in a day. Each of them
is a message to the owner, and whoever has a link could send them without end."""
MOST_SAID = 200
"""Entries of one question after which the customer begins a new one: it is shown whole on a page, and two mail programs
that answer each other come to an end."""
LONGEST_SAID = 10_000
"""Characters of what one person says at a time: as many as a note may have, and a reply by mail."""


class UnknownQuestion(NotFound):
    """The onboarding has no question of that number. A retry does not help; the caller has the wrong number."""


class TooManyOpen(Refused):
    """The customer has as many open questions as may wait at once.

    Trying again helps once one is answered. Who must act: whoever of ours owes the answers.
    """


class QuestionFull(Refused):
    """So much was said about a question that the customer adds nothing more to it. They ask a new one instead."""


class Said(Wire):
    """What one person has said about a question. `file` is the number of a file that came with it.

    `at` is business time, `recorded_at` wall time. What was `erased` has no text any more.
    """

    id: int
    side: Side
    by: str
    via: str
    proved: bool = False
    at: Instant
    recorded_at: Instant
    text: str
    file: int | None = None
    erased: bool = False
    key: str = Field("", exclude=True)
    mail_id: str = Field("", exclude=True)


class Question(Wire):
    """A question and what was said about it, the oldest first.

    `number` counts the questions of one onboarding; `about` is the milestone or task that it was asked at, empty for
    none. `side` is who asked: the customer, or we, and then `asks` is the key of what we asked (`domain/rules/asking`).
    `waits_since` and `first_answer_at` are wall time: since when the customer waits, None while they do not, and when
    one of ours has answered first.
    """

    onboarding: str
    number: int
    side: Side = "customer"
    asks: str = ""
    about: str = ""
    state: QuestionState
    by: str
    asked_at: Instant
    waits_since: Instant | None = None
    first_answer_at: Instant | None = None
    said: tuple[Said, ...] = ()

    @property
    def last(self) -> Said:
        return self.said[-1]


class QuestionLine(Wire):
    """A question in a list of all customers' questions; `text` is what was said last."""

    onboarding: str
    account: str
    owner: str
    number: int
    side: Side = "customer"
    asks: str = ""
    about: str
    state: QuestionState
    by: str
    asked_at: Instant
    waits_since: Instant | None = None
    first_answer_at: Instant | None = None
    text: str


class Asker(NamedTuple):
    """On what a question is answered: who owns the onboarding, and who of the customer's has looked in of late."""

    owner: str
    in_the_room: frozenset[str] = frozenset()


class Words(NamedTuple):
    """What somebody says, as it comes in. `key` makes a repetition harmless; `mail_id` is the mail that brought it."""

    key: str
    side: Side
    by: str
    text: str
    at: Instant
    via: str
    proved: bool = False
    file: int | None = None
    mail_id: str = ""


class Told(NamedTuple):
    """Who is told of what was said: messages, and those of ours among their receivers whom nobody knows there yet."""

    notices: Sequence[Notice] = ()
    people: Sequence[Person] = ()


class Exchange(NamedTuple):
    """A question after something was said about it; `new` is false for what had come before.

    `channels` are those by which somebody is told.
    """

    question: Question
    new: bool
    channels: Sequence[str] = ()
