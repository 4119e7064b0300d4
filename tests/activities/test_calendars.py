"""On which days are offices closed? Where the customer is, and where each person is."""

from datetime import UTC, date, datetime, time
from zoneinfo import available_timezones

import holidays
import pytest

from activities.calendars import hours_of, public_holidays
from activities.office_days import HABITS, WEEKENDS
from domain.calendar import CLOSING, NOON, WorkCalendar
from domain.deal import Account
from domain.notice import Person
from domain.refusal import InvalidDeal
from domain.zones import country_of

FROM_2026 = range(2026, 2030)


def calendar_of(country: str, subdivision: str | None = None, zone: str = "UTC") -> WorkCalendar:
    account = Account(name="A", country=country, subdivision=subdivision, time_zone=zone)
    return public_holidays(account, years=FROM_2026)


@pytest.mark.parametrize(
    ("place", "weekend"),
    [
        ("MY-02", (5, 6)),
        ("MY-03", (5, 6)),
        ("MY-11", (5, 6)),
        ("MY-01", (6, 7)),
        ("MY-14", (6, 7)),
        ("MY", (6, 7)),
        ("LY", (5, 6)),
        ("PS", (5, 6)),
        ("MR", (6, 7)),
        ("HK", (6, 7)),
        ("VE", (6, 7)),
        ("BN", (5, 7)),
        ("SA", (5, 6)),
        ("US", (6, 7)),
    ],
)
def test_every_place_has_the_weekend_of_its_offices(place: str, weekend: tuple[int, ...]) -> None:
    country, _, subdivision = place.partition("-")

    assert weekend == calendar_of(country, subdivision or None).weekend


@pytest.mark.parametrize(
    ("place", "day", "name"),
    [
        ("HK", date(2026, 4, 3), "Good Friday"),
        ("HK", date(2026, 4, 7), "Tomb-Sweeping Day"),
        ("SE", date(2027, 6, 25), "Midsummer Eve"),
        ("SE", date(2026, 12, 24), "Christmas Eve"),
        ("JP", date(2026, 12, 31), "Year-end closing"),
        ("JP", date(2028, 1, 3), "Year-end closing"),
        ("JP", date(2026, 12, 29), "Year-end closing"),
        ("BR", date(2027, 2, 9), "Carnival"),
        ("PT", date(2027, 2, 9), "Carnival"),
        ("IE", date(2027, 3, 26), "Good Friday"),
        ("IE", date(2027, 12, 27), "Christmas Day, in lieu"),
        ("IE", date(2027, 12, 28), "Saint Stephen's Day, in lieu"),
        ("IE", date(2028, 1, 3), "New Year's Day, in lieu"),
        ("DE-BY", date(2028, 8, 15), "Assumption Day"),
        ("US", date(2027, 12, 31), "New Year's Day (observed)"),
        ("CA-ON", date(2028, 1, 3), "New Year's Day (observed)"),
        ("GB-SCT", date(2028, 1, 4), "New Year Holiday (observed)"),
        ("ZA", date(2026, 8, 10), "National Women's Day (observed)"),
        ("JP", date(2026, 9, 22), "National Holiday"),
        ("DK", date(2026, 12, 24), "Year-end closing"),
        ("AU-NSW", date(2026, 12, 29), "Year-end closing"),
        ("NZ", date(2026, 12, 31), "Year-end closing"),
        ("CH-ZG", date(2029, 4, 2), "Easter Monday"),
        ("CA-ON", date(2027, 8, 2), "Civic Holiday"),
        ("US", date(2026, 11, 27), "the day after Thanksgiving Day"),
        ("US-NY", date(2027, 11, 26), "the day after Thanksgiving Day"),
        ("US-CA", date(2027, 11, 26), "Day After Thanksgiving"),
    ],
)
def test_offices_are_closed_on_days_that_no_law_makes_a_public_holiday(place: str, day: date, name: str) -> None:
    country, _, subdivision = place.partition("-")

    reason = calendar_of(country, subdivision or None).why_not(day)

    assert reason is not None
    assert name in reason


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("BR", date(2027, 10, 28)),  # Public Servant's Day: the state's offices alone
        ("PT", date(2029, 6, 13)),  # Saint Anthony's Day: Lisbon alone
        ("CN", date(2027, 3, 8)),  # half a day for women
        ("FI", date(2026, 10, 12)),
        ("DE", date(2026, 11, 11)),  # Saint Martin: a calendar feed has it, no office
        ("DE", date(2028, 8, 15)),  # Assumption Day: Bavaria and Saarland alone
        ("CA", date(2027, 12, 31)),  # Canada gives New Year's Day on the Monday after it
        ("US", date(2029, 2, 2)),  # Groundhog Day
        ("US", date(2026, 12, 31)),  # fewer than half of all offices close, or close early
    ],
)
def test_days_on_which_offices_work_stay_working_days(country: str, day: date) -> None:
    assert calendar_of(country).why_not(day) is None


