"""Is a value worked out once where it comes again, and kept no longer than its message where it does not?"""

import weakref

import pytest

from activities.channels.texts.sealing import Shaped, link, number, prose, seal

LONG = "We need the export of all orders. " * 20


def unsealed(value: object) -> Shaped:
    """The value as it comes out of a text in which it was sealed."""
    values: list[Shaped] = []
    number(str(seal(value)), values)
    return values.pop()


def test_a_name_that_comes_again_is_worked_out_once() -> None:
    assert unsealed("Acme Robotics") is unsealed("Acme Robotics")


@pytest.mark.parametrize(
    "value", [prose("It was said"), prose(LONG), LONG, link("https://day90.test/in/one-time", "Open")]
)
def test_what_hardly_comes_again_is_kept_no_longer_than_its_message(value: object) -> None:
    """Letters, and what somebody may have erased since, and links that let somebody in."""
    kept = weakref.ref(unsealed(value))

    assert kept() is None
