"""On which days does no date fall because one of the two companies is closed, and what is said about it?"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from activities.calendars import hours_of, public_holidays
from domain.calendar import WorkCalendar
from domain.closure import Closure
from domain.deal import DealClosed
from domain.drafting import draft
from domain.plan import PlannedMilestone
from domain.rules.admission import calendar_of
from domain.rules.casting import staff_person
from domain.rules.closing import both_open
from domain.rules.hours import next_office_moment
from domain.text import in_language
from domain.wording import reasons_in_words
from tests.domain.rules.test_programme import books
from tests.support.simulation import OWNER, Simulation, deal, high_touch, opened, staff

AOZORA = "aozora-japan"
SUMMER = {"first": "2026-11-16", "last": "2026-11-20", "why": "works holiday"}
FOUNDERS_DAY = Closure(first=date(2026, 11, 9), last=date(2026, 11, 9), why="founders' day")


def calendar(of: DealClosed, *ours: Closure) -> WorkCalendar:
    return both_open(calendar_of(of, public_holidays), of, ours=ours)


def planned(key: str, of: DealClosed, *ours: Closure) -> PlannedMilestone:
    return draft(high_touch(), of, calendar(of, *ours)).milestone(key)


def why(milestone: PlannedMilestone, language: str = "en") -> str:
    titles = {known.key: in_language(known.title, language) for known in high_touch().milestones}
    return "; ".join(reasons_in_words(milestone.reasons, titles, language))


def of_december(**account: Any) -> DealClosed:
    """A Japanese customer who signed on 1 December: day 30 is New Year's Eve."""
    body = deal(AOZORA).model_dump(mode="json", exclude={"left_out"})
    return deal(
        AOZORA, closed_at="2026-12-01T10:00:00+09:00", busy_seasons=[], go_live_by=None, playbook="high-touch",
        circumstances={}, account=body["account"] | account,
    )  # fmt: skip


def test_a_japanese_close_of_december_plans_nothing_for_the_year_end() -> None:
    environment = planned("environment_live", of_december())

    assert date(2027, 1, 4) == environment.on
    assert "closed: year-end closure of 株式会社アオゾラ精工, then a holiday (New Year's Day)" in why(environment)
    assert "年末年始休業" in why(environment, "ja")


def test_a_deal_can_say_that_its_customer_works_at_the_year_end() -> None:
    environment = planned("environment_live", of_december(year_end_closure=False))

    assert date(2026, 12, 31) == environment.on


def test_a_public_holiday_stays_one_for_a_customer_who_works_at_the_year_end() -> None:
    assert calendar(of_december(year_end_closure=False)).why_not(date(2027, 1, 1)) == "a holiday (New Year's Day)"


def test_no_date_falls_on_a_closing_day_of_the_customer() -> None:
    closing = deal(closures=[SUMMER])
    discovery = planned("integrations_specified", closing)

    assert (date(2026, 11, 20), date(2026, 11, 23)) == (planned("integrations_specified", deal()).on, discovery.on)
    assert f"closed: works holiday of {closing.account.name}, then a weekend" in why(discovery)
    assert f"{closing.account.name}様のworks holiday" in why(discovery, "ja")


def test_no_date_falls_on_a_closing_day_of_ours() -> None:
    access = planned("access_provisioned", deal(), FOUNDERS_DAY)

    assert (date(2026, 11, 9), date(2026, 11, 10)) == (planned("access_provisioned", deal()).on, access.on)
    assert "closed: founders' day on our side" in why(access)
    assert "当社のfounders' day" in why(access, "ja")


def test_nobody_is_late_on_a_day_on_which_one_side_is_closed() -> None:
    days = calendar(deal(closures=[SUMMER]), FOUNDERS_DAY)

    assert date(2026, 11, 10) == days.add_working_days(date(2026, 11, 6), 1)
    assert date(2026, 11, 23) == days.add_working_days(date(2026, 11, 13), 1)


def test_a_closed_day_has_no_half_that_is_open() -> None:
    eve = date(2026, 12, 24)
    closing = deal(closures=[{"first": "2026-12-24", "last": "2026-12-31", "why": "winter break"}])

    assert (True, False) == (calendar(deal()).is_half(eve), calendar(closing).is_half(eve))
    assert calendar(closing).closing(eve) is None


def test_a_closing_day_that_we_announce_later_holds_for_whoever_is_on_the_way() -> None:
    """What is recorded are the country's days; those of companies are looked up at every turn."""
    onboarding = opened()
    dossier = onboarding.ledger.dossier(onboarding.id)
    team = staff().model_copy(update={"closures": (FOUNDERS_DAY,)})

    turned = books(onboarding, public_holidays)._up_to_date(dossier, team, now=onboarding.now)

    assert dossier.calendar.why_not(FOUNDERS_DAY.first) is None
    assert turned.calendar.why_not(FOUNDERS_DAY.first) == "closed: founders' day on our side"


@pytest.mark.parametrize(("to", "hour"), [("project_lead", "Mon 23"), (OWNER, "Mon 16")])
def test_people_get_no_mail_while_their_own_company_is_closed(to: str, hour: str) -> None:
    onboarding = Simulation(deal(closures=[SUMMER]))
    monday = datetime(2026, 11, 16, 10, tzinfo=UTC)
    member = staff().member(to)
    person = staff_person(member, "en") if member else onboarding.ledger.dossier(onboarding.id).person(to)
    assert person is not None

    moment = next_office_moment(person, monday, hours_of, team=staff(), sale=onboarding.deal)

    assert hour == f"{moment:%a %d}"


def test_our_people_get_no_mail_while_we_are_closed() -> None:
    team = staff().model_copy(update={"closures": (FOUNDERS_DAY,)})
    owner = team.member(OWNER)
    assert owner is not None

    moment = next_office_moment(
        staff_person(owner, "en"), datetime(2026, 11, 9, 10, tzinfo=UTC), hours_of, team=team, sale=deal()
    )

    assert f"{moment:%a %d}" == "Tue 10"
