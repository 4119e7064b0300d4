"""What do all tests share? The worlds they run in."""

import gc
import os
from collections.abc import AsyncIterator, Generator

import pytest
from hypothesis import settings

from tests.support.browsers import LEFT_OUT
from tests.support.onboardings import World, world
from tests.support.running_order import slow_first

settings.register_profile("day90", deadline=None, print_blob=True)
settings.load_profile("day90")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each process begins with slow tests; pytest-xdist says in the environment how many processes there are."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = slow_first([(item.path, item) for item in items], processes=processes)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is there after it stays to the end: Python's collector need not look through it again and again.

    Nor while it comes, since nearly everything that an import makes stays: a fifth of the time went into that.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line says what a machine without a browser has not tried."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    left_out = (
        [report for report in reporter.stats.get("skipped", ()) if LEFT_OUT in str(report.longrepr)] if reporter else []
    )
    if left_out and not hasattr(config, "workerinput"):
        print(f"{len(left_out)} tests of pages did not run: {LEFT_OUT}")


@pytest.fixture
async def here() -> AsyncIterator[World]:
    """A time-skipping server with our worker, for this test alone: its clock is global."""
    async with world() as made:
        yield made
