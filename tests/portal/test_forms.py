"""What does a form make of what people type?"""

import pytest

from portal.forms import number_in


@pytest.mark.parametrize(
    ("typed", "number"),
    [("3", 3.0), ("2.5", 2.5), ("2,5", 2.5), ("-0,125", -0.125), ("1 200", 1200.0), ("1200,50", 1200.5)],
)
def test_a_number_is_read_with_a_point_or_a_comma(typed: str, number: float) -> None:
    """As it is written in either country, and with the thousands apart."""
    assert number == number_in(typed)


@pytest.mark.parametrize("typed", ["", "x", "1,200", "-1,200", "12,345,678", "1.200,50"])
def test_a_number_that_may_be_another_is_none(typed: str) -> None:
    """Whoever types 1,200 for twelve hundred is not to read 1.2 as their goal."""
    assert number_in(typed) is None
