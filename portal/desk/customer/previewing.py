"""What would move? The dates of a change before and after, as the reader's pages name them."""

from datetime import date
from typing import NamedTuple

from domain.rehearsal.supposing import Shift, WhatIf
from portal.desk.customer.customer import Customer

SHIFTS = ("go_live", "hand_off_from", "hand_off_by")


class Moved(NamedTuple):
    """A milestone that moves: `days` are working days, later as a positive number."""

    title: str
    was: date
    now: date
    days: int


class Shifted(NamedTuple):
    """A day of the onboarding as a whole: its name in the words, before and after."""

    name: str
    was: date | None
    now: date | None


class Preview(NamedTuple):
    """What a change would do. `mails` are those that people would get newly in the days until `until`."""

    moved: list[Moved]
    shifted: list[Shifted]
    mails: list[str]
    until: date


def preview(customer: Customer, what_if: WhatIf) -> Preview:
    """The same in the reader's words."""
    calendar = customer.standing.dossier.calendar
    moved = [
        Moved(customer.title(one.milestone), one.was, one.now, calendar.working_days_between(one.was, one.now))
        for one in what_if.moved
    ]
    shifts: dict[str, Shift] = {name: getattr(what_if, name) for name in SHIFTS}
    shifted = [Shifted(name, one.was, one.now) for name, one in shifts.items() if one.was != one.now]
    newly = dict.fromkeys(one.to for one in what_if.mails if one.fate == "new")
    return Preview(moved, shifted, [customer.name(id) for id in newly], what_if.until)
