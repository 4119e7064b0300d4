"""What the web process stands on: one try to reach Temporal for all who wait for it."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from runtime.connection import CannotReachTemporal
from tests.support.waiting import until
from tests.support.web import web_on


async def test_all_who_wait_for_temporal_wait_for_the_same_try(tmp_path: Path) -> None:
    """One that swallows packets costs ten seconds a try: one after the other, the sixth would wait for a minute."""
    tries: list[float] = []
    a_try = 0.3

    async def swallowed() -> Any:
        tries.append(time.monotonic())
        await asyncio.sleep(a_try)
        raise CannotReachTemporal("temporal.test:7233", "no answer")

    async with web_on(tmp_path, reach=swallowed) as web:
        began = time.monotonic()
        answers = await asyncio.gather(*(web.parts.client() for _ in range(6)), return_exceptions=True)

        assert [CannotReachTemporal] * 6 == [type(one) for one in answers]
        assert time.monotonic() - began < 6 * a_try
    assert 1 == len(tries)


async def test_who_gives_up_takes_the_try_from_nobody_else(tmp_path: Path) -> None:
    """A look for readiness waits three seconds, and others ten."""

    client: Any = object()
    one_gave_up = asyncio.Event()

    async def slowly() -> Any:
        await one_gave_up.wait()
        return client

    async with web_on(tmp_path, reach=slowly) as web:
        other = asyncio.create_task(web.parts.client())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(web.parts.client(), 0.05)
        one_gave_up.set()

        assert client is await other


async def test_on_a_compressed_clock_nobody_waits_a_week_for_a_look_at_usage(tmp_path: Path) -> None:
    """With days of a second half a minute is a month; on the real clock it is nothing."""
    woken: list[str] = []

    class Temporal:
        async def start_workflow(self, *_: Any, id: str, **__: Any) -> None:
            woken.append(id)

    async def reach() -> Any:
        return Temporal()

    async with web_on(tmp_path, reach=reach, day_length="1s") as web:
        await until(lambda: "usage" in woken)
        web.parts.usage_bell.ring()

        await until(lambda: woken.count("usage") == 2, seconds=10)
