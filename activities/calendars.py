"""On which days are offices closed, where the customer is and where each person is? Looked up in public lists."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import product
from typing import NamedTuple

import holidays
import pycountry

from activities.office_days import HABITS, OF_THE_LAW, WEEKENDS, Listed
from domain.calendar import YEAR_END, WorkCalendar
from domain.deal import Account
from domain.notice import Person
from domain.refusal import InvalidDeal
from domain.zones import country_of, one_name

ENGLISH = "en_US"
PUBLIC = "public"
EVE = "Eve of a holiday"
ISO_CODE = re.compile(r"[A-Z0-9]{1,3}")
"""Among its subdivisions the library also names a few cities and school zones."""
REMEMBERED = 1_000
"""Looked-up years of places: a look-up costs milliseconds, one of all states of the USA a third of a second."""


class _Days(NamedTuple):
    """The days on which offices are closed, and those on which they close at noon, with their names."""

    closed: dict[date, str]
    half: dict[date, str]
    guessed: bool = False


def public_holidays(account: Account, *, years: range) -> WorkCalendar:
    """The account's closed days, half-days and weekend for those years, with English names where the lists have them.

    Where no subdivision is known, what is closed in most of them counts, and the calendar says that it is guessed. The
    days of the year's end are left out where the account works on them.
    Call it in activities only: the lists change with the library, so the result becomes part of the record.
    Raises InvalidDeal for a country or subdivision that nobody knows.
    """
    return _calendar_of(
        account.country, account.subdivision, account.time_zone, years, year_end_closure=account.year_end_closure
    )


@lru_cache(REMEMBERED)
def _calendar_of(
    country: str, subdivision: str | None, time_zone: str, years: range, *, year_end_closure: bool
) -> WorkCalendar:
    """The calendar of a place: that of all people there, for whose hours every message to them asks."""
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise InvalidDeal(f"no list of public holidays is known for {country}", field="account.country")
    parts = supported[country]
    listed = _listed(country, subdivision, parts)
    if subdivision and listed is None and _of_iso(country, subdivision) is None:
        known = ", ".join(parts) or "the codes of ISO 3166-2"
        raise InvalidDeal(f"is no part of {country}; known: {known}", field="account.subdivision")
    days = _of_most(country, years) if listed is None else _of_one(country, listed, years)
    return WorkCalendar(
        time_zone=time_zone,
        weekend=_weekend(country, subdivision, years),
        holidays={day: name for day, name in days.closed.items() if year_end_closure or name != YEAR_END},
        half_days=days.half,
        guessed=days.guessed,
        first_year=years.start,
        last_year=years.stop - 1,
    )


def hours_of(person: Person, *, home: Account | None, years: range) -> WorkCalendar:
    """The working days of that person: those of their own country, or of their time zone's where none is named.

    `home` is the customer whose person it is, None for our own people. Its country counts where theirs is not named
    and their zone is the customer's, or belongs to no country. Where no country is known: Monday to Friday.
    """
    at_home = home is not None and one_name(person.time_zone) == one_name(home.time_zone)
    country = person.country or (home.country if home and at_home else country_of(person.time_zone))
    country = country or (home.country if home else "")
    if country not in holidays.list_supported_countries():
        return WorkCalendar(time_zone=person.time_zone)
    subdivision = home.subdivision if home and at_home and country == home.country else None
    year_end_closure = home is None or home.year_end_closure
    return _calendar_of(country, subdivision, person.time_zone, years, year_end_closure=year_end_closure)


def _listed(country: str, subdivision: str | None, parts: Sequence[str]) -> str | None:
    """The subdivision, or the one around it, that has a list of its own: England's for London."""
    code = subdivision
    while code is not None and code not in parts:
        above = getattr(_of_iso(country, code), "parent_code", None)
        code = above.partition("-")[2] if above else None
    return code


def _of_iso(country: str, subdivision: str) -> object | None:
    """The entry of ISO 3166-2; None where it has none."""
    found: object | None = pycountry.subdivisions.get(code=f"{country}-{subdivision}")  # type: ignore[no-untyped-call]  # its stubs leave this method out
    return found


