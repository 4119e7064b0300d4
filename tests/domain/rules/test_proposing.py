"""Which contacts does a CRM have otherwise? Proposed with the command that accepts it, and what says nothing is not."""

import shlex
from typing import Any

from domain.deal import DealClosed
from domain.rules.proposing import proposals
from tests.support.simulation import OWNER, deal, opened

ONE = "onboarding-file-1"


def delivered(**changes: Any) -> DealClosed:
    """Lindenau's deal as the CRM has it now, with fields of its project lead changed."""
    now = deal()
    people = [one.model_copy(update=changes) if one.id == "project_lead" else one for one in now.stakeholders]
    return now.model_copy(update={"stakeholders": tuple(people)})


def test_the_same_delivery_again_proposes_nothing() -> None:
    assert [] == proposals(deal(), deal())


def test_another_name_under_the_same_address_is_a_correction() -> None:
    [one] = proposals(deal(), delivered(name="Stefan Vogel-Lee"))

    assert ("correct", "project_lead", {"name": "Stefan Vogel-Lee"}) == (one.what, one.person, one.fields)


def test_another_address_under_the_same_name_is_a_correction() -> None:
    [one] = proposals(deal(), delivered(email="new@lindenau-moebel.example"))

    assert ("correct", {"email": "new@lindenau-moebel.example"}) == (one.what, one.fields)


def test_somebody_else_in_the_same_place_takes_over() -> None:
    [one] = proposals(deal(), delivered(name="Ana O'Hara; rm", email="ana@lindenau-moebel.example"))

    words = shlex.split(one.command(ONE))
    assert ["day90", "contact", "replace", ONE, "project_lead"] == words[:5]
    assert "Ana O'Hara; rm" in words


def test_who_stands_there_no_more_is_proposed_to_leave() -> None:
    now = deal()
    fewer = now.model_copy(update={"stakeholders": tuple(one for one in now.stakeholders if one.id != "champion")})

    assert [("leave", "champion")] == [(one.what, one.person) for one in proposals(now, fewer)]


def test_what_was_told_to_us_is_not_taken_back_by_a_crm_that_has_not_heard_of_it() -> None:
    onboarding = opened()
    onboarding.tell("remove_contact", person="champion", by=OWNER)
    onboarding.tell("add_contact", person="x", name="Ana", email="ana@customer.example", role="manager", by=OWNER)

    assert [] == proposals(onboarding.dossier.deal, deal())
