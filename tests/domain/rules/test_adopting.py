"""Whom does the owner hear of, when, and what do users and managers read about use?"""

from datetime import date

import pytest

from domain.measure.adoption import AdoptionSeen, UseOfPerson
from domain.measure.flags import Look
from domain.measure.targets import TargetSeen
from tests.support.simulation import OWNER, Simulation, gone_live

OFTEN = UseOfPerson(person="end_user", habit="often", days=17, features=("reports",))
LITTLE = UseOfPerson(person="champion", habit="little", days=1)


@pytest.fixture
def onboarding() -> Simulation:
    """Gone live on Mon 4 Jan 2027: looked at for users from Mon 1 Feb on, every fourth week."""
    return gone_live()


def says(onboarding: Simulation, *people: UseOfPerson, by_person: bool = True) -> None:
    """Forty people use it, six of them a lot, and these are known by name."""
    seen = AdoptionSeen(
        since=date(2027, 1, 4), users=40, power_users=6, core_features=0, by_person=by_person, people=people
    )
    use = TargetSeen(
        key="weekly_use_by_90", title="", unit="%", state="not_due", value=71.0, at_least=75, origin="usage"
    )
    tickets = TargetSeen(key="few_tickets_by_60", title="", unit="", state="met", value=3.0, below=5)
    look = Look(adoption=seen, targets=(use, tickets))
    onboarding.ledger.looks.setdefault(onboarding.id, {})[onboarding.now] = look


def test_the_owner_hears_every_fourth_week_whom_to_thank_and_whom_to_help(onboarding: Simulation) -> None:
    """With names and without figures; nobody else is told, and nobody is written to by that alone."""
    says(onboarding, OFTEN, LITTLE)
    onboarding.to("2027-03-02 12:00")

    found = onboarding.notices("adoption_found")
    assert [(OWNER, "2027-02-01"), (OWNER, "2027-03-01")] == [(n.to, str(n.not_before.date())) for n in found]
    facts = found[0].facts
    assert (40, 6, ["end_user"], ["champion"]) == (
        facts["users"],
        facts["power_users"],
        [one["person"] for one in facts["often"]],
        [one["person"] for one in facts["little"]],
    )
    assert {"person", "name", "role"} == set(facts["often"][0])
    assert [] == [*onboarding.notices("thanked"), *onboarding.notices("use_asked")]


def test_before_four_weeks_of_use_and_where_nobody_uses_it_nothing_is_said(onboarding: Simulation) -> None:
    says(onboarding, OFTEN)
    onboarding.to("2027-01-31 12:00")
    assert [] == onboarding.notices("adoption_found")

    onboarding.ledger.looks.clear()
    onboarding.to("2027-03-02 12:00")
    assert [] == onboarding.notices("adoption_found")


def test_each_user_reads_of_their_own_use_and_managers_of_all_together(onboarding: Simulation) -> None:
    """Who uses it little reads nothing of it, nor does anybody of another; tickets are no use of the product."""
    says(onboarding, OFTEN, LITTLE)
    onboarding.to("2027-02-20 12:00")

    own = {n.to: n.facts.get("own") for n in onboarding.notices("message", about="weekly_tips")}
    assert {"days": 17, "features": 1, "of_features": 0, "not_yet": []} == own.pop("end_user")
    assert {None} == set(own.values())
    assert "champion" in own
    to_managers = onboarding.notices("message", about="manager_letter")
    assert to_managers
    shown = {tuple(figure["value"] for figure in n.facts["figures"]) for n in to_managers}
    assert {("71 % of licensed users",)} == shown
    assert {True} == {n.facts.get("by_team") for n in to_managers}
    assert {None} == {n.facts.get("by_team") for n in onboarding.notices("message", about="weekly_tips")}


def test_users_read_of_quick_wins_in_letters_that_go_out_anyway(onboarding: Simulation) -> None:
    """The first letter has all that there have been, each later one what is new; the lead has them in the report."""
    onboarding.tell("record_win", title="Orders without retyping", slot=30, result="40 minutes a day", by=OWNER)
    onboarding.to("2027-01-15 12:00")
    onboarding.tell("record_win", title="Freight papers print themselves", by=OWNER)
    onboarding.to("2027-02-10 12:00")

    tips = [n for n in onboarding.notices("message", about="weekly_tips") if n.to == "end_user"]
    told = [[win["title"] for win in n.facts.get("wins", ())] for n in tips]
    to_lead = [n for n in onboarding.notices("message", about="manager_letter") if n.to == "project_lead"]

    assert ["Orders without retyping"] == told[0]
    assert [["Orders without retyping"], ["Freight papers print themselves"]] == [titles for titles in told if titles]
    assert to_lead
    assert [] == [n for n in to_lead if "wins" in n.facts]


def test_the_executive_reads_of_wins_with_the_invitation(onboarding: Simulation) -> None:
    onboarding.tell("record_win", title="Orders without retyping", slot=30, result="40 minutes a day", by=OWNER)
    onboarding.to("2027-02-20 12:00")

    invited = [n for n in onboarding.notices("meeting", about="executive_check_in") if n.to == "executive_sponsor"]

    assert [{"title": "Orders without retyping", "result": "40 minutes a day"}] in [
        n.facts["standing"]["wins"] for n in invited
    ]