@pytest.mark.parametrize(
    ("country", "zone", "day"),
    [
        ("IL", "Asia/Jerusalem", date(2026, 9, 20)),  # Yom Kippur eve
        ("IL", "Asia/Jerusalem", date(2027, 4, 21)),  # Pesach eve
        ("IL", "Asia/Jerusalem", date(2027, 4, 27)),  # eve of its seventh day
        ("IS", "Atlantic/Reykjavik", date(2026, 12, 24)),
        ("IS", "Atlantic/Reykjavik", date(2026, 12, 31)),
        ("DE", "Europe/Berlin", date(2026, 12, 24)),
        ("NO", "Europe/Oslo", date(2026, 12, 31)),
        ("DK", "Europe/Copenhagen", date(2029, 6, 5)),
        ("TR", "Europe/Istanbul", date(2027, 10, 28)),
        ("GR", "Europe/Athens", date(2026, 12, 24)),
        ("BR", "America/Sao_Paulo", date(2027, 2, 10)),
        ("US", "America/New_York", date(2026, 12, 24)),
    ],
)
def test_a_half_day_is_open_until_noon_and_nothing_is_due_on_it(country: str, zone: str, day: date) -> None:
    calendar = calendar_of(country, zone=zone)

    assert NOON == calendar.closing(day)
    assert "a half-day" in (calendar.why_not(day) or "")
    assert calendar.working_day_from(day) > day
    morning, afternoon = calendar.at(day, time(10)), calendar.at(day, time(14))
    assert morning == calendar.next_office_moment(morning)
    assert calendar.day_of(calendar.next_office_moment(afternoon)) > day


def test_working_hours_of_a_half_day_are_those_before_noon() -> None:
    germany = calendar_of("DE", zone="Europe/Berlin")
    morning = germany.at(date(2026, 12, 24), time(10))

    assert germany.at(date(2026, 12, 28), time(11)) == germany.add_working_hours(morning, 4)


def test_a_holiday_or_a_weekend_is_never_half_open() -> None:
    calendar = WorkCalendar(
        time_zone="UTC",
        holidays={date(2026, 12, 24): "Christmas Eve"},
        half_days={date(2026, 12, 24): "Christmas Eve", date(2026, 12, 26): "Boxing Day"},
    )

    assert [None, None, CLOSING] == [calendar.closing(date(2026, 12, day)) for day in (24, 26, 28)]


