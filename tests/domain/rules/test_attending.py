"""Does the desk know who has something to do now, and which onboarding needs somebody first?"""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain.attention import MOST_AHEAD, NEEDS, Attention, OpenWork, shown_state
from tests.support.simulation import MANAGER, OWNER, Simulation, gone_live, opened


def shown(onboarding: Simulation) -> Attention:
    """What the last turn wrote for the desk."""
    standings = [one.standing for one in onboarding.ledger.writings if one.standing]
    attention = standings[-1].attention
    assert attention is not None
    return attention


def work(onboarding: Simulation, kind: str) -> Sequence[OpenWork]:
    return [one for one in shown(onboarding).work if one.kind == kind]


def need(onboarding: Simulation) -> str:
    return NEEDS[shown(onboarding).rank]


def test_only_what_may_be_done_now_is_work_and_of_whoever_does_it() -> None:
    """A milestone behind a gate is nobody's work yet: whoever reads it could do nothing."""
    onboarding = opened()

    ready = {one.key for one in work(onboarding, "milestone")}
    gated = {m.key for m in onboarding.state.milestones if not m.settled and onboarding.state.gate(m)}
    meeting = onboarding.state.milestone("kickoff_held")
    kickoff = next(one for one in work(onboarding, "milestone") if one.key == "kickoff_held")

    assert ready
    assert not ready & gated
    assert (OWNER, "vendor") == (kickoff.person, kickoff.side)
    assert meeting is not None
    assert kickoff.due == meeting.due
    assert kickoff.holds_up > 0


def test_a_first_value_waits_for_whoever_shows_it_until_a_win_is_recorded() -> None:
    """Nobody else thinks of it; the end of the hypercare comes without anybody."""
    onboarding = opened()
    onboarding.settled("environment_live")
    onboarding.to_day(30)

    before = [one.person for one in work(onboarding, "milestone") if one.key == "first_win_shown"]
    onboarding.tell("record_win", title="One list of all open orders", by=OWNER)

    assert [OWNER] == before
    assert "first_win_shown" not in {one.key for one in work(onboarding, "milestone")}


def test_a_sign_off_waits_for_its_signers_and_after_a_no_for_the_owner() -> None:
    """The owner alone can say that what was objected to is settled."""
    onboarding = opened()
    onboarding.settled("kickoff_held")

    asked = {(one.key, one.side) for one in work(onboarding, "sign_off")}
    signer = next(one.person for one in work(onboarding, "sign_off") if one.key == "plan_agreed")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", by=signer, reasons=["too early"])
    after = [one for one in shown(onboarding).work if one.key == "plan_agreed"]

    assert ("plan_agreed", "customer") in asked
    assert [("ask_again", OWNER)] == [(one.kind, one.person) for one in after] or after[0].kind == "sign_off"


def test_the_draft_that_waits_to_be_read_makes_an_onboarding_wait_for_us() -> None:
    onboarding = opened()

    first = shown(onboarding).first

    assert [OWNER] == [one.person for one in work(onboarding, "draft")]
    assert "waits" == need(onboarding)
    assert first is not None
    assert "draft" == first.kind


def test_what_is_overdue_comes_before_what_waits_and_what_is_stuck_before_that() -> None:
    """The first to be shown is what has been overdue longest."""
    onboarding = opened()
    onboarding.to_day(11)
    behind = need(onboarding)
    first = shown(onboarding).first
    onboarding.to_day(60)

    assert ("behind", "stuck") == (behind, need(onboarding))
    assert first is not None
    assert first.due is not None
    assert first.due < onboarding.now


def test_who_pauses_is_asked_for_nothing_but_live_problems() -> None:
    onboarding = gone_live()
    onboarding.tell("raise_issue", issue="T-1", title="No list of orders", severity="high")
    onboarding.tell("pause", reason="stocktaking", by=OWNER)

    kinds = {one.kind for one in shown(onboarding).work}

    assert "quiet" == need(onboarding)
    assert {"issue", "pause"} == kinds


