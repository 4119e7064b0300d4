"""What happens where somebody leaves or comes on a day ahead? Until it begins, where they are, nothing; then all."""

from datetime import timedelta
from typing import Any

import pytest

from domain.agenda.state import State
from domain.deal import Stakeholder
from domain.record import KeptRow, Past
from domain.room.signing import Numbered, sign_off
from domain.rules.contacts import ON_ITS_DAY, as_it_began, as_of
from domain.rules.proposing import proposals
from domain.rules.rebuilding import rebuild
from domain.rules.recasting import recast
from tests.support.simulation import OWNER, Simulation, opened, through_json

LEAD, NEW_LEAD = "project_lead", "project_lead-2"
ANA: dict[str, Any] = {"to": NEW_LEAD, "name": "Ana Ruiz", "email": "ana@customer.example"}


def begun() -> Simulation:
    """An onboarding whose project lead is asked to agree to the plan."""
    onboarding = opened()
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    return onboarding


def ahead(onboarding: Simulation, days: int) -> str:
    return str(onboarding.calendar.day_of(onboarding.now) + timedelta(days=days))


def contact(onboarding: Simulation, id: str) -> Stakeholder:
    return next(one for one in onboarding.dossier.deal.stakeholders if one.id == id)


def taking_part(onboarding: Simulation) -> set[str]:
    return {one.id for one in onboarding.dossier.deal.contacts}


def signers(state: State, key: str = "plan_agreed") -> list[str]:
    milestone = state.milestone(key)
    assert milestone is not None
    return milestone.signers


def test_who_leaves_on_a_day_ahead_hears_until_then_and_who_takes_over_from_then_on() -> None:
    onboarding = begun()
    day = ahead(onboarding, 10)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)
    told = len(onboarding.notices(to=LEAD))

    onboarding.until(onboarding.at(f"{day} 00:00") - timedelta(seconds=1))

    assert {LEAD} == taking_part(onboarding) & {LEAD, NEW_LEAD}
    assert LEAD in signers(onboarding.state)
    before = onboarding.notices(to=LEAD)
    assert told < len(before)
    assert [] == onboarding.notices(to=NEW_LEAD)

    onboarding.until(onboarding.at(f"{day} 00:00") + timedelta(minutes=15))

    assert {NEW_LEAD} == taking_part(onboarding) & {LEAD, NEW_LEAD}
    assert (LEAD not in signers(onboarding.state), NEW_LEAD in signers(onboarding.state)) == (True, True)
    assert [NEW_LEAD] == onboarding.told("contact_welcome")
    [welcome] = onboarding.notices("contact_welcome")
    lead = onboarding.dossier.person(LEAD)
    assert lead is not None
    assert lead.name == welcome.facts["before"]
    onboarding.to_day(60)
    assert before == onboarding.notices(to=LEAD)
    assert str(contact(onboarding, LEAD).until) == day == str(contact(onboarding, NEW_LEAD).since)


def test_the_day_begins_where_the_customer_is() -> None:
    """In Tokyo nine hours before it does in UTC."""
    onboarding = opened("aozora-japan")
    day = ahead(onboarding, 3)

    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)

    [entry] = [one for one in onboarding.state.entries if one.about == LEAD and one.rule == ON_ITS_DAY]
    assert f"{day}T00:00:00+09:00" == entry.due.astimezone(onboarding.calendar.zone).isoformat()


def test_what_waited_follows_and_tasks_go_along_on_the_day() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("add_task", title="Send the list", due=ahead(onboarding, 20), owner=LEAD, task="list", by=OWNER)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)
    [task] = [row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "task"]
    assert LEAD == task.data["owner"]
    assert [] == [one for writing in onboarding.ledger.writings for one in writing.handed_over]

    onboarding.until(onboarding.at(f"{day} 01:00"))

    [task] = [row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "task"]
    assert NEW_LEAD == task.data["owner"]
    [order] = [one for writing in onboarding.ledger.writings for one in writing.handed_over]
    assert (LEAD, NEW_LEAD) == (order.person, order.to)


def test_the_owner_hears_at_once_of_what_others_have_told_and_on_the_day_only_of_an_empty_role() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person=LEAD, since=day, by="champion", **ANA)
    onboarding.tell("remove_contact", person="technical_lead", since=day, by=OWNER)
    [told] = onboarding.notices("contact_changed")
    assert ("replaced", day, []) == (told.facts["what"], told.facts["since"], told.facts["empty"])

    onboarding.until(onboarding.at(f"{day} 01:00"))

    [_, empty] = onboarding.notices("contact_changed")
    assert ("left", "") == (empty.facts["what"], empty.facts["since"])
    assert ["technical_lead"] == [one["key"] for one in empty.facts["empty"]]


def test_a_pause_keeps_nobody() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)

    onboarding.until(onboarding.at(f"{day} 01:00"))

    assert {NEW_LEAD} == taking_part(onboarding) & {LEAD, NEW_LEAD}


def test_who_was_to_leave_may_stay_and_then_nobody_takes_over() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)

    onboarding.tell("add_contact", person=LEAD, by="champion")
    onboarding.until(onboarding.at(f"{day} 12:00"))

    assert LEAD in taking_part(onboarding)
    assert NEW_LEAD not in {one.id for one in onboarding.dossier.deal.stakeholders}
    assert [] == onboarding.notices("contact_welcome")
    assert ["stays"] == [one.facts["what"] for one in onboarding.notices("contact_changed")]


