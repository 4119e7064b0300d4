"""What goes on for years after the hand-off, and on which days?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities.calendars import public_holidays
from activities.onboarding import Bookkeeping
from domain.agenda.occasion import EndAhead, ProgrammeChange, ProgrammeOccasion
from domain.agenda.state import Entry
from domain.calendar import WorkCalendar
from domain.clock import Clock
from domain.deal import Account
from domain.notice import Notice
from domain.record import PROGRAMME_ENDED, MeetingRow, Writing
from domain.refusal import InvalidDeal
from domain.rules.admission import YEARS_AHEAD, Calendars, calendar_of, calendar_until
from domain.rules.programme import keep_programme, keys_of
from tests.support.fakes import Wakes
from tests.support.parts import LIBRARY
from tests.support.simulation import OTHER_CSM, OWNER, Simulation, deal, opened, playbook_of, staff

HANDED_OVER = datetime(2027, 3, 3, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def occasion(onboarding: Simulation, now: datetime, due: tuple[Entry, ...] = ()) -> ProgrammeOccasion:
    return ProgrammeOccasion(
        programme="success-file-x", onboarding=onboarding.id, since=HANDED_OVER, now=now, owner=OWNER,
        cast=onboarding.state.cast, due=due,
    )  # fmt: skip


def books(onboarding: Simulation, calendars: Calendars) -> Bookkeeping:
    return Bookkeeping(
        ledger=onboarding.ledger,
        library=LIBRARY,
        staff=staff,
        calendars=calendars,
        wake=Wakes(),
        channels=(),
        threads=ThreadPoolExecutor(1),
    )


def test_no_occasion_of_any_year_is_planned_on_a_holiday() -> None:
    """Ten years on: the calendar of the opening ended long before."""
    onboarding = opened()
    keeping = books(onboarding, public_holidays)
    bavaria = public_holidays(onboarding.deal.account, years=range(2027, 2039))

    now, days = HANDED_OVER, []
    while now.year < 2037:
        entries, _ = keeping._keep_programme(occasion(onboarding, now))
        days += [date.fromisoformat(entry.occurrence) for entry in entries]
        now = min(entry.due for entry in entries) + timedelta(seconds=1)

    assert 2037 <= max(days).year
    assert [] == sorted({str(day) for day in days if bavaria.why_not(day)})


def test_an_occasion_says_how_far_a_compressed_clock_has_come() -> None:
    """By a real clock the wall says it."""
    onboarding = opened()
    real = occasion(onboarding, HANDED_OVER)
    compressed = real.model_copy(update={"clock": Clock(day=timedelta(seconds=2))})

    _, by_wall = keep_programme(real, onboarding.dossier, staff())
    _, by_itself = keep_programme(compressed, onboarding.dossier, staff())

    assert (None, HANDED_OVER) == (by_wall.lived_until, by_itself.lived_until)


def year_of(onboarding: Simulation, tier: str, since: datetime = HANDED_OVER) -> list[Notice]:
    """What the owner or the project lead gets in the first year of a programme, in its order."""
    dossier = onboarding.dossier.model_copy(update={"playbook": playbook_of(tier)})
    now, told = since, list[Notice]()
    due: tuple[Entry, ...] = ()
    while now <= since.replace(year=since.year + 1):
        entries, writing = keep_programme(occasion(onboarding, now, due), dossier, staff())
        told += [notice for notice in writing.notices if notice.to == "project_lead"]
        now = min(entry.due for entry in entries)
        due = tuple(entry for entry in entries if entry.due == now)
    return told


@pytest.mark.parametrize("tier", ["high-touch", "low-touch", "tech-touch"])
def test_a_year_has_twelve_occasions_of_which_the_longer_contains_the_shorter(tier: str) -> None:
    """Not seventeen: in the month of a review nobody is asked to a check-in as well, and gets one letter, not three."""
    told = year_of(opened(), tier)

    rhythm = {cadence.key: cadence.every_months for cadence in playbook_of(tier).programme.cadences}
    assert [rhythm[notice.about] for notice in told] == [1, 1, 3, 1, 1, 3, 1, 1, 3, 1, 1, 12]


def test_an_agreed_hour_comes_into_calendars_by_the_customers_clock() -> None:
    """For whoever reads in a chat, too: no other channel takes entries. Each occasion has a name of its own."""
    onboarding = opened()
    members = [one.model_copy(update={"channel": "slack", "slack": "U012ABCD"}) for one in staff().members]
    team = staff().model_copy(update={"members": tuple(members)})
    told, kept = list[Notice](), list[MeetingRow]()
    now = HANDED_OVER
    while len(told) < 4:
        [entry, *_] = sorted(
            keep_programme(occasion(onboarding, now), onboarding.dossier, team)[0], key=lambda e: e.due
        )
        now = entry.due
        held = occasion(onboarding, now, (entry,)).model_copy(update={"hour": "14:30"})
        writing = keep_programme(held, onboarding.dossier, team)[1]
        told += writing.notices
        kept += writing.meetings

    assert {"mail"} == {notice.channel for notice in told}
    at = [datetime.fromisoformat(notice.facts["calendar"]["starts_at"]).astimezone(BERLIN) for notice in told]
    assert [f"{notice.facts['on']} 14:30" for notice in told] == [f"{one:%Y-%m-%d %H:%M}" for one in at]

    names = {(notice.facts["on"], notice.facts["calendar"]["uid"]) for notice in told}
    assert 2 == len(names) == len(dict(names))
    invited = [tuple(one.to for one in told if one.facts["calendar"]["uid"] == row.uid) for row in kept]
    assert invited == [row.people for row in kept]
    assert dict(names) == {str(row.starts_at.astimezone(BERLIN).date()): row.uid for row in kept}
    assert all(row.of_programme and row.minutes for row in kept)


def test_a_meeting_without_an_hour_is_in_no_list() -> None:
    """It is announced for its day, and people agree when it begins."""
    onboarding = opened()
    [entry, *_] = sorted(keep_programme(occasion(onboarding, HANDED_OVER), onboarding.dossier, staff())[0], key=due)
    _, writing = keep_programme(occasion(onboarding, entry.due, (entry,)), onboarding.dossier, staff())

    assert writing.notices
    assert () == writing.meetings


@pytest.mark.parametrize("tier", ["high-touch", "tech-touch"])
def test_whatever_comes_of_a_programme_says_so(tier: str) -> None:
    """Its small print must not speak of an onboarding that is over, and a meeting names who comes."""
    told = year_of(opened(), tier)

    assert {True} == {notice.facts["programme"] for notice in told}
    for meeting in (notice for notice in told if notice.kind == "programme_meeting"):
        assert ["Jonas Weber", "Stefan Vogel"] == meeting.facts["with"][:2]


def due(entry: Entry) -> datetime:
    return entry.due


def test_no_letter_of_a_series_is_left_out_for_a_rarer_one() -> None:
    titles = [notice.facts["headline"] for notice in year_of(opened(), "tech-touch") if "monthly" in notice.about]

    assert 3 == len(set(titles))
    assert titles == [titles[turn % 3] for turn in range(8)]


def test_what_was_planned_before_the_longer_contained_it_is_not_announced() -> None:
    """A programme that runs since then has both on its agenda, for the same hour."""
    onboarding = opened()
    now = datetime(2027, 6, 1, 7, tzinfo=UTC)
    entries, _ = keep_programme(occasion(onboarding, now - timedelta(days=20)), onboarding.dossier, staff())
    review = next(entry for entry in entries if "quarterly" in entry.about)
    check_in = review._replace(
        slot=review.slot.replace("quarterly_review", "monthly_check_in"), about="monthly_check_in"
    )

    _, writing = keep_programme(occasion(onboarding, review.due, (check_in, review)), onboarding.dossier, staff())

    assert {"quarterly_review"} == {notice.about for notice in writing.notices}


def monthly(onboarding: Simulation, calendar: WorkCalendar, now: datetime) -> Entry:
    dossier = onboarding.dossier.model_copy(update={"calendar": calendar})
    entries, _ = keep_programme(occasion(onboarding, now), dossier, staff())
    return next(entry for entry in entries if "monthly" in entry.about)


@pytest.mark.parametrize("closed", [(0,), (-1,), (0, 1), (-1, 0, 1), (-2, -1, 0)])
def test_a_day_that_became_a_holiday_since_is_put_off_and_told_once(closed: tuple[int, ...]) -> None:
    """The government gave a day off after the occasion was planned; `closed` are days from the planned one on."""
    onboarding = opened()
    calendar = onboarding.calendar
    entry = monthly(onboarding, calendar, datetime(2027, 8, 5, 12, tzinfo=UTC))
    planned = date.fromisoformat(entry.occurrence)
    given = {planned + timedelta(days=days): "Day of mourning" for days in closed}
    changed = calendar.model_copy(update={"holidays": {**calendar.holidays, **given}})
    dossier = onboarding.dossier.model_copy(update={"calendar": changed})

    told, now, due = [], entry.due, (entry,)
    while now < calendar.at(planned + timedelta(days=14), time(12)):
        entries, writing = keep_programme(occasion(onboarding, now, due), dossier, staff())
        told += [notice.facts["on"] for notice in writing.notices if notice.to == OWNER]
        following = next(other for other in entries if other.about == entry.about)
        now, due = following.due, (following,)

    assert [str(changed.working_day_from(planned))] == told


def test_years_that_were_not_recorded_are_looked_up_and_recorded_ones_stay() -> None:
    account = opened().deal.account
    recorded = public_holidays(account, years=range(2026, 2029)).model_copy(
        update={"holidays": {date(2027, 5, 4): "as it was"}, "first_year": 0, "last_year": 2028}
    )

    later = calendar_until(recorded, account, public_holidays, now=datetime(2030, 2, 1, tzinfo=UTC))

    assert "a holiday (as it was)" == later.why_not(date(2027, 5, 4))
    assert later.why_not(date(2030, 1, 1)) is not None
    assert later.why_not(date(2031, 12, 24)) == "a half-day (Year-end closing)"
    assert 2030 + YEARS_AHEAD == later.last_year
    assert later is calendar_until(later, account, public_holidays, now=datetime(2030, 12, 31, tzinfo=UTC))


def test_a_record_from_before_years_were_kept_is_known_by_its_holidays() -> None:
    account = opened().deal.account
    old = WorkCalendar(time_zone="Europe/Berlin", holidays={date(2028, 12, 26): "Second Day of Christmas"})

    later = calendar_until(old, account, public_holidays, now=datetime(2028, 6, 1, tzinfo=UTC))

    assert later.why_not(date(2028, 1, 6)) is None
    assert later.why_not(date(2029, 1, 1)) is not None


def test_an_onboarding_goes_on_by_what_it_knows_when_the_lists_forget_its_place() -> None:
    def forgotten(account: Account, *, years: range) -> WorkCalendar:
        raise InvalidDeal(f"no list of public holidays is known for {account.country} in {years}")

    onboarding = opened()
    late = datetime(2035, 1, 10, 9, tzinfo=UTC)

    assert onboarding.calendar == calendar_until(onboarding.calendar, onboarding.deal.account, forgotten, now=late)
    assert books(onboarding, forgotten)._keep_programme(occasion(onboarding, late))[0]


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"closed_at": "2023-11-06T10:00:00+01:00", "as_of": "2026-11-20T09:00:00+01:00"}, date(2027, 3, 26)),
        ({"closed_at": "2026-12-15T10:00:00+01:00", "go_live_by": "2028-12-11"}, date(2029, 3, 30)),
        ({"closed_at": "2026-12-31T23:30:00+00:00"}, date(2030, 12, 25)),
    ],
)
def test_the_first_calendar_reaches_beyond_the_plan(changes: dict[str, Any], day: date) -> None:
    plain: dict[str, Any] = {"as_of": None, "go_live_by": None, "busy_seasons": [], "reached": []}

    closed = deal("lindenau-germany", **{**plain, **changes})

    assert calendar_of(closed, public_holidays).why_not(day) is not None


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (None, [OTHER_CSM, OWNER, "project_lead"]),
        (OTHER_CSM, [OWNER, "project_lead"]),
    ],
)
def test_both_owners_and_the_customer_hear_of_another_owner(by: str | None, told: list[str]) -> None:
    onboarding = opened()
    change = ProgrammeChange(owner=OTHER_CSM, before=OWNER, by=by, news_id="n-1")
    changed = occasion(onboarding, HANDED_OVER + timedelta(days=40)).model_copy(
        update={"changes": (change,), "owner": OTHER_CSM}
    )

    _, writing = keep_programme(changed, onboarding.dossier, staff())
    _, again = keep_programme(
        changed, onboarding.dossier, staff(), done_before={row.key: changed.now for row in writing.journal}
    )

    assert told == [notice.to for notice in writing.notices]
    assert {("reassigned", "Jonas Weber", "Grace Lee", True)} == {
        (notice.kind, *(notice.facts[name] for name in ("before", "now", "programme"))) for notice in writing.notices
    }
    assert again.notices == ()


def test_another_owner_who_took_no_part_before_is_written_down_with_it() -> None:
    """A message to whoever is nobody in the onboarding is refused."""
    onboarding = opened()
    change = ProgrammeChange(owner=OTHER_CSM, before=OWNER, by=OWNER, news_id="n-1")
    now = occasion(onboarding, HANDED_OVER).model_copy(update={"owner": OTHER_CSM, "changes": (change,)})

    _, writing = keep_programme(now, onboarding.dossier, staff())

    known = {person.id for person in onboarding.dossier.people}
    assert [OTHER_CSM] == [person.id for person in writing.people]
    assert {notice.to for notice in writing.notices} <= known | {OTHER_CSM}


def test_who_meets_another_of_the_customer_writes_to_nobody() -> None:
    onboarding = opened()
    change = ProgrammeChange(executive_sponsor="project_lead", news_id="n-2")
    changed = occasion(onboarding, HANDED_OVER).model_copy(update={"changes": (change,)})

    assert keep_programme(changed, onboarding.dossier, staff())[1].notices == ()


# --- its end


def ended_at(
    onboarding: Simulation, now: datetime, *, hour: str | None = "14:30", why: str = "customer_left"
) -> Writing:
    """What is written when a programme ends that has announced its next meeting at its time."""
    entry = first_of(onboarding)
    announced = occasion(onboarding, entry.due, (entry,)).model_copy(update={"hour": hour})
    _, told = keep_programme(announced, onboarding.dossier, staff())
    end = occasion(onboarding, now).model_copy(update={"hour": hour, "ended": why})
    done = [row.key for row in told.journal]
    return keep_programme(end, onboarding.dossier, staff(), done_before=done, meetings=told.meetings)[1]


def first_of(onboarding: Simulation) -> Entry:
    """The first meeting: a check-in."""
    return min(keep_programme(occasion(onboarding, HANDED_OVER), onboarding.dossier, staff())[0], key=due)


def test_its_end_takes_an_announced_meeting_back_from_calendars() -> None:
    """From all who were invited, under the next number of the entry, and the journal has both."""
    onboarding = opened()
    entry = first_of(onboarding)

    writing = ended_at(onboarding, entry.due + timedelta(hours=3))

    calendars = {notice.to: notice.facts["calendar"] for notice in writing.notices}
    assert {"meeting_cancelled"} == {notice.kind for notice in writing.notices}
    assert {OWNER, "project_lead"} == set(calendars)
    assert {("CANCEL", 1)} == {(one["method"], one["sequence"]) for one in calendars.values()}
    [meeting] = writing.meetings
    assert ({meeting.uid}, 1, "cancelled") == (
        {one["uid"] for one in calendars.values()},
        meeting.sequence,
        meeting.status,
    )
    rows = {row.kind: row for row in writing.journal}
    assert {"reason": "customer_left"} == rows["programme_ended"].data
    assert (entry.about, entry.occurrence) == (
        rows["meeting_fell_away"].about,
        rows["meeting_fell_away"].data["occasion"],
    )


def test_its_end_calls_off_a_day_that_was_announced_without_an_hour() -> None:
    """It is in no calendar by us, and people have put it into their own."""
    onboarding = opened()
    entry = first_of(onboarding)

    writing = ended_at(onboarding, entry.due + timedelta(hours=3), hour=None)

    assert {OWNER, "project_lead"} == {notice.to for notice in writing.notices}
    assert {("", entry.occurrence)} == {(notice.facts["starts_at"], notice.facts["on"]) for notice in writing.notices}
    assert all("calendar" not in notice.facts for notice in writing.notices)


@pytest.mark.parametrize(("days", "announced"), [(1, True), (5, False)])
def test_who_stays_after_all_hears_of_the_meeting_whose_announcement_fell_between(days: int, announced: bool) -> None:
    """Once, and for a day that is still ahead: one that was announced before the notice is not announced again."""
    onboarding = opened()
    entry = first_of(onboarding)
    now = entry.due + timedelta(days=days)
    stays = occasion(onboarding, now).model_copy(update={"end_moved": True})

    ahead, late = keep_programme(stays, onboarding.dossier, staff())
    _, again = keep_programme(stays, onboarding.dossier, staff(), done_before=[entry.key])
    _, plain = keep_programme(occasion(onboarding, now), onboarding.dossier, staff())

    told = {notice.to: notice.facts["on"] for notice in late.notices}
    assert ({OWNER: entry.occurrence, "project_lead": entry.occurrence} if announced else {}) == told
    assert ([entry.key] if announced else []) == [row.key for row in late.journal]
    assert ([entry.key] if announced else []) == keys_of(stays, onboarding.dossier, staff())
    assert entry.occurrence not in {one.occurrence for one in ahead}
    assert () == again.notices == plain.notices


def test_whoever_stays_and_then_leaves_at_once_is_invited_to_nothing() -> None:
    """Both may come before the programme has written anything down; what it never announced it does not call off."""
    onboarding = opened()
    entry = first_of(onboarding)
    moved = occasion(onboarding, entry.due + timedelta(days=1)).model_copy(
        update={"end_moved": True, "ended": "customer_left"}
    )

    _, writing = keep_programme(moved, onboarding.dossier, staff())

    assert () == writing.notices
    assert [PROGRAMME_ENDED] == [row.key for row in writing.journal]


def test_an_end_that_is_put_off_lets_no_meeting_behind_it_be_announced() -> None:
    onboarding = opened()
    entry = first_of(onboarding)
    ends = EndAhead(at=datetime.fromisoformat(f"{entry.occurrence}T00:00+02:00"), reason="customer_left")
    moved = occasion(onboarding, entry.due + timedelta(days=1)).model_copy(update={"end_moved": True, "ends": ends})

    assert () == keep_programme(moved, onboarding.dossier, staff())[1].notices


def test_its_end_says_nothing_of_what_is_over_or_was_never_announced() -> None:
    onboarding = opened()
    entry = first_of(onboarding)
    before = occasion(onboarding, entry.due - timedelta(hours=1)).model_copy(update={"ended": "customer_left"})

    too_early = keep_programme(before, onboarding.dossier, staff())[1]
    too_late = ended_at(onboarding, entry.due + timedelta(days=6))

    for writing in (too_early, too_late):
        assert () == writing.notices
        assert () == writing.meetings
        assert ["programme_ended"] == [row.kind for row in writing.journal]


def test_an_end_that_was_written_down_already_calls_nothing_off_again() -> None:
    """The worker died before Temporal heard that it had done it."""
    onboarding = opened()
    entry = first_of(onboarding)
    end = occasion(onboarding, entry.due).model_copy(update={"ended": "customer_left"})

    again = keep_programme(end, onboarding.dossier, staff(), done_before=["programme_ended", entry.key])[1]

    assert () == again.notices


def test_what_is_asked_of_the_journal_at_the_end_is_what_may_lie_ahead() -> None:
    """A meeting is called off only where the journal has that it was announced."""
    onboarding = opened()
    entry = first_of(onboarding)
    end = occasion(onboarding, entry.due).model_copy(update={"ended": "customer_left"})

    assert ["programme_ended", entry.key] == keys_of(end, onboarding.dossier, staff())
