"""Who plays which role, who stands in where a deal names nobody, and who approves?"""

from datetime import date
from typing import Any

import pytest

from domain.deal import DealClosed
from domain.rules.casting import approvers, cast_customer, cast_vendor, people_of, playing, predecessors
from domain.team import Team
from tests.support.simulation import EXECUTIVE, MANAGER, OTHER_CSM, OWNER, Simulation, deal, staff


def with_people(*roles: str, **more: Any) -> DealClosed:
    people = [{"name": role, "email": f"{role}@customer.example", "role": role} for role in roles]
    return deal(stakeholders=people, champion=None, **more)


# --- the customer's side


@pytest.mark.parametrize(
    ("present", "role", "stands_in"),
    [
        (("project_lead",), "executive_sponsor", "project_lead"),
        (("manager", "project_lead"), "executive_sponsor", "manager"),
        (("champion", "executive_sponsor"), "project_lead", "champion"),
        (("executive_sponsor",), "project_lead", "executive_sponsor"),
        (("project_lead", "end_user"), "technical_lead", "project_lead"),
        (("project_lead", "power_user"), "champion", "power_user"),
        (("project_lead",), "end_user", "project_lead"),
        (("procurement",), "technical_lead", "procurement"),
        (("end_user",), "project_lead", "end_user"),
    ],
)
def test_a_role_that_the_deal_names_nobody_for_falls_to_who_stands_in(
    present: tuple[str, ...], role: str, stands_in: str
) -> None:
    assert cast_customer(with_people(*present))[role] == [stands_in]


def test_everybody_has_somebody_to_turn_to_whoever_the_deal_names() -> None:
    assert all(cast_customer(with_people("procurement")).values())


@pytest.mark.parametrize(
    ("gone", "reader", "names"),
    [
        ({"technical_lead": 10}, "project_lead", []),
        ({"technical_lead": 10, "technical_lead-2": 12}, "project_lead", ["technical_lead-2"]),
        ({"technical_lead": 12, "technical_lead-2": 10}, "project_lead", ["technical_lead"]),
        ({"technical_lead": 12, "technical_lead-2": 10}, "champion", []),
        ({}, "project_lead", []),
    ],
)
def test_who_stands_in_takes_the_place_of_whoever_left_last(
    gone: dict[str, int], reader: str, names: list[str]
) -> None:
    """Nobody does while the role has somebody, nor for a role that never had anybody: here the sponsor's."""
    people = with_people("project_lead", "technical_lead", "technical_lead", "champion")
    left = [
        one.model_copy(update={"until": date(2026, 11, gone[one.id]) if one.id in gone else None})
        for one in people.stakeholders
    ]

    deal = people.model_copy(update={"stakeholders": tuple(left)})

    assert names == [one.id for one in predecessors(deal, reader)]


def test_the_first_five_of_a_role_play_it() -> None:
    crowd = with_people("project_lead", *["end_user"] * 199)

    assert cast_customer(crowd)["end_user"] == ["end_user", "end_user-2", "end_user-3", "end_user-4", "end_user-5"]


def test_who_takes_no_part_in_the_roll_out_is_left_alone() -> None:
    buyer = {"name": "Buyer", "email": "b@c.example", "role": "executive_sponsor", "in_rollout": False}
    lead = {"name": "Lee", "email": "l@c.example", "role": "project_lead"}

    assert cast_customer(deal(stakeholders=[buyer, lead], champion=None))["executive_sponsor"] == ["project_lead"]


def test_where_nobody_takes_part_those_of_the_sale_do() -> None:
    buyer = {"name": "Buyer", "email": "b@c.example", "role": "procurement", "in_rollout": False}

    assert cast_customer(deal(stakeholders=[buyer], champion=None))["project_lead"] == ["procurement"]


def test_the_champion_whom_the_deal_names_is_the_first_of_them() -> None:
    named = deal(
        stakeholders=[
            {"name": "A", "email": "a@c.example", "role": "champion"},
            {"name": "B", "email": "b@c.example", "role": "project_lead"},
        ],
        champion="project_lead",
    )

    assert cast_customer(named)["champion"] == ["project_lead", "champion"]


# --- our side


def test_the_owner_is_a_csm_and_not_the_seller() -> None:
    cast = cast_vendor(staff(), deal(), "high", {})

    assert cast["csm"] == [OWNER]
    assert cast["cs_manager"] == [MANAGER]


def test_the_deal_may_name_its_owner() -> None:
    assert cast_vendor(staff(), deal(owner=OTHER_CSM), "high", {})["csm"] == [OTHER_CSM]


ALONE = Team(members=(staff().members[0].model_copy(update={"manager": None, "deputy": None}),))


def test_a_team_of_one_plays_every_role() -> None:
    cast = cast_vendor(ALONE, deal(), "high", {})

    assert {handle for handles in cast.values() for handle in handles} == {"mika.sato"}
    assert playing("training_lead", vendor=cast, customer={}) == ["mika.sato"]


def test_a_team_of_one_runs_an_onboarding() -> None:
    onboarding = Simulation(deal(), team=ALONE)
    onboarding.to_day(40)

    assert onboarding.state.owner == "mika.sato"
    assert onboarding.state.approvers == ["mika.sato"]


# --- who approves


def test_the_manager_and_the_executives_approve_and_never_the_owner() -> None:
    assert approvers(staff(), OWNER) == [MANAGER, EXECUTIVE]
    assert approvers(staff(), MANAGER) == [EXECUTIVE]
    assert approvers(staff(), EXECUTIVE) == [MANAGER]


def test_the_managers_deputy_approves_too() -> None:
    members = [m.model_copy(update={"deputy": OTHER_CSM}) if m.handle == MANAGER else m for m in staff().members]

    assert approvers(Team(members=tuple(members)), OWNER) == [MANAGER, OTHER_CSM, EXECUTIVE]


# --- receivers


def test_everybody_is_written_to_in_their_language_and_their_zone() -> None:
    people = {person.id: person for person in people_of(deal("aozora-japan"))}

    assert (people["project_lead"].language, people["project_lead"].time_zone) == ("ja", "Asia/Tokyo")
    assert (people["power_user"].language, people["power_user"].time_zone) == ("en", "Europe/Berlin")
    assert people["seller"].side == "vendor"
