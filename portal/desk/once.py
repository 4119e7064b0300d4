"""How is a form that makes a secret sent twice without two secrets? What it made is shown again for a few minutes."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from cachetools import TTLCache

from portal.forms import Form

Made = TypeVar("Made")
FORM = re.compile(r"[A-Za-z0-9_-]{22}")
AGAIN_WITHIN = 5 * 60
"""Seconds: a double click, or a page that is loaded again by mistake. After that nobody sees the secret any more."""
MOST = 200


class Once(Generic[Made]):
    """What forms of this process have made, by whose they are and by the key within them."""

    def __init__(self) -> None:
        self._made: TTLCache[tuple[int, str], asyncio.Future[Made]] = TTLCache(MOST, AGAIN_WITHIN)

    def key(self, form: Form | None) -> str:
        """What stands in the form: of one that came its own, else a new one."""
        given = form.text("once") if form else ""
        return given if FORM.fullmatch(given) else secrets.token_urlsafe(16)

    async def make(self, whose: int, key: str, make: Callable[[], Awaitable[Made]]) -> Made:
        """What that form makes, or has made. What `make` raises is raised each time, and counts for nothing."""
        if not FORM.fullmatch(key):
            return await make()
        name = (whose, key)
        if (before := self._made.get(name)) is not None:
            return await asyncio.shield(before)
        made: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._made[name] = made
        try:
            made.set_result(await make())
        except BaseException as trouble:
            self._made.pop(name, None)
            made.set_exception(trouble)
            made.exception()
            raise
        return made.result()
