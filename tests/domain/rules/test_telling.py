"""Who hears of what, when does it go out, and why never twice?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain import agenda
from domain.agenda.occasion import Occasion
from domain.agenda.state import Entry, Fact
from domain.clock import Clock
from domain.news import MilestoneReached
from domain.notice import Notice
from domain.rules import letters
from domain.rules.briefing import Briefing
from domain.rules.deciding import decide, reports, tells_of_records
from domain.rules.telling import tell
from domain.text import in_language
from tests.support.simulation import EXECUTIVE, MANAGER, OTHER_CSM, OWNER, Simulation, deal, gone_live, opened

OWNER_IN_JAPAN = "mika.sato"
NEW_SPONSOR = {"to": "executive_sponsor-2", "name": "Ana Ruiz", "email": "ana@customer.example"}


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def something_happens(onboarding: Simulation) -> Occasion:
    """A moment at which a reminder is due and a milestone was reached, not yet decided on."""
    onboarding.to("2026-11-04 08:59")
    onboarding.now = onboarding.at("2026-11-04 09:01")
    agenda.apply(onboarding.state, MilestoneReached(milestone="access_provisioned"), onboarding.now)
    due = tuple(agenda.due(onboarding.state, onboarding.now))
    assert due
    return Occasion(state=onboarding.state.model_copy(deep=True), due=due, now=onboarding.now)


def introduced(onboarding: Simulation) -> Simulation:
    """One whose introduction somebody has just sent."""
    onboarding.tell("send_draft", draft="introduction", by=onboarding.state.owner)
    return onboarding


# --- never twice


def test_the_same_occasion_decides_the_same(onboarding: Simulation) -> None:
    occasion = something_happens(onboarding)

    once = decide(occasion, onboarding.dossier, onboarding.team)
    again = decide(Occasion.model_validate_json(occasion.model_dump_json()), onboarding.dossier, onboarding.team)

    assert once == again
    assert once.writing.notices


def test_deciding_changes_nothing_of_what_it_decides_on(onboarding: Simulation) -> None:
    occasion = something_happens(onboarding)
    before = occasion.model_copy(deep=True)

    decide(occasion, onboarding.dossier, onboarding.team)

    assert occasion == before


def test_what_was_written_down_already_is_told_to_nobody_again(onboarding: Simulation) -> None:
    """The database took it, the answer was lost: the turn is taken again, with the same effect on the agenda."""
    occasion = something_happens(onboarding)
    once = decide(occasion, onboarding.dossier, onboarding.team)

    again = decide(
        occasion, onboarding.dossier, onboarding.team, done_before=dict.fromkeys(occasion.keys, onboarding.now)
    )

    assert again.writing.notices == ()
    assert again.consequences == once.consequences
    assert {row.key for row in again.writing.journal} == set(occasion.keys)


def test_what_came_on_top_of_a_turn_that_is_taken_again_is_told(onboarding: Simulation) -> None:
    occasion = something_happens(onboarding)
    agenda.apply(onboarding.state, MilestoneReached(milestone="kickoff_held"), onboarding.now)
    more = Occasion(state=onboarding.state, due=occasion.due, now=onboarding.now)

    done = dict.fromkeys(occasion.keys, onboarding.now)
    again = decide(more, onboarding.dossier, onboarding.team, done_before=done)

    assert "access_provisioned" not in {notice.about for notice in again.writing.notices}
    assert {notice.kind for notice in again.writing.notices} >= {"plan"}


def test_a_rung_that_fell_between_a_crash_and_the_restart_is_climbed_once(onboarding: Simulation) -> None:
    """The reminder was written down and its worker died; days later the same turn is taken again."""
    onboarding.to_day(6)
    entry = next(entry for entry in onboarding.fired if entry.rule == "nudge" and entry.about == "kickoff_held")
    then = onboarding.now
    onboarding.now = onboarding.at("2026-11-16 12:00")
    again = Occasion(state=onboarding.state, due=(entry,), now=onboarding.now)

    missed = decide(again, onboarding.dossier, onboarding.team, done_before={entry.key: then})
    nothing = decide(again, onboarding.dossier, onboarding.team, done_before={entry.key: onboarding.now})

    assert {notice.kind for notice in missed.writing.notices} == {"escalation"}
    assert EXECUTIVE in {notice.to for notice in missed.writing.notices}, "the highest rung that was missed"
    assert nothing.writing.notices == ()


def test_every_notice_has_a_key_of_its_own() -> None:
    onboarding = opened()
    onboarding.in_time(to="gone_live")

    keys = [notice.key for writing in onboarding.ledger.writings for notice in writing.notices]
    assert len(keys) == len(set(keys))


def test_of_what_people_meet_and_read_regularly_only_what_tells_of_wins_reads_records(
    onboarding: Simulation,
) -> None:
    """Registers and the plan as agreed are read for a third of all turns otherwise, and shown to nobody."""
    wanted = {}
    for cadence in onboarding.playbook.cadences:
        entry = Entry(f"{cadence.key}/cadence", "2026-11-09", onboarding.now, "cadence", cadence.key)
        occasion = Occasion(state=onboarding.state, due=(entry,), now=onboarding.now)
        wanted[cadence.key] = (
            tells_of_records(occasion, onboarding.playbook),
            reports(occasion, onboarding.playbook),
        )

    assert {"project_status": (True, True)} == {key: both for key, both in wanted.items() if both[1]}
    assert {"project_status", "executive_check_in", "weekly_tips", "manager_letter"} == {
        key for key, (records, _) in wanted.items() if records
    }


# --- the opening


def test_at_the_opening_everybody_gets_their_own_message(onboarding: Simulation) -> None:
    receivers = {(notice.kind, notice.to) for notice in onboarding.notices()}

    assert receivers == {
        ("assigned", OWNER),
        ("draft", OWNER),
    }
    told = {(notice.kind, notice.to) for notice in introduced(onboarding).notices()}
    assert told - receivers == {
        ("introduction", "project_lead"),
        ("introduction", "executive_sponsor"),
        ("introduction", "technical_lead"),
        ("introduction", "champion"),
        ("kickoff_agenda", "project_lead"),
        ("kickoff_agenda", OWNER),
        ("milestone_reached", EXECUTIVE),
    }


def test_what_we_ask_ourselves_goes_to_the_owner_and_not_to_the_customer(onboarding: Simulation) -> None:
    """LP-2 and LP-6: which value first, and how they want to grow, is for whoever leads it to think through."""
    [assigned], kickoff = onboarding.notices("assigned"), onboarding.playbook.kickoff

    assert [in_language(question, "en") for question in kickoff.preparation] == assigned.facts["preparation"]
    asked = [notice.facts["questions"] for notice in onboarding.notices("kickoff_agenda")]
    assert not {question for questions in asked for question in questions} & set(assigned.facts["preparation"])


def test_fields_that_only_our_company_has_reach_the_owner() -> None:
    custom = {
        "contract_type": "framework",
        "sites": ["Kiel", "Bremen"],
        "nda": True,
        "ids": {"erp": 7},
        "long": "x" * 999,
    }

    [assigned] = Simulation(deal(custom=custom)).notices("assigned")

    shown = {field["name"]: field["value"] for field in assigned.facts["custom"]}
    assert ("framework", "Kiel, Bremen", "yes", '{"erp": 7}') == tuple(shown.values())[:4]
    assert "contract type" in shown
    assert 301 == len(shown["long"])


def test_of_very_many_such_fields_the_first_are_shown() -> None:
    [assigned] = Simulation(deal(custom={f"field_{number}": number for number in range(45)})).notices("assigned")

    assert {"name": "…", "value": "and 5 more"} == assigned.facts["custom"][-1]


def test_one_person_under_several_entries_gets_one_mail() -> None:
    """With two roles, or as two contacts of the CRM with one address in another case."""
    people = [dict(person) for person in deal().model_dump(mode="json")["stakeholders"]]
    lead = next(person for person in people if person["role"] == "project_lead")
    again = [
        {**lead, "id": "technical_lead-9", "role": "technical_lead", "email": lead["email"].upper()},
        {**lead, "id": "project_lead-9"},
    ]
    onboarding = Simulation(deal(stakeholders=[*people, *again]))

    onboarding.in_time(to="readiness_confirmed")

    address = {person["id"]: person["email"].lower() for person in [*people, *again]}
    told = [
        (notice.key.removesuffix(f"/{notice.to}"), address[notice.to])
        for notice in onboarding.notices()
        if notice.to in address
    ]
    assert ("introduction", "project_lead") in {(notice.kind, notice.to) for notice in onboarding.notices()}
    assert len(told) == len(set(told))


def test_the_seller_is_asked_for_what_is_missing() -> None:
    thin = Simulation(deal(roi_method=None, sow_url=None))

    [asked] = thin.notices("hand_off_gaps")
    assert asked.to == "seller"
    assert len(asked.facts["missing"]) == 2


def test_where_the_deal_names_no_seller_nobody_is_asked() -> None:
    assert Simulation(deal(roi_method=None, seller=None)).notices("hand_off_gaps") == []


def test_the_customers_end_users_do_not_get_the_project_mail(onboarding: Simulation) -> None:
    onboarding.in_time(to="readiness_confirmed")

    assert "end_user" not in {notice.to for notice in onboarding.notices() if notice.kind != "milestone_reached"}


# --- who is told


def test_whoever_brings_the_news_is_not_told_of_it(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike", by="project_lead")

    assert onboarding.told("paused") == [OWNER, MANAGER, "executive_sponsor"]


def test_a_critical_issue_goes_to_the_manager_at_once(onboarding: Simulation) -> None:
    onboarding.to("2026-11-07 03:00")
    onboarding.tell("raise_issue", title="It stops", severity="critical", by="project_lead")
    onboarding.tell("raise_issue", title="It is slow", severity="normal", by="project_lead")

    critical, normal = (
        [n for n in onboarding.notices("issue_raised") if n.facts["severity"] == severity]
        for severity in ("critical", "normal")
    )
    assert MANAGER in {notice.to for notice in critical}
    assert MANAGER not in {notice.to for notice in normal}
    assert {notice.not_before for notice in critical} == {onboarding.now}
    assert all(notice.not_before > onboarding.now for notice in normal if notice.to != "project_lead")
    assert [onboarding.now] == [notice.not_before for notice in normal if notice.to == "project_lead"], "a receipt"


@pytest.mark.parametrize(("by", "ours"), [(OWNER, True), ("technical_lead", False), (None, False)])
def test_the_project_lead_hears_whose_word_an_issue_is(onboarding: Simulation, by: str | None, ours: bool) -> None:
    """What one of ours has written down nobody has reported at the customer's; of what a system says nobody knows."""
    onboarding.tell("raise_issue", title="It is slow", severity="normal", **({"by": by} if by else {}))

    [receipt] = onboarding.notices("issue_raised", to="project_lead")
    assert ours == receipt.facts["ours"]


