"""The weekly look at the figures: when it is, and what it brings: flags up and down, and corrections."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import agenda
from domain.agenda import State
from domain.agenda.picture import status, status_of_plan
from domain.attention import NEEDS
from domain.measure.flags import FlagUp, Look, flags_up, look_at
from domain.measure.in_words import against_target
from domain.measure.series import Course, Point
from domain.measure.targets import TargetSeen
from domain.measure.use import OF_INVITED
from domain.news import MOST_FLAGS, read_news
from domain.playbook import Playbook
from tests.support.simulation import MANAGER, OWNER, Simulation, deal, gone_live, high_touch, opened

RULED = frozenset(flag.key for flag in high_touch().red_flags if flag.rule)


def up(key: str, *, days: int = 1) -> FlagUp:
    """That flag of the playbook, up for so many days."""
    flag = next(flag for flag in high_touch().red_flags if flag.key == key)
    return FlagUp(
        key=key,
        title=key,
        category=flag.category,
        rule=flag.rule or "",
        since=20,
        days=days,
        correction=flag.correction,
        correction_title="",
        steps=(),
    )


def says(onboarding: Simulation, day: str, *flags: FlagUp) -> None:
    """From that day on the figures say this; all other rules are quiet."""
    look = Look(
        up=flags, figures={flag.key: {"missed_meetings": 3.0} for flag in flags}, quiet=RULED - {f.key for f in flags}
    )
    onboarding.ledger.looks.setdefault(onboarding.id, {})[onboarding.at(f"{day} 00:00")] = look


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026. Its first look is on Mon 16 Nov, the next ones are with the reports."""
    return opened()


def looked(onboarding: Simulation) -> list[str]:
    return [onboarding.local(entry.due) for entry in onboarding.fired if entry.rule == "look"]


def at_work(onboarding: Simulation) -> None:
    onboarding.to("2026-11-10 10:00")
    onboarding.settled("kickoff_held")


# --- when


def test_nobody_looks_in_the_first_two_weeks_and_then_once_a_week_with_the_weekly_report(
    onboarding: Simulation,
) -> None:
    """With the report, so that no onboarding wakes for it alone."""
    at_work(onboarding)
    onboarding.to("2026-12-20 12:00")

    reports = [onboarding.local(entry.due) for entry in onboarding.fired if entry.about == "project_status"]
    days = looked(onboarding)
    assert "Tue 2026-11-17 09:00" == days[0]
    assert reports == days


def test_without_a_report_one_looks_on_mondays(onboarding: Simulation) -> None:
    onboarding.to("2026-12-01 12:00")

    assert ["Mon 2026-11-16 09:00", "Mon 2026-11-23 09:00", "Mon 2026-11-30 09:00"] == looked(onboarding)


def test_nobody_looks_during_a_pause(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-02", up("meetings_missed", days=12))
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)
    onboarding.to("2026-11-28 12:00")

    assert [] == looked(onboarding)


# --- flags


