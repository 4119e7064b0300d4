"""How is a password kept and compared? By Argon2id, two at a time, and as long for nobody as for somebody."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.text import folded

SHORTEST, LONGEST = 12, 200
"""Characters. Length is what counts against guessing (NIST SP 800-63B); beyond 200 nobody types."""
FEWEST_KINDS = 5
"""Different characters that a password has: twelve times the same one is the first guess."""
MEMORY_KIB = 19 * 1024
ROUNDS = 2
LANES = 1
"""OWASP's second choice for Argon2id: 19 MiB, two rounds, one lane; some 30 ms of a processor."""
AT_A_TIME = 2
"""More would only wait for a processor, and each holds 19 MiB."""
FAMILIAR = ("password", "passwort", "day90", "qwertyuiop", "1234567890", "letmein")
"""With what guesses begin."""


class Passwords:
    """Hashes and compares passwords. One for each process."""

    def __init__(self) -> None:
        self._hasher = _hasher()
        self._turns = asyncio.Semaphore(AT_A_TIME)
        # Made before anybody is compared with it: at the first try of nobody's it would take twice as long.
        self._nobodys = _nobodys()

    async def hashed(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one of that hash. Without one it takes as long, and is wrong."""
        async with self._turns:
            right = await asyncio.to_thread(self._matches, password[:LONGEST], kept or self._nobodys)
        return right and kept is not None

    def _matches(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


@cache
def _nobodys() -> str:
    """A hash that is no password of anybody's."""
    return _hasher().hash("of nobody")


def problem_with(password: str, *, address: str) -> str:
    """Why somebody should choose another password, as a key of the words; empty for a good one."""
    if not SHORTEST <= len(password) <= LONGEST:
        return "desk_password_length"
    plain = folded(password)
    own = folded(address).partition("@")[0]
    begins = any(plain.startswith(word) for word in FAMILIAR) or (len(own) > 3 and own in plain)
    return "desk_password_guessed" if begins or len(set(plain)) < FEWEST_KINDS else ""
