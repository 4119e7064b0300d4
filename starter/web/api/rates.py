"""How often may somebody call the API? Limits per minute for each token, and for wrong tokens from each address."""

import math
import time
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from starter.web.problems import Problem

WRONG_A_MINUTE = 30
"""Wrong tokens from one address. Enough for a program that tries a wrong token in a loop, and useless to a guesser."""


@dataclass
class Rates:
    """Counts calls in this process alone: behind a load balancer each process allows as many. For one event loop."""

    a_minute: int
    _limiter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def __post_init__(self) -> None:
        self._of_token = RateLimitItemPerMinute(self.a_minute)
        self._of_address = RateLimitItemPerMinute(WRONG_A_MINUTE)

    def count(self, token: int) -> dict[str, str]:
        """Count a call of a token; answers headers that say what is left (draft-ietf-httpapi-ratelimit-headers).

        Raises Problem when nothing is left.
        """
        named = ("token", str(token))
        allowed = self._limiter.hit(self._of_token, *named)
        window = self._limiter.get_window_stats(self._of_token, *named)
        again = max(1, math.ceil(window.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": f'"token";q={self.a_minute};w=60',
            "RateLimit": f'"token";r={window.remaining};t={again}',
        }
        if allowed:
            return headers
        detail = f"a token may make {self.a_minute} requests a minute; again in {again} s"
        raise Problem("too-many", detail, headers={**headers, "Retry-After": str(again)})

    def guesses(self, address: str) -> bool:
        """Whether too many wrong tokens came from an address in the last minute."""
        return not self._limiter.test(self._of_address, "wrong", address)

    def refuse_guesser(self, address: str) -> None:
        """Raise Problem for one more wrong token from an address that guesses."""
        if not self.guesses(address):
            return
        window = self._limiter.get_window_stats(self._of_address, "wrong", address)
        again = max(1, math.ceil(window.reset_time - time.time()))
        raise Problem(
            "too-many",
            "too many requests with a wrong token came from this address",
            headers={"Retry-After": str(again)},
        )

    def note_wrong(self, address: str) -> None:
        """Count a wrong token from an address."""
        self._limiter.hit(self._of_address, "wrong", address)