def test_the_window_of_a_stage_is_that_of_its_dates() -> None:
    """The playbook's "weeks 2-6" hold for no customer whose plan was stretched, moved or met a holiday."""
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("kickoff_held")

    [plan] = onboarding.notices("plan", to="project_lead")
    windows = [stage["window"] for stage in plan.facts["stages"]]
    assert windows[1] == "Tue 10 Nov \N{EN DASH} Mon 14 Dec 2026"
    assert windows[4] == "Fri 15 Jan \N{EN DASH} Mon 1 Feb 2027"
    [other] = [stage for stage in plan.facts["stages"] if stage["window"] == windows[4]]
    assert [milestone["due"] for milestone in other["milestones"]][-1] == "2027-02-01"


def held_late() -> Simulation:
    """The kickoff was due on Mon 9 Nov 2026 and is held on Fri 27 Nov, 14 working days later; all else is open."""
    onboarding = opened()
    onboarding.to("2026-11-27 12:00")
    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)
    return onboarding


def test_a_late_kickoff_asks_nobody_to_agree_to_days_that_are_past() -> None:
    onboarding = held_late()

    [asked] = onboarding.notices("plan", to="project_lead")
    [read] = onboarding.notices("plan", to="executive_sponsor")
    lines = [line for stage in asked.facts["stages"] for line in stage["milestones"]]
    assert [] == [line["due"] for line in lines if line["due"] < "2026-11-27"]
    assert ["2026-11-27"] == [line["due"] for line in lines if line.get("done")], "the kickoff itself, which was held"
    assert (True, 14) == (asked.facts["sign_off"], asked.facts["late_by"])
    assert (False, 14) == (read.facts["sign_off"], read.facts["late_by"])
    assert asked.facts["due"] == "2026-12-01"
    assert onboarding.notices("sign_off_request", about="plan_agreed") == [], "the plan itself asks"
    assert (onboarding.status(), agenda.late(onboarding.state, onboarding.now)) == ("on_track", [])


