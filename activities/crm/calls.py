"""How is a CRM called? One call with the waits that it asks for, and the errors that all CRMs have in common."""

import asyncio
import functools
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import httpx2

from domain.trouble import NotReachable

TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
"""Of one call, in seconds; a delivery makes up to six, within the minute that the receiver allows."""
WAITS = 2
"""How often a call waits here because the CRM asks for it. Limits count ten seconds; after these the deal waits."""
LONGEST_WAIT = 10.0
"""Seconds that a call waits here; where the CRM asks for more, the deal waits."""
SHORTEST_WAIT = 1.0
"""Seconds to wait when the CRM does not say how long: HubSpot's search counts by the second."""

ASTRAY = (405, 406, 411, 414, 415, 431)
"""Statuses that are about how we call, or about a proxy in between: no deal causes them, and none can mend them."""

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Pause = Callable[[float], Awaitable[None]]


@functools.cache
def authorities() -> ssl.SSLContext:
    """Whom to believe that they are the CRM: httpx2's own choice, read once, which takes 40 ms."""
    return httpx2.create_ssl_context()


def understood(
    ask: Callable[Given, Coroutine[Any, Any, Answer]],
) -> Callable[Given, Coroutine[Any, Any, Answer]]:
    """Turns the errors of reading an answer in an unknown shape, a proxy's or a newer one, into NotReachable.

    A decorator for methods of a CRM that has a `name`.
    """

    @functools.wraps(ask)
    async def asked(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            return await ask(*args, **kwargs)
        except (LookupError, TypeError, ValueError, AttributeError) as failure:
            crm: Any = args[0]
            raise NotReachable(
                f"{crm.name} answers in a shape that we do not know ({type(failure).__name__})"
            ) from failure

    return asked


class Calls:
    """Calls the API of one CRM. May be shared by tasks of one event loop.

    `waits` reads from an answer for how many seconds it asks us to wait; None when it does not.
    """

    def __init__(
        self,
        name: str,
        client: httpx2.AsyncClient,
        *,
        waits: Callable[[httpx2.Response], float | None],
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._name = name
        self._client = client
        self._waits = waits
        self._pause = pause

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __call__(self, method: str, path: str, **asked: Any) -> httpx2.Response:
        """Make one call and return the answer, whatever its status; short waits that the CRM asks for are waited here.

        Raises NotReachable when no answer comes.
        """
        for left in range(WAITS, -1, -1):
            try:
                answer = await self._client.request(method, path, **asked)
            except httpx2.TimeoutException:
                raise NotReachable(f"{self._name} does not answer in time") from None
            except httpx2.HTTPError as failure:
                raise NotReachable(f"{self._name} cannot be reached: {type(failure).__name__}") from None
            wait = self._waits(answer)
            if wait is None or not left or wait > LONGEST_WAIT:
                return answer
            await self._pause(wait)
        raise AssertionError("the last one returns")


def asked_to_wait(answer: httpx2.Response) -> float:
    """The seconds of the answer's Retry-After header, SHORTEST_WAIT at least; SHORTEST_WAIT without a number there."""
    try:
        return max(SHORTEST_WAIT, float(answer.headers.get("retry-after", "")))
    except ValueError:
        return SHORTEST_WAIT


def json_of(answer: httpx2.Response) -> Any:
    """The JSON of the answer; None when it is no JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def raise_if_away(name: str, answer: httpx2.Response) -> None:
    """Raise NotReachable for what passes by itself: a limit, an outage."""
    if answer.status_code == 429:
        raise NotReachable(f"{name} asks to wait: its limit of calls is reached")
    if answer.status_code >= 500 or answer.status_code in (408, 423, 477):
        raise NotReachable(f"{name} answers {answer.status_code}")


def raise_if_astray(name: str, answer: httpx2.Response, *, own: bool, setting: str) -> None:
    """Raise NotReachable for an error that is about the way to the CRM and not about the deal.

    Taken for a refusal by the CRM, it would settle the deal for good. `own` is whether the answer is worded as the CRM
    words its errors, `setting` the name of the setting that holds the CRM's address.
    """
    status = answer.status_code
    if status < 300:
        return
    if not own:
        raise NotReachable(f"what answers {status} does not speak as {name} does: is {setting} right?")
    if status < 400 or status in ASTRAY:
        raise NotReachable(f"{name} does not take the call as we make it: {status}; is {setting} right?")
