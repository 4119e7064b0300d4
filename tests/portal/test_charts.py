"""Does a chart put every figure in its place, also where there are few of them, and leave a gap where none is known?"""

from datetime import date, timedelta

import pytest

from portal.charts import Chart, Course, Level, Point, chart

MONDAY = date(2026, 11, 2)


def drawn(*values: float | None, step: int = 7, **more: object) -> Chart:
    points = [Point(MONDAY + timedelta(days=step * number), value) for number, value in enumerate(values)]
    answer = chart("Health", [Course(points)], language="en", **more)  # type: ignore[arg-type]  # whatever a test adds
    assert answer is not None
    return answer


def test_values_lie_between_the_ends_of_their_scale() -> None:
    """What is at the best of the scale is drawn at the top, since SVG counts from above."""
    one = drawn(0, 50, 100, bounds=(0, 100))

    assert ["0.0,100.0 50.0,50.0 100.0,0.0"] == [stroke.points for stroke in one.strokes]
    assert [0, 50, 100] == [dot.x for dot in one.dots]
    assert "16 Nov: 100" == one.dots[-1].words


def test_the_scale_counts_in_round_steps_and_holds_every_value_and_target() -> None:
    one = drawn(37, 61, 52, levels=[Level(75, "target 75")])

    assert ["30", "40", "50", "60", "70", "80"] == [mark.words for mark in one.scale]
    assert all(0 <= place <= 100 for place in (*(dot.y for dot in one.dots), one.levels[0].at))


def test_a_week_that_nobody_knows_leaves_a_gap() -> None:
    one = drawn(80, 82, None, 70, 60)

    assert 2 == len(one.strokes)
    assert 4 == len(one.dots)


@pytest.mark.parametrize("values", [(5,), (None, 5), (0,), (-3, -3)])
def test_a_single_value_is_drawn_as_a_point(values: tuple[float | None, ...]) -> None:
    one = drawn(*values)

    assert one.dots
    assert all(0 <= dot.x <= 100 and 0 <= dot.y <= 100 for dot in one.dots)
    assert len({mark.at for mark in one.scale}) > 1


def test_nothing_known_is_no_chart() -> None:
    assert chart("Health", [Course([Point(MONDAY, None)])], language="en") is None
    assert chart("Health", [], language="en") is None


@pytest.mark.parametrize(("weeks", "named"), [(1, 1), (2, 2), (4, 4), (40, 4)])
def test_no_more_days_are_named_than_a_telephone_has_room_for(weeks: int, named: int) -> None:
    one = drawn(*range(weeks))

    assert named == len(one.days)
    assert "2 Nov" == one.days[0].words


def test_days_are_named_in_the_language_of_the_reader() -> None:
    one = chart("健康", [Course([Point(MONDAY, 1), Point(date(2026, 12, 7), 2)])], language="ja")

    assert one is not None
    assert ["11月2日", "12月7日"] == [one.days[0].words, one.days[-1].words]


def test_large_figures_are_written_out() -> None:
    """Nobody reads 1.25e+06 as an amount of yen."""
    one = drawn(1_250_000, 2_000_000.5)

    assert {"1,200,000", "2,000,000"} <= {mark.words for mark in one.scale}
    assert "2 Nov: 1,250,000" == one.dots[0].words


@pytest.mark.parametrize("values", [(-1e308, 1e308), (0, 5e-324), (1e308, 1e308)])
def test_whatever_a_number_can_be_is_drawn(values: tuple[float, float]) -> None:
    one = drawn(*values)

    assert all(0 <= dot.y <= 100 for dot in one.dots)
