"""What the weekly look asks of our people besides flags: risks to look at again, and quick wins."""

import pytest

from domain.deal import QuickWinCandidate
from domain.notice import Notice
from domain.rules.reviewing import ranked
from tests.support.simulation import OTHER_CSM, OWNER, Simulation, deal, opened


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026; looked at every Monday from 16 Nov on, as long as no report goes out."""
    return opened()


def reviewed(notices: list[Notice]) -> list[tuple[str, list[str]]]:
    return [(one.to, [risk["risk"] for risk in one.facts["risks"]]) for one in notices]


# --- risks


def test_whoever_watches_risks_is_reminded_of_them_in_one_message_the_gravest_first(onboarding: Simulation) -> None:
    """After the days that the playbook has for each: two weeks for those of time and technology."""
    onboarding.to("2026-11-16 12:00")

    by_person = dict(reviewed(onboarding.notices("risk_review")))
    assert "customer_time_short" == by_person[OWNER][0]
    scores = [risk["score"] for risk in onboarding.notices("risk_review", to=OWNER)[0].facts["risks"]]
    assert sorted(scores, reverse=True) == scores
    assert "change_resisted" not in str(by_person)


def test_a_risk_that_nobody_has_looked_at_names_no_day_for_it(onboarding: Simulation) -> None:
    """The day on which the onboarding opened stood there, as if somebody had."""
    onboarding.to("2026-11-12 12:00")
    onboarding.tell("record_risk", risk="customer_time_short", probability=4, impact=4, by=OWNER)
    onboarding.tell("record_risk", risk="own", title="The CFO leaves", review_on="2026-11-20", by=OWNER)

    onboarding.to("2026-12-01 12:00")

    looked = {risk["risk"]: risk["at"] for one in onboarding.notices("risk_review") for risk in one.facts["risks"]}
    assert ("2026-11-12", "2026-11-12") == (looked.pop("customer_time_short"), looked.pop("own"))
    assert {""} == set(looked.values())


def test_a_risk_that_nobody_looks_at_comes_again_after_two_weeks(onboarding: Simulation) -> None:
    onboarding.to("2026-12-01 12:00")

    times = [
        str(n.not_before.date())
        for n in onboarding.notices("risk_review", to=OWNER)
        if "customer_time_short" in str(n.facts)
    ]
    assert ["2026-11-16", "2026-11-30"] == times


def test_what_was_looked_at_comes_after_the_days_of_the_playbook_or_on_the_day_that_was_named(
    onboarding: Simulation,
) -> None:
    onboarding.to("2026-11-12 12:00")
    onboarding.tell("record_risk", risk="customer_time_short", probability=3, impact=3, by=OWNER)
    onboarding.tell(
        "record_risk", risk="own", title="The CFO leaves", review_on="2026-11-20", owner=OTHER_CSM, by=OWNER
    )
    onboarding.to("2026-11-17 12:00")
    assert "customer_time_short" not in str(reviewed(onboarding.notices("risk_review")))

    onboarding.to("2026-11-24 12:00")
    assert (OTHER_CSM, ["own"]) in reviewed(onboarding.notices("risk_review"))

    onboarding.to("2026-11-30 12:00")
    assert "customer_time_short" in str(reviewed(onboarding.notices("risk_review", to=OWNER))[-1])


def test_of_a_risk_that_is_over_or_has_come_true_nobody_is_reminded(onboarding: Simulation) -> None:
    onboarding.to("2026-11-12 12:00")
    onboarding.tell("record_risk", risk="customer_time_short", closed=True, by=OWNER)
    onboarding.tell("record_risk", risk="complexity_underestimated", came_true="issue-1", by=OWNER)
    onboarding.to("2026-12-20 12:00")

    told = str(reviewed(onboarding.notices("risk_review")))
    assert "customer_time_short" not in told
    assert "complexity_underestimated" not in told
    row = onboarding.ledger.rows[onboarding.id, "risk", "complexity_underestimated"]
    assert ("came_true", "issue-1") == (row.status, row.data["came_true"])


# --- quick wins


def test_a_quick_win_is_asked_for_three_weeks_before_and_missed_after_its_day(onboarding: Simulation) -> None:
    """Day 30 is 2 December: asked for at the first look, missed at that of 7 December."""
    onboarding.to("2026-12-08 12:00")

    told = [(n.facts["slot"], n.facts["ask"], str(n.not_before.date())) for n in onboarding.notices("win_asked")]
    assert [(30, True, "2026-11-16"), (30, False, "2026-12-07")] == told
    assert {OWNER} == set(onboarding.told("win_asked"))


@pytest.mark.parametrize("closed_on", range(2, 9))
def test_the_first_quick_win_is_asked_for_on_whichever_weekday_the_deal_was_closed(closed_on: int) -> None:
    """Day 9 is the first on which one may ask, and the first look is up to eleven days after it."""
    sold = deal(closed_at=f"2026-11-{closed_on:02}T10:00:00+01:00", as_of=None, go_live_by=None)
    onboarding = Simulation(sold)
    onboarding.to_day(25)

    assert [(30, True)] == [(one.facts["slot"], one.facts["ask"]) for one in onboarding.notices("win_asked")]


def test_what_was_won_is_not_asked_for(onboarding: Simulation) -> None:
    onboarding.to("2026-11-12 12:00")
    onboarding.tell("record_win", title="Drivers see changes by app", slot=30, baseline="phone", result="app", by=OWNER)
    onboarding.to("2026-12-08 12:00")

    assert [] == onboarding.notices("win_asked")


def test_a_win_without_a_slot_is_the_one_that_was_asked_for_last(onboarding: Simulation) -> None:
    """On day 50 that of day 60 is; that of day 30 was missed, and stays so."""
    onboarding.to_day(50)
    onboarding.tell("record_win", title="Drivers see changes by app", by=OWNER)
    onboarding.to_day(71)

    told = [(n.facts["slot"], n.facts["ask"]) for n in onboarding.notices("win_asked")]
    assert [(30, True), (30, False), (60, True)] == [one for one in told if one[0] < 90]


def test_a_win_before_anybody_asked_is_the_first(onboarding: Simulation) -> None:
    onboarding.to_day(5)
    onboarding.tell("record_win", title="Drivers see changes by app", by=OWNER)
    onboarding.to_day(40)

    assert [] == onboarding.notices("win_asked")[:1]


def test_a_quick_win_is_to_be_seen_by_a_working_day(onboarding: Simulation) -> None:
    """Day 60 is New Year's Day, and day 90 a Sunday."""
    onboarding.to_day(95)

    days = {n.facts["slot"]: n.facts["due"] for n in onboarding.notices("win_asked")}
    assert {30: "2026-12-02", 60: "2027-01-04", 90: "2027-02-01"} == days


def test_candidates_come_with_the_most_visible_for_the_least_effort_first() -> None:
    dear = QuickWinCandidate(what="dear", visibility=5, effort=5)
    cheap = QuickWinCandidate(what="cheap", visibility=4, effort=1)
    plain = QuickWinCandidate(what="plain")

    assert [cheap, dear, plain] == ranked([dear, plain, cheap])