def test_our_side_hears_which_dates_a_late_kickoff_has_moved_and_the_customer_gets_the_plan() -> None:
    onboarding = held_late()

    told = onboarding.notices("replanned")
    assert [notice.to for notice in told] == [OWNER, MANAGER], "also who recorded it"
    assert told[0].facts["late_kickoff"] == 14
    moved = {line["title"]: (line["was"], line["now"]) for line in told[0].facts["moved"]}
    assert moved["Go-live"] == ("2027-01-04", "2027-01-19")


def test_the_weekly_status_of_the_day_of_a_late_kickoff_says_of_nothing_that_it_is_overdue() -> None:
    """Held at eight; the first weekly status goes out at nine."""
    onboarding = opened()
    onboarding.to("2026-11-27 08:00")
    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)

    onboarding.to("2026-11-27 10:00")

    [report] = onboarding.notices("status_report", to="project_lead")
    assert (report.facts["status"], report.facts["late"]) == ("on_track", [])


def test_a_report_says_of_what_is_late_whether_it_is_ours_alone() -> None:
    """The security review is the technical lead's, the plan is signed by the project lead, the environment is ours."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.to_day(40)

    late = onboarding.notices("status_report", to="project_lead")[-1].facts["late"]
    ours = {one["title"]: one.get("ours", False) for one in late}

    assert ours["Environment set up"]
    assert not ours["Security review prepared"]
    assert not ours["Onboarding plan agreed"]


def test_a_date_that_was_set_before_a_late_kickoff_keeps_its_distance_to_it() -> None:
    """UAT was put off to Mon 21 Dec by hand: 14 working days on, without the holidays, that is Fri 15 Jan."""
    onboarding = opened()
    onboarding.tell("replan", milestone="uat_signed_off", to="2026-12-21", reason="vacation")
    onboarding.to("2026-11-27 12:00")

    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)
    assert onboarding.due_on("uat_signed_off") == "2027-01-15"

    onboarding.tell("replan", milestone="uat_signed_off", to="2027-01-18", reason="later still")
    onboarding.to_day(40)
    assert onboarding.due_on("uat_signed_off") == "2027-01-18"


def test_a_kickoff_that_is_recorded_late_leaves_room_to_agree_all_the_same() -> None:
    """Held on the day that was planned, Mon 9 Nov, and told on Mon 23 Nov."""
    onboarding = opened()
    onboarding.to("2026-11-23 12:00")

    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER, at="2026-11-09T12:00:00+01:00")

    assert onboarding.due_on("plan_agreed") == "2026-11-25"
    assert onboarding.due_on("environment_live") == "2026-12-02"
    assert onboarding.notices("plan")[0].facts["late_by"] == 0


def test_the_adoption_plan_is_checked_six_and_eight_weeks_after_the_go_live() -> None:
    """Live on Mon 4 Jan 2027: on Mon 15 Feb, day 105, and on Mon 1 Mar; people hear of it two working days before."""
    onboarding = gone_live()
    onboarding.in_time(to="adoption_plan_agreed")

    onboarding.to("2027-03-02 12:00")

    checks = onboarding.notices("meeting", about="adoption_check", to="project_lead")
    assert [check.facts["on"] for check in checks] == ["2027-02-15", "2027-03-01"]


def test_the_kickoff_brings_the_plan_to_those_who_agree_to_it_and_to_those_who_have_a_part(
    onboarding: Simulation,
) -> None:
    """The technical lead sees the security review through; the champion is asked for nothing."""
    onboarding.settled("kickoff_held")

    assert sorted(onboarding.told("plan")) == ["executive_sponsor", "project_lead", "technical_lead"]
    [plan] = onboarding.notices("plan", to="project_lead")
    dates = {line["title"]: line["due"] for stage in plan.facts["stages"] for line in stage["milestones"]}
    assert dates["Go-live"] == "2027-01-04"


def test_a_new_date_is_told_with_what_it_moves(onboarding: Simulation) -> None:
    onboarding.tell("replan", milestone="gone_live", to="2027-01-25", reason="a fair")

    [notice] = onboarding.notices("replanned", to="project_lead")
    moved = {line["title"]: (line["was"], line["now"]) for line in notice.facts["moved"]}
    assert moved["Go-live"] == ("2027-01-04", "2027-01-25")


def test_to_agree_to_the_plan_is_asked_only_of_those_who_sign_it(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")

    asked = {notice.to: notice.facts["sign_off"] for notice in onboarding.notices("plan")}
    assert asked == {"project_lead": True, "executive_sponsor": False, "technical_lead": False}


def test_a_date_that_was_that_date_already_is_told_to_nobody(onboarding: Simulation) -> None:
    onboarding.tell("replan", milestone="kickoff_held", to=onboarding.due_on("kickoff_held"), reason="as agreed")

    assert onboarding.notices("replanned") == []


def test_a_new_last_day_for_the_hand_off_is_told(onboarding: Simulation) -> None:
    onboarding.tell("replan", hand_off_by="2027-03-31", reason="their fiscal year ends")

    [notice] = onboarding.notices("replanned", to="project_lead")
    assert (notice.facts["hand_off_by"], notice.facts["moved"]) == ("2027-03-31", [])


@pytest.mark.parametrize("ending", ["churned", "withdrawn", "cancelled"])
def test_why_it_ended_is_for_our_people_alone(onboarding: Simulation, ending: str) -> None:
    """The reason was written down for us, and may be about the customer."""
    if ending == "cancelled":
        agenda.cancel(onboarding.state, onboarding.now)
        onboarding.settle()
    else:
        onboarding.tell("end_onboarding", ending=ending, reason="they never answer", by=EXECUTIVE)

    reasons = {notice.to: notice.facts["reason"] for notice in onboarding.notices("ended")}
    assert reasons["project_lead"] == ""
    assert reasons[OWNER] == reasons[MANAGER] != ""


def test_why_the_owner_changed_is_for_our_people_alone(onboarding: Simulation) -> None:
    introduced(onboarding).tell("reassign", owner=OTHER_CSM, reason="Jonas is ill", by=MANAGER)

    reasons = {notice.to: notice.facts["reason"] for notice in onboarding.notices("reassigned")}
    assert reasons == {OTHER_CSM: "Jonas is ill", OWNER: "Jonas is ill", "project_lead": ""}


@pytest.mark.parametrize(("raised_by", "told_too"), [("technical_lead", ["technical_lead"]), ("a.stranger", [])])
def test_that_an_issue_is_solved_is_told_to_whoever_raised_it(
    onboarding: Simulation, raised_by: str, told_too: list[str]
) -> None:
    briefing = Briefing(onboarding.dossier, onboarding.state, onboarding.team, onboarding.now)
    data = {"title": "It stops", "severity": "high", "raised_by": raised_by}
    solved = Fact(seq=99, key="solved", kind="issue_resolved", at=onboarding.now, about="issue-1", data=data)

    assert [notice.to for notice in tell(briefing, solved, before={})] == [OWNER, "project_lead", *told_too]


def test_who_raised_an_issue_gets_a_receipt_with_its_times_and_hears_that_it_is_solved(onboarding: Simulation) -> None:
    """Nobody of the customer had heard that it was taken, and the raiser nothing of its end."""
    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="technical_lead")
    onboarding.tell("resolve_issue", issue="T-1", by=OWNER)

    receipts = {notice.to: notice.facts for notice in onboarding.notices("issue_raised", about="T-1")}
    assert {"technical_lead", "project_lead"} <= set(receipts)
    assert receipts["technical_lead"]["respond_by"]
    assert (True, False) == (receipts["technical_lead"]["yours"], receipts["project_lead"]["yours"])
    assert "technical_lead" in onboarding.told("issue_resolved", about="T-1")


def test_an_issue_that_is_not_solved_is_open_again_with_new_times(onboarding: Simulation) -> None:
    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="technical_lead")
    onboarding.tell("resolve_issue", issue="T-1", by=OWNER)
    onboarding.to_day(3)

    answer = onboarding.tell("dispute_issue", issue="T-1", by="technical_lead", note="It fails again.")

    [issue] = onboarding.state.issues
    again = [notice for notice in onboarding.notices("issue_raised", about="T-1") if notice.facts["again"]]
    assert ("T-1",) == answer.open_issues
    assert (onboarding.now, False, "technical_lead") == (issue.since, issue.acknowledged, issue.by)
    assert {OWNER, "project_lead", "technical_lead"} <= {notice.to for notice in again}
    assert ("issue", "T-1 is open") == onboarding.refusal("dispute_issue", issue="T-1")
    assert ("issue", "'T-2' is none of the issues resolved last, which are: none") == onboarding.refusal(
        "dispute_issue", issue="T-2"
    )


def test_the_seller_and_the_owner_are_asked_in_their_own_language() -> None:
    aozora = Simulation(deal("aozora-japan", sow_url=None))

    [asked], [assigned] = aozora.notices("hand_off_gaps"), aozora.notices("assigned")
    assert asked.facts["missing"] == ["作業範囲記述書（SOW）"]
    assert assigned.facts["missing"] == ["作業範囲記述書（SOW）"]


@pytest.mark.parametrize(("subdivision", "guessed"), [(None, True), ("ENG", False)])
def test_a_plan_says_that_its_days_off_are_guessed(subdivision: str | None, guessed: bool) -> None:
    account = {"name": "Calloway", "country": "GB", "subdivision": subdivision, "time_zone": "Europe/London"}
    calloway = Simulation(deal("calloway-uk", account=account))
    calloway.settled("kickoff_held")

    assert {guessed} == {plan.facts["days_guessed"] for plan in calloway.notices("plan")}


def test_what_our_team_does_is_introduced_in_the_customers_language() -> None:
    introduction = introduced(Simulation(deal("aozora-japan"))).notices("introduction", to="project_lead")[0]

    assert len(introduction.facts["team"]) == 4
    for person in introduction.facts["team"]:
        assert not person["does"].isascii()


def approved(onboarding: Simulation, *, decision: str = "approve", **request: object) -> dict[str, Notice]:
    """The notices of a decision on a change of scope, by who gets them."""
    onboarding.tell("request_scope_change", title="A portal", request="portal", by="project_lead", **request)
    onboarding.to_day(20)
    onboarding.tell("decide_scope_change", request="portal", decision=decision, by=MANAGER)
    return {notice.to: notice for notice in onboarding.notices("scope_change_decided")}


def test_who_owns_an_approved_change_is_asked_to_plan_it_in_by_its_effort(onboarding: Simulation) -> None:
    """Five days of work on a go-live planned for Mon 4 Jan 2027: Tue 12 Jan, as Wed 6 Jan is a holiday."""
    asked = approved(onboarding, effort_days=4.5)[OWNER].facts

    assert (asked["milestone"], asked["to"], asked["effort_days"]) == ("gone_live", "2027-01-12", 4.5)
    moved = {line["title"]: (line["was"], line["now"]) for line in asked["moved"]}
    assert moved["Go-live"] == ("2027-01-04", "2027-01-12")
    assert moved["90-day business review held"] == ("2027-02-03", "2027-02-11")
    assert onboarding.due_on("gone_live") == "2027-01-04", "nothing moves before somebody says so"

    onboarding.tell("replan", milestone="gone_live", to="2027-01-12", reason="portal")
    [told] = onboarding.notices("replanned", to=OWNER)
    assert told.facts["moved"] == asked["moved"], "and then just what was shown"


def test_the_customer_reads_of_an_approved_change_that_no_date_has_moved_yet(onboarding: Simulation) -> None:
    told = approved(onboarding, effort_days=5)["project_lead"]

    assert ("approve", 5) == (told.facts["decision"], told.facts["effort_days"])
    assert "moved" not in told.facts


def test_an_approved_change_without_an_effort_asks_for_one(onboarding: Simulation) -> None:
    asked = approved(onboarding)[OWNER].facts

    assert (asked["milestone"], asked["to"], asked["moved"]) == ("gone_live", "", [])


def test_after_the_review_there_is_no_date_left_to_move() -> None:
    onboarding = gone_live()
    onboarding.in_time(to="review_held")

    asked = approved(onboarding, effort_days=5)[OWNER].facts

    assert (asked["milestone"], asked["moved"]) == ("", [])


def test_what_is_put_off_to_phase_2_or_rejected_moves_nothing(onboarding: Simulation) -> None:
    told = approved(onboarding, decision="phase_2", effort_days=5)

    assert "moved" not in told[OWNER].facts
    assert {"project_lead", OWNER} == set(told)


def test_risks_are_reported_in_the_readers_language_and_ours_as_they_were_written() -> None:
    aozora = Simulation(deal("aozora-japan"))
    aozora.tell("record_risk", risk="customer_time_short", probability=5, impact=5)
    aozora.tell("record_risk", risk="own", title="Their ERP is old", probability=5, impact=4)
    registers = aozora.ledger.registers(aozora.id)
    briefing = Briefing(aozora.dossier, aozora.state, aozora.team, aozora.now, registers=registers)

    report = letters.status_report(briefing, OWNER_IN_JAPAN, since=briefing.today)

    assert [risk["title"] for risk in report["risks"][:2]] == ["お客様側の担当者の時間不足", "Their ERP is old"]


def test_only_our_staff_sees_the_link_to_the_engine_room(onboarding: Simulation) -> None:
    agenda.apply(onboarding.state, MilestoneReached(milestone="kickoff_held"), onboarding.now)
    occasion = Occasion(state=onboarding.state, now=onboarding.now)

    notices = decide(occasion, onboarding.dossier, onboarding.team, ui="http://ui/x").writing.notices

    assert {notice.facts["ui"] for notice in notices if not notice.facts["staff"]} == {""}


def test_each_person_is_written_to_in_their_language() -> None:
    aozora = introduced(Simulation(deal("aozora-japan")))

    japanese = aozora.notices("kickoff_agenda", to="project_lead")[0].facts["agenda"]
    assert japanese[0].startswith("自己紹介")


# --- when it goes out


def test_a_message_waits_for_the_receivers_own_office_hours() -> None:
    """Closed on a Saturday noon in Tokyo: each may be written to from Monday at nine on, where they are.

    By itself it goes a little later than its hour, so that what is decided at that takes it along.
    """
    aozora = introduced(Simulation(deal("aozora-japan", closed_at="2026-08-22T12:00:00+09:00")))

    agendas = aozora.notices("kickoff_agenda")
    when = {notice.to: notice.joins_from for notice in agendas}
    goes = {notice.to: f"{notice.not_before.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}" for notice in agendas}
    assert {"project_lead": "12:10", "mika.sato": "12:00"} == goes, "three hours after the introduction"
    assert when["project_lead"] == datetime(2026, 8, 24, 0, tzinfo=UTC)
    assert when["mika.sato"] == datetime(2026, 8, 24, 0, tzinfo=UTC)
    saturday = deal("pinecrest-us", playbook="high-touch", closed_at="2026-09-12T12:00:00-05:00")
    pinecrest = introduced(Simulation(saturday))
    when = {notice.to: notice.joins_from for notice in pinecrest.notices("kickoff_agenda")}
    assert when["project_lead"] == datetime(2026, 9, 14, 14, tzinfo=UTC)
    assert when[OTHER_CSM] == datetime(2026, 9, 14, 13, tzinfo=UTC)


def test_the_customers_holidays_are_kept_free_of_mail(onboarding: Simulation) -> None:
    onboarding.to("2026-12-25 12:00")
    onboarding.tell("pause", reason="strike", by=OWNER)

    [notice] = onboarding.notices("paused", to="project_lead")
    assert onboarding.local(notice.not_before) == "Mon 2026-12-28 09:00"


def test_on_a_compressed_clock_nobody_is_waited_for() -> None:
    closed = deal().closed_at
    clock = Clock(day=timedelta(seconds=1), business_start=closed, wall_start=closed)
    onboarding = Simulation(deal(), clock=clock)
    onboarding.to("2026-11-07 03:00")

    onboarding.tell("pause", reason="strike")

    assert {notice.not_before for notice in onboarding.notices("paused")} == {clock.wall(onboarding.now)}


def _free_days(notices: list[Notice], zone: str, free: set[date]) -> list[str]:
    days = [notice.not_before.astimezone(ZoneInfo(zone)).date() for notice in notices]
    assert days, "nobody was told anything"
    return [str(day) for day in days if day in free]


def test_our_own_people_get_ordinary_mail_on_the_working_days_of_their_own_country() -> None:
    """The customer in Japan works on 25 December; its owner in Germany does not."""
    aozora = Simulation(
        deal("aozora-japan", closed_at="2026-12-07T11:00:00+09:00", owner=OWNER, busy_seasons=[], near_term=[])
    )
    aozora.to("2026-12-25 17:30")

    aozora.tell("raise_issue", issue="T-1", title="Slow list", severity="normal")

    assert [] == _free_days(
        aozora.notices("issue_raised", to=OWNER), "Europe/Berlin", {date(2026, 12, 25), date(2026, 12, 26)}
    )


def test_a_customers_lead_in_another_zone_keeps_the_holidays_of_their_country() -> None:
    lead = {"name": "L", "email": "l@pinecrest.example", "role": "project_lead", "time_zone": "America/Los_Angeles"}
    boss = {"name": "B", "email": "b@pinecrest.example", "role": "executive_sponsor", "time_zone": "US/Eastern"}
    pinecrest = Simulation(
        deal(
            "pinecrest-us", closed_at="2026-11-17T10:00:00-05:00", stakeholders=[lead, boss], busy_seasons=[],
            go_live_by=None, champion=None,
        )
    )  # fmt: skip
    pinecrest.to("2026-11-26 12:00")

    pinecrest.settled("kickoff_held")

    for to, zone in (("project_lead", "America/Los_Angeles"), ("executive_sponsor", "America/New_York")):
        assert [] == _free_days(pinecrest.notices("plan", to=to), zone, {date(2026, 11, 26)})


def test_what_may_be_left_out_is_nothing_that_anybody_signs() -> None:
    """A success plan came with "Case study or reference", which nobody had asked the customer for."""
    playbook = opened().playbook
    first, *others = playbook.stages
    [matrix] = [one for one in first.deliverables if one.key == "raci_matrix"]
    others_of_it = [one for one in first.deliverables if one is not matrix]
    stage = first.model_copy(update={"deliverables": (*others_of_it, matrix.model_copy(update={"optional": True}))})
    needed = [one.title for one in others_of_it if one.milestone == "plan_agreed"]
    onboarding = Simulation(opened().deal, playbook=playbook.model_copy(update={"stages": (stage, *others)}))
    onboarding.settled("kickoff_held")

    [request] = onboarding.notices("plan", to="project_lead")

    assert request.facts["deliverables"] == [in_language(title, "en") for title in needed]


def test_who_asks_for_a_change_of_scope_is_named(onboarding: Simulation) -> None:
    onboarding.tell("request_scope_change", title="A portal", by="project_lead")

    assert {notice.facts["asked_by"] for notice in onboarding.notices("scope_change_requested")} == {"Stefan Vogel"}


def test_nobody_is_introduced_or_invited_by_a_day_that_has_passed(onboarding: Simulation) -> None:
    """Read on day ten, an introduction said: kickoff by Monday, the week before."""
    onboarding.to_day(10)

    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    assert {""} == {notice.facts["kickoff_due"] for notice in onboarding.notices("introduction")}
    assert {True} == {notice.facts["late"] for notice in onboarding.notices("kickoff_agenda")}
    assert {"2027-01-04"} == {notice.facts["go_live_due"] for notice in onboarding.notices("introduction")}


# --- what one reader needs


def test_the_agenda_follows_the_introduction_some_hours_later(onboarding: Simulation) -> None:
    """Nobody is greeted and asked in one minute; our side reads that it has gone once it has."""
    introduced(onboarding)

    [greeting] = onboarding.notices("introduction", to="project_lead")
    [agenda] = onboarding.notices("kickoff_agenda", to="project_lead")
    [ours] = onboarding.notices("kickoff_agenda", to=OWNER)
    assert agenda.not_before - greeting.not_before >= timedelta(hours=3)
    assert ours.not_before >= agenda.joins_from + timedelta(hours=3) if agenda.joins_from else False
    assert "kickoff_held" == agenda.while_open, "held before it has gone, nobody is asked to it"


def test_an_agenda_that_would_come_too_late_goes_at_once() -> None:
    onboarding = opened()
    onboarding.to("2026-11-09 16:30")

    introduced(onboarding)

    [agenda] = onboarding.notices("kickoff_agenda", to="project_lead")
    assert onboarding.local(agenda.not_before) == "Mon 2026-11-09 16:30"


@pytest.mark.parametrize(
    ("reader", "part"),
    [("project_lead", "leads"), ("technical_lead", "comes"), ("executive_sponsor", "hears"), ("champion", "hears")],
)
def test_each_reader_of_the_introduction_learns_what_the_kickoff_is_to_them(
    onboarding: Simulation, reader: str, part: str
) -> None:
    """The hour is agreed with who leads; whoever only hears of it is asked for nothing."""
    introduced(onboarding)

    [notice] = onboarding.notices("introduction", to=reader)

    lead = onboarding.dossier.person("project_lead")
    assert lead is not None
    assert (part, lead.name) == (notice.facts["kickoff_part"], notice.facts["leads"])


def test_a_sponsor_hears_of_the_acceptance_by_itself_where_no_meeting_tells_them() -> None:
    """Signed a week before the next one is announced."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.to("2026-12-03 12:00")

    onboarding.settled("uat_signed_off")

    assert ["executive_sponsor"] == [
        to for to in onboarding.told("milestone_reached", about="uat_signed_off") if to != OWNER
    ]


