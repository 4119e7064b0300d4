"""When is a milestone reached, signed, waived or opened again, and when is that refused, with which reason?"""

import functools
from datetime import timedelta

import pytest

from domain import agenda
from domain.agenda.shown import agree, version_now
from domain.news import read_news
from tests.support.simulation import EXECUTIVE, MANAGER, OWNER, Simulation, gone_live, high_touch, opened


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def status_of(onboarding: Simulation, key: str) -> str:
    milestone = onboarding.state.milestone(key)
    assert milestone is not None
    return milestone.status


def stage_of(onboarding: Simulation, key: str) -> str:
    return next(stage.status for stage in onboarding.state.stages if stage.key == key)


# --- reached


def test_a_milestone_is_reached_with_who_when_note_and_evidence(onboarding: Simulation) -> None:
    onboarding.to_day(2)
    yesterday = onboarding.now - timedelta(days=1)

    onboarding.tell(
        "reach_milestone", milestone="handoff_reviewed", by=OWNER, at=yesterday, note="all read", evidence="crm"
    )

    [fact] = onboarding.facts("milestone_reached")
    assert (fact.about, fact.by, fact.at, fact.note) == ("handoff_reviewed", OWNER, yesterday, "all read")
    assert fact.data["evidence"] == ["crm"]


def test_the_answer_is_the_progress(onboarding: Simulation) -> None:
    answer = onboarding.tell("reach_milestone", milestone="kickoff_held")

    assert answer.status == "on_track"
    assert answer.owner == OWNER
    assert "plan_agreed" in answer.waiting_for
    assert not answer.repeated


@pytest.mark.parametrize(
    ("milestone", "reason"),
    [
        ("gone_live", "gone_live has to wait for uat_signed_off, readiness_confirmed, launch_announced"),
        ("plan_agreed", "plan_agreed needs a sign-off by project_lead: use sign_off"),
        ("hypercare_closed", "hypercare_closed comes by itself when hypercare is over"),
        ("gone_life", "'gone_life' is not in the plan of this onboarding, which has: handoff_reviewed, introduction"),
    ],
)
def test_a_milestone_that_cannot_be_reached_says_why(onboarding: Simulation, milestone: str, reason: str) -> None:
    field, text = onboarding.refusal("reach_milestone", milestone=milestone)

    assert field == "milestone"
    assert text.startswith(reason)


@pytest.mark.parametrize(
    ("news", "field", "reason"),
    [
        ({}, "milestone", "is missing"),
        ({"milestone": 7}, "milestone", "Input should be a valid string"),
        ({"milestone": "kickoff_held", "at": "soon"}, "at", "is no moment like 2026-09-01T10:00:00+09:00"),
        ({"milestone": "kickoff_held", "at": "2026-11-02T10:00:00"}, "at", "needs an offset, like 2026-09-01T10:00"),
        ({"milestone": "kickoff_held", "at": "2027-01-01T10:00:00Z"}, "at", "lies in the future"),
        ({"milestone": "kickoff_held", "at": "2026-10-01T10:00:00Z"}, "at", "lies before the deal was closed"),
        ({"milestone": "kickoff_held", "note": "x" * 1_000_000}, "note", "is longer than 10000 characters"),
        ({"milestone": "kickoff_held", "evidence": ["x"] * 21}, "evidence", "holds more than 20"),
        ({"milestone": "kickoff_held", "by": "Jonas Weber"}, "by", "does not have the form ^[a-z0-9]"),
    ],
)
def test_bad_news_is_refused_by_its_field(
    onboarding: Simulation, news: dict[str, object], field: str, reason: str
) -> None:
    refusal = onboarding.refusal("reach_milestone", **news)

    assert refusal[0].startswith(field)
    assert reason in refusal[1]


def test_nobody_works_in_production_before_the_security_review_has_passed(onboarding: Simulation) -> None:
    onboarding.settled("environment_set_up", "plan_agreed", "security_prepared", "data_mapped")

    assert onboarding.refusal("reach_milestone", milestone="environment_live") == (
        "milestone",
        "environment_live has to wait for security_passed",
    )

    onboarding.settled("environment_live")
    onboarding.tell("reopen_milestone", milestone="security_passed", reason="A finding in the last report.")

    assert onboarding.refusal("reach_milestone", milestone="data_validated")[1].endswith("wait for security_passed")