@pytest.mark.parametrize(
    ("country", "closed", "open_"),
    [
        ("GB", [date(2026, 4, 6), date(2026, 8, 31)], [date(2026, 3, 17), date(2026, 11, 30)]),
        ("CH", [date(2027, 3, 26), date(2027, 3, 29)], [date(2027, 6, 29)]),
        ("CA", [date(2027, 2, 15), date(2027, 10, 11)], [date(2027, 2, 19)]),
        ("AU", [date(2027, 6, 14)], [date(2027, 3, 8)]),
        ("ES", [date(2027, 3, 25)], [date(2027, 4, 23)]),
        ("MY", [date(2027, 2, 24)], []),
        ("DE", [date(2028, 10, 31)], [date(2027, 5, 27)]),
    ],
)
def test_without_a_subdivision_what_is_closed_in_most_of_them_counts(
    country: str, closed: list[date], open_: list[date]
) -> None:
    calendar = calendar_of(country)

    assert calendar.guessed
    assert [] == [day for day in closed if calendar.why_not(day) is None]
    assert [] == [day for day in open_ if calendar.why_not(day) is not None]


def test_a_guessed_holiday_says_that_it_is_one() -> None:
    assert "in most of the country" in (calendar_of("GB").why_not(date(2026, 8, 31)) or "")
    assert "in most" not in (calendar_of("GB").why_not(date(2026, 12, 25)) or "")
    assert "in most" not in (calendar_of("GB", "ENG").why_not(date(2026, 8, 31)) or "")


@pytest.mark.parametrize("place", ["GB-ENG", "JP", "SG", "SE", "PL", "US-CA"])
def test_nothing_is_guessed_where_the_place_is_known_or_its_parts_are_alike(place: str) -> None:
    country, _, subdivision = place.partition("-")

    assert not calendar_of(country, subdivision or None).guessed


def test_a_part_without_a_list_of_its_own_has_that_of_the_part_around_it() -> None:
    london, scotland = calendar_of("GB", "LND"), calendar_of("GB", "GLG")

    assert calendar_of("GB", "ENG").holidays == london.holidays
    assert calendar_of("GB", "SCT").holidays == scotland.holidays
    assert not london.guessed


@pytest.mark.parametrize("place", ["FR-IDF", "FR-75C", "IE-D", "TR-34", "JP-13", "MX-JAL", "IT-25"])
def test_every_part_of_iso_3166_is_taken(place: str) -> None:
    country, _, subdivision = place.partition("-")

    assert calendar_of(country, subdivision).holidays


@pytest.mark.parametrize(("country", "subdivision"), [("DE", "XX"), ("GB", "CA"), ("SG", "99")])
def test_a_part_that_nobody_knows_is_refused_with_the_field(country: str, subdivision: str) -> None:
    with pytest.raises(InvalidDeal) as refused:
        calendar_of(country, subdivision)

    assert "account.subdivision" == refused.value.field


def test_habits_name_days_that_the_library_has() -> None:
    """A category or a name that a new release words differently would silently close nothing."""
    missing = []
    for country, habits in HABITS.items():
        languages = holidays.list_localized_countries().get(country, [])
        for listed in (habits.closed, habits.half):
            if listed is None or country == "AU":
                continue
            parts = [None, *holidays.list_supported_countries()[country]]
            known = [
                holidays.country_holidays(
                    country,
                    subdiv=part,
                    years=range(2020, 2030),
                    categories=(listed.category,),
                    language="en_US" if "en_US" in languages else None,
                )
                for part in parts
                if listed.category in holidays.country_holidays(country).supported_categories
            ]
            names = {name for days in known for joined in days.values() for name in joined.split("; ")}
            if listed.category != "half_day" and not (listed.only <= names and names):
                missing.append((country, listed.category, sorted(listed.only - names)))

    assert [] == missing


def test_bridges_follow_public_holidays_that_the_library_has() -> None:
    for country, habits in HABITS.items():
        public = holidays.country_holidays(country, years=2026, language="en_US" if habits.bridges else None)
        assert habits.bridges <= set(public.values())


def test_a_weekend_of_ours_is_needed_only_while_the_library_has_another() -> None:
    """Once the library is mended our line goes, so that nobody keeps two truths."""
    needless = []
    for place, weekend in WEEKENDS.items():
        country, _, subdivision = place.partition("-")
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=2026)
        if tuple(sorted(day + 1 for day in known.weekend)) == weekend:
            needless.append(place)

    assert [] == needless