def test_the_last_word_counts_about_the_day_and_about_who_comes() -> None:
    onboarding = begun()
    first, second = ahead(onboarding, 5), ahead(onboarding, 9)
    onboarding.tell("replace_contact", person=LEAD, since=first, by=OWNER, **ANA)
    onboarding.tell("correct_contact", person=NEW_LEAD, email="a.ruiz@customer.example", by=OWNER)
    onboarding.tell("replace_contact", person=LEAD, since=second, to=NEW_LEAD, by=OWNER)

    onboarding.until(onboarding.at(f"{first} 12:00"))
    assert {LEAD} == taking_part(onboarding) & {LEAD, NEW_LEAD}
    onboarding.until(onboarding.at(f"{second} 12:00"))

    assert {NEW_LEAD} == taking_part(onboarding) & {LEAD, NEW_LEAD}
    assert "a.ruiz@customer.example" == contact(onboarding, NEW_LEAD).email


def test_who_leaves_sooner_leaves_and_who_was_to_come_comes_on_their_day() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person="champion", since=day, by=OWNER, **ANA)

    onboarding.tell("remove_contact", person="champion", by=OWNER)

    assert not {"champion", NEW_LEAD} & taking_part(onboarding)
    onboarding.until(onboarding.at(f"{day} 12:00"))
    assert {NEW_LEAD} == taking_part(onboarding) & {"champion", NEW_LEAD}


def test_who_was_to_come_does_not_where_that_is_told() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("add_contact", person="new", name="Ben", email="b@x.example", role="manager", since=day, by=OWNER)

    onboarding.tell("remove_contact", person="new", by="champion")
    onboarding.until(onboarding.at(f"{day} 12:00"))

    assert "new" not in {one.id for one in onboarding.dossier.deal.stakeholders}
    assert [] == onboarding.notices(to="new")


def test_nobody_may_leave_where_all_others_are_to_leave_too() -> None:
    onboarding = opened()
    others = [one.id for one in onboarding.dossier.deal.contacts if one.id != LEAD]
    onboarding.tell("remove_contact", person=LEAD, since=ahead(onboarding, 5), by=OWNER)
    for id in others[1:]:
        onboarding.tell("remove_contact", person=id, by=OWNER)

    onboarding.tell("remove_contact", person=others[0], by=OWNER)

    [row] = onboarding.facts("contact_change_refused")
    assert "the last person at the customer's" in row.data["reason"]


def test_a_turn_of_that_day_whose_write_was_there_already_decides_the_same() -> None:
    """A worker that died after its commit: the contacts are changed, and the state is not yet."""
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)
    state = through_json(onboarding.state)
    at = onboarding.at(f"{day} 01:00")
    onboarding.until(at)
    key = f"{LEAD}/contact/{day}/leaves"

    again = recast(state, onboarding.dossier, onboarding.team, now=at, done_before={key: at}, known=())

    assert {LEAD: NEW_LEAD} == again.took_over
    assert NEW_LEAD in again.signing["plan_agreed"]
    assert () == again.writing()["handed_over"]


def test_an_approval_stands_for_who_takes_over_from_their_day_on_and_not_before() -> None:
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=["No."], by=LEAD)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)

    def refused_by() -> tuple[str, ...]:
        rows = [Numbered(seq, row) for seq, row in enumerate(onboarding.ledger.journal[onboarding.id].values())]
        return sign_off("plan_agreed", rows).refused_by

    assert (LEAD,) == refused_by()
    onboarding.until(onboarding.at(f"{day} 01:00"))
    assert (NEW_LEAD,) == refused_by()


@pytest.mark.parametrize("days", [3, 20], ids=["before the day", "after it"])
def test_an_onboarding_is_brought_back_with_what_was_told_ahead(days: int) -> None:
    onboarding = begun()
    onboarding.tell("replace_contact", person=LEAD, since=ahead(onboarding, 10), by=OWNER, **ANA)
    onboarding.until(onboarding.now + timedelta(days=days))
    onboarding.tell("note", note="Still here.", by=OWNER)
    dossier, journal = onboarding.ledger.dossier(onboarding.id), onboarding.ledger.journal[onboarding.id]
    rows = tuple(
        KeptRow(**row.model_dump(), recorded_at=onboarding.ledger.recorded[onboarding.id, row.key])
        for row in journal.values()
    )
    standing = onboarding.ledger.standings[onboarding.id]
    past = Past(rows=rows, as_of=standing.as_of, owner=standing.owner, milestones=standing.milestones,
                stages=standing.stages)  # fmt: skip

    state = rebuild(dossier, past, onboarding.team, now=onboarding.now)

    assert LEAD in {one.id for one in as_it_began(dossier, rows).deal.contacts}
    assert [one.signers for one in onboarding.state.milestones] == [one.signers for one in state.milestones]
    assert [one for one in onboarding.state.entries if one.rule == ON_ITS_DAY] == [
        one for one in state.entries if one.rule == ON_ITS_DAY
    ]


def test_a_success_programme_goes_by_the_day() -> None:
    """Nothing wakes an onboarding any more that is over."""
    onboarding = begun()
    day = ahead(onboarding, 5)
    onboarding.tell("replace_contact", person=LEAD, since=day, by=OWNER, **ANA)

    there = [
        {one.id for one in as_of(onboarding.dossier, onboarding.at(at)).deal.contacts} & {LEAD, NEW_LEAD}
        for at in (f"{ahead(onboarding, 4)} 23:59", f"{day} 00:00")
    ]

    assert [{LEAD}, {NEW_LEAD}] == there


def test_a_crm_is_not_asked_about_who_is_to_leave_or_to_come() -> None:
    onboarding = begun()
    onboarding.tell("replace_contact", person=LEAD, since=ahead(onboarding, 5), by=OWNER, **ANA)
    deal = onboarding.dossier.deal
    without = deal.model_copy(update={"stakeholders": tuple(one for one in deal.stakeholders if one.id != LEAD)})

    assert [] == proposals(deal, without)