def test_a_clock_that_runs_a_little_fast_is_forgiven(onboarding: Simulation) -> None:
    onboarding.tell("reach_milestone", milestone="kickoff_held", at=onboarding.now + timedelta(minutes=4))

    assert status_of(onboarding, "kickoff_held") == "reached"


def test_what_is_reached_already_changes_nothing(onboarding: Simulation) -> None:
    onboarding.tell("reach_milestone", milestone="kickoff_held")
    before = onboarding.state.model_copy(deep=True)

    answer = onboarding.tell("reach_milestone", milestone="kickoff_held")

    assert answer.repeated
    assert onboarding.state == before


def test_the_same_news_id_changes_nothing_and_is_never_refused(onboarding: Simulation) -> None:
    """Even where the same words would be refused by now: the sender only did not hear our answer."""
    onboarding.tell("raise_issue", title="It stops", issue="stop", news_id="n1")
    onboarding.tell("resolve_issue", issue="stop", news_id="n2")

    answer = onboarding.tell("resolve_issue", issue="stop", news_id="n2")

    assert answer.repeated
    assert len(onboarding.facts("issue_resolved")) == 1


def test_the_last_500_news_ids_are_remembered(onboarding: Simulation) -> None:
    onboarding.state.seen = [f"win-{number}" for number in range(499)]

    onboarding.tell("record_win", title="A win", news_id="win-499")
    onboarding.tell("record_win", title="A win", news_id="win-500")

    assert len(onboarding.state.seen) == 500
    assert onboarding.tell("record_win", title="A win", news_id="win-500").repeated
    assert not onboarding.tell("record_win", title="A win", news_id="win-0").repeated


def test_fields_that_we_do_not_know_are_kept_by_name_and_harmless(onboarding: Simulation) -> None:
    many = {f"field{number}{'x' * 200}": 1 for number in range(1000)}

    onboarding.tell("reach_milestone", milestone="kickoff_held", colour="blue")
    onboarding.tell("reach_milestone", milestone="introduction_sent", **many)

    first, second = onboarding.facts("milestone_reached")
    assert first.data["ignored_fields"] == ["colour"]
    assert len(second.data["ignored_fields"]) == 20
    assert max(map(len, second.data["ignored_fields"])) == 80


# --- stages and gates


def test_a_stage_opens_when_its_milestones_are_reached_and_its_day_has_come(onboarding: Simulation) -> None:
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    assert stage_of(onboarding, "implementation") == "ahead"

    onboarding.to_day(8)

    assert stage_of(onboarding, "implementation") == "open"
    assert [onboarding.local(fact.at)[:-3] for fact in onboarding.facts("stage_opened")][1:] == ["Tue 2026-11-10 09"]


