"""How far are customers on the way to what they bought it for?"""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from domain.deal import SuccessMetric
from domain.measure.goals import (
    LARGEST,
    SMALLEST,
    Goal,
    GoalFigure,
    GoalGiven,
    checked_goal,
    figures_of_goals,
    goals_of_sale,
    lacking,
)
from domain.measure.health import half_up
from domain.refusal import Refused

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def goal(**more: object) -> Goal:
    given = {"key": "cycle_time", "title": "Cycle time", "unit": "days", "direction": "lower", "main": True}
    return Goal.model_validate({**given, "baseline": 20, "target": 14, **more})


def test_the_improvement_is_held_against_the_baseline_in_the_direction_that_is_better() -> None:
    """C-14: from 20 days to 17.0 are 15.0 %, to 17.1 are 14.5 %."""
    assert [15.0, 14.5] == [round(goal().improvement(value) or 0, 6) for value in (17.0, 17.1)]
    assert 50.0 == goal(direction="higher", baseline=10, target=30).improvement(15)
    assert -50.0 == goal(direction="higher", baseline=10, target=30).improvement(5)


def test_without_a_baseline_nothing_is_computed_and_it_is_asked_for() -> None:
    """C-14."""
    bare = goal(baseline=None)

    assert ("baseline",) == lacking(bare)
    assert {} == figures_of_goals([bare], {"cycle_time": GoalFigure(17, NOW, 60)})


def test_the_way_made_is_held_against_a_straight_line_to_the_agreed_day() -> None:
    """Half of the way on half of the days is all that was expected; later the whole target is."""
    agreed = goal(by_day=100)

    assert 100.0 == agreed.on_way(17, day=50)
    assert 200.0 == agreed.on_way(14, day=50)
    assert 50.0 == agreed.on_way(17, day=100) == agreed.on_way(17, day=300)
    assert (agreed.on_way(21, day=50) or 0) < 0
    assert goal(target=None).on_way(17, day=50) is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"baseline": 0.0}, "baseline"),
        ({"baseline": 20.0, "target": 20.0}, "target"),
        ({"baseline": 20.0, "target": 25.0, "direction": "lower"}, "target"),
        ({"key": "nps"}, "key"),
        ({"baseline": 1e-9}, "baseline"),
        ({"baseline": 20.0, "target": 20.0000001}, "target"),
    ],
)
def test_a_goal_that_cannot_be_computed_is_refused_by_its_field(said: dict[str, object], field: str) -> None:
    given = GoalGiven.model_validate({"key": "cycle_time", "title": "Cycle time", "unit": "days", **said})

    with pytest.raises(Refused) as refusal:
        checked_goal(given)

    assert field == refusal.value.field


def test_the_metrics_of_the_sale_are_goals_as_far_as_they_can_be_read() -> None:
    """Words that are no number are left out, a target in another unit too; the first is the main one."""
    goals = goals_of_sale(
        [
            SuccessMetric(name="Cycle time", baseline="20 days", target="14 days", by_day=90),
            SuccessMetric(name="Errors", baseline="about a hundred", target="-20 %"),
            SuccessMetric(name="Revenue", baseline="1,5 M EUR", target="20 %"),
        ]
    )

    cycle, errors, revenue = goals
    assert ("cycle_time", "days", "lower", 20, 14, 90) == (
        cycle.key,
        cycle.unit,
        cycle.direction,
        cycle.baseline,
        cycle.target,
        cycle.by_day,
    )
    assert [True, False, False] == [one.main for one in goals]
    assert errors.baseline is None
    assert (1.5, None) == (revenue.baseline, revenue.target)


@pytest.mark.parametrize(
    ("baseline", "target"), [("20 days", "30 %"), ("20 days", "-30 %"), ("20 days", None), (None, "14 days")]
)
def test_nobody_guesses_which_way_is_better_where_the_sale_does_not_show_it(
    baseline: str | None, target: str | None
) -> None:
    """Taken for "higher", a cycle time that falls would be called worse from the first report on."""
    [cycle] = goals_of_sale([SuccessMetric(name="Cycle time", baseline=baseline, target=target)])

    assert cycle.direction is None
    assert "direction" in lacking(cycle)
    assert cycle.improvement(17) is None
    assert {} == figures_of_goals([cycle], {"cycle_time": GoalFigure(17, NOW, 60)})


@pytest.mark.parametrize("value", [1e308, -1e308, 1e13, float("inf")])
def test_a_figure_that_no_page_could_show_is_refused(value: float) -> None:
    """Of 1e308 even the per cents against the baseline are too large for a number."""
    with pytest.raises(ValidationError):
        GoalGiven.model_validate({"key": "cycle_time", "title": "Cycle time", "unit": "days", "target": value})


def test_the_largest_and_the_smallest_figures_still_have_their_per_cents() -> None:
    widest = goal(direction="higher", baseline=SMALLEST, target=LARGEST, by_day=1000)

    assert half_up(widest.improvement(LARGEST) or 0) > 0
    assert half_up(widest.on_way(-LARGEST, day=1) or 0) < 0


def test_each_metric_of_a_japanese_sale_is_a_goal() -> None:
    """Also where the letters a to z in their names are the same ones, or those of a figure; one name counts once."""
    names = ("受注から納品までの日数", "入力の誤り", "入力の誤り", "NPSの向上")

    goals = goals_of_sale([SuccessMetric(name=name) for name in names])

    assert ["受注から納品までの日数", "入力の誤り", "NPSの向上"] == [one.title for one in goals]
    assert "goal" == goals[0].key, "as it was"
    assert 3 == len({one.key for one in goals})
    assert [one.key for one in goals] == [
        checked_goal(GoalGiven(key=one.key, title=one.title, unit="%")).key for one in goals
    ]


def test_the_goal_that_was_called_the_main_one_last_is_the_main_one() -> None:
    other = goal(key="errors", title="Errors", unit="a week", baseline=100, target=50, revision=1)
    last = {"cycle_time": GoalFigure(17, NOW, 60), "errors": GoalFigure(90, NOW, 60)}

    figures = figures_of_goals([goal(), other], last)

    assert (10.0, "goal:errors") == (figures["main_goal_improvement"].value, figures["main_goal_improvement"].origin)
