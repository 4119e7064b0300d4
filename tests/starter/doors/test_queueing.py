"""Does everybody come to their turn at one onboarding, in order, and nobody wait for ever?"""

import asyncio

import pytest

from starter.doors.queueing import NoTurn, Queue


async def test_callers_go_in_the_order_in_which_they_came_a_few_at_a_time() -> None:
    """A crowd on one onboarding, and one on another who waits for nobody."""
    queue, order = Queue(2), list[int]()
    together = most_together = 0

    async def call(number: int) -> None:
        nonlocal together, most_together
        async with queue.turn("onboarding-a", within=5):
            order.append(number)
            together += 1
            most_together = max(most_together, together)
            await asyncio.sleep(0)
            together -= 1

    crowd = [asyncio.create_task(call(number)) for number in range(20)]
    await asyncio.sleep(0)
    async with queue.turn("onboarding-b", within=0.1):
        await asyncio.gather(*crowd)

    assert list(range(20)) == order
    assert 2 == most_together
    assert {} == queue._gates


async def test_whose_turn_does_not_come_is_told_so_and_holds_up_nobody() -> None:
    """They gave up; the next in line is not waiting behind them."""
    queue = Queue(1)
    async with queue.turn("onboarding-a", within=1):
        with pytest.raises(NoTurn):
            async with queue.turn("onboarding-a", within=0.01):
                pass

    async with queue.turn("onboarding-a", within=0.01):
        pass
    assert {} == queue._gates
