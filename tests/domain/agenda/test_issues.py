"""How are issues taken in and solved, and what do they do to hypercare?"""

from datetime import timedelta

import pytest

from tests.support.simulation import Simulation, gone_live, opened


@pytest.fixture
def live() -> Simulation:
    return gone_live()


def closing(onboarding: Simulation) -> str:
    milestone = onboarding.state.milestone("hypercare_closed")
    assert milestone is not None
    return milestone.status


def let_pass(onboarding: Simulation, days: float) -> None:
    onboarding.until(onboarding.now + timedelta(days=days))


# --- issues


def test_issues_without_a_ticket_are_numbered(live: Simulation) -> None:
    live.tell("raise_issue", title="One")
    live.tell("raise_issue", title="Two")

    assert [issue.key for issue in live.state.issues] == ["issue-1", "issue-2"]


def test_a_number_that_a_ticket_has_already_is_left_out(live: Simulation) -> None:
    live.tell("raise_issue", title="Theirs", issue="issue-2")
    live.tell("raise_issue", title="Ours")

    assert [issue.key for issue in live.state.issues] == ["issue-2", "issue-3"]


def test_the_same_ticket_twice_is_one_issue(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="T-1")

    answer = live.tell("raise_issue", title="It stops", issue="T-1")

    assert answer.repeated
    assert answer.open_issues == ("T-1",)


def test_the_same_ticket_with_another_severity_is_judged_anew(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="T-1")
    live.tell("raise_issue", title="It stops", issue="T-1", severity="critical")

    assert [(issue.key, issue.severity) for issue in live.state.issues] == [("T-1", "critical")]
    assert len(live.facts("issue_judged_anew")) == 1


@pytest.mark.parametrize("kind", ["acknowledge_issue", "resolve_issue"])
def test_an_issue_that_is_not_open_is_refused_with_those_that_are(live: Simulation, kind: str) -> None:
    live.tell("raise_issue", title="It stops", issue="T-1")

    assert live.refusal(kind, issue="T-2") == ("issue", "'T-2' is not an open issue; open: T-1")


def test_acknowledging_twice_changes_nothing(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="T-1")
    live.tell("acknowledge_issue", issue="T-1")

    assert live.tell("acknowledge_issue", issue="T-1").repeated


def test_two_hundred_open_issues_are_a_matter_for_the_help_desk(live: Simulation) -> None:
    live.tell("raise_issue", title="One", issue="T-1")
    live.state.issues *= 200

    assert live.refusal("raise_issue", title="One too many") == ("issue", "200 issues are open already")


# --- hypercare


def test_hypercare_closes_by_itself_two_weeks_after_the_real_go_live(live: Simulation) -> None:
    """Gone live on Mon 4 Jan 2027."""
    let_pass(live, 13)
    assert closing(live) == "open"

    let_pass(live, 2)

    assert closing(live) == "reached"
    [fact] = [fact for fact in live.facts("milestone_reached") if fact.about == "hypercare_closed"]
    assert live.local(fact.at) == "Mon 2027-01-18 17:00"


def test_an_open_critical_issue_prolongs_hypercare_and_people_hear_of_it_once(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="stop", severity="critical")

    let_pass(live, 30)

    assert closing(live) == "open"
    assert [fact.data["issues"] for fact in live.facts("hypercare_prolonged")] == [["stop"]]
    assert live.state.issues[0].key in live.tell("record_win", title="x").waiting_for


def test_prolonged_hypercare_closes_at_once_when_the_issue_is_resolved(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="stop", severity="critical")
    let_pass(live, 20)

    live.tell("resolve_issue", issue="stop")

    assert closing(live) == "reached"


def test_prolonged_hypercare_closes_when_the_issue_is_judged_less_severe(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="stop", severity="critical")
    let_pass(live, 20)

    live.tell("raise_issue", title="It stops", issue="stop", severity="high")

    assert closing(live) == "reached"


@pytest.mark.parametrize("severity", ["high", "normal"])
def test_lesser_issues_do_not_prolong_it(live: Simulation, severity: str) -> None:
    live.tell("raise_issue", title="It is slow", severity=severity)

    let_pass(live, 15)

    assert closing(live) == "reached"


def test_a_critical_issue_that_is_solved_in_time_does_not_prolong_it(live: Simulation) -> None:
    live.tell("raise_issue", title="It stops", issue="stop", severity="critical")
    let_pass(live, 2)
    live.tell("resolve_issue", issue="stop")

    let_pass(live, 13)

    assert closing(live) == "reached"
    assert live.facts("hypercare_prolonged") == []


def test_hypercare_does_not_end_in_a_pause(live: Simulation) -> None:
    let_pass(live, 10)
    live.tell("pause", reason="strike")
    let_pass(live, 10)
    assert closing(live) == "open"

    live.tell("resume")

    assert closing(live) == "open"
    let_pass(live, 5)
    assert closing(live) == "reached"


def test_before_the_go_live_there_is_no_hypercare_to_prolong() -> None:
    onboarding = opened()
    onboarding.tell("raise_issue", title="It stops", severity="critical")
    onboarding.to_day(80)

    assert onboarding.facts("hypercare_prolonged") == []