def test_the_calendar_says_which_years_were_looked_up() -> None:
    calendar = calendar_of("DE")

    assert (2026, 2029) == (calendar.first_year, calendar.last_year)
    assert datetime(2026, 1, 1, tzinfo=UTC).date() in calendar.holidays


HOME = Account(name="A", country="US", subdivision="IL", time_zone="America/Chicago")


def hours(person: dict[str, str], *, home: Account | None = HOME) -> WorkCalendar:
    somebody = {"id": "lead", "name": "L", "email": "l@a.example", "side": "customer", "role": "project_lead"}
    return hours_of(Person.model_validate({**somebody, **person}), home=home, years=range(2026, 2028))


THANKSGIVING, CHRISTMAS, FRIDAY = date(2026, 11, 26), date(2026, 12, 25), date(2026, 11, 13)


@pytest.mark.parametrize(
    ("person", "free", "works"),
    [
        ({"time_zone": "America/Los_Angeles"}, THANKSGIVING, FRIDAY),
        ({"time_zone": "US/Pacific"}, THANKSGIVING, FRIDAY),
        ({"time_zone": "America/Chicago"}, date(2027, 2, 12), FRIDAY),  # Lincoln's birthday, in Illinois
        ({"time_zone": "US/Central"}, date(2027, 2, 12), FRIDAY),
        ({"time_zone": "Asia/Tel_Aviv"}, FRIDAY, date(2026, 11, 15)),
        ({"time_zone": "Asia/Jerusalem"}, FRIDAY, THANKSGIVING),
        ({"time_zone": "Europe/Stockholm"}, date(2027, 6, 25), THANKSGIVING),
        ({"time_zone": "Europe/Berlin", "country": "AT"}, date(2026, 10, 26), THANKSGIVING),
        ({"time_zone": "UTC"}, THANKSGIVING, FRIDAY),
        ({"time_zone": "EST"}, THANKSGIVING, FRIDAY),
        ({"time_zone": "America/Chicago", "country": "JP"}, date(2026, 11, 3), THANKSGIVING),
    ],
)
def test_a_customers_person_works_where_their_country_and_zone_are(
    person: dict[str, str], free: date, works: date
) -> None:
    calendar = hours(person)

    assert calendar.why_not(free) is not None
    assert calendar.why_not(works) is None
    assert person["time_zone"] == calendar.time_zone


def test_lincolns_birthday_is_the_head_offices_alone() -> None:
    assert hours({"time_zone": "America/Los_Angeles"}).why_not(date(2027, 2, 12)) is None


@pytest.mark.parametrize(
    ("person", "free"),
    [
        ({"time_zone": "Europe/Berlin"}, CHRISTMAS),
        ({"time_zone": "Europe/Berlin", "country": "DE"}, CHRISTMAS),
        ({"time_zone": "Asia/Jerusalem", "country": "IL"}, date(2026, 12, 11)),
        ({"time_zone": "UTC", "country": "JP"}, date(2026, 12, 31)),
    ],
)
def test_our_own_people_work_where_they_are(person: dict[str, str], free: date) -> None:
    assert hours({"side": "vendor", **person}, home=None).why_not(free) is not None


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+5", "MST"])
def test_one_of_us_of_whose_country_nothing_is_known_works_from_monday_to_friday(zone: str) -> None:
    assert WorkCalendar(time_zone=zone) == hours({"side": "vendor", "time_zone": zone}, home=None)


def test_every_zone_of_a_country_is_found_by_each_of_its_names() -> None:
    named = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}

    assert {"Antarctica/Vostok"} >= {zone for zone in named if country_of(zone) is None}
    assert ["NO", "SE", "IS", "IN", "US"] == [
        country_of(zone)
        for zone in ("Europe/Oslo", "Europe/Stockholm", "Atlantic/Reykjavik", "Asia/Calcutta", "US/Hawaii")
    ]
