"""Which country, subdivision or time zone does a record mean? In the spellings that CRMs and people have for them.

Each function raises ValueError, saying what would be right.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import holidays
import pycountry
from babel import Locale
from babel.core import get_global

from domain.zones import zones_of
from playbooks.mappings.zones import BUSINESS_CENTRES, OF_SUBDIVISIONS, SPOKEN

NO_COUNTRY = "is no country of ISO 3166, by its code or its name, like DE or Germany"
NO_SUBDIVISION = "is no state, province or nation of that country, by its code of ISO 3166-2 or its name"
NO_ZONE = "is no time zone of the IANA database, like Asia/Tokyo or Europe/Berlin"
LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja",
    "ko", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh", "zh_Hant",
)  # fmt: skip
"""In which names of countries are understood: those of the users of CRMs. Reading one language costs 10 ms, once."""
ALSO_CALLED: Mapping[str, str] = {
    "america": "US", "bosnia": "BA", "britain": "GB", "burma": "MM", "cape verde": "CV", "czech republic": "CZ",
    "drc": "CD", "east timor": "TL", "eire": "IE", "el": "GR", "england": "GB", "great britain": "GB", "holland": "NL",
    "hong kong": "HK", "hong kong sar": "HK", "ivory coast": "CI", "korea": "KR", "kosovo": "XK", "macao": "MO",
    "macau": "MO", "macedonia": "MK", "mainland china": "CN", "northern ireland": "GB", "palestine": "PS",
    "pr china": "CN", "prc": "CN", "republic of ireland": "IE", "republic of korea": "KR", "scotland": "GB",
    "swaziland": "SZ", "turkey": "TR", "us of a": "US", "uae": "AE", "uk": "GB",
    "vatican": "VA", "wales": "GB",
}  # fmt: skip
"""Names that neither ISO 3166 nor CLDR has, and two codes that the European Union writes otherwise."""
PARTS_ALSO_CALLED: Mapping[str, str] = {
    "GB-england": "ENG", "GB-london": "ENG", "GB-greater london": "ENG",
    "GB-northern ireland": "NIR", "GB-scotland": "SCT", "GB-wales": "WLS",
    "DE-bavaria": "BY", "DE-hesse": "HE", "DE-lower saxony": "NI", "DE-north rhine westphalia": "NW", "DE-nrw": "NW",
    "DE-rhineland palatinate": "RP", "DE-saxony": "SN", "DE-saxony anhalt": "ST", "DE-thuringia": "TH",
    "AT-vienna": "9", "AT-carinthia": "2", "AT-lower austria": "3", "AT-upper austria": "4", "AT-styria": "6",
    "AT-tyrol": "7", "CH-geneva": "GE", "CH-lucerne": "LU", "CH-zurich": "ZH", "CH-bern": "BE", "CH-basel": "BS",
    "ES-catalonia": "CT", "ES-andalusia": "AN", "ES-madrid": "MD", "ES-basque country": "PV",
}  # fmt: skip
"""English names, and short ones, that ISO 3166-2 does not have."""


def country(given: Any) -> str:
    """The country's code of two letters, from a code in any case or a name in one of many languages.

    Also from a part's code (US-CA), and from a name that is written twice or with an addition: `Germany/Deutschland`,
    `Ireland (Republic)`. What is behind a name counts, so that `Korea (North)` is not the other one.
    """
    text = str(given).strip()
    code = _country(text) or _of_part(text) or _country_twice(text)
    if code is None:
        raise ValueError(NO_COUNTRY)
    return code


def _country(name: str) -> str | None:
    text = _folded(name)
    return _codes().get(text) or ALSO_CALLED.get(text) or (_names().get(text) if text else None)


def _of_part(text: str) -> str | None:
    part: object | None = pycountry.subdivisions.get(code=text.upper())  # type: ignore[no-untyped-call]  # not in its stubs
    return getattr(part, "country_code", None)


def _country_twice(text: str) -> str | None:
    """The country that two names mean together; None where they mean two, or one of them none."""
    parts = re.fullmatch(r"([^/()]+)(?:/([^/()]+)|\(([^/()]+)\))", text)
    if parts is None:
        return None
    name, other = parts[1], parts[2] or parts[3]
    if (code := _country(name)) and code == _country(other):
        return code
    return _country(f"{other} {name}") or _country(f"{other} of {name}") if parts[3] else None


def subdivision(given: Any, *, within: str) -> str:
    """The part's code of ISO 3166-2 without the country, from such a code or a name."""
    text = _folded(given)
    text = text.removeprefix(f"{within.lower()} ")
    code = PARTS_ALSO_CALLED.get(f"{within}-{text}") or (_parts(within).get(text) if text else None)
    if code is None:
        raise ValueError(NO_SUBDIVISION)
    return code


