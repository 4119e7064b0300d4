"""What does the use of the product come to? Users counted by week and feature come in, figures and series come out.

Before the go-live the users who were invited so far are what use is held against, where that was reported; else, and
after it, the seats that were bought. What nobody was seen to use is not known: a product may simply send no usage.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

from domain.measure.health import Measured

ACTIVATION, WEEKLY = "activation_rate", "weekly_use_rate"
IN_USE, RATE, DEPTH = "core_features_in_use", "core_features_rate", "features_per_user"
LICENSED, INVITED, ACTIVE = "licensed_users", "invited_users", "active_users"
OF_USE = frozenset({ACTIVATION, WEEKLY, IN_USE, RATE, DEPTH, ACTIVE})
"""Figures that say how much of the product is used."""
USAGE, OF_INVITED = "usage", "usage_of_invited"
"""Where figures come from; the second is of shares of those who were invited, while not all seats count."""
ENOUGH_USERS, ENOUGH_OF_SEATS = 3, 10
"""A feature is in use when three users, or every tenth seat where that is fewer, used it in 28 days: one curious click
is no use, and of a team of four nobody can ask for three."""
LAST_DAY = timedelta(days=6)
"""From the Monday of a week to its Sunday."""


class Used(NamedTuple):
    """Users of a customer since the close: `ever`, of the last seven days (`active`), and of the last 28 (`of_month`).

    `weeks` has those of each week by its Monday, the running one included, and none of a week without; `features` those
    of each feature in the last 28 days. Weeks and days are in UTC.
    """

    ever: int
    active: int
    of_month: int
    weeks: Mapping[date, int]
    features: Mapping[str, int]


class Seats(NamedTuple):
    """What use is held against: seats that were `bought`, and how many were `invited` by when.

    `live_on` is the day of the go-live; `changed` has the seats that were reported since the close, by day.
    """

    bought: int | None
    invited: Sequence[tuple[date, int]] = ()
    live_on: date | None = None
    changed: Sequence[tuple[date, int]] = ()

    def on(self, day: date) -> int | None:
        """How many could have used the product on that day; None where nobody knows."""
        invited = self.invited_by(day)
        return self.bought_by(day) if invited is None else invited

    def bought_by(self, day: date) -> int | None:
        """How many seats there were on that day; None where nobody knows."""
        known = [number for since, number in sorted(self.changed) if since <= day]
        return known[-1] if known else self.bought

    def invited_by(self, day: date) -> int | None:
        """How many were invited by that day, while use is held against them; None from the go-live on."""
        if self.live_on is not None and day >= self.live_on:
            return None
        known = [number for since, number in sorted(self.invited) if since <= day]
        return known[-1] if known else None


def enough(seats: int | None) -> int:
    """How many users make a feature one that is in use."""
    return ENOUGH_USERS if seats is None else max(1, min(ENOUGH_USERS, ceil(seats / ENOUGH_OF_SEATS)))


def figures_of_use(used: Used, seats: Seats, core: Collection[str], *, now: datetime) -> dict[str, Measured]:
    """The figures of that use; `core` are the features that count. Empty where nobody was ever seen."""
    if not used.ever:
        return {}
    values: dict[str, float] = {ACTIVE: used.active}
    could = seats.on(now.date())
    if could:
        values[ACTIVATION] = share(used.ever, could)
        values[WEEKLY] = share(used.active, could)
    if core:
        users = [used.features.get(feature, 0) for feature in core]
        needed = enough(seats.bought_by(now.date()))
        values[IN_USE] = sum(number >= needed for number in users)
        values[RATE] = share(values[IN_USE], len(core))
        if used.of_month:
            values[DEPTH] = round(sum(users) / used.of_month, 1)
    of_seats = USAGE if seats.invited_by(now.date()) is None else OF_INVITED
    origins = {ACTIVATION: of_seats, WEEKLY: of_seats}
    return {
        metric: Measured(value=value, at=now, origin=origins.get(metric, USAGE)) for metric, value in values.items()
    }


def weekly_use(used: Used, seats: Seats, *, now: datetime) -> list[tuple[date, float]]:
    """The share of users in each whole week, in %, at its Sunday: from the first week with use, also where it is 0."""
    if not used.weeks:
        return []
    monday, shares = min(used.weeks), list[tuple[date, float]]()
    while (sunday := monday + LAST_DAY) < now.date():
        could = seats.on(sunday)
        if could:
            shares.append((sunday, share(used.weeks.get(monday, 0), could)))
        monday = sunday + timedelta(days=1)
    return shares


def share(part: float, whole: float) -> float:
    """In %, with one decimal; never above 100, since more users than seats are no better than all of them."""
    return min(100.0, round(100 * part / whole, 1))


def is_rising(shares: Sequence[tuple[date, float]], *, weeks: int, target: float) -> bool | None:
    """Whether use has grown over that many whole weeks, or stands at its target; None where they are not known."""
    last = [value for _, value in shares[-weeks:]]
    if len(last) < weeks:
        return None
    return last[-1] > last[0] or last[-1] >= target
