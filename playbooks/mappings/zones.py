"""Which zone do a country's business centre and its states have, where the IANA database has several?"""

from collections.abc import Iterator, Mapping

BUSINESS_CENTRES: Mapping[str, str] = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "PS": "Asia/Hebron",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}
"""Of all others the database names the zone of the centre first, or has but one; Kosovo it does not name."""

SPOKEN: Mapping[str, str] = {
    "eastern time us and canada": "America/New_York",
    "central time us and canada": "America/Chicago",
    "mountain time us and canada": "America/Denver",
    "pacific time us and canada": "America/Los_Angeles",
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "central european time": "Europe/Berlin",
    "japan standard time": "Asia/Tokyo",
    "india standard time": "Asia/Kolkata",
}
"""As people and Rails write them; names of Windows come from CLDR."""

_OF_PARTS: Mapping[str, Mapping[str, str]] = {
    "US": {
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR",
        "Pacific/Guam": "GU",
    },
    "CA": {
        "America/Vancouver": "BC",
        "America/Edmonton": "AB",
        "America/Regina": "SK",
        "America/Winnipeg": "MB",
        "America/Halifax": "NB NS PE",
        "America/St_Johns": "NL",
        "America/Whitehorse": "YT",
        "America/Yellowknife": "NT",
        "America/Iqaluit": "NU",
    },
    "AU": {
        "Australia/Brisbane": "QLD",
        "Australia/Melbourne": "VIC",
        "Australia/Adelaide": "SA",
        "Australia/Perth": "WA",
        "Australia/Darwin": "NT",
        "Australia/Hobart": "TAS",
    },
    "BR": {
        "America/Manaus": "AM",
        "America/Cuiaba": "MT",
        "America/Campo_Grande": "MS",
        "America/Porto_Velho": "RO",
        "America/Boa_Vista": "RR",
        "America/Rio_Branco": "AC",
    },
    "MX": {
        "America/Tijuana": "BCN",
        "America/Mazatlan": "BCS NAY SIN",
        "America/Hermosillo": "SON",
        "America/Cancun": "ROO",
    },
    "ES": {"Atlantic/Canary": "CN GC TF"},
    "PT": {"Atlantic/Azores": "20", "Atlantic/Madeira": "30"},
    "ID": {"Asia/Makassar": "BA KS KT NB NT SA SN SR", "Asia/Jayapura": "MA MU PA PB"},
}


def _each() -> Iterator[tuple[str, str]]:
    for country, zones in _OF_PARTS.items():
        for zone, parts in zones.items():
            for part in parts.split():
                yield f"{country}-{part}", zone


OF_SUBDIVISIONS: Mapping[str, str] = dict(_each())
"""The zone of most people of a subdivision, by its code of ISO 3166-2, where it is not that of the country's centre."""
