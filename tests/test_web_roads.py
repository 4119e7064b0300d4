"""Who may deliver? Nobody's body is read whose token is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import problem, web_on

OPEN: dict[str, Any] = {"deals_token": "open-sesame", "salesforce_token": "open-sesame", "segment_write_key": "sesame"}


@pytest.mark.parametrize(
    "path", ["/intake/deals", "/intake/salesforce", "/v1/batch", "/v1/track", "/api/v1/onboardings"]
)
async def test_nothing_is_read_of_whom_we_do_not_know(path: str, tmp_path: Path) -> None:
    """Else anybody could have us hold megabytes, without a token."""
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{}")
        yield b"{}"

    async with web_on(tmp_path, **OPEN) as web:
        headers = {"authorization": "Bearer wrong", "content-type": "application/json"}
        answer = await web.client.post(path, content=body(), headers=headers)

        assert 401 == problem(answer)["status"]
        assert answer.headers["www-authenticate"]
        assert [] == read
