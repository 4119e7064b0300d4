"""Whom of their own does the customer name, who should take part? Proposed to us, and taken in by one of ours."""

from typing import Literal

from pydantic import Field

from domain.deal import Address, CustomerRole
from domain.refusal import Refused
from domain.text import Language
from domain.trouble import NotFound
from domain.wire import Instant, Line, PersonName, Wire

ColleagueState = Literal["proposed", "taken_in", "declined"]
MOST_PROPOSED = 20
"""Colleagues of one onboarding that wait for us at a time."""


class UnknownColleague(NotFound):
    """Nobody of that number was proposed there. A retry does not help; the caller has the wrong number."""


class TooManyNamed(Refused):
    """As many colleagues wait as may at a time. Who must act: the onboarding's owner, by deciding about some."""


class Named(Wire):
    """Somebody as a colleague of theirs names them."""

    name: PersonName
    email: Address
    role: CustomerRole
    title: Line | None = Field(None, description="what they are in their company")
    language: Language | None = None


class Colleague(Named):
    """Somebody who was proposed, known by a number. `by` named them at `at`, `decided_by` is one of ours.

    `person` is the id under which they take part once they are taken in.
    """

    onboarding: str
    number: int
    state: ColleagueState
    note: str | None = None
    by: str
    at: Instant
    decided_by: str | None = None
    decided_at: Instant | None = None
    reason: str | None = None
    person: str | None = None
