"""How often may somebody call? So often a minute by token, and so often with a wrong one by address."""

import math
import time
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from starter.web.problems import Problem

WRONG_A_MINUTE = 30
"""A program that was given a wrong token tries it in a loop; a guesser gets nowhere at any rate."""


@dataclass
class Rates:
    """Counted in this process alone: behind a balancer each process allows as much. For one event loop."""

    a_minute: int
    _limiter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def __post_init__(self) -> None:
        self._of_token = RateLimitItemPerMinute(self.a_minute)
        self._of_address = RateLimitItemPerMinute(WRONG_A_MINUTE)

    def count(self, token: int) -> dict[str, str]:
        """Headers that say what is left (draft-ietf-httpapi-ratelimit-headers). Raises Problem when nothing is."""
        named = ("token", str(token))
        allowed = self._limiter.hit(self._of_token, *named)
        window = self._limiter.get_window_stats(self._of_token, *named)
        again = max(1, math.ceil(window.reset_time - time.time()))
        told = {
            "RateLimit-Policy": f'"token";q={self.a_minute};w=60',
            "RateLimit": f'"token";r={window.remaining};t={again}',
        }
        if allowed:
            return told
        detail = f"a token may make {self.a_minute} requests a minute; again in {again} s"
        raise Problem("too-many", detail, headers={**told, "Retry-After": str(again)})

    def refuse_guesser(self, address: str) -> None:
        """Raises Problem when wrong tokens came from there too often."""
        if self._limiter.test(self._of_address, "wrong", address):
            return
        window = self._limiter.get_window_stats(self._of_address, "wrong", address)
        again = max(1, math.ceil(window.reset_time - time.time()))
        raise Problem(
            "too-many",
            "too many requests with a wrong token came from this address",
            headers={"Retry-After": str(again)},
        )

    def note_wrong(self, address: str) -> None:
        self._limiter.hit(self._of_address, "wrong", address)