def test_an_issue_is_late_by_the_promise_that_was_not_kept() -> None:
    """To be answered, and when somebody works on it, to be solved: not from when it was raised, and not by the next."""
    onboarding = gone_live()
    onboarding.tell("raise_issue", issue="T-1", title="A list is slow", severity="normal")
    raised = onboarding.now
    days: dict[str, str] = {}
    for when in ("at once", "unanswered"):
        days[when] = str(work(onboarding, "issue")[0].due)
        onboarding.until(raised + timedelta(days=3))
        onboarding.tell("note", note="We have looked at it", by=OWNER)
    onboarding.tell("acknowledge_issue", issue="T-1", by=OWNER)
    days["taken up"] = str(work(onboarding, "issue")[0].due)
    onboarding.until(raised + timedelta(days=40))
    onboarding.tell("note", note="It takes longer", by=OWNER)
    days["unsolved"] = str(work(onboarding, "issue")[0].due)

    assert days["at once"] == days["unanswered"]
    assert days["taken up"] == days["unsolved"]
    assert str(raised) < days["at once"] < str(raised + timedelta(days=3)) < days["taken up"] < str(onboarding.now)


def test_a_go_live_slips_against_the_day_that_was_agreed() -> None:
    """Before anybody has agreed there is nothing to slip against."""
    onboarding = opened()
    before = shown(onboarding)
    onboarding.settled("plan_agreed")
    agreed = shown(onboarding)
    live = onboarding.state.playing("go_live")
    assert live is not None

    assert (None, None) == (before.agreed_go_live, before.slip)
    assert (onboarding.calendar.day_of(live.due), 0) == (agreed.agreed_go_live, agreed.slip)


def test_a_change_of_the_scope_waits_for_the_manager() -> None:
    onboarding = gone_live()

    onboarding.tell("request_scope_change", title="Another warehouse", request="C-1", by="project_lead")

    assert [(MANAGER, None)] == [(one.person, one.due) for one in work(onboarding, "scope_change")]


def test_what_lies_ahead_is_ten_entries_at_most_the_soonest_first() -> None:
    ahead = shown(opened()).ahead

    assert 0 < len(ahead) <= MOST_AHEAD
    assert sorted(one.at for one in ahead) == [one.at for one in ahead]


def test_nothing_is_work_once_it_has_ended() -> None:
    onboarding = opened()

    onboarding.tell("end_onboarding", ending="churned", reason="they went elsewhere", by=MANAGER, grace_hours=0)

    assert ("ended", ()) == (need(onboarding), shown(onboarding).work)


def test_who_has_a_correction_under_way_waits_for_us_and_for_that_first() -> None:
    """The plan may be kept to the day: an alarm beside "on track" would be two stories of one customer."""
    onboarding = opened()
    onboarding.tell("send_draft", draft="introduction", by=OWNER)
    onboarding.settled("kickoff_held", "plan_agreed")
    before = need(onboarding)

    onboarding.tell("open_correction", category="engagement", reason="They are silent", by=OWNER)
    first = shown(onboarding).first

    assert ("on_track", "waits") == (before, need(onboarding))
    assert first is not None
    assert [first.key] == [one.key for one in onboarding.state.corrections]


@pytest.mark.parametrize(
    ("rank", "status", "ending", "state"),
    [
        (NEEDS.index("waits"), "on_track", None, "waits"),
        (NEEDS.index("quiet"), "paused", None, "paused"),
        (NEEDS.index("waits"), "opening", None, "opening"),
        (NEEDS.index("ended"), "churned", "churned", "churned"),
        (None, "behind", None, "behind"),
    ],
)
def test_the_desk_has_one_word_for_how_an_onboarding_stands(
    rank: int | None, status: str, ending: str | None, state: str
) -> None:
    assert state == shown_state(rank, status, ending)


def test_a_meeting_is_work_in_the_turn_that_agrees_its_hour_and_none_in_the_one_that_calls_it_off() -> None:
    """The day of whoever leads it had it only after the onboarding's next turn, which may come after the meeting."""
    onboarding = opened()

    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2026-11-06T10:00:00+01:00", by="project_lead")
    agreed = [(one.key, one.person) for one in work(onboarding, "meeting")]
    onboarding.tell("pause", reason="The warehouse moves.", by="project_lead")

    assert ("kickoff_held/2026-11-06", OWNER) in agreed
    assert [] == work(onboarding, "meeting")


def test_a_meeting_is_work_by_its_own_name_the_larger_one_too() -> None:
    """The desk said "Monthly executive check-in" on the day of the 90-day business review."""
    onboarding = opened()
    onboarding.in_time(to="roi_reported")
    review = onboarding.due_on("review_held")

    onboarding.tell("agree_slot", meeting="executive_check_in", starts_at=f"{review}T10:00:00+01:00", by=OWNER)

    assert {"90-day business review"} == {one.title for one in work(onboarding, "meeting")}
