"""Is news told again as it was told? Every update, from the row of the journal that it left."""

from typing import Any

import pytest

from domain.agenda.occasion import Occasion
from domain.agenda.state import DraftState, Fact
from domain.news import KINDS, short
from domain.record import JournalRow
from domain.rules.contacts import PRIVATE
from domain.rules.retelling import CONTACTS, unconfirmed, update_of
from tests.support.simulation import MANAGER, OTHER_CSM, OWNER, Simulation, opened

TOLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("edit_draft", {"draft": "introduction", "text": "Welcome.", "by": OWNER}),
    ("send_draft", {"draft": "introduction", "by": OWNER}),
    ("stop_draft", {"draft": "another", "reason": "Agreed in person.", "by": OWNER}),
    ("reach_milestone", {"milestone": "kickoff_held"}),
    ("reach_milestone", {"milestone": "environment_live", "hold": True}),
    ("reopen_milestone", {"milestone": "kickoff_held", "reason": "The sponsor was missing."}),
    ("waive_milestone", {"milestone": "kickoff_held", "reason": "Known from their pilot.", "by": MANAGER}),
    ("sign_off", {"milestone": "plan_agreed", "decision": "reject", "reasons": ["dates"], "by": "project_lead"}),
    ("ask_sign_off", {"milestone": "plan_agreed", "by": OWNER}),
    ("sign_off", {"milestone": "plan_agreed", "decision": "approve", "by": "project_lead"}),
    ("raise_issue", {"title": "It stops", "severity": "high", "issue": "T-1"}),
    ("acknowledge_issue", {"issue": "T-1"}),
    ("resolve_issue", {"issue": "T-1"}),
    ("dispute_issue", {"issue": "T-1"}),
    ("agree_slot", {"meeting": "technical_meeting", "starts_at": "2026-11-10T09:00:00Z", "minutes": 45, "by": OWNER}),
    (
        "tell_attendance",
        {"meeting": "technical_meeting", "answer": "declined", "person": "technical_lead", "by": OWNER},
    ),
    ("pause", {"reason": "Stocktaking", "until": "2026-12-01"}),
    ("resume", {}),
    ("replan", {"milestone": "gone_live", "to": "2027-03-01", "reason": "Their fair"}),
    ("replan", {"milestone": "gone_live", "to": "2027-03-08", "reason": "Their fair", "alone": True}),
    ("replan", {"hand_off_by": "2027-05-03", "reason": "Their fair"}),
    ("reassign", {"owner": OTHER_CSM}),
    ("request_scope_change", {"title": "A portal", "request": "CR-7"}),
    ("decide_scope_change", {"request": "CR-7", "decision": "phase_2", "by": MANAGER}),
    ("record_risk", {"risk": "one_admin"}),
    ("record_win", {"title": "One list"}),
    ("attest_criterion", {"criterion": "self_sufficient", "reason": "Seen at their fair.", "by": OWNER}),
    ("attest_criterion", {"criterion": "self_sufficient", "holds": False, "by": OWNER}),
    ("note", {"note": "They asked for the minutes."}),
    ("add_task", {"title": "Send the minutes", "due": "2026-12-04", "owner": "project_lead", "task": "minutes"}),
    ("change_task", {"task": "minutes", "due": "2026-12-11"}),
    ("change_task", {"task": "minutes", "title": "Send the protocol", "owner": OWNER}),
    ("close_task", {"task": "minutes", "outcome": "dropped"}),
    (
        "raise_flag",
        {
            "flag": "tired",
            "category": "engagement",
            "since": "2026-11-02",
            "figures": {"nps": -20.0},
            "reason": "They sigh.",
        },
    ),
    ("lower_flag", {"flag": "tired", "reason": "They were ill."}),
    (
        "open_correction",
        {
            "correction": "win_back",
            "category": "engagement",
            "flags": ["tired"],
            "reason": "They sigh.",
            "owner": OTHER_CSM,
            "due": "2026-12-11",
        },
    ),
    ("change_correction", {"correction": "win_back", "due": "2026-12-18", "cause": "time"}),
    ("close_correction", {"correction": "win_back", "outcome": "did_not_help"}),
    ("close_correction", {"correction": "win_back", "outcome": "helped"}),
    ("correct_contact", {"person": "champion", "language": "en", "since": "2026-11-02"}),
    ("remove_contact", {"person": "champion", "reason": "On leave"}),
    ("add_contact", {"person": "champion", "role": "manager"}),
    ("replace_contact", {"person": "champion", "to": "champion-2", "name": "A", "email": "a@b.example"}),
    ("change_playbook", {"to": "0" * 64, "when": "next-stage", "reason": "Fewer mails", "by": MANAGER}),
    ("change_playbook", {"when": "never", "reason": "Not yet", "by": MANAGER}),
    ("end_onboarding", {"ending": "churned", "reason": "Insolvent", "by": MANAGER, "grace_hours": 2}),
    ("take_back_ending", {"reason": "Another was meant", "by": MANAGER}),
    ("end_onboarding", {"ending": "churned", "reason": "Insolvent", "by": MANAGER}),
)


