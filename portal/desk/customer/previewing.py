"""What would move, and who would have too little time for it? A change before it counts, as its reader sees it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from domain.rehearsal.supposing import Shift, WhatIf
from domain.rules.workload import Window
from portal.desk.customer.customer import Customer
from portal.desk.desk import Desk
from portal.desk.overbooking import Overbooked, overbooking_of, own_taking, windows

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


def overbooked_then(desk: Desk, customer: Customer, what_if: WhatIf) -> Sequence[Overbooked]:
    """Who would have too little time for the plan as it would be then."""
    now = own_taking(desk.engine, customer.id, customer.line.owner)
    if now is None:
        return ()
    stages = windows((one.key, one.opens_on, one.closes_on) for one in what_if.stages)
    whole = Window(now.whole.first, what_if.hand_off_by.now or now.whole.last)
    then = now._replace(stages=stages, whole=whole)
    return overbooking_of(desk, customer.language).by(then, today=customer.today)