def test_a_sponsor_reads_of_the_acceptance_in_what_announces_their_meeting() -> None:
    """Signed on the day before, or while the meeting lies ahead: it is told there, and not twice."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.to("2026-12-11 12:00")

    onboarding.settled("uat_signed_off")
    onboarding.to("2026-12-14 12:00")

    [meeting] = [
        one for one in onboarding.notices("meeting", to="executive_sponsor") if one.facts["on"] == "2026-12-16"
    ]
    assert "executive_sponsor" not in onboarding.told("milestone_reached", about="uat_signed_off")
    uat = onboarding.playbook.milestone("uat_signed_off")
    assert uat is not None
    assert in_language(uat.title, "en") in [one["title"] for one in meeting.facts["standing"]["lately"]]


def test_a_review_is_told_to_nobody_who_sat_in_it_or_has_no_part_in_it() -> None:
    onboarding = gone_live()
    onboarding.in_time(to="review_held")

    told = onboarding.told("milestone_reached", about="review_held")
    assert [] == [
        to
        for to in told
        if onboarding.dossier.person(to) in onboarding.dossier.people and to in ("champion", "project_lead")
    ]


def test_the_farewell_names_the_meeting_that_its_reader_comes_to_next() -> None:
    """A project lead meets us every month, a sponsor every quarter, and the others write when they like."""
    onboarding = gone_live()
    onboarding.in_time(to="success_plan_agreed")
    for criterion in ("adoption_on_target", "outcomes_visible", "self_sufficient"):
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    onboarding.until(onboarding.now + timedelta(days=10))

    meets_at = {one.to: one.facts.get("meets_at") for one in onboarding.notices("hand_off")}
    assert {
        "project_lead": "Monthly check-in",
        "executive_sponsor": "Quarterly business review",
        "technical_lead": "",
        "champion": "",
        OWNER: None,
    } == meets_at


@pytest.mark.parametrize(
    ("ends", "not_held"), [("2027-02-11 08:00", None), ("2027-02-12 12:00", "2027-02-15"), ("2027-02-15 12:00", None)]
)
def test_the_farewell_calls_off_what_was_announced_for_a_day_ahead(ends: str, not_held: str | None) -> None:
    """Two working days before its day the check of the adoption plan is announced, to those who come."""
    onboarding = gone_live()
    onboarding.in_time(to="success_plan_agreed")
    onboarding.to(ends)
    for criterion in ("adoption_on_target", "outcomes_visible", "self_sufficient"):
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    onboarding.until(onboarding.now + timedelta(hours=10))

    told = {one.to: one.facts.get("not_held") for one in onboarding.notices("hand_off")}
    those = [{"title": "Check of the adoption plan", "on": not_held}] if not_held else None
    assert {
        "project_lead": those,
        "champion": those,
        OWNER: those,
        "executive_sponsor": None,
        "technical_lead": None,
    } == told


def test_the_plan_gives_no_reason_for_a_day_that_has_been() -> None:
    """The kickoff is done on the day on which it was held; why the plan had it on another one is no reason for that."""
    onboarding = opened()
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2026-11-11T09:00:00Z", by="project_lead")
    onboarding.to_day(9)
    onboarding.settled("kickoff_held")

    [plan] = onboarding.notices("plan", to="project_lead")
    days = {one["title"]: one for stage in plan.facts["stages"] for one in stage["milestones"]}
    assert {"due": "2026-11-11", "done": True, "reasons": []}.items() <= days["Kickoff meeting held"].items()
    assert days["Go-live"]["reasons"]


def test_the_plan_names_those_who_sign() -> None:
    """Its readers look for the dates that carry their name; who of ours sees to a sign-off says nothing."""
    onboarding = opened()
    onboarding.to_day(5)
    onboarding.settled("kickoff_held")

    [plan] = onboarding.notices("plan", to="technical_lead")
    who = {one["title"]: one["responsible"] for stage in plan.facts["stages"] for one in stage["milestones"]}
    assert "Stefan Vogel" == who["Onboarding plan agreed"]
    assert "Stefan Vogel, Jürgen Maier" == who["UAT signed off"]
    assert "Inès Moreau" == who["Go-live"]


def test_a_report_to_the_owner_names_what_the_hand_off_waits_for() -> None:
    """Else it would say that nothing is to be done, week after week, while they alone hold it up."""
    onboarding = gone_live()
    onboarding.in_time(to="success_plan_agreed")
    onboarding.tell("attest_criterion", criterion="outcomes_visible", by="project_lead")
    onboarding.until(onboarding.now + timedelta(days=8))

    ours, theirs = (onboarding.notices("status_report", to=id)[-1] for id in (OWNER, "project_lead"))
    assert [] == ours.facts["next"]
    assert ["Adoption has reached its target", "The customer manages everyday tasks without us"] == ours.facts["unmet"]
    assert [] == theirs.facts["unmet"]


def test_a_report_names_the_sign_off_that_waits_for_its_reader() -> None:
    """Until they have decided: after a no it is ours to act."""
    onboarding = opened()
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    asked = ("Onboarding plan", "2026-11-11", False)
    onboarding.to_day(9)
    [waits] = [one.facts["to_sign"] for one in onboarding.notices("status_report", to="project_lead")]
    [not_ours] = [one.facts["to_sign"] for one in onboarding.notices("status_report", to=OWNER)]

    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=["Two dates."], by="project_lead")
    onboarding.to_day(16)

    assert (asked, None) == (tuple(waits.values()), not_ours)
    assert onboarding.notices("status_report", to="project_lead")[-1].facts["to_sign"] is None


def test_what_was_done_is_told_in_the_order_in_which_it_was() -> None:
    """Not as the playbook lists it: whoever reads it looks for the newest at its end."""
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("security_prepared")
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    onboarding.to_day(9)

    [*_, report] = onboarding.notices("status_report", to="project_lead")
    days = [one["at"] for one in report.facts["reached"]]
    assert ["2026-11-05", "2026-11-06"] == days


def test_the_plan_lists_each_stage_by_its_days_and_says_what_is_done() -> None:
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("kickoff_held")

    [plan] = onboarding.notices("plan", to="executive_sponsor")
    for stage in plan.facts["stages"]:
        assert sorted(one["due"] for one in stage["milestones"] if "done" not in one) == [
            one["due"] for one in stage["milestones"] if "done" not in one
        ]
    first = plan.facts["stages"][0]["milestones"][0]
    assert ("2026-11-05", True) == (first["due"], first["done"])


def test_what_stands_in_the_report_of_the_week_is_no_news_besides() -> None:
    """One message had it twice: in the report, and as done. Before the first report it is told by itself."""
    onboarding = opened()
    onboarding.settled("kickoff_held")
    onboarding.to_day(25)

    onboarding.settled("security_passed")
    onboarding.to_day(32)

    reports = [
        one for one in onboarding.notices("status_report", to=OWNER) if "2026-12-01" == str(one.not_before.date())
    ]
    security = onboarding.playbook.milestone("security_passed")
    assert security is not None
    assert "csm" in security.raci.informed
    assert [] == onboarding.told("milestone_reached", about="security_passed")
    assert in_language(security.title, "en") in [one["title"] for one in reports[0].facts["reached"]]


def test_what_was_reached_between_two_meetings_stands_in_the_announcement_of_the_second() -> None:
    """Also where the review takes the place of a check-in, and two months lie between them: nothing falls through."""
    onboarding = opened()
    onboarding.in_time(to="roi_reported")

    announced = onboarding.notices("meeting", to="executive_sponsor")
    standings = [one.facts["standing"] for one in announced]
    told = {line["title"] for standing in standings for line in standing["lately"]}
    shown = [one for one in onboarding.playbook.milestones if one.audience != "vendor"]
    settled = [
        (one, state.at) for one in shown if (state := onboarding.state.milestone(one.key)) and not state.optional
    ]
    before = [in_language(one.title, "en") for one, at in settled if at and at < announced[-1].not_before]
    assert len(announced) > 2
    assert [] == [title for title in before if title not in told]
    assert [False, True, True] == [standing["met_before"] for standing in standings]


def test_who_was_at_no_meeting_before_reads_of_all_that_was_reached() -> None:
    """A sponsor who has taken over has not met us: "since the last meeting" would say nothing to them."""
    onboarding = opened()
    onboarding.in_time(to="security_passed")
    onboarding.tell("replace_contact", person="executive_sponsor", by=OWNER, **NEW_SPONSOR)

    onboarding.in_time(to="roi_reported")

    [met] = [one.facts["standing"] for one in onboarding.notices("meeting", to="executive_sponsor")]
    first, second = (one.facts["standing"] for one in onboarding.notices("meeting", to="executive_sponsor-2"))
    assert [False, True] == [first["met_before"], second["met_before"]]
    assert met["lately"] == first["lately"][:4]
    assert "Technical discovery completed" == first["lately"][4]["title"]
    assert first["lately"][-1] not in second["lately"]


# --- the go-live


def test_whoever_says_that_they_are_live_hears_how_soon_faults_are_answered(onboarding: Simulation) -> None:
    onboarding.to_day(63, hour=9)
    onboarding.in_time(to="launch_announced")
    onboarding.tell("reach_milestone", milestone="gone_live", by="project_lead")

    [live] = onboarding.notices("went_live", to="project_lead")
    assert 3 == len(live.facts["levels"])
    assert live.facts["reports"]


def test_a_sponsor_is_told_of_the_go_live_and_not_asked_to_report_faults(onboarding: Simulation) -> None:
    """They hear through whom faults go; whoever plays the lead's part as well is asked."""
    onboarding.to_day(63, hour=9)
    onboarding.settled("gone_live")

    asked = {notice.to: notice.facts["reports"] for notice in onboarding.notices("went_live")}
    assert asked == {
        "project_lead": True,
        "technical_lead": True,
        "champion": True,
        "executive_sponsor": False,
    }
    [told] = onboarding.notices("went_live", to="executive_sponsor")
    assert told.facts["leads"]
