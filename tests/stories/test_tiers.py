"""Do the lower tiers reach their hand-off as they should? A story of each on the time-skipping server."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from domain.notice import Notice
from playbooks.library import Library
from tests.support.onboardings import RunningOnboarding, World
from tests.support.stories import attest_everything, playing, work_through

ASKED_TO_COME = {"meeting", "programme_meeting"}
"""Notices of dates at which somebody has to be; nobody has to come to a webinar."""


ROOM = 4
"""Days that the two working days between the review and the sign-off of the success plan take, over a weekend."""


async def days_planned(deal: RunningOnboarding, closed: datetime) -> list[int]:
    return [(datetime.fromisoformat(m["due"]) - closed).days for m in (await deal.plan())["milestones"]]


def told_to(here: World, deal: RunningOnboarding, who: str) -> Counter[str]:
    return Counter(notice.kind for notice in here.ledger.told(deal.id) if notice.to == who)


def letters(here: World, deal: RunningOnboarding, series: str, *, to: str) -> list[Notice]:
    return [notice for notice in here.ledger.told(deal.id) if notice.about == series and notice.to == to]


def editions(series: str, playbook: str) -> list[str]:
    cadence = next(cadence for cadence in Library().get(playbook).cadences if cadence.key == series)
    return [_english(edition.title) for edition in cadence.editions if edition.ready]


def _english(text: Any) -> str:
    return str(text["en"])


async def handed_over_after(deal: RunningOnboarding, closed: datetime) -> timedelta:
    assert (await deal.outcome())["ending"] == "handed_over"
    # Not the server's clock: while a result is waited for, it may run ahead by a month.
    [ended] = deal.world.ledger.facts(deal.id, "ended")
    return ended.at - closed


async def test_a_deal_of_the_middle_tier_walks_the_standard_plan_with_clinics_and_group_sessions(here: World) -> None:
    """90 days: a report a week, a call every other week, an invitation to what is held for many, and the review."""
    deal = await here.closed_now("calloway-uk")
    closed = here.ledger.dossiers[deal.id].deal.closed_at
    plan = await deal.plan()
    assert plan["playbook"] == "low-touch"
    assert max(await days_planned(deal, closed)) <= 90 + 2 + ROOM, "a weekend may lie behind day 90"

    await work_through(deal, until=playing("review", plan))
    assert (await deal.progress()).status == "on_track"
    await work_through(deal)
    await attest_everything(deal)

    assert timedelta(days=90) <= await handed_over_after(deal, closed) <= timedelta(days=120)
    lead = told_to(here, deal, "project_lead")
    assert lead["kickoff_agenda"] == 1
    assert lead["status_report"] >= 11
    assert lead["meeting"] == 2, "an hour for calls every other week is asked for twice"
    assert told_to(here, deal, "technical_lead")["meeting"] == 0, "a clinic is no date of one's own"
    assert [n.kind for n in letters(here, deal, "setup_clinic", to="technical_lead")] == ["webinar"], (
        "once for them all"
    )
    tips = [tip.facts["headline"] for tip in letters(here, deal, "weekly_tips", to="champion")]
    assert tips == editions("weekly_tips", "low-touch")[: len(tips)]
    assert len(tips) >= 3
    assert told_to(here, deal, "jonas.weber")["webinar"] == 0
    await deal.let_pass(days=100)
    checked_in = {notice.to for notice in here.ledger.told(deal.id, "programme_meeting")}
    assert {"jonas.weber", "project_lead", "executive_sponsor"} == checked_in


async def test_a_deal_of_the_lowest_tier_is_led_by_letters_and_nobody_is_sent_to_a_meeting(here: World) -> None:
    """60 days in writing, a person who looks in every second week, and letters for the years after."""
    deal = await here.closed_now("pinecrest-us")
    closed = here.ledger.dossiers[deal.id].deal.closed_at
    plan = await deal.plan()
    assert plan["playbook"] == "tech-touch"
    assert max(await days_planned(deal, closed)) <= 60 + 3 + ROOM, "a long weekend may lie behind day 60"
    owner = (await deal.progress()).owner
    assert owner == "grace.lee", "the CSM of this tier"
    await deal.let_pass(days=3)
    [kickoff] = here.ledger.told(deal.id, "kickoff_agenda")
    assert (kickoff.to, kickoff.facts["in_writing"]) == ("project_lead", True)

    await work_through(deal)
    await attest_everything(deal, by=owner)

    lasted = await handed_over_after(deal, closed)
    assert timedelta(days=60) <= lasted <= timedelta(days=80)
    steps = [step.facts["headline"] for step in letters(here, deal, "setup_letter", to="project_lead")]
    assert steps == editions("setup_letter", "tech-touch")[: len(steps)]
    assert len(steps) >= 3
    tips = [tip.facts["headline"] for tip in letters(here, deal, "weekly_tips", to="end_user")]
    assert tips == editions("weekly_tips", "tech-touch")[: len(tips)]
    assert len(tips) >= 2
    assert told_to(here, deal, "project_lead")["webinar"] == 2
    looks = told_to(here, deal, owner)
    assert 4 <= looks["status_report"] <= 5
    assert looks["message"] == looks["webinar"] == 0, "nobody of ours gets a copy"
    await deal.let_pass(days=370)
    told = here.ledger.told(deal.id)
    assert not [notice.kind for notice in told if notice.kind in ASKED_TO_COME]
    # Of that year alone: the server's clock may have run ahead by a month while the result was awaited.
    year_over = closed + lasted + timedelta(days=370)
    written = (notice for notice in told if notice.kind == "programme_message" and notice.not_before < year_over)
    letters_of_the_year = Counter(notice.about for notice in written)
    assert letters_of_the_year["monthly_letter"] == 8, "in the other months a rarer letter comes in its place"
    [first, second, third, again] = [n.facts["headline"] for n in told if n.about == "monthly_letter"][:4]
    assert len({first, second, third}) == 3
    assert again == first
    assert {n.to for n in told if n.about == "quarterly_value_letter"} == {"project_lead", owner}
    assert letters_of_the_year["yearly_planning_letter"] == 2


async def test_a_customer_of_the_lowest_tier_who_falls_silent_is_noticed_by_a_person(here: World) -> None:
    """First reminders alone, after a week the owner, after three the owner's manager and the proposal to pause."""
    deal = await here.closed_now("pinecrest-us")

    await deal.let_pass(days=8, hours=3)
    assert told_to(here, deal, "grace.lee")["escalation"] == 0
    assert told_to(here, deal, "project_lead")["reminder"] == 1
    await deal.let_pass(days=8)

    alarmed = told_to(here, deal, "grace.lee")
    assert alarmed["escalation"] + alarmed["overdue_summary"] >= 1
    [of_theirs] = [one for one in here.ledger.told(deal.id, "escalation") if one.about == "kickoff_held"]
    reminded = [one for kind in ("reminder", "overdue_summary") for one in here.ledger.told(deal.id, kind)]
    before = [one for one in reminded if one.to == "project_lead" and one.not_before <= of_theirs.not_before]
    assert len(before) >= 2, "whoever is escalated over was reminded before"
    assert "nora.lindqvist" not in {notice.to for notice in here.ledger.told(deal.id, "escalation")}
    await deal.let_pass(days=14)
    assert "nora.lindqvist" in {notice.to for notice in here.ledger.told(deal.id, "pause_proposal")}
    assert (await deal.progress()).status == "stuck"