@pytest.fixture(scope="module")
def onboarding() -> Simulation:
    onboarding = opened()
    another = DraftState(key="another", kind="introduction", occasion="fact/opened/again/1", since=onboarding.now)
    onboarding.state.drafts.append(another)
    for number, (kind, news) in enumerate(TOLD):
        onboarding.tell(kind, **news, news_id=f"news-{number}")
    return onboarding


def test_every_update_is_among_them() -> None:
    assert set(KINDS) == {kind for kind, _ in TOLD}


@pytest.mark.parametrize("number", range(len(TOLD)), ids=[kind for kind, _ in TOLD])
def test_news_is_told_again_as_it_was_told(onboarding: Simulation, number: int) -> None:
    kind, news = TOLD[number]
    rows = [
        row for row in onboarding.ledger.journal[onboarding.id].values() if row.key.endswith(short(f"news-{number}"))
    ]

    told_again = [update for row in rows if (update := update_of(row, signed=row.about == "plan_agreed"))]

    assert [kind] == [update.kind for update in told_again]
    again = KINDS[kind].model_validate({**told_again[0].fields, "by": rows[0].by})
    told = KINDS[kind].model_validate(news)
    # Of a person the journal has no words: they stand with the people of the onboarding.
    said = set(news) - set(PRIVATE if rows[0].kind in CONTACTS else ())
    assert told.model_dump(include=said) == again.model_dump(include=said)


def test_a_first_value_comes_again_with_its_win() -> None:
    """Told again by itself under the win's id, it would keep the win out."""
    onboarding = opened()
    onboarding.tell("record_win", title="One list", result="in use", by=OWNER, news_id="won")

    [reached], [won] = onboarding.facts("milestone_reached"), onboarding.facts("win_recorded")

    assert update_of(reached, signed=False) is None
    assert f"win-{reached.data['win']}" in {row.key for row in onboarding.ledger.registers(onboarding.id)}
    onboarding.state.pending = [fact_of(won), fact_of(reached)]
    both = unconfirmed(Occasion(state=onboarding.state, now=onboarding.now, run="run", task=7))
    assert {"record_win"} == {news.update for news in both.values()}
    assert {won.key, reached.key} == set(both)


def fact_of(row: JournalRow) -> Fact:
    return Fact(seq=1, **row.model_dump())


def test_a_sign_off_that_new_dates_ask_for_comes_again_with_them() -> None:
    """Told again by itself under the same id, it would be refused, or asked for twice."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons="dates", by="project_lead")
    onboarding.tell("replan", milestone="gone_live", to="2027-03-01", reason="Their fair", news_id="moved")

    asked = onboarding.facts("sign_off_asked")

    assert ["replanned"] == [row.data["why"] for row in asked if "why" in row.data]
    assert [None, None] == [update_of(row, signed=True) for row in asked]
