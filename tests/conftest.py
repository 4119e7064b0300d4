"""What do all tests share? The worlds they run in."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from tests.support.onboardings import World, world

settings.register_profile("day90", deadline=None, print_blob=True)
settings.load_profile("day90")


@pytest.fixture
async def here() -> AsyncIterator[World]:
    """A time-skipping server with our worker, for this test alone: its clock is global."""
    async with world() as made:
        yield made
