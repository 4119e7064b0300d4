"""A year of any calendars, zones and nights in which clocks change: does every notice keep its receiver's hours?"""

import functools
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from activities.calendars import hours_of
from domain.calendar import CLOSING, NOON, OPENING, ClosedBy, WorkCalendar
from domain.deal import Account, CustomerRole, Stakeholder
from domain.notice import Notice, Person
from domain.preferences import Preferences
from domain.refusal import Refused
from domain.rules.hearing import is_quiet, loud_from
from domain.rules.hours import next_morning, next_office_moment
from domain.team import Team
from tests.support.simulation import Simulation, deal, playbook_of, staff
from tests.support.strategies import PLACES, Arrival, random_story

ZONES = (
    "Europe/Berlin",
    "Asia/Tokyo",
    "America/New_York",
    # At midnight: a day begins at one o'clock, or has its last hour twice.
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "Atlantic/Azores",
    # By half an hour, and to zones that lie between the hours.
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    # In winter, for Ramadan, and never.
    "Europe/Dublin",
    "Africa/Casablanca",
    "Pacific/Kiritimati",
    "Etc/UTC",
)
BEGINS = datetime(2026, 12, 1, tzinfo=UTC)
A_YEAR = timedelta(days=366)
URGENT = frozenset(
    {"draft", "assigned", "service_level_missed", "ending_announced", "ending_taken_back", "sign_off_rejected"}
    | {"contact_changed", "paused", "invitation", "meeting_cancelled"}
)
"""Kinds that wait for no office hours, some of them only in some cases."""
RANDOM = settings(max_examples=60, deadline=None)
# A year is too long to be lived hundreds of times for the sake of a smaller example.
LIVED = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def moments() -> st.SearchStrategy[datetime]:
    """Any minute of the year, and often one around a change of clocks."""
    anywhere = st.integers(0, int(A_YEAR.total_seconds()) // 60).map(lambda minute: BEGINS + timedelta(minutes=minute))
    changes = [moment for zone in ZONES for moment in changes_of_clocks(zone)]
    around = st.tuples(st.sampled_from(changes), st.integers(-180, 180))
    return anywhere | around.map(lambda drawn: drawn[0] + timedelta(minutes=drawn[1]))


@functools.cache
def changes_of_clocks(zone: str) -> list[datetime]:
    """The hours of the year in which the clocks of that zone change."""
    there, hours = ZoneInfo(zone), int(A_YEAR.total_seconds()) // 3600
    offsets = [(at := BEGINS + timedelta(hours=hour), at.astimezone(there).utcoffset()) for hour in range(hours)]
    return [at for (at, after), (_, before) in zip(offsets[1:], offsets, strict=False) if after != before]


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any week with a working day in it, any holidays, half-days and closing days, also in the night of the clocks."""
    days = st.dates(BEGINS.date() - timedelta(days=3), (BEGINS + A_YEAR).date() + timedelta(days=40))
    zone = draw(st.sampled_from(ZONES))
    changing = st.sampled_from([at.astimezone(ZoneInfo(zone)).date() for at in changes_of_clocks(zone)] or [date.min])
    some = st.frozensets(days | changing, max_size=30)
    return WorkCalendar(
        time_zone=zone,
        weekend=tuple(draw(st.frozensets(st.integers(1, 7), max_size=5))),
        holidays=dict.fromkeys(draw(some), "holiday"),
        half_days=dict.fromkeys(draw(some), "eve"),
        closures=dict.fromkeys(draw(st.frozensets(days, max_size=10)), ClosedBy()),
    )


def is_in(calendar: WorkCalendar, at: datetime) -> bool:
    """Whether offices are open at that moment, by the clock on the wall there."""
    there = at.astimezone(calendar.zone)
    day = there.date()
    shut = day in calendar.holidays or day in calendar.closures or day.isoweekday() in calendar.weekend
    closing = NOON if day in calendar.half_days else CLOSING
    return not shut and OPENING <= there.time() <= closing


@RANDOM
@given(calendars(), moments())
def test_what_waits_for_office_hours_comes_within_them_and_no_later(calendar: WorkCalendar, now: datetime) -> None:
    """At once where they are in, else at the next opening: no quarter of an hour before that would have done."""
    person = Person(id="p", name="P", email="p@p.test", side="customer", role="champion", time_zone=calendar.time_zone)
    team = staff().model_copy(update={"closures": ()})
    open_days = calendar.model_copy(update={"closures": {}})

    at = next_office_moment(person, now, lambda *_, **__: open_days, team=team, sale=None)

    assert now <= at
    assert is_in(open_days, at)
    quarters = int((at - now) / timedelta(minutes=15))
    assert not any(is_in(open_days, now + timedelta(minutes=15 * count)) for count in range(min(quarters, 5_000)))


@RANDOM
@given(calendars(), moments())
def test_the_next_morning_is_an_opening_on_another_day(calendar: WorkCalendar, now: datetime) -> None:
    person = Person(id="p", name="P", email="p@p.test", side="customer", role="champion", time_zone=calendar.time_zone)
    open_days = calendar.model_copy(update={"closures": {}})

    at = next_morning(person, now, lambda *_, **__: open_days, team=staff(), sale=None)

    there = at.astimezone(calendar.zone)
    assert there.date() > now.astimezone(calendar.zone).date()
    assert OPENING == there.time()
    assert is_in(open_days, at)


@RANDOM
@given(
    st.sampled_from(ZONES), moments(), st.times(), st.integers(1, 18 * 60), st.frozensets(st.integers(0, 6), max_size=6)
)
@example("Africa/Cairo", datetime(2027, 4, 29, 21, 30, tzinfo=UTC), time(23), 120, frozenset())
def test_what_waits_for_the_end_of_quiet_hours_comes_when_it_is_loud(
    zone: str, now: datetime, begins: time, minutes: int, days: frozenset[int]
) -> None:
    """In the night of the clocks, too: an hour that does not exist keeps nobody quiet for ever."""
    ends = (datetime.combine(date(2027, 1, 1), begins.replace(microsecond=0)) + timedelta(minutes=minutes)).time()
    begins = begins.replace(microsecond=0)
    if begins == ends:
        return
    chosen = Preferences(quiet_from=begins, quiet_until=ends, quiet_days=tuple(days))

    at = loud_from(chosen, ZoneInfo(zone), now)

    assert (at is None) == (not is_quiet(chosen, ZoneInfo(zone), now))
    assert at is None or (at > now and not is_quiet(chosen, ZoneInfo(zone), at))


@LIVED
@given(
    st.integers(0, 10_000), st.sampled_from(PLACES), st.integers(0, 365), st.sampled_from(("high-touch", "tech-touch"))
)
def test_every_notice_of_a_year_comes_within_its_receivers_hours(
    seed: int, place: tuple[str, str], day: int, tier: str
) -> None:
    """Real holidays, people in other zones than their company, and news at any hour of day and night."""
    dice = random.Random(seed)
    onboarding = lived(dice, place, BEGINS + timedelta(days=day, hours=dice.randint(0, 23)), tier)
    people = {person.id: person for person in onboarding.ledger.dossier(onboarding.id).people}

    late_or_early = [
        (notice.key, f"{notice.not_before.astimezone(ZoneInfo(people[notice.to].time_zone)):%a %F %H:%M}")
        for notice in onboarding.notices()
        if not is_urgent(notice) and not keeps_hours(onboarding, notice, people[notice.to])
    ]

    assert [] == late_or_early
    # Of a story that soon came to its end there is little to see.
    assume(len(onboarding.notices()) > 50)


def lived(dice: random.Random, place: tuple[str, str], closed_at: datetime, tier: str) -> Simulation:
    """A year of an onboarding with random news, whose people are all over the world."""
    country, zone = place
    roles: tuple[CustomerRole, ...] = ("project_lead", "executive_sponsor", "technical_lead", "champion")
    contacts = tuple(
        Stakeholder(
            id=role, name=role, email=f"{role}@customer.test", role=role, time_zone=dice.choice((None, *ZONES[:-1]))
        )
        for role in roles
    )
    account = Account(name="Random", country=country, time_zone=zone)
    sold = deal().model_copy(
        update={"account": account, "stakeholders": contacts, "closed_at": closed_at, "as_of": None, "champion": None}
    )
    sold = sold.model_copy(update={"go_live_by": None, "closures": (), "busy_seasons": ()})
    members = tuple(
        one.model_copy(update={"time_zone": dice.choice(ZONES), "country": None}) for one in staff().members
    )
    onboarding = Simulation(sold, playbook_of(tier), Team(members=members))
    for arrival in random_story(onboarding.state, dice):
        comes(onboarding, arrival)
    onboarding.to_day(A_YEAR.days)
    return onboarding


def comes(onboarding: Simulation, arrival: Arrival) -> None:
    onboarding.until(onboarding.deal.closed_at + arrival.after)
    if arrival.signal:
        onboarding.hear(arrival.kind, arrival.raw)
        return
    try:
        onboarding.update(arrival.kind, arrival.raw)
    except Refused as refused:
        assert refused.reason


def keeps_hours(onboarding: Simulation, notice: Notice, person: Person) -> bool:
    home = onboarding.deal.account if person.side == "customer" else None
    at = notice.not_before
    return is_in(hours_of(person, home=home, years=range(at.year - 1, at.year + 2)), at)


def is_urgent(notice: Notice) -> bool:
    return notice.kind in URGENT or (notice.kind.startswith("issue_") and notice.facts.get("severity") == "critical")
