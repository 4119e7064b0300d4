"""What becomes of what systems state as facts? Signals are never refused: applied, held, or recorded and harmless."""

import zlib
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from domain import agenda
from domain.agenda import Occasion, State, carried, held_back, packed
from domain.news import KINDS, read_news, short
from domain.rules.opening import first_state
from tests.support.simulation import OWNER, Simulation, deal, high_touch, opened, staff, through_json


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def status_of(onboarding: Simulation, key: str) -> str:
    milestone = onboarding.state.milestone(key)
    assert milestone is not None
    return milestone.status


def without_records(state: State) -> dict[str, Any]:
    """The state without what is written down and how often it was said."""
    return state.model_dump(exclude={"facts", "counts", "pending", "seen"})


# --- early


def test_a_milestone_that_is_reported_early_is_held_and_applied_when_its_gate_opens(onboarding: Simulation) -> None:
    onboarding.hear("reach_milestone", {"milestone": "discovery_completed", "note": "done on site"})
    assert status_of(onboarding, "discovery_completed") == "open"
    reported = onboarding.now
    onboarding.to_day(4)

    onboarding.settled("kickoff_held")

    assert status_of(onboarding, "discovery_completed") == "reached"
    [fact] = [fact for fact in onboarding.facts("milestone_reached") if fact.about == "discovery_completed"]
    assert (fact.note, fact.at) == ("done on site", reported)
    assert onboarding.state.held == []


def test_an_update_may_ask_to_be_held_too_and_is_told_that_it_waits(onboarding: Simulation) -> None:
    """Systems that wait for an answer state facts as well; a person's word is refused, and says what is missing."""
    early = {"milestone": "environment_live", "by": "technical_lead"}
    assert "has to wait for" in onboarding.refusal("reach_milestone", **early)[1]

    onboarding.tell("reach_milestone", **early, hold=True, news_id="ci-17")
    again = read_news("reach_milestone", {**early, "hold": True})

    assert ["environment_live"] == [row.about for row in onboarding.facts("signal_held")]
    assert held_back(onboarding.state, again)
    onboarding.tell("reach_milestone", **early, hold=True)
    assert 1 == len(onboarding.facts("signal_held"))
    onboarding.settled("environment_live")
    assert "technical_lead" == onboarding.facts("milestone_reached")[-1].by
    assert not held_back(onboarding.state, again)


def test_held_signals_open_one_gate_after_the_other(onboarding: Simulation) -> None:
    for key in ("data_mapped", "integrations_specified", "discovery_completed"):
        onboarding.hear("reach_milestone", {"milestone": key})

    onboarding.settled("kickoff_held")

    assert {status_of(onboarding, key) for key in ("data_mapped", "integrations_specified")} == {"reached"}


def test_a_signal_is_held_once(onboarding: Simulation) -> None:
    for _ in range(5):
        onboarding.hear("reach_milestone", {"milestone": "gone_live"})

    assert [held.milestone for held in onboarding.state.held] == ["gone_live"]
    assert len(onboarding.facts("signal_held")) == 1
    assert len(onboarding.facts("news_refused")) == 4


def test_a_held_signal_is_dropped_when_the_milestone_was_settled_otherwise(onboarding: Simulation) -> None:
    onboarding.hear("reach_milestone", {"milestone": "discovery_completed"})
    onboarding.tell("waive_milestone", milestone="discovery_completed", reason="known", by="nora.lindqvist")

    assert onboarding.state.held == []
    onboarding.settled("kickoff_held")
    assert status_of(onboarding, "discovery_completed") == "waived"


def test_what_a_person_has_to_sign_is_not_held(onboarding: Simulation) -> None:
    onboarding.hear("reach_milestone", {"milestone": "plan_agreed"})

    assert onboarding.state.held == []
    assert "needs a sign-off" in onboarding.facts("news_refused")[0].data["reason"]