def time_zone(given: Any, *, within: str | None = None, part: str | None = None) -> str:
    """The zone's name, from the spellings of HubSpot, Salesforce, Windows and Rails; a country's code is its main zone.

    `within` is the customer's country and `part` its subdivision. Abbreviations like EST are refused, UTC among them:
    as names of the database they are offsets without summer time, and what a system has where nobody chose a zone.
    """
    text = str(given).strip()
    if re.fullmatch(r"[A-Z]{2}", text) and (text == within or text in _codes().values()):
        return main_zone(text, part)
    if re.fullmatch(r"[A-Za-z]{1,5}", text) and text.casefold() not in _names():
        raise ValueError(NO_ZONE)
    for spelled in _spellings(text):
        if name := _zones().get(spelled.casefold()):
            return name
    inside = re.search(r"\b[A-Za-z_]+/[A-Za-z_/+\-0-9]+", text)
    windows = get_global("windows_zone_mapping").get(text) or SPOKEN.get(_folded(text))
    name = _zones().get(inside[0].casefold()) if inside else windows
    if name is None:
        raise ValueError(NO_ZONE)
    return name


def main_zone(code: str, part: str | None = None) -> str:
    """The zone of a country's business centre, or of one of its subdivisions that has another."""
    name = OF_SUBDIVISIONS.get(f"{code}-{part}") or BUSINESS_CENTRES.get(code) or next(iter(zones_of(code)), None)
    if name is None:
        raise ValueError(NO_ZONE)
    return name


def _spellings(text: str) -> Iterator[str]:
    yield text
    yield text.replace(" ", "_")
    # HubSpot's own values: america_slash_new_york, etc_slash_gmt_plus_5.
    slug = text.replace("_slash_", "/").replace("_hyphen_", "-")
    yield slug.replace("_plus_", "+").replace("_minus_", "-")


def _folded(given: Any) -> str:
    """A name as names are compared: without case, accents, points and articles."""
    text = unicodedata.normalize("NFKD", str(given)).casefold().replace(".", "")
    text = "".join(character for character in text if not unicodedata.combining(character)).replace("&", " and ")
    words = re.sub(r"[\W_]+", " ", text).split()
    return " ".join(words[1:] if words[:1] == ["the"] else [word for word in words if word != "the"])


@cache
def _codes() -> Mapping[str, str]:
    found = {}
    for entry in pycountry.countries:
        names = (getattr(entry, kind, "") for kind in ("alpha_2", "alpha_3", "name", "official_name", "common_name"))
        found.update({_folded(name): entry.alpha_2 for name in names if name})
    return {**found, "xk": "XK"}


@cache
def _names() -> Mapping[str, str]:
    """Names in other languages. One that means two countries, like Kongo, means none."""
    meant: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                meant.setdefault(_folded(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in meant.items() if len(codes) == 1}


@cache
def _parts(within: str) -> Mapping[str, str]:
    """Codes and names of a country's subdivisions; where a state and its county share a name, the state's counts."""
    entries = pycountry.subdivisions.get(country_code=within) or []  # type: ignore[no-untyped-call]  # not in its stubs
    found: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.parent_code is None):
        found[_folded(entry.name)] = entry.code.partition("-")[2]
    if within in holidays.list_supported_countries():
        aliases = holidays.country_holidays(within).subdivisions_aliases
        found |= {_folded(name): code for name, code in aliases.items() if re.fullmatch(r"[A-Z0-9]{1,3}", code)}
    return found | {_folded(entry.code.partition("-")[2]): entry.code.partition("-")[2] for entry in entries}


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}
