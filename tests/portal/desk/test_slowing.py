"""Is guessing stopped, while whoever knows their password comes in? Without waiting: the waits are counted."""

import pytest

from portal.desk.slowing import AT_A_TIME, FREE, LOCKED_AFTER, LONGEST_WAIT, MANY, Locked, Slowing, TooMany

GRACE, HERE, THERE = "grace@vendor.test", "192.0.2.0/24", "198.51.100.0/24"


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def slowing(waited: list[float]) -> Slowing:
    async def wait(seconds: float) -> None:
        waited.append(seconds)

    return Slowing(wait)


async def tried(slowing: Slowing, network: str = HERE, address: str = GRACE) -> None:
    """A wrong password."""
    async with slowing.turn(address, network):
        slowing.was_wrong(address, network)


async def test_a_few_mistakes_cost_nothing_then_each_takes_longer_until_none_is_looked_at(
    slowing: Slowing, waited: list[float]
) -> None:
    for _ in range(LOCKED_AFTER):
        await tried(slowing)

    assert [0.5, 1, 2, 4] == waited[:4]
    assert (LOCKED_AFTER - FREE, LONGEST_WAIT) == (len(waited), max(waited))
    with pytest.raises(Locked):
        await tried(slowing)


async def test_who_guesses_elsewhere_locks_nobody_out(slowing: Slowing, waited: list[float]) -> None:
    """Else everybody who knows a colleague's address could keep them from the desk."""
    for _ in range(LOCKED_AFTER):
        await tried(slowing, THERE)
    waited.clear()

    await tried(slowing, HERE)

    assert [] == waited


async def test_whoever_guesses_from_many_places_or_at_many_addresses_waits_each_time(
    slowing: Slowing, waited: list[float]
) -> None:
    for number in range(MANY):
        await tried(slowing, f"of {number}")
        await tried(slowing, HERE, f"somebody-{number}@vendor.test")
    waited.clear()

    await tried(slowing, THERE)
    await tried(slowing, HERE, "somebody-new@vendor.test")

    assert 2 == len(waited)


async def test_the_right_password_forgives(slowing: Slowing, waited: list[float]) -> None:
    for _ in range(LOCKED_AFTER - 1):
        await tried(slowing)
    slowing.was_right(GRACE, HERE)
    waited.clear()

    await tried(slowing)

    assert [] == waited


async def test_no_more_than_a_few_wait_beside_each_other(slowing: Slowing) -> None:
    """Each that waits holds a connection."""
    turns = [slowing.turn(GRACE, HERE) for _ in range(AT_A_TIME)]
    for turn in turns:
        await turn.__aenter__()

    with pytest.raises(TooMany):
        await tried(slowing)
    for turn in turns:
        await turn.__aexit__(None, None, None)
    await tried(slowing)