def test_a_signal_of_the_future_is_not_held(onboarding: Simulation) -> None:
    onboarding.hear("reach_milestone", {"milestone": "gone_live", "at": "2199-01-01T00:00:00Z"})

    assert onboarding.state.held == []
    assert onboarding.facts("news_refused")[0].data["field"] == "at"


def test_fields_that_we_do_not_know_are_recorded_once_for_a_held_signal(onboarding: Simulation) -> None:
    onboarding.hear("reach_milestone", {"milestone": "discovery_completed", "colour": "blue"})
    onboarding.settled("kickoff_held")

    assert onboarding.facts("signal_held")[0].data["ignored_fields"] == ["colour"]
    [fact] = [fact for fact in onboarding.facts("milestone_reached") if fact.about == "discovery_completed"]
    assert "ignored_fields" not in fact.data


# --- harmless


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("reach_milestone", None),
        ("reach_milestone", "kickoff_held"),
        ("reach_milestone", ["kickoff_held"]),
        ("reach_milestone", {}),
        ("reach_milestone", {"milestone": "no_such"}),
        ("reach_milestone", {"milestone": {"key": "kickoff_held"}}),
        ("reach_milestone", {"milestone": "kickoff_held", "at": "yesterday"}),
        ("reach_milestone", {"milestone": "kickoff_held", "note": "x" * 1_000_000}),
        ("resolve_issue", {"issue": "T-1"}),
        ("raise_issue", {"title": ""}),
        ("raise_issue", {"title": "x", "severity": "catastrophic"}),
        ("no_such_signal", {"milestone": "kickoff_held"}),
        ("no_such_signal", None),
    ],
)
def test_what_cannot_be_read_or_used_is_recorded_and_changes_nothing(
    onboarding: Simulation, kind: str, raw: Any
) -> None:
    before = without_records(onboarding.state)

    onboarding.hear(kind, raw)

    assert without_records(onboarding.state) == before
    [row] = onboarding.facts("news_refused")
    assert row.data["reason"]
    assert len(row.model_dump_json()) < 2_000


def test_a_repeated_signal_is_recorded_and_changes_nothing(onboarding: Simulation) -> None:
    onboarding.hear("raise_issue", {"title": "It stops", "issue": "T-1", "news_id": "n1"})
    onboarding.hear("resolve_issue", {"issue": "T-1", "news_id": "n2"})
    before = without_records(onboarding.state)

    onboarding.hear("raise_issue", {"title": "It stops", "issue": "T-1", "news_id": "n1"})

    assert without_records(onboarding.state) == before
    assert len(onboarding.facts("repeated_news")) == 1


def test_a_signal_after_the_ending_is_recorded_and_changes_nothing(onboarding: Simulation) -> None:
    onboarding.tell("end_onboarding", ending="churned", reason="so be it")

    agenda.hear(onboarding.state, "reach_milestone", {"milestone": "gone_live"}, onboarding.now)

    assert [fact.kind for fact in onboarding.state.pending] == ["news_refused"]
    assert onboarding.state.held == []


def test_news_before_the_opening_asks_to_come_again() -> None:
    fresh = State(onboarding="onboarding-file-1")

    agenda.hear(fresh, "reach_milestone", {"milestone": "kickoff_held"}, opened().now)

    assert "just being opened" in fresh.pending[0].data["reason"]
    assert agenda.status(fresh, opened().now) == "opening"


def test_every_kind_of_news_can_be_misread_without_harm(onboarding: Simulation) -> None:
    for kind in KINDS:
        before = without_records(onboarding.state)
        onboarding.hear(kind, {"milestone": 7, "title": 7, "reason": 7, "issue": 7, "owner": 7, "risk": 7, "at": 7})
        assert without_records(onboarding.state) == before


# --- what is carried


