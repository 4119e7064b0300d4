"""What may a deal that is delivered again still add, and what must it leave alone?"""

from typing import Any

import pytest

from domain.deal import DealClosed
from domain.rules.completing import COMPLETABLE, completed
from tests.support.onboardings import sample_deal


def without(*fields: str) -> DealClosed:
    return DealClosed.model_validate({name: value for name, value in sample_deal().items() if name not in fields})


def test_what_was_missing_comes_in() -> None:
    """Every field of the record that people read, and who is the champion."""
    full = DealClosed.model_validate(sample_deal())

    deal, fields = completed(without(*COMPLETABLE, "champion"), full)

    assert {*COMPLETABLE, "champion"} == set(fields)
    assert full == deal


@pytest.mark.parametrize(
    "changes",
    [
        {"problem": "Another one."},
        {"circumstances": {"complexity": "high"}},
        {"busy_seasons": [{"first": "2027-02-01", "last": "2027-02-05", "why": "fair"}]},
        {"go_live_by": "2027-05-03"},
        {"owner": "grace.lee"},
        {"playbook": "tech-touch"},
        {"closed_at": "2026-10-01T10:00:00+01:00"},
        {"stakeholders": [{"name": "Eve", "email": "eve@lindenau.example", "role": "manager"}], "champion": None},
    ],
)
def test_what_is_there_stays_and_no_date_moves(changes: dict[str, Any]) -> None:
    """The plan is made; a late delivery of an old state does no harm."""
    stored = DealClosed.model_validate(sample_deal())

    assert (stored, ()) == completed(stored, DealClosed.model_validate(sample_deal(**changes)))


def test_new_notes_are_added_and_known_ones_are_not() -> None:
    stored = DealClosed.model_validate(sample_deal())
    again = DealClosed.model_validate(sample_deal(notes=[*sample_deal()["notes"], {"text": "They hurry."}]))

    deal, fields = completed(stored, again)

    assert ("notes",) == fields
    assert [*(note.text for note in stored.notes), "They hurry."] == [note.text for note in deal.notes]


def test_fields_of_the_company_are_filled_in_one_by_one() -> None:
    stored = DealClosed.model_validate(sample_deal(custom={"region": "south"}))
    again = DealClosed.model_validate(sample_deal(custom={"region": "north", "segment": "furniture"}))

    deal, _ = completed(stored, again)

    assert {"region": "south", "segment": "furniture"} == deal.custom


def test_a_champion_whom_the_onboarding_does_not_know_is_left_out() -> None:
    """People have got their mails already: who takes part stays as it was."""
    stored = without("champion").model_copy(update={"stakeholders": without("champion").stakeholders[:1]})

    _, fields = completed(stored, DealClosed.model_validate(sample_deal()))

    assert "champion" not in fields


def test_the_deals_own_champion_goes_before_one_of_another_deal() -> None:
    """Who is meant is told by the address: the ids are given per deal."""
    full = DealClosed.model_validate(sample_deal())
    [own] = [person for person in full.stakeholders if person.id == full.champion]
    borrowed = own.model_copy(update={"id": "champion-1", "email": "b@else.example", "known_from": "onboarding-file-1"})
    renamed = own.model_copy(update={"id": "their-champion"})
    others = tuple(person for person in full.stakeholders if person != own)
    stored = full.model_copy(update={"stakeholders": (*others, renamed, borrowed), "champion": borrowed.id})

    deal, fields = completed(stored, full)

    assert (("champion",), "their-champion") == (fields, deal.champion)
    assert (deal, ()) == completed(deal, full)


def test_an_id_that_is_somebody_elses_here_makes_nobody_the_champion() -> None:
    """Somebody of another deal of the account may have the id that the sender's own champion has there."""
    full = DealClosed.model_validate(sample_deal())
    [own] = [person for person in full.stakeholders if person.id == full.champion]
    borrowed = own.model_copy(update={"email": "b@else.example", "known_from": "onboarding-file-1"})
    others = tuple(person for person in full.stakeholders if person != own)
    stored = full.model_copy(update={"stakeholders": (*others, borrowed), "champion": None})

    assert (stored, ()) == completed(stored, full)
