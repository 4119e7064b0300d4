"""What follows when the customer's people change? Roles, signatures, tasks and mails follow them."""

from typing import Any

import pytest

from domain.agenda.state import Fact
from domain.record import KeptRow, Past
from domain.refusal import Refused
from domain.rules.contacts import as_it_began
from domain.rules.digests import in_order, section_of
from domain.rules.rebuilding import rebuild
from domain.rules.recasting import recast
from tests.support.simulation import OWNER, Simulation, opened, through_json

NEW: dict[str, Any] = {"to": "project_lead-2", "name": "Ana Ruiz", "email": "ana@customer.example"}

JOINS: dict[str, Any] = {"name": "Ben Ito", "email": "ben@customer.example"}


def asked_for_the_plan() -> Simulation:
    """An onboarding whose project lead is asked to agree to the plan."""
    onboarding = opened()
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    return onboarding


def signers(onboarding: Simulation, key: str = "plan_agreed") -> list[str]:
    milestone = onboarding.state.milestone(key)
    assert milestone is not None
    return milestone.signers


def test_who_takes_over_signs_and_is_asked_for_what_is_open() -> None:
    onboarding = asked_for_the_plan()
    assert "project_lead" in signers(onboarding)

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)

    assert "project_lead" not in signers(onboarding)
    assert "project_lead-2" in signers(onboarding)
    assert ["project_lead-2"] == onboarding.told("contact_welcome")
    [plan] = onboarding.notices("plan", to="project_lead-2")
    assert plan.facts["sign_off"], "with the plan in it"


def test_the_welcome_says_from_whom_and_what_waits() -> None:
    onboarding = asked_for_the_plan()

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)

    [welcome] = onboarding.notices("contact_welcome")
    before = onboarding.dossier.person("project_lead")
    assert before is not None
    assert before.name == welcome.facts["before"]
    assert any(one["signs"] for one in welcome.facts["waits"])


def test_the_old_one_hears_nothing_more() -> None:
    onboarding = asked_for_the_plan()
    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)
    before = len(onboarding.notices(to="project_lead"))

    onboarding.to_day(60)

    assert before == len(onboarding.notices(to="project_lead"))
    assert onboarding.notices(to="project_lead-2")


def test_a_rejection_is_the_successors_to_lift() -> None:
    onboarding = asked_for_the_plan()
    onboarding.tell(
        "sign_off", milestone="plan_agreed", decision="reject", reasons=["Two dates clash."], by="project_lead"
    )

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)

    milestone = onboarding.state.milestone("plan_agreed")
    assert milestone is not None
    assert ["project_lead-2"] == milestone.rejected_by
    onboarding.tell("sign_off", milestone="plan_agreed", decision="approve", by="project_lead-2")
    assert milestone.key not in [one.key for one in onboarding.state.milestones if not one.settled]


def test_open_tasks_go_along() -> None:
    onboarding = asked_for_the_plan()
    onboarding.tell("add_task", title="Send the list", due="2026-12-04", owner="project_lead", task="list", by=OWNER)

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)

    [task] = [row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "task"]
    assert "project_lead-2" == task.data["owner"]


def test_the_tasks_of_who_leaves_are_the_owners() -> None:
    onboarding = asked_for_the_plan()
    onboarding.tell("add_task", title="Send the list", due="2026-12-04", owner="champion", task="list", by=OWNER)

    onboarding.tell("remove_contact", person="champion", by=OWNER)

    [task] = [row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "task"]
    assert OWNER == task.data["owner"]


def test_a_role_that_nobody_has_is_the_owners_news_at_once() -> None:
    """Even where they said so themselves: which role, who is asked instead, and what waits for it."""
    onboarding = asked_for_the_plan()
    saturday = onboarding.at("2026-11-07 12:00")
    onboarding.until(saturday)

    onboarding.tell("remove_contact", person="technical_lead", by=OWNER)

    [told] = onboarding.notices("contact_changed")
    [empty] = told.facts["empty"]
    assert (OWNER, onboarding.now) == (told.to, told.not_before)
    assert ("technical_lead", "Technical lead") == (empty["key"], empty["role"])
    assert empty["stand_in"]


def test_who_gets_what_was_for_somebody_who_left_reads_whose_place_they_take() -> None:
    """Until somebody has that role: then it is theirs again."""
    onboarding = opened()
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    onboarding.tell("remove_contact", person="technical_lead", by=OWNER)
    left = str(onboarding.calendar.day_of(onboarding.now))
    lead = onboarding.dossier.person("technical_lead")
    assert lead is not None
    told = len(onboarding.notices(to="project_lead"))

    onboarding.to_day(12)

    [after] = {str(one.facts.get("predecessors")) for one in onboarding.notices(to="project_lead")[told:]}
    assert str([{"name": lead.name, "role": "Technical lead", "since": left}]) == after
    others = [one for one in onboarding.notices() if one.to != "project_lead"]
    assert not [one.to for one in others if "predecessors" in one.facts]
    onboarding.tell("add_contact", person="technical_lead-2", role="technical_lead", by=OWNER, **JOINS)
    told = len(onboarding.notices(to="project_lead"))
    onboarding.to_day(20)
    since = onboarding.notices(to="project_lead")[told:]
    assert since
    assert not [one.kind for one in since if "predecessors" in one.facts]