def test_the_state_is_the_same_after_a_trip_through_json_at_every_step() -> None:
    """The simulation packs and unpacks the state at every turn; here it is done at the start and in the middle."""
    fresh = first_state(
        deal(), high_touch(), opened().calendar, staff(), load={}, clock=opened().clock, now=deal().closed_at
    )
    assert through_json(fresh) == fresh
    onboarding = opened()
    onboarding.hear("reach_milestone", {"milestone": "gone_live", "evidence": ["a", "b"]})
    onboarding.tell("raise_issue", title="生産計画 🚀", severity="critical")
    onboarding.tell("request_scope_change", title="A portal")
    onboarding.tell("replan", milestone="gone_live", to="2027-01-25", reason="agreed")
    onboarding.tell("pause", reason="strike")

    assert through_json(onboarding.state) == onboarding.state


def test_a_state_comes_out_of_every_form_that_a_history_may_hold_it_in() -> None:
    """Packed, and unpacked as in older histories; and so does what a turn is given."""
    onboarding = opened()
    onboarding.in_time(to="gone_live")
    state = onboarding.state
    as_it_is = state.model_dump(mode="json")

    assert state == carried(packed(state)) == carried(state) == carried({"state": as_it_is})
    occasion = Occasion(state=state, now=onboarding.now)
    given = occasion.model_dump_json()
    assert (
        occasion
        == Occasion.model_validate_json(given)
        == Occasion.model_validate({"state": as_it_is, "now": onboarding.now})
    )
    assert 4 * len(packed(state)) < len(state.model_dump_json().encode())
    assert 3 * len(given) < len(state.model_dump_json())


@pytest.mark.parametrize("cut", [1, 4, 6, 500])
def test_a_packed_state_of_which_a_part_is_missing_is_none(cut: int) -> None:
    """An error, and not a smaller state."""
    with pytest.raises(zlib.error):
        carried(packed(opened().state)[:-cut])


