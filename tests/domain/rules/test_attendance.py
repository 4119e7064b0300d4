"""Who hears what somebody has answered to an invitation? Whoever can do something about it, and only what is new."""

from typing import Any

import pytest

from tests.support.simulation import OWNER, Simulation, opened

HOST = "ines.moreau"
SERIES = "technical_meeting"
KICKOFF = "2026-11-06T10:00:00+01:00"


@pytest.fixture
def onboarding() -> Simulation:
    """The kickoff has its hour: Fri 6 Nov 2026 at ten. It is Mon 2 Nov."""
    onboarding = opened()
    onboarding.tell("send_draft", draft="introduction", by=OWNER)
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")
    return onboarding


def answer(onboarding: Simulation, answer: str, **more: Any) -> None:
    onboarding.tell("tell_attendance", **{"meeting": "kickoff_held", "answer": answer, "by": "project_lead", **more})


def heard(onboarding: Simulation) -> list[tuple[str, str]]:
    return [(notice.to, notice.facts["attendance"]) for notice in onboarding.notices("answer")]


@pytest.mark.parametrize("said", ["declined", "tentative"])
def test_who_does_not_come_reaches_the_owner_in_their_list_of_the_next_morning(
    onboarding: Simulation, said: str
) -> None:
    """With their own words, the meeting and its hour. Nobody of the customer's gets a mail about it."""
    onboarding.to("2026-11-02 15:00")

    answer(onboarding, said, note="I am at the fair.")

    [notice] = onboarding.notices("answer")
    assert (OWNER, said, "I am at the fair.") == (notice.to, notice.facts["attendance"], notice.facts["text"])
    assert ("Kickoff meeting", KICKOFF) == (notice.facts["title"], notice.facts["starts_at"])
    assert notice.joins_from is not None, "it travels with what else is theirs to do"


def test_who_comes_troubles_nobody(onboarding: Simulation) -> None:
    answer(onboarding, "accepted")

    assert [] == heard(onboarding)


def test_the_same_answer_again_is_no_news(onboarding: Simulation) -> None:
    """A calendar may send it with every change of its own."""
    answer(onboarding, "declined")
    answer(onboarding, "declined", news_id="again")

    assert [(OWNER, "declined")] == heard(onboarding)


def test_who_comes_after_all_is_told(onboarding: Simulation) -> None:
    answer(onboarding, "declined")
    answer(onboarding, "accepted")

    assert [(OWNER, "declined"), (OWNER, "accepted")] == heard(onboarding)


def test_an_answer_to_an_hour_that_was_moved_is_none_to_the_new_one(onboarding: Simulation) -> None:
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2026-11-09T09:30:00+01:00", by=OWNER)

    answer(onboarding, "declined", sequence=0)

    assert [] == heard(onboarding)


def test_what_is_too_late_for_a_list_goes_at_once(onboarding: Simulation) -> None:
    onboarding.to("2026-11-05 19:00")

    answer(onboarding, "declined")

    [notice] = onboarding.notices("answer")
    assert (onboarding.now, None) == (notice.not_before, notice.joins_from)


def test_the_host_is_told_too_and_finds_another_hour() -> None:
    """The owner reads who does."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.to_day(21)
    hour = "2026-11-26T14:30:00+01:00"
    onboarding.tell("agree_slot", meeting=SERIES, starts_at=hour, weekly=True, by="technical_lead")

    onboarding.tell("tell_attendance", meeting=SERIES, answer="declined", by="technical_lead")

    led_by = {notice.to: notice.facts["led_by"] for notice in onboarding.notices("answer")}
    assert {HOST: "", OWNER: "In\u00e8s Moreau"} == led_by


def test_nobody_hears_what_they_have_answered_or_told_themselves(onboarding: Simulation) -> None:
    answer(onboarding, "declined", by=OWNER)
    answer(onboarding, "declined", by=OWNER, person="project_lead")

    assert [] == heard(onboarding)


def test_an_answer_to_what_has_begun_is_written_down_and_told_to_nobody(onboarding: Simulation) -> None:
    """It was on its way while people sat down."""
    onboarding.to("2026-11-06 10:10")

    answer(onboarding, "declined")

    assert ["declined"] == [row.data["answer"] for row in onboarding.facts("attendance_told")]
    assert [] == heard(onboarding)
