"""How often do people hear of a series? A request for an hour comes twice, an invitation once; to newcomers as well."""

import pytest

from domain.notice import Notice
from tests.support.simulation import OWNER, Simulation, opened

SERIES, OFFICE_HOURS, HOST = "technical_meeting", "user_office_hours", "ines.moreau"


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026; the kickoff has been held, so that the weekly technical meeting begins."""
    onboarding = opened()
    onboarding.tell("send_draft", draft="introduction", by=OWNER)
    onboarding.to_day(3)
    onboarding.settled("kickoff_held")
    return onboarding


def asked(onboarding: Simulation, to: str = "technical_lead") -> list[Notice]:
    return onboarding.notices("meeting", about=SERIES, to=to)


def test_whoever_has_not_chosen_an_hour_is_asked_twice_and_then_no_more(onboarding: Simulation) -> None:
    """The second request says that it is the last, to the host as well."""
    onboarding.to_day(45)

    assert [("weekly", False), ("weekly", True)] == [
        (notice.facts["rhythm"], notice.facts["last_told"]) for notice in asked(onboarding)
    ]
    assert [False, True] == [notice.facts["last_told"] for notice in asked(onboarding, to=HOST)]


def test_an_hour_for_one_time_alone_is_asked_for_again(onboarding: Simulation) -> None:
    onboarding.to_day(20)
    onboarding.tell("agree_slot", meeting=SERIES, starts_at="2026-11-24T10:00:00+01:00", by="technical_lead")

    onboarding.to_day(45)

    assert ["2026-11-10", "2026-11-17", "2026-12-01", "2026-12-08"] == [
        notice.facts["on"] for notice in asked(onboarding)
    ]


def test_whoever_takes_over_is_asked_as_often_as_the_one_before(onboarding: Simulation) -> None:
    onboarding.to_day(30)
    onboarding.tell(
        "replace_contact",
        person="technical_lead",
        to="karin",
        name="Karin Brandt",
        email="k.brandt@customer.test",
        by=OWNER,
    )

    onboarding.to_day(58)

    assert ["2026-12-08", "2026-12-15"] == [notice.facts["on"] for notice in asked(onboarding, to="karin")]
    assert 4 == len(asked(onboarding, to=HOST))


def test_whoever_stands_in_hears_of_it_from_then_on(onboarding: Simulation) -> None:
    onboarding.to_day(30)
    onboarding.tell("remove_contact", person="technical_lead", by=OWNER)

    onboarding.to_day(58)

    assert ["2026-12-08", "2026-12-15"] == [notice.facts["on"] for notice in asked(onboarding, to="project_lead")]


def test_a_webinar_that_comes_again_is_told_of_once(onboarding: Simulation) -> None:
    """With its rhythm, and that it is told of no more."""
    onboarding.to_day(63, hour=9)
    onboarding.settled("gone_live")
    onboarding.to_day(105)

    [invited] = onboarding.notices("webinar", about=OFFICE_HOURS, to="champion")
    assert ("every 2 weeks", True) == (invited.facts["rhythm"], invited.facts["last_told"])


def test_tips_for_users_go_to_users_and_not_to_who_stands_in_for_a_role_beside(onboarding: Simulation) -> None:
    """Nobody is a manager or a power user at Lindenau: the project lead hears what is for managers alone."""
    onboarding.to_day(63, hour=9)
    onboarding.settled("gone_live")
    onboarding.to_day(80)

    assert {"champion", "end_user"} == set(onboarding.told("message", about="weekly_tips"))
    assert {"champion", "end_user"} == set(onboarding.told("webinar", about="monthly_webinar"))
    assert {"project_lead"} == set(onboarding.told("message", about="manager_letter"))


def test_after_a_pause_people_are_asked_anew(onboarding: Simulation) -> None:
    """Nobody heard of the occasions that fell into it, and an hour that was chosen is given up with it."""
    onboarding.to_day(7)
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)
    onboarding.to_day(25)
    onboarding.tell("resume", by=OWNER)
    resumed_at = onboarding.now

    onboarding.to_day(70)

    after = [notice for notice in asked(onboarding) if notice.not_before > resumed_at]
    assert [False, True] == [notice.facts["last_told"] for notice in after]


def test_a_playbook_that_says_nothing_of_it_announces_every_time(onboarding: Simulation) -> None:
    """As onboardings go on that were opened before there was such a thing."""
    cadences = tuple(c.model_copy(update={"announcements": None}) for c in onboarding.playbook.cadences)
    playbook = onboarding.playbook.model_copy(update={"cadences": cadences})
    onboarding.dossier = onboarding.dossier.model_copy(update={"playbook": playbook})

    onboarding.to_day(45)

    assert 6 == len(asked(onboarding))
    assert "rhythm" not in asked(onboarding)[0].facts
