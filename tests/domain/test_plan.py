"""When is each milestone due, and why on that day? The plan, date by date, with its reasons in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.deal import Circumstances, DealClosed
from domain.drafting import Drafts, draft, stretch_factor
from domain.plan import Course, Plan, Span, go_live_key, on_the_way_to
from domain.playbook import Opening
from domain.text import in_language
from domain.wording import reasons_in_words
from tests.support.simulation import calendar_of, deal, high_touch

TITLES = {milestone.key: in_language(milestone.title, "en") for milestone in high_touch().milestones}
TITLES_JA = {milestone.key: in_language(milestone.title, "ja") for milestone in high_touch().milestones}
# Closed on Mon 2 Nov 2026 in Bavaria: day 60 is New Year's Day.
LINDENAU = deal()


def plan(of: DealClosed = LINDENAU, **course: Any) -> Plan:
    return draft(high_touch(), of, calendar_of(of), Course(**course))


def on(key: str, of: DealClosed = LINDENAU, **course: Any) -> str:
    return f"{plan(of, **course).milestone(key).on:%a %Y-%m-%d}"


def why(key: str, of: DealClosed = LINDENAU, **course: Any) -> list[str]:
    return reasons_in_words(plan(of, **course).milestone(key).reasons, TITLES)


def circumstances(**given: Any) -> DealClosed:
    return deal(circumstances=given)


# --- days and their reasons


def test_days_are_calendar_days_from_the_close() -> None:
    assert on("kickoff_held", deal(closed_at="2026-11-03T10:00:00+01:00")) == "Mon 2026-11-09"
    assert on("handoff_reviewed") == "Tue 2026-11-03"


def test_a_holiday_and_the_weekend_behind_it_move_a_date_and_each_says_so() -> None:
    assert on("gone_live") == "Mon 2027-01-04"
    assert why("gone_live") == [
        "day 60 after the close was Fri 1 Jan 2027, a holiday (New Year's Day), then a weekend: moved to Mon 4 Jan 2027"
    ]


def test_the_reasons_are_told_in_japanese_as_well() -> None:
    reasons = plan().milestone("gone_live").reasons

    assert reasons_in_words(reasons, TITLES_JA, "ja") == [
        "ご契約の60日後は2027年1月1日（金・元日）のため1月4日（月）に変更"
    ]


def test_what_follows_the_launch_counts_from_the_go_live() -> None:
    """From Mon 4 Jan, on which people read that it goes live, and not from the holiday of which nobody was told."""
    assert on("hypercare_closed") == "Mon 2027-01-18"
    assert why("hypercare_closed") == [
        "day 14 after Go-live, planned for Mon 4 Jan 2027, is Mon 18 Jan 2027",
    ]
    assert on("review_held") == "Wed 2027-02-03"
    reasons = plan().milestone("hypercare_closed").reasons
    assert reasons_in_words(reasons, TITLES_JA, "ja") == [
        "「本番開始（Go-Live）」（予定日：2027年1月4日（月））の14日後は1月18日（月）"
    ]


def test_a_go_live_on_its_planned_day_moves_nothing_of_what_follows_it() -> None:
    on_time = plan(reached={"gone_live": datetime(2027, 1, 4, 9, tzinfo=UTC)})

    assert {m.key: m.on for m in on_time.milestones} == {m.key: m.on for m in plan().milestones}
    assert (on_time.hand_off_from, on_time.hand_off_by) == (plan().hand_off_from, plan().hand_off_by)


def test_dates_that_were_told_before_count_from_where_they_did() -> None:
    assert on("hypercare_closed", rules=2) == "Fri 2027-01-15"
    assert why("hypercare_closed", rules=2) == ["day 14 after Go-live was Fri 15 Jan 2027"]


def test_the_review_is_never_planned_before_day_90() -> None:
    early = deal(go_live_by="2026-12-01")

    assert on("review_held", early) == "Mon 2027-02-01"
    assert why("review_held", early) == [
        "day 30 after Go-live, planned for Tue 29 Dec 2026, is Thu 28 Jan 2027",
        "not before day 90: Sun 31 Jan 2027, a weekend: moved to Mon 1 Feb 2027",
    ]


def test_a_milestone_is_due_at_closing_time_in_the_customers_zone() -> None:
    tokyo, chicago = deal("aozora-japan"), deal("pinecrest-us", playbook="high-touch")

    assert plan(tokyo).milestone("kickoff_held").due == datetime(2026, 8, 31, 8, tzinfo=UTC)
    assert plan(chicago).milestone("kickoff_held").due == datetime(2026, 9, 21, 22, tzinfo=UTC)


def test_five_o_clock_stays_five_o_clock_when_the_clocks_change() -> None:
    over_october = deal(closed_at="2026-10-01T10:00:00+02:00")

    dues = {f"{m.due.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for m in plan(over_october).milestones}
    offsets = {m.due.astimezone(UTC).hour for m in plan(over_october).milestones}
    assert dues == {"17:00"}
    assert offsets == {15, 16}


def test_the_close_is_the_customers_day_and_not_that_of_utc() -> None:
    """11 p.m. in Chicago is the next day in London; the customer signed on the day before."""
    late = deal("pinecrest-us", closed_at="2026-09-15T23:00:00-05:00")

    assert why("handoff_reviewed", late) == ["day 1 after the close was Wed 16 Sep 2026"]


def test_in_israel_friday_is_no_working_day_and_sunday_is_one() -> None:
    account = {"name": "Galil", "country": "IL", "time_zone": "Asia/Jerusalem"}
    israel = deal(account=account, closed_at="2026-11-01T10:00:00+02:00")

    assert on("kickoff_held", israel) == "Sun 2026-11-08"
    assert why("kickoff_held", israel) == [
        "day 5 after the close was Fri 6 Nov 2026, a weekend: moved to Sun 8 Nov 2026"
    ]


# --- room to sign


def test_who_signs_has_two_working_days_after_what_the_sign_off_waits_for() -> None:
    """Closed on a Monday: day 5 is a Saturday and day 7 the Monday on which the kickoff is then held."""
    assert on("kickoff_held") == "Mon 2026-11-09"
    assert on("plan_agreed") == "Wed 2026-11-11"
    assert why("plan_agreed") == [
        "day 7 after the close was Mon 9 Nov 2026",
        "2 working days to sign after Kickoff meeting held: Wed 11 Nov 2026",
    ]
    reasons = plan().milestone("plan_agreed").reasons
    assert reasons_in_words(reasons, TITLES_JA, "ja")[-1] == (
        "「キックオフミーティングの実施」の後、ご確認に2営業日を確保するため、11月11日（水）"
    )


def test_a_sign_off_that_has_room_already_stays_where_it_is() -> None:
    assert on("uat_signed_off") == "Mon 2026-12-14"
    assert why("uat_signed_off") == ["day 42 after the close was Mon 14 Dec 2026"]


def test_what_its_stage_waits_for_leaves_room_to_sign_as_well() -> None:
    """No milestone of its own stage stands before it, and still nobody can sign before the stage is open."""
    stages = [
        stage.model_copy(
            update={"milestones": tuple(m.model_copy(update={"requires": ()}) for m in stage.milestones[:1])}
        )
        if stage.key == "launch"
        else stage
        for stage in high_touch().stages
    ]
    playbook = high_touch().model_copy(update={"stages": tuple(stages[:4])})

    late = draft(playbook, LINDENAU, calendar_of(LINDENAU), Course(moved={"uat_signed_off": date(2027, 1, 20)}))

    assert late.milestone("readiness_confirmed").on == date(2027, 1, 22)


def test_a_sign_off_that_is_moved_keeps_its_room() -> None:
    moved = {"data_validated": date(2026, 12, 16), "uat_signed_off": date(2026, 12, 16)}

    assert on("uat_signed_off", moved=moved) == "Fri 2026-12-18"


def test_dates_that_were_told_before_there_was_room_to_sign_stay_as_they_were() -> None:
    assert on("plan_agreed", rules=2) == "Mon 2026-11-09"


# --- what stretches


def test_ordinary_circumstances_stretch_nothing() -> None:
    factor, names = stretch_factor(Circumstances(integrations=3), high_touch().stretch)

    assert (factor, names) == (1.0, ())


@pytest.mark.parametrize(
    ("given", "factor", "words", "uat"),
    [
        # UAT is day 42: 34 days into the implementation, which begins on day 8.
        ({"complexity": "high"}, 1.25, "8 days more for high complexity", "Tue 2026-12-22"),
        ({"integrations": 4}, 1.15, "5 days more for many integrations", "Mon 2026-12-21"),
        ({"large_data": True}, 1.15, "5 days more for a large data set", "Mon 2026-12-21"),
        ({"limited_resources": True}, 1.25, "8 days more for limited resources", "Tue 2026-12-22"),
    ],
)
def test_each_circumstance_makes_the_implementation_longer(
    given: dict[str, Any], factor: float, words: str, uat: str
) -> None:
    stretched = circumstances(**given)

    assert stretch_factor(stretched.circumstances, high_touch().stretch)[0] == factor
    assert on("uat_signed_off") == "Mon 2026-12-14"
    assert on("uat_signed_off", stretched) == uat
    assert why("uat_signed_off", stretched)[1].startswith(words)


def test_circumstances_multiply() -> None:
    everything = circumstances(complexity="high", integrations=9, large_data=True, limited_resources=True)

    factor, names = stretch_factor(everything.circumstances, high_touch().stretch)

    assert factor == pytest.approx(1.25 * 1.15 * 1.15 * 1.25)
    assert names == ("high_complexity", "many_integrations", "large_data", "limited_resources")
    assert "for high complexity, many integrations, a large data set, limited resources" in " ".join(
        why("uat_signed_off", everything)
    )


def test_what_comes_before_the_implementation_is_not_stretched() -> None:
    stretched = circumstances(complexity="high")

    assert on("kickoff_held", stretched) == on("kickoff_held")
    assert on("plan_agreed", stretched) == on("plan_agreed")


def test_what_comes_after_the_implementation_moves_by_all_of_it() -> None:
    """The launch is 8 days later, and the window of the hand-off with it."""
    stretched = plan(circumstances(complexity="high"))

    assert stretched.milestone("gone_live").on == date(2027, 1, 11)
    assert stretched.hand_off_from.date() == date(2027, 2, 10)


# --- what does not count


def test_the_days_of_a_busy_season_do_not_count() -> None:
    busy = deal(busy_seasons=[{"first": "2026-12-01", "last": "2026-12-10", "why": "Christmas orders"}])

    assert on("environment_live") == "Wed 2026-12-02"
    assert on("environment_live", busy) == "Mon 2026-12-14"
    assert why("environment_live", busy) == [
        "day 30 after the close was Wed 2 Dec 2026",
        "10 days of busy season (Christmas orders) do not count: Sat 12 Dec 2026, a weekend: moved to Mon 14 Dec 2026",
    ]
    assert on("security_passed", busy) == on("security_passed")


def test_a_date_within_a_busy_season_comes_after_it() -> None:
    busy = deal(busy_seasons=[{"first": "2026-12-02", "last": "2026-12-02", "why": "audit"}])

    assert on("environment_live", busy) == "Thu 2026-12-03"
    assert "1 day of busy season (audit) do not count: Thu 3 Dec 2026" in why("environment_live", busy)


def test_the_days_of_a_pause_do_not_count() -> None:
    pause = Span(first=date(2026, 11, 16), last=date(2026, 11, 29))

    assert on("gone_live", pauses=(pause,)) == "Fri 2027-01-15"
    assert "14 days of pause do not count: Fri 15 Jan 2027" in why("gone_live", pauses=(pause,))
    assert on("plan_agreed", pauses=(pause,)) == on("plan_agreed")


def test_a_day_that_is_both_busy_and_paused_is_left_out_once() -> None:
    busy = deal(busy_seasons=[{"first": "2026-11-16", "last": "2026-11-22", "why": "fair"}])
    pause = Span(first=date(2026, 11, 16), last=date(2026, 11, 22))

    assert on("uat_signed_off", busy, pauses=(pause,)) == on("uat_signed_off", busy)


def test_a_pause_of_no_days_changes_nothing() -> None:
    nothing = Span(first=date(2026, 11, 16), last=date(2026, 11, 15))

    assert plan(pauses=(nothing,)) == plan()
    promised = deal(go_live_by="2027-01-11")
    assert plan(promised, pauses=(nothing,)) == plan(promised)


# --- what was promised, moved or has happened


def test_a_promised_go_live_stands_and_carries_what_follows() -> None:
    promised = deal(go_live_by="2027-01-18")

    assert on("gone_live", promised) == "Mon 2027-01-18"
    assert why("gone_live", promised) == ["promised in the sale for Mon 18 Jan 2027"]
    assert on("hypercare_closed", promised) == "Mon 2027-02-01"
    assert on("uat_signed_off", promised) == on("uat_signed_off")


def test_a_go_live_promised_for_a_sunday_is_on_monday() -> None:
    assert on("gone_live", deal(go_live_by="2027-01-17")) == "Mon 2027-01-18"


def test_a_promise_that_cannot_be_kept_says_what_it_waits_for() -> None:
    too_soon = deal(go_live_by="2026-12-01")

    assert on("gone_live", too_soon) == on("launch_announced")
    assert why("gone_live", too_soon)[-1] == "not before Launch announced to users: Tue 29 Dec 2026"


def test_a_pause_that_both_sides_agreed_on_moves_the_promise() -> None:
    pause = Span(first=date(2026, 12, 1), last=date(2026, 12, 7))

    assert on("gone_live", deal(go_live_by="2027-01-18"), pauses=(pause,)) == "Mon 2027-01-25"


def test_a_moved_go_live_moves_what_hangs_on_it_and_nothing_before() -> None:
    moved = {"gone_live": date(2027, 1, 25)}

    before, after = plan(), plan(moved=moved)

    later = {m.key for m in after.milestones if m.on != before.milestone(m.key).on}
    hangs_on_it = {m.key for m in high_touch().milestones if m.anchor == "gone_live"}
    assert later == {"gone_live"} | hangs_on_it
    assert why("gone_live", moved=moved) == ["moved to Mon 25 Jan 2027"]
    assert on("hypercare_closed", moved=moved) == "Mon 2027-02-08"


def test_a_date_moved_to_a_holiday_is_moved_on() -> None:
    assert on("gone_live", moved={"gone_live": date(2027, 1, 6)}) == "Thu 2027-01-07"


def test_a_moved_prerequisite_pushes_what_waits_for_it_and_what_counts_from_that() -> None:
    """UAT a month late pushes the go-live, and hypercare is still two weeks from then."""
    late = {"uat_signed_off": date(2027, 1, 20)}

    assert on("gone_live", moved=late) == "Fri 2027-01-22"
    assert why("gone_live", moved=late)[-1] == "not before Go-live readiness confirmed: Fri 22 Jan 2027"
    assert on("hypercare_closed", moved=late) == "Fri 2027-02-05"


@pytest.mark.parametrize("day", [40, 55, 75])
def test_hypercare_is_two_weeks_from_the_real_go_live_be_it_early_or_late(day: int) -> None:
    real = LINDENAU.closed_at + timedelta(days=day)

    closing = plan(reached={"gone_live": real}).milestone("hypercare_closed")

    assert timedelta(0) <= closing.on - real.date() - timedelta(days=14) <= timedelta(days=3)


def test_the_real_go_live_carries_the_review() -> None:
    real = {"gone_live": datetime(2027, 2, 1, 9, tzinfo=UTC)}

    assert on("review_held", reached=real) == "Wed 2027-03-03"
    assert why("review_held", reached=real)[0] == "day 30 after Go-live on Mon 1 Feb 2027 was Wed 3 Mar 2027"
    reasons = plan(reached=real).milestone("review_held").reasons
    assert reasons_in_words(reasons, TITLES_JA, "ja")[0] == (
        "「本番開始（Go-Live）」（2027年2月1日（月））の30日後は3月3日（水）"
    )


def test_a_new_last_day_for_the_hand_off_is_a_working_day_too() -> None:
    assert plan(hand_off_by=date(2027, 3, 20)).hand_off_by == datetime(2027, 3, 22, 16, tzinfo=UTC)


def test_the_hand_off_window_is_days_90_to_120() -> None:
    """With a go-live on day 60, a Friday."""
    friday = deal(closed_at="2026-10-05T10:00:00+02:00")

    assert plan(friday).hand_off_from == datetime(2027, 1, 4, 16, tzinfo=UTC)
    assert plan(friday).hand_off_by == datetime(2027, 2, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize("how", ["reached", "moved", "promised"])
def test_the_hand_off_window_follows_the_go_live(how: str) -> None:
    """Go-live on day 105, Mon 15 Feb 2027: from 30 to 60 days behind it, as in the playbook."""
    late = {
        "reached": plan(reached={"gone_live": datetime(2027, 2, 15, 9, tzinfo=UTC)}),
        "moved": plan(moved={"gone_live": date(2027, 2, 15)}),
        "promised": plan(deal(go_live_by="2027-02-15")),
    }[how]

    assert late.hand_off_from == datetime(2027, 3, 17, 16, tzinfo=UTC)
    assert late.hand_off_by == datetime(2027, 4, 16, 15, tzinfo=UTC)
    assert late.milestone("review_held").on <= late.hand_off_by.date()


def test_an_early_go_live_brings_no_early_hand_off() -> None:
    early = plan(reached={"gone_live": datetime(2026, 12, 14, 9, tzinfo=UTC)})

    assert early.hand_off_from == datetime(2027, 2, 1, 16, tzinfo=UTC)
    assert early.hand_off_by == datetime(2027, 3, 2, 16, tzinfo=UTC)


def test_no_last_day_of_the_hand_off_lies_before_the_review() -> None:
    """Whoever set it for Mar 20 knew nothing of a go-live on Mar 1: nobody decides before the review is held."""
    late = plan(hand_off_by=date(2027, 3, 20), reached={"gone_live": datetime(2027, 3, 1, 9, tzinfo=UTC)})

    assert late.milestone("review_held").on == late.hand_off_by.date() == date(2027, 3, 31)


# --- a kickoff that was held late


FRIDAY_27_NOV = {"kickoff_held": datetime(2026, 11, 27, 9, tzinfo=UTC)}
"""Planned for Mon 9 Nov: 18 days, or 14 working days, late."""


def test_what_is_open_counts_from_a_kickoff_that_was_held_late() -> None:
    assert on("environment_live") == "Wed 2026-12-02"
    assert on("environment_live", reached=FRIDAY_27_NOV) == "Mon 2026-12-21"
    assert why("environment_live", reached=FRIDAY_27_NOV) == [
        "day 30 after the close was Wed 2 Dec 2026",
        "18 days more, as the kickoff was held later than planned: Sun 20 Dec 2026, a weekend"
        ": moved to Mon 21 Dec 2026",
    ]
    reasons = plan(reached=FRIDAY_27_NOV).milestone("data_mapped").reasons
    assert reasons_in_words(reasons, TITLES_JA, "ja")[1] == (
        "キックオフの実施が予定より遅れたため18日延長：12月14日（月）"
    )


def test_no_date_that_is_offered_lies_before_the_late_kickoff() -> None:
    """The introduction was to go out three days before it, and nobody is offered a day that is past."""
    late = plan(reached=FRIDAY_27_NOV)

    assert all(m.on >= date(2026, 11, 27) for m in late.milestones if m.key != "kickoff_held")
    assert why("introduction_sent", reached=FRIDAY_27_NOV)[-1] == "not before Kickoff meeting held: Fri 27 Nov 2026"
    assert on("plan_agreed", reached=FRIDAY_27_NOV) == "Tue 2026-12-01"


def test_what_was_reached_before_a_late_kickoff_keeps_the_day_for_which_it_was_planned() -> None:
    reached = {**FRIDAY_27_NOV, "introduction_sent": datetime(2026, 11, 4, 9, tzinfo=UTC)}

    assert on("introduction_sent", reached=reached) == on("introduction_sent") == "Wed 2026-11-04"
    assert on("kickoff_held", reached=reached) == "Mon 2026-11-09"


def test_the_days_of_a_busy_season_make_no_kickoff_late() -> None:
    busy = deal(busy_seasons=[{"first": "2026-11-10", "last": "2026-11-26", "why": "fair"}])

    assert on("data_mapped", busy) == "Mon 2026-12-14"
    assert on("data_mapped", busy, reached=FRIDAY_27_NOV) == "Mon 2026-12-14"


@pytest.mark.parametrize("day", [5, 9])
def test_a_kickoff_in_time_moves_nothing(day: int) -> None:
    held = datetime(2026, 11, day, 9, tzinfo=UTC)

    assert plan(reached={"kickoff_held": held}) == plan()


def test_a_plan_that_was_agreed_to_before_the_kickoff_stands() -> None:
    agreed = {**FRIDAY_27_NOV, "plan_agreed": datetime(2026, 11, 6, 9, tzinfo=UTC)}

    assert on("environment_live", reached=agreed) == on("environment_live")


def test_a_promised_go_live_is_kept_by_a_late_kickoff_as_long_as_it_can_be() -> None:
    promised = deal(go_live_by="2027-03-01")

    assert on("gone_live", promised, reached=FRIDAY_27_NOV) == "Mon 2027-03-01"


def test_dates_that_were_told_before_do_not_follow_a_late_kickoff() -> None:
    assert on("environment_live", reached=FRIDAY_27_NOV, rules=2) == "Wed 2026-12-02"


# --- stages and the way to the go-live


def test_stages_overlap_and_each_opens_by_its_own_day() -> None:
    windows = {stage.key: (stage.opens_on, stage.closes_on) for stage in plan().stages}

    assert windows["welcome"] == (date(2026, 11, 2), date(2026, 11, 11))
    assert windows["implementation"][0] == date(2026, 11, 10)
    assert windows["enablement"][0] < windows["implementation"][1]


def test_a_stage_that_counts_from_a_milestone_is_not_stretched_twice() -> None:
    """The go-live it counts from has moved already by what the implementation has grown."""
    stages = [
        stage.model_copy(update={"opens": Opening(anchor="gone_live", from_day=21)})
        if stage.key == "planning_ahead"
        else stage
        for stage in high_touch().stages
    ]
    playbook = high_touch().model_copy(update={"stages": tuple(stages)})
    stretched = circumstances(complexity="high")

    plan = draft(playbook, stretched, calendar_of(stretched))

    go_live = plan.milestone("gone_live").on
    assert plan.stages[-1].opens_on - go_live == timedelta(days=21)


def test_the_way_to_the_go_live_is_all_that_it_cannot_be_reached_without() -> None:
    way = on_the_way_to(high_touch(), go_live_key(high_touch()))

    assert {"gone_live", "uat_signed_off", "kickoff_held"} <= way
    assert not {"first_win_shown", "review_held", "hypercare_closed"} & way


def test_there_is_no_way_to_a_goal_that_the_playbook_does_not_have() -> None:
    assert on_the_way_to(high_touch(), None) == frozenset()


# --- drafted once


def test_a_plan_is_drafted_anew_only_when_something_that_it_is_made_from_has_changed() -> None:
    drafts, playbook, calendar = Drafts(), high_touch(), calendar_of(LINDENAU)
    first = drafts(playbook, LINDENAU, calendar, Course())
    closed = calendar.model_copy(update={"holidays": {**calendar.holidays, date(2027, 1, 4): "Inventory"}})
    late = Course(reached={"gone_live": datetime(2027, 2, 15, 9, tzinfo=UTC)})

    met = Course(reached={"environment_live": datetime(2026, 11, 20, 9, tzinfo=UTC)})

    assert drafts(playbook, LINDENAU, calendar.model_copy(), Course()) is first
    assert drafts(playbook, LINDENAU, calendar, met) is first, "nothing counts from it"
    for other, course in ((closed, Course()), (calendar, late)):
        assert drafts(playbook, LINDENAU, other, course) == draft(playbook, LINDENAU, other, course) != first


def test_a_stage_that_opens_from_a_milestone_follows_it_where_plans_are_remembered() -> None:
    """Also where no other milestone counts from that one."""
    stages = [
        stage.model_copy(update={"opens": Opening(anchor="environment_live", from_day=21)})
        if stage.key == "planning_ahead"
        else stage
        for stage in high_touch().stages
    ]
    playbook, drafts = high_touch().model_copy(update={"stages": tuple(stages)}), Drafts()
    drafts(playbook, LINDENAU, calendar_of(LINDENAU), Course())
    early = Course(reached={"environment_live": datetime(2026, 11, 12, 9, tzinfo=UTC)})

    then = drafts(playbook, LINDENAU, calendar_of(LINDENAU), early)

    assert then == draft(playbook, LINDENAU, calendar_of(LINDENAU), early)
