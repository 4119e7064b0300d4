"""When are offices closed apart from public holidays? By country, each with its reason in docs/defaults.md."""

from collections.abc import Mapping
from dataclasses import dataclass

FRIDAY_AND_SATURDAY = (5, 6)
SATURDAY_AND_SUNDAY = (6, 7)
THURSDAY_AND_FRIDAY = (4, 5)
WEEKENDS: Mapping[str, tuple[int, ...]] = {
    "AF": THURSDAY_AND_FRIDAY,
    "AI": SATURDAY_AND_SUNDAY,
    "CD": SATURDAY_AND_SUNDAY,
    "HK": SATURDAY_AND_SUNDAY,
    "IR": THURSDAY_AND_FRIDAY,
    "KN": SATURDAY_AND_SUNDAY,
    "LY": FRIDAY_AND_SATURDAY,
    "MR": SATURDAY_AND_SUNDAY,
    "MY-02": FRIDAY_AND_SATURDAY,
    "MY-03": FRIDAY_AND_SATURDAY,
    "MY-11": FRIDAY_AND_SATURDAY,
    "NE": SATURDAY_AND_SUNDAY,
    "PS": FRIDAY_AND_SATURDAY,
    "PY": SATURDAY_AND_SUNDAY,
    "TK": SATURDAY_AND_SUNDAY,
    "VE": SATURDAY_AND_SUNDAY,
}
"""ISO weekdays of a country, or of one of its subdivisions, where the library `holidays` has others than offices."""

CHRISTMAS_EVE, NEW_YEARS_EVE = (12, 24), (12, 31)
FROM_CHRISTMAS_EVE = (CHRISTMAS_EVE, *((12, day) for day in range(27, 32)))
TO_THE_THIRD = (*((12, day) for day in range(29, 32)), (1, 2), (1, 3))


@dataclass(frozen=True)
class Listed:
    """Days that the library lists in a category besides "public": all of them, or those of that English name alone."""

    category: str
    only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Habits:
    """What the offices of one country do besides keeping its public holidays.

    `year_end` and `half_on` are days of every year, as month and day. On those of `year_end` companies are closed,
    unless a deal says that its customer works. On a half-day offices close at noon. With `eves`, the day before a
    public holiday is one. With `in_lieu`, a public holiday of the weekend is given on the next working day. The day
    after a public holiday that `bridges` names is closed as well.
    """

    closed: Listed | None = None
    half: Listed | None = None
    year_end: tuple[tuple[int, int], ...] = ()
    half_on: tuple[tuple[int, int], ...] = ()
    eves: bool = False
    in_lieu: bool = False
    bridges: frozenset[str] = frozenset()


HALF_DAYS = Listed("half_day")
OF_THE_LAW = Habits(half=HALF_DAYS)
"""A country without habits of its own: the half-days that the library lists, if any, are kept."""
TO_THE_YEARS_END = Habits(half=HALF_DAYS, half_on=(CHRISTMAS_EVE, NEW_YEARS_EVE))

HABITS: Mapping[str, Habits] = {
    "AT": TO_THE_YEARS_END,
    "AU": Habits(year_end=FROM_CHRISTMAS_EVE),
    "BR": Habits(
        closed=Listed("optional", frozenset({"Carnival", "Corpus Christi"})),
        half=Listed("optional", frozenset({"Ash Wednesday", "Christmas Eve", "New Year's Eve"})),
    ),
    "CA": Habits(closed=Listed("optional")),
    "CH": Habits(closed=Listed("optional"), half=HALF_DAYS, half_on=(CHRISTMAS_EVE, NEW_YEARS_EVE)),
    "CN": Habits(),
    "DE": Habits(closed=Listed("catholic", frozenset({"Assumption Day"})), half_on=(CHRISTMAS_EVE, NEW_YEARS_EVE)),
    "DK": Habits(year_end=(CHRISTMAS_EVE,), half=Listed("optional")),
    "HK": Habits(closed=Listed("optional")),
    "ID": Habits(closed=Listed("government")),
    "IE": Habits(closed=Listed("optional", frozenset({"Good Friday"})), in_lieu=True),
    "IL": Habits(eves=True),
    "JP": Habits(year_end=TO_THE_THIRD),
    "KR": Habits(closed=Listed("bank")),
    "LU": TO_THE_YEARS_END,
    "MO": Habits(closed=Listed("optional")),
    "NO": TO_THE_YEARS_END,
    "NZ": Habits(half=HALF_DAYS, year_end=FROM_CHRISTMAS_EVE),
    "PT": Habits(closed=Listed("optional", frozenset({"Carnival"}))),
    "SE": Habits(closed=Listed("de_facto")),
    "US": Habits(half_on=(CHRISTMAS_EVE,), bridges=frozenset({"Thanksgiving Day"})),
}
