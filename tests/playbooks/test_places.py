"""Which country, state and time zone does a record mean, as CRMs and people write them?"""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pycountry
import pytest

from domain.refusal import InvalidDeal
from playbooks.mappings import places
from playbooks.mappings.files import load_mapping
from playbooks.mappings.zones import BUSINESS_CENTRES, OF_SUBDIVISIONS, SPOKEN

COUNTRIES = [entry.alpha_2 for entry in pycountry.countries]
UNINHABITED = {"BV", "HM"}
HUBSPOT = load_mapping(Path(places.__file__).with_name("hubspot.mapping.yaml"))


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_country_is_read_by_code_and_name_in_any_case_and_has_a_zone(code: str) -> None:
    entry = pycountry.countries.get(alpha_2=code)
    assert entry is not None

    for spelling in (code, entry.alpha_3, entry.name):
        assert [code] * 3 == [places.country(each) for each in (spelling, spelling.lower(), f" {spelling.upper()} ")]
    assert code in UNINHABITED or places.main_zone(code) in available_timezones()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("The Netherlands", "NL"),
        ("Holland", "NL"),
        ("England", "GB"),
        ("U.K.", "GB"),
        ("uk", "GB"),
        ("U.S.A.", "US"),
        ("United States of America (the)", "US"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Cote d’Ivoire", "CI"),
        ("Deutschland", "DE"),
        ("日本", "JP"),
        ("대한민국", "KR"),
        ("South Korea", "KR"),
        ("Rumänien", "RO"),
        ("Czech Republic", "CZ"),
        ("Hong Kong SAR", "HK"),
        ("Kosovo", "XK"),
        ("Bosnia & Herzegovina", "BA"),
        ("UAE", "AE"),
        ("DRC", "CD"),
        ("GB-ENG", "GB"),
        ("us-ca", "US"),
        ("Deutschland/Germany", "DE"),
        ("日本 / Japan", "JP"),
        ("United States of America (USA)", "US"),
        ("Ireland (Republic)", "IE"),
        ("Korea (Republic of)", "KR"),
        ("Korea (North)", "KP"),
        ("Congo (Kinshasa)", "CD"),
    ],
)
def test_names_that_people_use_are_understood(written: str, code: str) -> None:
    assert code == places.country(written)


@pytest.mark.parametrize(
    "written", ["", "Narnia", "Kongo", "Germany/Austria", "Germany (EMEA)", "US-ZZ", "EMEA", "Europe", "n/a", "?", 7]
)
def test_what_means_no_country_or_two_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="is no country"):
        places.country(written)


@pytest.mark.parametrize(
    ("within", "written", "code"),
    [
        ("US", "California", "CA"),
        ("US", "ca", "CA"),
        ("US", "US-CA", "CA"),
        ("US", "Washington", "WA"),
        ("GB", "England", "ENG"),
        ("GB", "London", "ENG"),
        ("DE", "Bayern", "BY"),
        ("DE", "Bavaria", "BY"),
        ("DE", "NRW", "NW"),
        ("MY", "Kedah", "02"),
        ("MY", "KDH", "02"),
        ("CA", "Québec", "QC"),
        ("CA", "quebec", "QC"),
        ("AU", "New South Wales", "NSW"),
        ("CH", "Zürich", "ZH"),
        ("JP", "Tokyo", "13"),
    ],
)
def test_states_are_read_by_code_and_name(within: str, written: str, code: str) -> None:
    assert code == places.subdivision(written, within=within)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("europe_slash_berlin", "Europe/Berlin"),
        ("america_slash_new_york", "America/New_York"),
        ("us_slash_eastern", "US/Eastern"),
        ("america_slash_port_hyphen_au_hyphen_prince", "America/Port-au-Prince"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("(GMT+09:00) 日本標準時 (Asia/Tokyo)", "Asia/Tokyo"),
        ("(GMT-05:00) Eastern Standard Time (America/New_York)", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("Japan", "Japan"),
        ("RO", "Europe/Bucharest"),
    ],
)
def test_zones_are_read_in_the_usual_spellings(written: str, zone: str) -> None:
    assert zone == places.time_zone(written)


@pytest.mark.parametrize(
    "written", ["EST", "MST", "HST", "CET", "GMT", "BST", "IST", "PST", "UTC", "AEST", "GMT+9", "x"]
)
def test_an_abbreviation_is_no_zone(written: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        places.time_zone(written)


def test_our_own_tables_name_zones_and_parts_that_exist() -> None:
    assert {*BUSINESS_CENTRES.values(), *SPOKEN.values(), *OF_SUBDIVISIONS.values()} <= available_timezones()
    parts = {entry.code for entry in pycountry.subdivisions}
    assert [] == sorted(set(OF_SUBDIVISIONS) - parts)
    assert [] == sorted(
        f"{key.partition('-')[0]}-{code}"
        for key, code in places.PARTS_ALSO_CALLED.items()
        if f"{key.partition('-')[0]}-{code}" not in parts
    )
    assert {*places.ALSO_CALLED.values()} <= {*COUNTRIES, "XK"}


def hubspot(**company: str) -> dict[str, Any]:
    record = {
        "deal": {"id": "1", "properties": {"closedate": "2026-11-05T09:00:00Z"}},
        "company": {"id": "2", "properties": {"name": "Harbour Tools", **company}},
        "contacts": [],
    }
    account: dict[str, Any] = HUBSPOT.raw(record)["account"]
    return {name: account.get(name) for name in ("country", "subdivision", "time_zone")}


@pytest.mark.parametrize(
    ("company", "place"),
    [
        ({"country": "Romania"}, ("RO", None, "Europe/Bucharest")),
        ({"country": "England"}, ("GB", "ENG", "Europe/London")),
        ({"country": "de", "state": "Bayern"}, ("DE", "BY", "Europe/Berlin")),
        ({"country": "USA", "state": "California"}, ("US", "CA", "America/Los_Angeles")),
        ({"country": "USA", "hs_state_code": "CA", "timezone": "EST"}, ("US", "CA", "America/Los_Angeles")),
        ({"country": "USA", "timezone": "us_slash_central"}, ("US", None, "US/Central")),
        ({"hs_country_code": "??", "country": "Greece"}, ("GR", None, "Europe/Athens")),
        ({"country": "Malaysia", "state": "Kedah"}, ("MY", "02", "Asia/Kuala_Lumpur")),
        ({"country": "Germany", "state": "the south"}, ("DE", None, "Europe/Berlin")),
    ],
)
def test_hubspots_companies_are_placed(company: dict[str, str], place: tuple[str, str | None, str]) -> None:
    assert place == tuple(hubspot(**company).values())


def test_a_country_that_cannot_be_read_is_named_with_the_expression() -> None:
    with pytest.raises(InvalidDeal) as refused:
        hubspot(country="Narnia")

    assert "account.country" == refused.value.field
    assert "company.properties.country" in refused.value.reason
