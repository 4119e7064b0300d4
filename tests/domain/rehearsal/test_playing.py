"""What do people live through in a rehearsal? What a scenario says of them, and nothing that another one draws."""

from datetime import timedelta

import pytest

from domain.playbook import Milestone
from domain.rehearsal.driving import NeverAtRest
from tests.support.rehearsals import deal_of, in_time, rehearsed, scenario, shipped, story
from tests.support.simulation import playbook_of


def test_who_does_everything_in_time_is_handed_over_without_an_escalation() -> None:
    lived = in_time()

    assert "handed_over" == lived.ending
    assert lived.on_time
    assert [] == lived.escalations
    assert [] == [one.key for one in lived.milestones if one.settled is None]
    assert () == lived.refusals
    assert () == lived.days_off
    assert lived.went_live_after is not None
    assert 30 <= lived.went_live_after <= 45


def test_a_message_that_waited_for_one_of_ours_is_lived_through_once_it_went() -> None:
    assert {"introduction", "draft"} <= {mail.kind for mail in in_time().mails}


def test_the_same_rehearsal_twice_tells_the_same_story() -> None:
    assert in_time() == story()


def test_who_is_late_is_reminded_more_and_escalated() -> None:
    late = story(customer_pace={"earliest": 8, "latest": 20}, days=300)

    assert not late.on_time
    assert late.escalations
    assert len(late.asks) > len(in_time().asks)
    assert (late.ended_on or late.closed_on) > (in_time().ended_on or late.closed_on)


def test_during_an_absence_nobody_of_that_side_does_anything() -> None:
    lived = story(away=[{"who": "customer", "from_day": 10, "days": 21}])
    first, back = lived.closed_on + timedelta(days=10), lived.closed_on + timedelta(days=31)
    theirs = {one.key for one in playbook_of("tech-touch").milestones if one.raci.responsible != "csm"}

    settled = {one.key: one.settled for one in lived.milestones if one.key in theirs and one.settled}

    assert [] == [key for key, on in settled.items() if first <= on < back]
    assert any(on >= back for on in settled.values())


def test_a_rejection_is_worked_on_and_signed_in_the_end() -> None:
    lived = story(rejects=[{"milestone": "every_sign_off", "times": 2}], days=200)

    signed = [one for one in lived.milestones if one.asked]
    assert signed
    assert {2} == {one.rejections for one in signed}
    assert "handed_over" == lived.ending


def test_a_pause_moves_the_go_live_and_tells_nobody_to_hurry() -> None:
    paused = story(events=[{"what": "pause", "day": 20, "days": 14}])

    first, last = paused.closed_on + timedelta(days=21), paused.closed_on + timedelta(days=33)
    assert (paused.went_live_after or 0) >= (in_time().went_live_after or 0) + 10
    assert [] == [mail for mail in paused.asks if first <= mail.on <= last and mail.side == "customer"]


def test_every_kind_of_event_happens_and_none_is_refused() -> None:
    events = [
        {"what": "note", "day": 3},
        {"what": "task", "day": 4, "days": 3},
        {"what": "issue", "day": 5, "severity": "high", "disputed": True},
        {"what": "scope_change", "day": 6, "days": 3, "decision": "approve"},
        {"what": "win", "day": 7},
        {"what": "reassign", "day": 8},
        {"what": "replan", "day": 9, "milestone": "go_live", "days": 7},
        {"what": "waive", "day": 10, "milestone": "documentation_handed_over"},
        {"what": "pause", "day": 12, "days": 7},
        {"what": "reopen", "after": "go_live", "day": 2, "milestone": "go_live"},
        {"what": "end", "after": "go_live", "day": 20, "ending": "churned"},
    ]

    playing = rehearsed(scenario(events=events, days=200))
    lived = playing.play()

    kinds = {row.kind for row in playing.records.journal.values()}
    assert () == lived.refusals
    assert "churned" == lived.ending
    assert kinds >= {"noted", "task_added", "task_closed", "issue_raised", "issue_resolved", "scope_change_decided"}
    assert kinds >= {"win_recorded", "reassigned", "replanned", "milestone_waived", "paused", "resumed"}
    assert kinds >= {"milestone_reopened", "ended"}


def test_what_a_playbook_has_no_milestone_for_is_told_and_does_not_happen() -> None:
    lived = story(events=[{"what": "replan", "day": 9, "milestone": "no_such", "days": 7}])

    assert ["tech-touch has no such milestone"] == [refusal.reason for refusal in lived.refusals]


def test_a_scenario_that_does_not_end_says_what_it_waits_for() -> None:
    lived = story(away=[{"who": "customer", "from_day": 12, "days": 365}], days=60)

    assert lived.ended_on is None
    assert lived.waits_for
    assert max(mail.on for mail in lived.mails) <= lived.closed_on + timedelta(days=61)


def test_who_waits_for_the_end_of_a_pause_says_so() -> None:
    lived = story(events=[{"what": "pause", "day": 20}], days=60)

    assert ("resume",) == lived.waits_for


def test_an_onboarding_that_goes_in_circles_is_named_and_not_played_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    playing = rehearsed()
    monkeypatch.setattr("domain.agenda.unfold", lambda *_: False)
    monkeypatch.setattr("domain.agenda.adopt", lambda *_, **__: None)

    with pytest.raises(NeverAtRest, match="does not come to rest at 2026-11-02"):
        playing.play()


def test_a_milestone_that_is_added_changes_nobody_elses_days() -> None:
    """Each draws its day by its own key: with one dice for all, everything behind the new one would move."""
    playbook = playbook_of("tech-touch")
    first = playbook.stages[0]
    added = Milestone.model_validate(
        {"key": "added", "title": "Added", "day": 6, "raci": {"responsible": "csm", "accountable": "csm"}}
    )
    stages = (first.model_copy(update={"milestones": (*first.milestones, added)}), *playbook.stages[1:])

    longer = story(playbook.model_copy(update={"stages": stages}))

    days = {one.key: one.settled for one in longer.milestones}
    assert days.pop("added") is not None
    assert {one.key: one.settled for one in in_time().milestones} == days


def test_a_notice_that_became_pointless_before_anybody_could_read_it_is_not_lived_through() -> None:
    """As the outbox has it; a sign-off that was asked for in the evening and given in the morning."""
    playing = rehearsed()
    lived = playing.play()

    assert len(playing.records.notices) == len(lived.mails) + lived.withdrawn


def test_the_days_off_of_four_countries_are_kept() -> None:
    """Nothing falls on Golden Week, the feast after Ramadan, Easter or Thanksgiving."""
    for customer in ("japan", "emirates", "united-kingdom", "united-states"):
        lived = rehearsed(scenario(customer=customer), deal=deal_of(customer)).play()

        assert () == lived.days_off, customer
        assert "handed_over" == lived.ending, customer


def test_fifty_scenarios_are_shipped_and_most_are_not_in_time() -> None:
    scenarios = [part.scenario for part in shipped().parts]

    assert len(scenarios) >= 50
    assert 10 <= sum(one.on_time for one in scenarios) <= 20


def test_figures_of_a_story_are_those_of_its_mails() -> None:
    lived = in_time()

    assert len(lived.mails) == len(lived.to("customer")) + len(lived.to("vendor"))
    assert {"project_lead"} == {mail.role for mail in lived.to("project_lead")}
    assert 0 < lived.longest_silence < 14
    assert any(one.role == "csm" and one.most > 0 for one in lived.hours)