@lru_cache(REMEMBERED)
def _of_most(country: str, years: range) -> _Days:
    """The country's days, and those that are closed in most of its subdivisions."""
    whole = _of_one(country, None, years)
    codes = [code for code in holidays.list_supported_countries()[country] if ISO_CODE.fullmatch(code)]
    parts = [_of_one(country, code, years) for code in codes]
    closed = _in_most([part.closed for part in parts]) | whole.closed
    half = _in_most([{**part.half, **part.closed} for part in parts]) | whole.half
    guessed = any((part.closed, part.half) != (whole.closed, whole.half) for part in parts)
    return _Days(_in_order(closed), _in_order({day: half[day] for day in half if day not in closed}), guessed)


def _in_most(lists: Sequence[Mapping[date, str]]) -> dict[date, str]:
    """The days that more than half of the lists have, under the name that most of them use."""
    names: dict[date, Counter[str]] = {}
    for days in lists:
        for day, name in days.items():
            names.setdefault(day, Counter())[name] += 1
    most = {day: of_it for day, of_it in names.items() if 2 * of_it.total() > len(lists)}
    return {day: f"{of_it.most_common(1)[0][0]}, in most of the country" for day, of_it in most.items()}


@lru_cache(REMEMBERED)
def _of_one(country: str, subdivision: str | None, years: range) -> _Days:
    """The days of one subdivision, or without one the days that all of the country keeps."""
    habits = HABITS.get(country, OF_THE_LAW)
    look = partial(_look_up, country, subdivision, years)
    public = dict(look(PUBLIC))
    bridges = {
        day + timedelta(days=1): f"the day after {name}" for day, name in public.items() if name in habits.bridges
    }
    closed = bridges | _every_year(habits.year_end, years) | _chosen(habits.closed, look) | public
    if habits.in_lieu:
        closed |= _in_lieu(public, _weekend(country, subdivision, years))
    half = _chosen(habits.half, look) | _every_year(habits.half_on, years)
    if habits.eves:
        half |= {day - timedelta(days=1): EVE for day in public}
    return _Days(_in_order(closed), _in_order({day: half[day] for day in half if day not in closed}))


def _look_up(country: str, subdivision: str | None, years: range, category: str) -> dict[date, str]:
    known = holidays.country_holidays(country, subdiv=subdivision)
    if category not in known.supported_categories:
        return {}
    languages = holidays.list_localized_countries().get(country, [])
    language = ENGLISH if ENGLISH in languages else None
    return holidays.country_holidays(
        country, subdiv=subdivision, years=years, language=language, categories=(category,)
    )


def _chosen(listed: Listed | None, look: Callable[[str], Mapping[date, str]]) -> dict[date, str]:
    days = look(listed.category) if listed else {}
    return {
        day: name for day, name in days.items() if listed and (not listed.only or listed.only & set(name.split("; ")))
    }


def _every_year(days: Sequence[tuple[int, int]], years: range) -> dict[date, str]:
    return {date(year, *day): YEAR_END for year, day in product(years, days)}


def _in_lieu(public: Mapping[date, str], weekend: Collection[int]) -> dict[date, str]:
    """For each public holiday of a weekend the next working day that no other has taken."""
    given: dict[date, str] = {}
    for day in sorted(day for day in public if day.isoweekday() in weekend):
        free = day
        while free.isoweekday() in weekend or free in public or free in given:
            free += timedelta(days=1)
        given[free] = f"{public[day]}, in lieu"
    return given


def _in_order(days: Mapping[date, str]) -> dict[date, str]:
    return dict(sorted(days.items()))


@lru_cache(REMEMBERED)
def _weekend(country: str, subdivision: str | None, years: range) -> tuple[int, ...]:
    ours = WEEKENDS.get(f"{country}-{subdivision}") or WEEKENDS.get(country)
    if ours is not None:
        return ours
    known = holidays.country_holidays(country, years=years.stop - 1)
    return tuple(sorted(day + 1 for day in known.weekend))