def test_a_flag_goes_up_once_with_its_figures_and_down_when_it_has_been_quiet(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed", days=3))
    says(onboarding, "2026-11-20", up("meetings_missed", days=4))
    says(onboarding, "2026-11-27")
    onboarding.to("2026-12-08 12:00")

    [raised], [lowered] = onboarding.facts("flag_raised"), onboarding.facts("flag_lowered")
    assert ("meetings_missed", "rule", "2026-11-13") == (raised.about, raised.via, raised.data["since"])
    assert {"missed_meetings": 3.0} == raised.data["figures"]
    assert "2026-11-30" == str(onboarding.calendar.day_of(lowered.at))
    assert [OWNER, OWNER] == onboarding.told("red_flag")
    assert [] == onboarding.facts("correction_opened")


def test_a_flag_whose_rule_has_held_within_the_week_stays_up(onboarding: Simulation) -> None:
    """Figures swing about a threshold: without that a flag would come and go."""
    says(onboarding, "2026-11-10", up("attendance_low"))
    onboarding.ledger.looks[onboarding.id][onboarding.at("2026-11-20 00:00")] = Look(quiet=RULED - {"attendance_low"})
    onboarding.to("2026-11-24 12:00")

    assert ["attendance_low"] == [flag.key for flag in onboarding.state.flags]


def test_what_somebody_has_lowered_stays_down_until_its_rule_has_been_quiet(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("attendance_low"))
    onboarding.to("2026-11-17 12:00")
    onboarding.tell("lower_flag", flag="attendance_low", reason="Two were ill.", by=OWNER)
    onboarding.to("2026-12-01 12:00")
    assert [] == onboarding.state.flags

    says(onboarding, "2026-12-02")
    says(onboarding, "2026-12-09", up("attendance_low"))
    onboarding.to("2026-12-15 12:00")

    assert ["attendance_low"] == [flag.key for flag in onboarding.state.flags]


# --- alarms


def test_two_flags_at_once_are_an_alarm_and_begin_the_correction_of_their_category(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed"), up("lead_silent"))
    onboarding.to("2026-11-16 12:00")

    [correction] = onboarding.state.corrections
    [fact] = onboarding.facts("correction_opened")
    assert ("engagement", ["meetings_missed", "lead_silent"]) == (correction.category, fact.data["flags"])
    assert [OWNER, MANAGER] == onboarding.told("correction_opened")
    assert [] == onboarding.told("red_flag")


def test_one_flag_is_an_alarm_after_ten_days(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed", days=6))
    onboarding.to("2026-11-16 12:00")
    assert [] == onboarding.state.corrections

    says(onboarding, "2026-11-17", up("meetings_missed", days=13))
    onboarding.to("2026-11-23 12:00")

    [fact] = onboarding.facts("correction_opened")
    assert (["meetings_missed"], [], "2026-11-10") == (fact.data["flags"], fact.data["raised"], fact.data["since"])


def test_the_second_flag_that_somebody_raises_is_an_alarm_at_once(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed"))
    onboarding.to("2026-11-17 12:00")
    onboarding.tell("raise_flag", flag="tired", category="relationship", reason="They sigh.", by=OWNER)

    assert {"engagement", "relationship"} == {one.category for one in onboarding.state.corrections}


def test_there_is_one_correction_at_a_time_for_a_category(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed"), up("lead_silent"))
    says(onboarding, "2026-11-17", up("meetings_missed", days=8), up("lead_silent", days=8), up("sponsor_absent"))
    onboarding.to("2026-12-08 12:00")

    assert 1 == len(onboarding.facts("correction_opened"))
    assert ["sponsor_absent"] == [fact.about for fact in onboarding.facts("flag_raised")]


def test_what_a_correction_has_left_up_calls_for_another_after_ten_days(onboarding: Simulation) -> None:
    """What it has brought takes time to be seen in the figures."""
    says(onboarding, "2026-11-10", up("meetings_missed"), up("lead_silent"))
    onboarding.to("2026-11-17 12:00")
    onboarding.tell("close_correction", correction="correction-1", outcome="helped", by=OWNER)
    onboarding.to("2026-11-23 12:00")
    assert [] == onboarding.state.corrections

    onboarding.to("2026-11-30 12:00")

    assert ["correction-2"] == [one.key for one in onboarding.state.corrections]


def test_a_false_alarm_comes_back_only_when_its_rules_have_been_quiet(onboarding: Simulation) -> None:
    says(onboarding, "2026-11-10", up("meetings_missed"), up("lead_silent"))
    onboarding.to("2026-11-17 12:00")
    onboarding.tell("close_correction", correction="correction-1", outcome="false_alarm", by=OWNER)
    onboarding.to("2026-12-20 12:00")

    assert ([], []) == (onboarding.state.flags, onboarding.state.corrections)


def test_a_correction_names_no_more_than_a_piece_of_news_can_carry(onboarding: Simulation) -> None:
    """People may have raised more: a turn that could not be decided would be tried for ever."""
    onboarding.to("2026-11-10 10:00")
    onboarding.tell("open_correction", category="engagement", reason="No word.", by=OWNER)
    for number in range(MOST_FLAGS + 4):
        onboarding.tell("raise_flag", flag=f"seen_{number}", category="engagement", reason="I saw it.", by=OWNER)
    says(onboarding, "2026-11-20", up("meetings_missed"))
    figures = {f"figure_{number}": 1.0 for number in range(MOST_FLAGS + 4)}
    looks = onboarding.ledger.looks[onboarding.id]
    looks[onboarding.at("2026-11-20 00:00")] = Look(up=(up("meetings_missed"),), figures={"meetings_missed": figures})
    onboarding.tell("close_correction", correction="correction-1", outcome="did_not_help", by=OWNER)
    onboarding.tell("close_correction", correction="correction-1", outcome="did_not_help", by=OWNER)
    onboarding.tell("close_correction", correction="correction-1", outcome="did_not_help", by=OWNER)
    onboarding.to("2026-12-08 12:00")

    assert MOST_FLAGS == len(onboarding.facts("correction_opened")[1].data["flags"])
    [raised] = [fact for fact in onboarding.facts("flag_raised") if fact.about == "meetings_missed"]
    assert MOST_FLAGS == len(raised.data["figures"])


def test_a_flag_whose_rule_the_playbook_no_longer_has_goes_down(onboarding: Simulation) -> None:
    """Nothing says any more that it is quiet: it would be up for ever, and call for one correction after the other."""
    says(onboarding, "2026-11-10", up("meetings_missed"))
    onboarding.to("2026-11-17 12:00")
    flags = tuple(flag for flag in onboarding.playbook.red_flags if flag.key != "meetings_missed")
    without = onboarding.playbook.model_copy(update={"red_flags": flags})
    onboarding.dossier = onboarding.dossier.model_copy(update={"playbook": without})
    says(onboarding, "2026-11-20")
    look = onboarding.ledger.looks[onboarding.id][onboarding.at("2026-11-20 00:00")]
    onboarding.ledger.looks[onboarding.id][onboarding.at("2026-11-20 00:00")] = look.model_copy(
        update={"quiet": RULED - {"meetings_missed"}}
    )

    onboarding.to("2026-12-08 12:00")

    assert ([], []) == (onboarding.state.flags, onboarding.facts("correction_opened"))


def test_days_of_a_busy_season_do_not_count_and_those_of_a_pause_within_it_not_twice() -> None:
    """Up since 16 Nov: that is eleven days on 14 Dec, of the 28 by the calendar."""
    season = {"first": "2026-11-18", "last": "2026-12-04", "why": "Christmas orders"}
    onboarding = Simulation(deal("lindenau-germany", busy_seasons=[season]))
    says(onboarding, "2026-11-10", up("meetings_missed"))
    onboarding.to("2026-11-19 09:00")
    onboarding.tell("pause", reason="Stocktaking", by=OWNER)
    onboarding.to("2026-11-21 09:00")
    onboarding.tell("resume", by=OWNER)

    onboarding.to("2026-12-11 12:00")
    assert [] == onboarding.facts("correction_opened")

    onboarding.to("2026-12-15 12:00")
    [fact] = onboarding.facts("correction_opened")
    assert "2026-11-16" == fact.data["since"]


def test_what_is_told_while_one_looks_counts(onboarding: Simulation) -> None:
    """A correction that somebody opened in the meantime is the one."""

    def meanwhile(state: State, now: datetime) -> None:
        agenda.apply(state, read_news("open_correction", {"category": "engagement", "reason": "No word."}), now)

    says(onboarding, "2026-11-10", up("meetings_missed"), up("lead_silent"))
    onboarding.to("2026-11-16 08:00")
    onboarding.meanwhile = meanwhile
    onboarding.to("2026-11-16 12:00")

    assert ["correction-1"] == [one.key for one in onboarding.state.corrections]


# --- from figures


def looking(course: Course, playbook: Playbook | None = None) -> Look:
    looked_for = playbook or high_touch()
    return look_at(looked_for, course, flags_up(looked_for, course))


def test_a_rule_that_held_within_the_last_week_is_not_quiet() -> None:
    missed = {"missed_meetings": [Point(20, 1), Point(25, 1)]}

    on_day_30 = looking(Course(30, {}, missed))
    just_over = looking(Course(45, {}, missed))
    long_over = looking(Course(48, {}, missed))

    assert ["meetings_missed"] == [flag.key for flag in on_day_30.up]
    assert {"missed_meetings": 2.0} == on_day_30.figures["meetings_missed"]
    assert not just_over.up
    assert "meetings_missed" not in just_over.quiet
    assert "meetings_missed" in long_over.quiet


def test_what_nobody_reports_is_quiet() -> None:
    assert "attendance_low" in looking(Course(30, {}, {})).quiet


# --- in reports


def seen(key: str, value: float | None, **state: Any) -> TargetSeen:
    target = next(one for one in high_touch().targets if one.key == key)
    return TargetSeen(
        key=key, title="", unit=target.unit, value=value, **{"state": "met", "due_on": target.day, **state}
    )


def test_the_weekly_report_has_figures_against_target(onboarding: Simulation) -> None:
    """One line for each figure that is known: by the target that is ahead; the health score is for our own people."""
    targets = (
        seen("activation_by_30", 72.0),
        seen("activation_by_60", 72.0, state="not_due"),
        seen("few_tickets_by_60", 7.25, state="not_due"),
        seen("weekly_use_by_60", None, state="not_measured"),
        seen("good_health_by_90", 55.0, state="not_due"),
    )
    onboarding.ledger.looks[onboarding.id] = {onboarding.now: Look(targets=targets)}
    at_work(onboarding)
    onboarding.to("2026-11-18 12:00")

    report = onboarding.notices("status_report", to="project_lead")[0]
    activated, tickets = report.facts["figures"]
    assert ("72 % of licensed users", "85 or more", "2027-01-01", False) == tuple(
        activated[name] for name in ("value", "target", "due", "met")
    )
    assert ("7.2 tickets per week", "below 5", False) == tuple(tickets[name] for name in ("value", "target", "met"))


def test_a_customer_is_told_no_share_of_those_invited_as_one_of_all_seats(onboarding: Simulation) -> None:
    """15 of 20 invited are not 75 % of 100 licensed users; ours read what it is of."""
    targets = (seen("activation_by_30", 75.0, origin=OF_INVITED), seen("few_tickets_by_60", 7.0, origin="reported"))
    onboarding.ledger.looks[onboarding.id] = {onboarding.now: Look(targets=targets)}
    at_work(onboarding)
    onboarding.to("2026-11-18 12:00")

    to_customer = onboarding.notices("status_report", to="project_lead")[0].facts["figures"]
    assert ["7 tickets per week"] == [row["value"] for row in to_customer]
    target = next(one for one in high_touch().targets if one.key == "activation_by_30")
    shown = {of: against_target(target, targets[0], of)["value"] for of in ("en", "ja")}
    assert {"en": "75 % of invited users", "ja": "75（招待済みの利用者に対する割合）"} == shown


def test_a_target_missed_after_the_go_live_makes_it_behind_until_a_look_finds_it_met() -> None:
    """The plan alone would say that all is well; what customers read of it stays the plan's."""
    onboarding = gone_live()
    looks = onboarding.ledger.looks.setdefault(onboarding.id, {})
    looks[onboarding.now] = Look(says="behind")
    before = standing(onboarding)

    next_look(onboarding)
    plan, missed, written = status_of_plan(onboarding.state, onboarding.now), onboarding.state, standing(onboarding)
    missed_now = status(missed, onboarding.now)
    reports = {notice.to: notice.facts["status"] for notice in onboarding.notices("status_report")[-4:]}
    looks[onboarding.now] = Look()
    next_look(onboarding)

    assert ("on_track", "on_track", "behind") == (before[0], plan, missed_now)
    assert ("behind", "behind") == written
    assert "on_track" == reports["project_lead"]
    assert "" == onboarding.state.figures_say


def next_look(onboarding: Simulation) -> None:
    """Go on until the next weekly look was taken."""
    before = len(looked(onboarding))
    while len(looked(onboarding)) == before:
        onboarding.until(onboarding.now + timedelta(hours=12))


def standing(onboarding: Simulation) -> tuple[str, str]:
    """The status and the need that the last turn wrote down."""
    written = [one.standing for one in onboarding.ledger.writings if one.standing][-1]
    assert written.attention is not None
    return written.status, NEEDS[written.attention.rank]