def test_what_the_owner_did_themselves_they_are_not_told() -> None:
    onboarding = asked_for_the_plan()

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)

    assert [] == onboarding.notices("contact_changed")


def test_a_signature_that_waits_for_one_alone_keeps_them() -> None:
    onboarding = asked_for_the_plan()
    milestone = onboarding.state.milestone("plan_agreed")
    assert milestone is not None
    milestone.signers = ["project_lead"]

    field, reason = onboarding.refusal("remove_contact", person="project_lead", by=OWNER)

    assert "person" == field
    assert "plan_agreed waits for the signature of project_lead alone" in reason
    assert "replace_contact" in reason


@pytest.mark.parametrize(
    ("kind", "news", "field"),
    [
        ("replace_contact", {"person": "project_lead", "to": "project_lead"}, "to"),
        ("replace_contact", {"person": "project_lead"}, "to"),
        ("replace_contact", {"person": "project_lead", "to": OWNER}, "to"),
        ("add_contact", {"name": "Ana"}, "person"),
        ("add_contact", {"person": "x", "email": "nowhere"}, "email"),
        ("add_contact", {"person": "x", "name": "Ana\r\nBcc: all@customer.example"}, "name"),
        ("correct_contact", {"person": "project_lead"}, "name"),
        ("remove_contact", {"person": "champion", "since": "2036-06-01"}, "since"),
        ("correct_contact", {"person": "champion", "email": "c@x.example", "since": "2027-06-01"}, "since"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(kind: str, news: dict[str, Any], field: str) -> None:
    onboarding = opened()

    with pytest.raises(Refused) as refused:
        onboarding.update(kind, {**news, "by": OWNER})

    assert field == refused.value.field


@pytest.mark.parametrize(
    ("kind", "news", "reason"),
    [
        ("remove_contact", {"person": "nobody"}, "is nobody of the customer's"),
        ("add_contact", {"person": "champion", "name": "A", "email": "a@b.example", "role": "champion"}, "already"),
        ("add_contact", {"person": "new", "name": "A", "email": "a@b.example"}, "role: is missing"),
        ("correct_contact", {"person": "champion", "time_zone": "Mars/Olympus"}, "time_zone"),
        (
            "replace_contact",
            {"person": "champion", "to": "new", "name": "Lena H.", "email": "L.Hofmann@lindenau-moebel.example"},
            "is that of champion",
        ),
    ],
)
def test_what_only_the_store_knows_is_written_down_and_changes_nothing(
    kind: str, news: dict[str, Any], reason: str
) -> None:
    """As with an owner whom nobody knows: a workflow cannot ask the store, and our doors refuse it before."""
    onboarding = opened()
    before = onboarding.dossier.deal

    onboarding.update(kind, {**news, "by": OWNER})

    [row] = onboarding.facts("contact_change_refused")
    assert reason in row.data["reason"]
    assert before == onboarding.dossier.deal


def test_the_last_one_whom_we_reach_cannot_leave() -> None:
    onboarding = opened()
    others = [one.id for one in onboarding.dossier.deal.contacts if one.id != "project_lead"]
    for id in others:
        onboarding.tell("remove_contact", person=id, by=OWNER)

    onboarding.tell("remove_contact", person="project_lead", by=OWNER)

    [row] = onboarding.facts("contact_change_refused")
    assert "the last person at the customer's" in row.data["reason"]
    assert ["project_lead"] == [one.id for one in onboarding.dossier.deal.contacts]


def test_a_third_party_that_is_left_out_hears_nothing_until_it_is_taken_in() -> None:
    onboarding = opened()
    agency = {"name": "Ana", "email": "ana@agency.example", "role": "manager", "company": "Agency"}

    onboarding.tell("add_contact", person="agency", included=False, by=OWNER, **agency)
    onboarding.to_day(40)
    assert [] == onboarding.notices(to="agency")

    onboarding.tell("correct_contact", person="agency", included=True, role="project_lead", by=OWNER)
    assert ["agency"] == onboarding.told("contact_welcome")
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)
    assert ["agency"] == onboarding.told("paused", to="agency")


def test_the_same_address_in_two_roles_gets_one_mail_of_each() -> None:
    onboarding = asked_for_the_plan()
    lead = onboarding.dossier.person("project_lead")
    assert lead is not None
    other = {"to": "executive_sponsor-2", "name": lead.name, "email": lead.email.upper()}

    onboarding.tell("replace_contact", person="executive_sponsor", by=OWNER, **other)
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)

    assert 1 == len([id for id in onboarding.told("paused") if id in ("project_lead", "executive_sponsor-2")])


def test_the_journal_has_ids_and_no_words_of_a_person() -> None:
    onboarding = opened()

    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)
    onboarding.tell("correct_contact", person="champion", email="new@customer.example", role="manager", by=OWNER)

    rows = [*onboarding.facts("contact_replaced"), *onboarding.facts("contact_corrected")]
    written = "".join(row.model_dump_json() for row in rows)
    assert "Ruiz" not in written
    assert "customer.example" not in written
    assert ["name", "email"] == rows[0].data["fields"]
    assert {"role": "champion", "included": True} == rows[1].data["was"]


