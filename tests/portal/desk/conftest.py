"""Where do the tests of the desk look? At a page process on a port, over a store of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.desk import DeskSite, desk_on


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        yield site
