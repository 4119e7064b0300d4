"""Who calls the API? Finds the token of a request, and looks it up in the store at most every few seconds."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from cachetools import TTLCache
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from domain.access import MARK, Scope, Token, fingerprint
from domain.networks import neighbourhood
from starter.web.api.rates import Rates
from starter.web.problems import Problem
from starter.web.reading import bearer
from store.tokens import USED_AGAIN, SqlTokens

REMEMBERED = 10.0
"""Seconds after which a token is looked up again, and for which a revoked one may still be accepted."""
MOST_REMEMBERED = 10_000
FORM = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")
"""What a token looks like; anything else is refused without a query."""
LOOKED_UP_FOR_GUESSERS = 1
"""Tokens that are looked up at once for addresses that have guessed too often. A look is one query of an index, so a
good token waits for a moment at most; guesses without end take one thread of many."""
CHALLENGE = 'Bearer realm="day90"'
log = structlog.get_logger()


@dataclass
class Callers:
    """Admits callers by their tokens, and remembers tokens for a while. To be used on one event loop.

    A good token gets in, whoever else guesses from the same address: many share one behind a proxy.
    """

    tokens: SqlTokens
    rates: Rates
    _fresh: TTLCache[str, Token] = field(default_factory=lambda: TTLCache(MOST_REMEMBERED, REMEMBERED))
    _guessers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LOOKED_UP_FOR_GUESSERS))

    async def admitted(self, request: Request, scope: Scope) -> tuple[Token, dict[str, str]]:
        """The caller's token, and headers that say how many calls it has left.

        Raises Problem `unauthenticated`, `not-allowed` (the token lacks the scope) or `too-many`.
        """
        token = await self._caller(request)
        headers = self.rates.count(token.id)
        if scope not in token.scopes:
            raise Problem(
                "not-allowed",
                f"this token does not have the scope {scope}",
                headers={**headers, "WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
            )
        return token, headers

    async def _caller(self, request: Request) -> Token:
        given = bearer(request.headers)
        if not given:
            raise Problem("unauthenticated", "a bearer token is needed", headers={"WWW-Authenticate": CHALLENGE})
        address = neighbourhood(_address(request))
        token = await self._looked_up(fingerprint(given), address=address) if FORM.fullmatch(given) else None
        reason = "nobody has this token" if token is None else token.why_not(datetime.now(UTC))
        if token is None or reason:
            self.rates.refuse_guesser(address)
            self.rates.note_wrong(address)
            wrong = f'{CHALLENGE}, error="invalid_token"'
            raise Problem("unauthenticated", reason, headers={"WWW-Authenticate": wrong})
        return token

    async def _looked_up(self, hashed: str, *, address: str) -> Token | None:
        fresh = self._fresh.get(hashed)
        if fresh is not None:
            return fresh
        if self.rates.guesses(address):
            async with self._guessers:
                token = await asyncio.to_thread(self.tokens.by_hash, hashed)
        else:
            token = await asyncio.to_thread(self.tokens.by_hash, hashed)
        if token is None:
            return None
        self._fresh[hashed] = token
        await self._note_use(token)
        return token

    async def _note_use(self, token: Token) -> None:
        now = datetime.now(UTC)
        if token.why_not(now) or (token.last_used_at is not None and now - token.last_used_at < USED_AGAIN):
            return
        try:
            await asyncio.to_thread(self.tokens.used, token.id)
        except SQLAlchemyError as trouble:
            # No reason to refuse the request.
            log.warning("use_of_token_not_kept", token=token.id, kind=type(trouble).__name__)


def _address(request: Request) -> str:
    """The address that the request comes from; behind a trusted proxy, the one that the proxy names."""
    return request.client.host if request.client else ""
