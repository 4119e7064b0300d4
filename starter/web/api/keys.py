"""How is a repeated write answered? As the first one was, under its Idempotency-Key.

As in draft-ietf-httpapi-idempotency-key-header: the same key with the same request gets the same answer, with another
request it is refused, and while the first is being worked on the second is asked to wait.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from starter.web.problems import Problem, problem_of
from store.keyed_answers import KeptAnswer, SqlKeyedAnswers

HEADER = "Idempotency-Key"
KEY_FORM = r'"?([!#-~]{1,255})"?'
FORM = re.compile(KEY_FORM)
"""Up to 255 visible characters of ASCII, in quotes as the draft has it, or bare as most senders do."""
KEPT_HEADERS = ("content-type", "location", "etag", "www-authenticate", "retry-after")
KEPT_PROBLEMS = frozenset({"refused"})
"""Of problems, what the business answered is kept. What was malformed began nothing, and what was not reachable shall
be tried: the key stays free."""
LATER = "1"
"""Seconds, as Retry-After, while the first is being worked on."""

Answering = Callable[[], Awaitable[Response]]


@dataclass(frozen=True)
class Keyed:
    """One write under a key. `request` is the fingerprint of all that makes it this request."""

    token: int
    key: str
    request: str

    @property
    def news_id(self) -> str:
        """What news without an id of its own goes by: known among the last 500, also after the key is forgotten."""
        return "api-" + _hash(f"{self.token}", self.key, self.request)[:32]


def keyed(request: Request, body: bytes, *, token: int) -> Keyed | None:
    """The key that the write goes by, if it goes by one. Raises Problem when it is none."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    found = FORM.fullmatch(given.strip())
    if found is None:
        raise Problem("invalid", "is up to 255 visible ASCII characters, like a UUID", field=HEADER)
    parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    return Keyed(token=token, key=found[1], request=_hash(*parts, hashlib.sha256(body).hexdigest()))


async def answered_once(answers: SqlKeyedAnswers, write: Keyed, answer: Answering) -> Response:
    """The answer, or the one that was given before. Raises Problem."""
    begun = await asyncio.to_thread(lambda: answers.begin(token=write.token, key=write.key, fingerprint=write.request))
    if begun.fingerprint != write.request:
        raise Problem("key-reused", "another request was sent with this key: take a new one", field=HEADER)
    if begun.answer is not None:
        headers = {**begun.answer.headers, "Idempotency-Replayed": "true"}
        return Response(begun.answer.body, status_code=begun.answer.status, headers=headers)
    if not begun.fresh:
        raise Problem("in-progress", "send it again in a moment", headers={"Retry-After": LATER})
    try:
        response = await answer()
    except BaseException as trouble:
        problem = problem_of(trouble) if isinstance(trouble, Exception) else None
        if problem is not None and problem.kind in KEPT_PROBLEMS:
            await _keep(answers, write, problem.response())
        else:
            # Also when the caller hung up.
            await asyncio.shield(asyncio.to_thread(lambda: answers.forget(token=write.token, key=write.key)))
        raise
    await _keep(answers, write, response)
    return response


async def _keep(answers: SqlKeyedAnswers, write: Keyed, response: Response) -> None:
    kept = KeptAnswer(
        status=response.status_code,
        headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        body=bytes(response.body).decode(),
    )
    await asyncio.to_thread(lambda: answers.answered(kept, token=write.token, key=write.key))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