def test_who_has_left_comes_back_by_their_id_alone() -> None:
    onboarding = opened()
    onboarding.tell("remove_contact", person="champion", by=OWNER)

    onboarding.tell("add_contact", person="champion", by=OWNER)

    assert "champion" in [one.id for one in onboarding.dossier.deal.contacts]
    assert ["champion"] == onboarding.told("contact_welcome")


def test_a_turn_that_is_tried_again_changes_nothing_more() -> None:
    onboarding = asked_for_the_plan()
    onboarding.tell("replace_contact", person="project_lead", by=OWNER, news_id="n1", **NEW)
    deal, notices = onboarding.dossier.deal, len(onboarding.notices())

    answer = onboarding.tell("replace_contact", person="project_lead", by=OWNER, news_id="n1", **NEW)

    assert answer.repeated
    assert (deal, notices) == (onboarding.dossier.deal, len(onboarding.notices()))


def test_an_onboarding_is_brought_back_with_the_contacts_that_it_had() -> None:
    """Its journal names them by their ids; what they are called stands with its people."""
    onboarding = asked_for_the_plan()
    onboarding.tell("sign_off", milestone="plan_agreed", decision="approve", by="project_lead")
    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)
    onboarding.tell("remove_contact", person="champion", by=OWNER)
    onboarding.tell("correct_contact", person="technical_lead", role="manager", by=OWNER)
    dossier, journal = onboarding.ledger.dossier(onboarding.id), onboarding.ledger.journal[onboarding.id]
    rows = tuple(
        KeptRow(**row.model_dump(), recorded_at=onboarding.ledger.recorded[onboarding.id, row.key])
        for row in journal.values()
    )
    standing = onboarding.ledger.standings[onboarding.id]
    past = Past(rows=rows, as_of=standing.as_of, owner=standing.owner, milestones=standing.milestones,
                stages=standing.stages)  # fmt: skip

    began = as_it_began(dossier, rows)
    state = rebuild(dossier, past, onboarding.team, now=onboarding.now)

    roles = {one.id: one.role for one in began.deal.contacts}
    assert {"project_lead", "champion"} <= roles.keys()
    assert ("technical_lead", "project_lead-2" in roles) == (roles["technical_lead"], False)
    assert [one.signers for one in onboarding.state.milestones] == [one.signers for one in state.milestones]


def test_a_turn_whose_write_was_there_already_decides_the_same() -> None:
    """A worker that died after its commit: the contacts are changed, and the state is not yet."""
    onboarding = asked_for_the_plan()
    state = through_json(onboarding.state)
    onboarding.tell("replace_contact", person="project_lead", by=OWNER, **NEW)
    key, at = "fact/contact_replaced/project_lead/1", onboarding.now
    data = {name: NEW[name] for name in NEW}
    state.pending = [Fact(seq=1, key=key, kind="contact_replaced", about="project_lead", at=at, data=data)]

    again = recast(state, onboarding.dossier, onboarding.team, now=at, done_before={key: at}, known=())

    assert [] == again.rows()
    assert {"project_lead": "project_lead-2"} == again.took_over
    assert "project_lead-2" in again.signing["plan_agreed"]


@pytest.mark.parametrize(("waits", "section"), [([{"title": "UAT"}], "asked"), ([], "ahead")])
def test_who_takes_over_is_asked_for_something_only_where_something_waits(waits: list[Any], section: str) -> None:
    """It stood under what we need from them, and said that it was nothing."""
    onboarding = opened()
    onboarding.tell("replace_contact", person="champion", to="champion-2", name="Kim", email="kim@x.example")
    [welcome] = onboarding.notices("contact_welcome")
    report = welcome.model_copy(update={"kind": "status_report"})
    named = welcome.model_copy(update={"facts": {**welcome.facts, "waits": waits}})

    assert section == section_of(named)
    assert [named, report] == in_order([report, named])
    assert "Kickoff meeting held" == welcome.facts["next"][0]["title"]