def test_the_state_stays_small_after_a_hundred_pieces_of_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state travels with every new run and into every turn: a history of years can hold 16 kB of it.

    Every piece of news has an id in a workflow, that of its update where its sender gave none.
    """
    onboarding, ids = opened(), (f"{number:08}-5e0f-4f7e-9d1c-0a1b2c3d4e5f" for number in count())
    onboarding.state.seen = [next(ids) for _ in range(72)]
    told = onboarding.update
    monkeypatch.setattr(onboarding, "update", lambda kind, raw: told(kind, {**raw, "news_id": next(ids)}))
    onboarding.in_time(to="gone_live")
    for number in range(5):
        onboarding.tell("raise_issue", title=f"Something is slow, for the {number}th time")

    assert len(onboarding.state.seen) >= 100
    assert len(onboarding.state.model_dump_json().encode()) < 16_000


def test_the_state_holds_no_name_and_no_address() -> None:
    onboarding = opened()
    onboarding.settled("gone_live")
    onboarding.until(onboarding.now + timedelta(days=3))

    carried = onboarding.state.model_dump_json()

    for person in onboarding.deal.stakeholders:
        assert person.name not in carried
        assert person.email not in carried
    assert onboarding.deal.account.name not in carried


# --- what it answers


def test_why_says_what_a_milestone_waits_for(onboarding: Simulation) -> None:
    onboarding.to_day(9, hour=18)

    assert agenda.why(onboarding.state, "plan_agreed", onboarding.now) == (
        "plan_agreed is open, due 2026-11-11T16:00:00+00:00, overdue; its gate waits for kickoff_held"
        "; it takes the sign-off of project_lead"
    )


def test_why_says_when_a_reminder_comes_and_that_a_pause_holds_it(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike")

    answer = agenda.why(onboarding.state, "kickoff_held/nudge", onboarding.now)

    assert answer.startswith("kickoff_held/nudge/2026-11-09/-3 (nudge) will come at 2026-11-04T08:00:00+00:00, once")


@pytest.mark.parametrize("rule", ["service_level", "pause_limit"])
def test_why_says_no_pause_holds_up_what_goes_on_during_one(onboarding: Simulation, rule: str) -> None:
    onboarding.tell("raise_issue", title="It stops", issue="T-1", severity="critical")
    onboarding.tell("pause", reason="strike")
    entry = next(one for one in onboarding.state.entries if one.rule == rule)

    answer = agenda.why(onboarding.state, entry.key, onboarding.now)

    assert answer == f"{entry.key} ({rule}) will come at {entry.due.isoformat()}"


@pytest.mark.parametrize("key", ["kickoff_held", "self_sufficient"])
def test_why_expects_nothing_of_an_onboarding_that_is_over(onboarding: Simulation, key: str) -> None:
    """What was open then is not overdue, and no hand-off waits for it; what was reached stays reached."""
    onboarding.settled("access_provisioned")
    onboarding.tell("end_onboarding", ending="churned", grace_hours=0, reason="They have left.")
    onboarding.to_day(30)

    answer = agenda.why(onboarding.state, key, onboarding.now)

    assert answer == f"{key} was still to come when the onboarding ended"
    assert "was reached at" in agenda.why(onboarding.state, "access_provisioned", onboarding.now)


def test_why_names_what_the_hand_off_waits_for_and_what_it_does_not_know(onboarding: Simulation) -> None:
    assert "the hand-off waits for it" in agenda.why(onboarding.state, "self_sufficient", onboarding.now)
    assert "nothing by the key 'nonsense'" in agenda.why(onboarding.state, "nonsense", onboarding.now)


def test_the_agenda_lists_what_comes_by_itself_soonest_first(onboarding: Simulation) -> None:
    listed = agenda.agenda(onboarding.state)

    assert [line["due"] for line in listed] == sorted(line["due"] for line in listed)
    assert {line["rule"] for line in listed} >= {"nudge", "stuck"}


def test_the_plan_answers_with_dates_gates_and_signers(onboarding: Simulation) -> None:
    plan = agenda.plan(onboarding.state)

    agreed = next(m for m in plan["milestones"] if m["key"] == "plan_agreed")
    assert agreed["waits_for"] == ["kickoff_held"]
    assert agreed["signers"] == ["project_lead"]
    assert agreed["due"] == "2026-11-11T16:00:00+00:00"
    assert onboarding.state.owner == OWNER


# --- what news has opened


def test_the_answer_names_what_the_news_has_opened(onboarding: Simulation) -> None:
    """By the sender's own id, or by the number that we gave."""
    assert "issue-1" == onboarding.tell("raise_issue", title="Printing is slow", news_id="a").opened
    assert "T-7" == onboarding.tell("raise_issue", title="No sign-in", issue="T-7", news_id="b").opened
    assert "T-7" == onboarding.tell("raise_issue", title="No sign-in", issue="T-7", severity="high", news_id="c").opened
    assert "change-1" == onboarding.tell("request_scope_change", title="A portal", news_id="d").opened


def test_the_answer_to_other_news_names_nothing(onboarding: Simulation) -> None:
    onboarding.tell("raise_issue", title="Printing is slow", news_id="a")

    assert onboarding.tell("acknowledge_issue", issue="issue-1", news_id="b").opened is None
    assert onboarding.tell("record_win", title="One list", news_id="c").opened is None


def test_news_that_is_sent_again_names_what_it_opened_until_that_is_written() -> None:
    """Then the journal has it, under the id of the news."""
    onboarding, raw = opened(), {"title": "A portal", "news_id": "portal"}
    news = read_news("request_scope_change", raw)
    agenda.apply(onboarding.state, news, onboarding.now)

    assert "change-1" == agenda.opened_by(onboarding.state, news)
    onboarding.settle()
    assert agenda.opened_by(onboarding.state, news) is None
    assert [f"fact/scope_change_requested/change-1/{short('portal')}"] == [
        row.key for row in onboarding.facts("scope_change_requested")
    ]
