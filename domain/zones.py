"""In which country is a time zone? By the tables of the IANA database, which come with the package `tzdata`."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files


def country_of(zone: str) -> str | None:
    """The country of a zone, by any of its names; None for those of no country, like UTC, and for EST, MST and HST.

    These three are offsets in the database; people who write them mean the zone of their own place.
    """
    return None if "/" not in zone and len(zone) == 3 else _countries().get(one_name(zone))


def one_name(zone: str) -> str:
    """The name that zones with several names are compared by: `Asia/Jerusalem` for `Asia/Tel_Aviv`.

    Zones of two countries stay two, even where their clocks have agreed since 1970.
    """
    while zone not in _countries() and zone in _links():
        zone = _links()[zone]
    return zone


@cache
def _countries() -> Mapping[str, str]:
    lines = _lines("zone.tab")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


@cache
def _links() -> Mapping[str, str]:
    rows = [line.split() for line in _lines("tzdata.zi") if line.startswith("L ")]
    return {name: target for _, target, name in rows}


def _lines(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text("utf-8").splitlines()


def zones_of(country: str) -> Sequence[str]:
    """The zones of a country in the order of the database, which begins with the capital's or the largest, mostly."""
    return [zone for zone, of_it in _countries().items() if of_it == country]