def test_work_that_is_reported_opens_a_stage_before_its_day(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held", "discovery_completed")

    assert stage_of(onboarding, "implementation") == "open"


def test_stages_overlap(onboarding: Simulation) -> None:
    onboarding.in_time(to="environment_live")
    onboarding.to_day(31)

    assert stage_of(onboarding, "implementation") == "open"
    assert stage_of(onboarding, "enablement") == "open"


def test_a_stage_closes_without_what_is_optional(onboarding: Simulation) -> None:
    onboarding.settled("training_complete")

    assert status_of(onboarding, "first_win_shown") == "open"
    assert stage_of(onboarding, "enablement") == "closed"


# --- reopened


def test_a_milestone_that_was_wrong_is_opened_again_and_its_stage_with_it(onboarding: Simulation) -> None:
    onboarding.settled("training_complete")

    onboarding.tell("reopen_milestone", milestone="champions_prepared", reason="nobody came", by=OWNER)

    assert status_of(onboarding, "champions_prepared") == "open"
    assert stage_of(onboarding, "enablement") == "open"
    assert [fact.data["reason"] for fact in onboarding.facts("milestone_reopened")] == ["nobody came"]


def test_what_is_open_cannot_be_reopened(onboarding: Simulation) -> None:
    assert onboarding.refusal("reopen_milestone", milestone="kickoff_held", reason="x") == (
        "milestone",
        "kickoff_held is open already",
    )


def test_reopening_takes_a_reason(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")

    assert onboarding.refusal("reopen_milestone", milestone="kickoff_held")[0] == "reason"


def test_reopening_the_go_live_ends_hypercare_and_opens_its_end() -> None:
    onboarding = gone_live()
    onboarding.until(onboarding.now + timedelta(days=20))
    assert status_of(onboarding, "hypercare_closed") == "reached"

    onboarding.tell("reopen_milestone", milestone="gone_live", reason="rolled back")

    assert status_of(onboarding, "hypercare_closed") == "open"
    assert onboarding.state.hypercare_until is None
    assert onboarding.entry("hypercare") is None


def test_after_a_second_go_live_hypercare_counts_from_that() -> None:
    onboarding = gone_live()
    onboarding.until(onboarding.now + timedelta(days=5))
    onboarding.tell("reopen_milestone", milestone="gone_live", reason="rolled back")
    onboarding.until(onboarding.now + timedelta(days=5))

    onboarding.settled("gone_live")

    assert onboarding.state.hypercare_until is not None
    assert (onboarding.state.hypercare_until - onboarding.now).days == 14


# --- waived


def test_a_milestone_is_waived_by_an_approver_with_a_reason(onboarding: Simulation) -> None:
    onboarding.tell("waive_milestone", milestone="access_provisioned", reason="they use their own", by=MANAGER)

    assert status_of(onboarding, "access_provisioned") == "waived"
    [fact] = onboarding.facts("milestone_waived")
    assert (fact.by, fact.data["reason"]) == (MANAGER, "they use their own")


def test_what_was_waived_opens_gates_as_if_it_were_reached(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")
    onboarding.tell("waive_milestone", milestone="access_provisioned", reason="they use their own", by=EXECUTIVE)

    onboarding.settled("environment_set_up")

    assert status_of(onboarding, "environment_set_up") == "reached"


@pytest.mark.parametrize("by", [OWNER, "project_lead", "somebody", None])
def test_nobody_else_waives(onboarding: Simulation, by: str | None) -> None:
    refused = onboarding.refusal("waive_milestone", milestone="access_provisioned", reason="x", by=by)

    assert refused == ("by", f"this takes the approval of {MANAGER} or {EXECUTIVE}")


@pytest.mark.parametrize("milestone", ["gone_live", "review_held"])
def test_go_live_and_review_are_never_waived(onboarding: Simulation, milestone: str) -> None:
    field, reason = onboarding.refusal("waive_milestone", milestone=milestone, reason="x", by=MANAGER)

    assert field == "milestone"
    assert reason.endswith("the hand-off stands on it: end the onboarding instead")


def test_what_is_settled_is_not_waived(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")

    refused = onboarding.refusal("waive_milestone", milestone="kickoff_held", reason="x", by=MANAGER)

    assert refused == ("milestone", "kickoff_held is reached already")


def test_the_end_of_hypercare_is_not_waived_over_a_critical_issue() -> None:
    onboarding = gone_live()
    onboarding.tell("raise_issue", title="It stops", issue="stop", severity="critical")

    refused = onboarding.refusal("waive_milestone", milestone="hypercare_closed", reason="x", by=MANAGER)

    assert refused == ("milestone", "hypercare_closed cannot be waived while stop is open")


# --- signed off


def ready_for_uat() -> Simulation:
    return _ready_for_uat().fork()


@functools.cache
def _ready_for_uat() -> Simulation:
    onboarding = opened()
    onboarding.to_day(30)
    onboarding.settled("integrations_live", "data_validated", "security_passed")
    return onboarding


def test_a_sign_off_is_asked_for_once_when_its_gate_opens() -> None:
    onboarding = ready_for_uat()
    onboarding.until(onboarding.now + timedelta(days=3))

    assert [fact.about for fact in onboarding.facts("sign_off_asked")] == ["plan_agreed", "uat_signed_off"]
    assert onboarding.told("sign_off_request", about="uat_signed_off") == ["project_lead", "technical_lead"]


def test_who_is_asked_late_is_given_two_working_days_and_not_a_day_that_is_past() -> None:
    """UAT was due on Mon 14 Dec, and what it waits for is there on Fri 18 Dec: the plan says so, the request asks."""
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("plan_agreed")
    onboarding.to("2026-12-18 12:00")
    onboarding.settled("integrations_live", "data_validated", "security_passed")

    requests = onboarding.notices("sign_off_request", about="uat_signed_off")
    assert {request.facts["due"] for request in requests} == {"2026-12-22"}
    assert onboarding.status() == "behind"


@pytest.mark.parametrize("by", ["project_lead", "technical_lead"])
def test_either_of_those_named_may_sign(by: str) -> None:
    onboarding = ready_for_uat()

    onboarding.tell("sign_off", milestone="uat_signed_off", decision="approve", by=by)

    assert status_of(onboarding, "uat_signed_off") == "reached"


@pytest.mark.parametrize("by", ["executive_sponsor", "end_user", OWNER, MANAGER, None])
def test_nobody_else_signs(by: str | None) -> None:
    refused = ready_for_uat().refusal("sign_off", milestone="uat_signed_off", decision="approve", by=by)

    assert refused == ("by", "uat_signed_off may be signed by project_lead or technical_lead only")


def test_nothing_is_signed_before_its_gate_is_open(onboarding: Simulation) -> None:
    refused = onboarding.refusal("sign_off", milestone="plan_agreed", decision="approve", by="project_lead")

    assert refused == ("milestone", "plan_agreed has to wait for kickoff_held")


def test_what_needs_no_sign_off_is_not_signed(onboarding: Simulation) -> None:
    refused = onboarding.refusal("sign_off", milestone="kickoff_held", decision="approve", by="project_lead")

    assert refused == ("milestone", "kickoff_held needs no sign-off: use reach_milestone")


def test_a_rejection_says_why() -> None:
    refused = ready_for_uat().refusal("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead")

    assert refused == ("reasons", "a rejection says why")


def test_a_rejection_opens_the_work_again_and_is_kept() -> None:
    onboarding = ready_for_uat()

    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="technical_lead", reasons="slow")

    assert status_of(onboarding, "integrations_live") == "open"
    assert status_of(onboarding, "data_validated") == "open"
    assert status_of(onboarding, "security_passed") == "reached"
    [fact] = onboarding.facts("sign_off_rejected")
    assert fact.data == {"reasons": ["slow"], "reopened": ["integrations_live", "data_validated"]}


def test_after_the_rework_the_sign_off_is_asked_for_again() -> None:
    onboarding = ready_for_uat()
    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons=["slow"])

    onboarding.settled("integrations_live", "data_validated")

    asked = onboarding.notices("sign_off_request", about="uat_signed_off", to="project_lead")
    assert [notice.facts["again"] for notice in asked] == [0, 1]


def rejected_plan() -> Simulation:
    """An onboarding whose plan the project lead has just refused to agree to."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", by="project_lead", reasons="dates clash")
    return onboarding


def rejected_uat() -> Simulation:
    """An onboarding whose project lead has rejected the acceptance test; what that opened again is reached again."""
    onboarding = ready_for_uat()
    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons=["slow"])
    onboarding.settled("integrations_live", "data_validated")
    return onboarding


APPROVE = {"milestone": "uat_signed_off", "decision": "approve"}


def test_nobody_is_asked_again_before_something_was_done() -> None:
    """Before, the customer read in the same second that what they had found had been worked on."""
    onboarding = rejected_plan()
    onboarding.until(onboarding.now + timedelta(days=14))

    assert 1 == len(onboarding.facts("sign_off_asked"))
    assert [] == onboarding.notices("plan", to="project_lead")[1:]


@pytest.mark.parametrize(
    ("kind", "news", "why"),
    [
        ("replan", {"milestone": "gone_live", "to": "2027-03-01", "reason": "their stocktaking"}, "replanned"),
        ("ask_sign_off", {"milestone": "plan_agreed", "note": "Nothing falls on your stocktaking."}, "said"),
    ],
)
def test_a_plan_is_asked_for_again_with_what_was_done(kind: str, news: dict[str, str], why: str) -> None:
    """New dates answer it, or the owner's word; the plan itself goes with the request."""
    onboarding = rejected_plan()

    onboarding.tell(kind, **news, by=OWNER)

    again = onboarding.notices("plan", to="project_lead")[-1].facts
    assert (1, why, news.get("note", "")) == (again["again"], again["why"], again["note"])
    refused = onboarding.refusal("ask_sign_off", milestone="plan_agreed")
    assert ("milestone", "plan_agreed is not rejected, or asked for again already") == refused


def test_new_dates_of_something_else_answer_no_other_rejection() -> None:
    """Only the plan is answered by any new date."""
    onboarding = ready_for_uat()
    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons=["slow"])

    onboarding.tell("replan", milestone="gone_live", to="2027-03-01", reason="later")

    assert ["plan_agreed", "uat_signed_off"] == [fact.about for fact in onboarding.facts("sign_off_asked")]


def test_a_request_after_a_rejection_names_what_was_reached_again() -> None:
    onboarding = rejected_uat()

    request = onboarding.notices("sign_off_request", about="uat_signed_off", to="project_lead")[-1]
    assert ["project_lead"] == onboarding.told("sign_off_request", about="uat_signed_off")[2:], "only their yes counts"
    assert ["Integrations live", "Data migrated and validated"] == [one["title"] for one in request.facts["done"]]
    assert "Acceptance test (UAT)" == request.facts["title"]


def test_a_rejection_stands_until_who_rejected_approves() -> None:
    """A technical lead had approved what the project lead rejected, who heard nothing of it."""
    onboarding = rejected_uat()

    refused = onboarding.refusal("sign_off", **APPROVE, by="technical_lead")
    onboarding.tell("sign_off", **APPROVE, by="project_lead")

    rejected = "uat_signed_off was rejected by project_lead"
    assert ("by", f"{rejected}: it takes their own approval, or executive_sponsor may overrule it") == refused
    assert "reached" == status_of(onboarding, "uat_signed_off")


def test_who_is_named_for_it_overrules_a_rejection_and_says_why() -> None:
    onboarding = rejected_uat()

    refused = onboarding.refusal("sign_off", **APPROVE, by="executive_sponsor")
    onboarding.tell("sign_off", **APPROVE, by="executive_sponsor", reasons="We live with it until May.")

    assert ("reasons", "uat_signed_off was rejected by project_lead: say why it is approved all the same") == refused
    [fact] = [row for row in onboarding.facts("milestone_reached") if row.about == "uat_signed_off"]
    assert {"overruled": ["project_lead"], "reasons": ["We live with it until May."]} == fact.data


@pytest.mark.parametrize(("decision", "reasons"), [("approve", ()), ("reject", ("slow",))])
def test_the_other_signers_hear_of_every_decision(decision: str, reasons: tuple[str, ...]) -> None:
    onboarding = ready_for_uat()

    onboarding.tell("sign_off", milestone="uat_signed_off", decision=decision, by="technical_lead", reasons=reasons)

    [notice] = onboarding.notices("sign_off_decided", about="uat_signed_off")
    assert ("project_lead", list(reasons)) == (notice.to, notice.facts["reasons"])


def test_where_all_must_sign_the_last_one_reaches_it() -> None:
    onboarding = ready_for_uat()
    milestone = onboarding.state.milestone("uat_signed_off")
    assert milestone is not None
    milestone.takes_all = True

    onboarding.tell("sign_off", **APPROVE, by="technical_lead")
    again = onboarding.tell("sign_off", **APPROVE, by="technical_lead")
    before = status_of(onboarding, "uat_signed_off")
    onboarding.tell("sign_off", **APPROVE, by="project_lead")

    [given] = onboarding.facts("sign_off_given")
    assert again.repeated
    assert {"missing": ["project_lead"]} == given.data
    assert ("open", "reached") == (before, status_of(onboarding, "uat_signed_off"))


def test_an_onboarding_of_older_rules_keeps_them() -> None:
    """Its history replays: what was decided by the first edition is decided so for it for ever."""
    onboarding = opened()
    onboarding.state.rules = 1
    onboarding.settled("kickoff_held")

    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", by="project_lead", reasons="clash")

    assert 2 == len(onboarding.facts("sign_off_asked"))


def test_what_was_signed_is_not_rejected_afterwards() -> None:
    onboarding = ready_for_uat()
    onboarding.settled("uat_signed_off")

    refused = onboarding.refusal(
        "sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons=["x"]
    )

    assert refused == ("milestone", "uat_signed_off is reached already: use reopen_milestone")


def test_a_sign_off_of_what_is_signed_changes_nothing() -> None:
    onboarding = ready_for_uat()
    onboarding.settled("uat_signed_off")

    answer = onboarding.tell("sign_off", milestone="uat_signed_off", decision="approve", by="technical_lead")

    assert answer.repeated


def test_every_milestone_of_the_playbook_can_be_settled_in_order(onboarding: Simulation) -> None:
    onboarding.settled(*(milestone.key for milestone in high_touch().milestones))
    onboarding.until(onboarding.now + timedelta(days=20))

    assert [m.key for m in onboarding.state.milestones if not m.settled] == []
    assert {stage.status for stage in onboarding.state.stages} == {"closed"}


# --- signed for the version that was shown


def version_of(onboarding: Simulation, key: str) -> str:
    milestone = onboarding.state.milestone(key)
    assert milestone is not None
    return version_now(onboarding.state, milestone)


def test_a_signature_holds_for_the_version_that_was_shown(onboarding: Simulation) -> None:
    """Between the look and the yes another may refuse; who names no version signs what there is."""
    onboarding.settled("kickoff_held")
    shown = version_of(onboarding, "plan_agreed")
    yes = {"milestone": "plan_agreed", "decision": "approve", "by": "project_lead"}
    onboarding.tell("sign_off", **(yes | {"decision": "reject", "reasons": "Mondays"}))
    onboarding.tell("ask_sign_off", milestone="plan_agreed", by=OWNER)

    assert ("version", "plan_agreed has changed since its signer was shown it: show it anew") == onboarding.refusal(
        "sign_off", **yes, version=shown
    )
    onboarding.tell("sign_off", **yes, version=version_of(onboarding, "plan_agreed"))

    assert "reached" == status_of(onboarding, "plan_agreed")


def test_a_plan_is_not_signed_while_its_dates_move(onboarding: Simulation) -> None:
    """Neither between the news of a move and its new dates, nor by what was shown before; a note changes nothing."""
    onboarding.settled("kickoff_held")
    yes = {"milestone": "plan_agreed", "decision": "approve", "by": "project_lead"}
    shown = version_of(onboarding, "plan_agreed")
    onboarding.tell("note", note="All quiet", by=OWNER)
    assert shown == version_of(onboarding, "plan_agreed")
    move = {"milestone": "gone_live", "to": "2027-03-01", "reason": "Fair", "by": OWNER}
    agenda.apply(onboarding.state, read_news("replan", move), onboarding.now)

    assert "version" == onboarding.refusal("sign_off", **yes, version=shown)[0]
    onboarding.settle()
    assert "version" == onboarding.refusal("sign_off", **yes, version=shown)[0]
    assert shown != version_of(onboarding, "plan_agreed")


@pytest.mark.parametrize("shown", ["", "1", "0..", "0.0123456789ab.", "0..0123456789ab"])
def test_a_version_is_compared_as_far_as_both_are_known(shown: str) -> None:
    """An onboarding from before may not know its playbook's hash; what is no version at all agrees with none."""
    assert (shown in ("0..", "0.0123456789ab.", "0..0123456789ab")) == agree(shown, "0..0123456789ab")
