"""Are targets and weeks judged on their day, and by what is known?"""

from typing import Any

import pytest

from domain.measure.health import Measured
from domain.measure.targets import IndicatorSeen, Progress, TargetSeen, indicators_seen, planned_day, targets_seen
from playbooks.library import Library

PLAYBOOK = Library(None).get("high-touch")
LIVE = {"gone_live": 60}
[SETUP] = [[one.key for one in stage.milestones] for stage in PLAYBOOK.stages if stage.key == "implementation"]


def target(key: str, day: int, value: float | None = None, settled: dict[str, int] = LIVE) -> TargetSeen:
    [metric] = [one.metric for one in PLAYBOOK.targets if one.key == key]
    figures = {} if value is None else {metric: Measured(value=value)}
    seen = targets_seen(PLAYBOOK, Progress(day=day, settled=settled, figures=figures))
    return next(one for one in seen if one.key == key)


def week(number: int, day: int, **more: Any) -> IndicatorSeen:
    seen = indicators_seen(PLAYBOOK, Progress(day=day, **more))
    return next(one for one in seen if one.week == number)


def test_the_go_live_is_planned_on_day_60() -> None:
    """What the days below stand on."""
    assert 60 == planned_day(PLAYBOOK, "gone_live")


@pytest.mark.parametrize(
    ("value", "state", "colour"), [(75, "met", "green"), (65, "missed", "amber"), (None, "not_measured", "amber")]
)
def test_before_the_go_live_what_is_missed_is_amber(value: float | None, state: str, colour: str) -> None:
    """C-10: a month after the close; nobody could be red then."""
    seen = target("activation_by_30", 30, value, settled={})

    assert (state, colour, 30) == (seen.state, seen.colour, seen.due_on)
    assert "not_due" == target("activation_by_30", 29, value, settled={}).state


@pytest.mark.parametrize("settled", [{}, LIVE], ids=["before the go-live", "live"])
@pytest.mark.parametrize(
    ("came", "of", "state", "colour"),
    [(45, 50, "met", "green"), (44, 50, "missed", "amber"), (35, 50, "missed", "amber"), (34, 49, "missed", "red")],
)
def test_attendance_is_red_below_its_own_bound_alone(
    came: int, of: int, state: str, colour: str, settled: dict[str, int]
) -> None:
    """C-11: 70 % is not below 70."""
    seen = target("training_attended", 80, 100 * came / of, settled=settled)

    assert (state, colour) == (seen.state, seen.colour)


def test_a_health_that_nobody_can_compute_is_not_measured() -> None:
    """C-08: amber on day 90, and neither met nor missed."""
    seen = target("good_health_by_90", 90)

    assert ("not_measured", "amber") == (seen.state, seen.colour)


def test_what_is_due_on_the_go_live_is_judged_after_a_week_of_use() -> None:
    """And what lies behind it keeps its distance, however late the go-live is."""
    assert ("not_due", 67) == (target("weekly_use_by_60", 66, 10).state, target("weekly_use_by_60", 66, 10).due_on)
    assert ("missed", "red") == (target("weekly_use_by_60", 67, 10).state, target("weekly_use_by_60", 67, 10).colour)
    assert 110 == target("weekly_use_by_90", 70, 10, settled={"gone_live": 80}).due_on
    assert target("weekly_use_by_90", 200, 10, settled={}).due_on is None


def test_tickets_are_met_below_their_bound_and_missed_at_it() -> None:
    """Fewer than five a week."""
    assert "met" == target("few_tickets_by_60", 80, 4).state
    assert "missed" == target("few_tickets_by_60", 80, 5).state


def test_a_target_without_a_figure_of_its_own_is_never_missed() -> None:
    """What was agreed at the kickoff cannot be judged by us."""
    assert "not_measured" == target("further_results", 100, 5).state


def test_a_target_without_a_day_is_judged_once_it_is_measured() -> None:
    """Training may end on any day: until somebody reports attendance, nothing is said of it."""
    assert ("not_due", None) == (target("training_attended", 1).state, target("training_attended", 1).colour)
    assert target("training_attended", 1).due_on is None
    assert "met" == target("training_attended", 30, 95).state
    assert "missed" == target("training_attended", 70, 80).state


def test_half_of_the_setup_counts_what_was_waived() -> None:
    """C-13: five of ten by day 28 are met, four are missed; one that comes later still counts then."""
    half = -(-len(SETUP) // 2)
    met = dict.fromkeys(SETUP[:half], 20)
    short = dict.fromkeys(SETUP[: half - 1], 20)

    assert "met" == week(4, 28, settled=met).state
    assert ("missed", "red") == (week(4, 28, settled=short).state, week(4, 28, settled=short).colour)
    assert week(4, 28, settled=short).lacks == (f"implementation: {half - 1} of {len(SETUP)}",)
    assert "missed" == week(4, 28, settled=short | {SETUP[-1]: 29}).state or SETUP[-1] in met
    assert "met" == week(4, 40, settled=short | {SETUP[-1]: 35}).state
    assert "not_due" == week(4, 27, settled=short).state


@pytest.mark.parametrize(
    ("day", "due", "colour"),
    [(56, 60, "amber"), (56, 55, "red"), (56, 75, "amber"), (75, 75, "amber"), (76, 75, "red")],
)
def test_a_go_live_that_is_ahead_and_can_be_reached_is_amber(day: int, due: int, colour: str) -> None:
    """C-13, week 8: planned later, late, moved."""
    seen = week(8, day, due={"gone_live": due})

    assert ("missed", colour, "gone_live") == (seen.state, seen.colour, seen.lacks[0])


def test_a_uat_is_under_way_once_all_that_comes_before_it_is_reached() -> None:
    """D10: its gate is open, or it is signed; until then the week names what is missing."""
    [uat] = [one for one in PLAYBOOK.milestones if one.key == "uat_signed_off"]
    before = PLAYBOOK.needs(uat)
    ready = dict.fromkeys(("training_planned", *before), 40)
    waiting = {key: day for key, day in ready.items() if key != before[-1]}

    assert "met" == week(6, 42, settled=ready).state
    assert ("missed", (before[-1],)) == (week(6, 42, settled=waiting).state, week(6, 42, settled=waiting).lacks)
    assert "met" == week(6, 42, settled=waiting | {"uat_signed_off": 42}).state
    assert "not_due" == week(6, 41, settled=waiting).state


def test_live_without_one_sign_in_is_not_met() -> None:
    """C-13; and where nobody reports sign-ins, that is what it says."""
    live = {"gone_live": 50}

    assert "missed" == week(8, 56, settled=live, observed={"users_signing_in": False}).state
    assert "met" == week(8, 56, settled=live, observed={"users_signing_in": True}).state
    unknown = week(8, 56, settled=live)
    assert ("not_measured", "amber", ("users_signing_in",)) == (unknown.state, unknown.colour, unknown.lacks)
