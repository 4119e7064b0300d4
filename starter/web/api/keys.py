"""How is a repeated write answered? Like the first one, if both have the same Idempotency-Key.

As in draft-ietf-httpapi-idempotency-key-header: the same key with the same request gets the same answer; with another
request it is refused; and while the first request is being worked on, the second is asked to wait.
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
"""Of problems only a refusal by the business is kept. A malformed request began nothing, and one that could not reach
Temporal should be tried again: the key stays free."""
LATER = "1"
"""Seconds, for Retry-After, while the first request is being worked on."""

Answering = Callable[[], Awaitable[Response]]


@dataclass(frozen=True)
class Keyed:
    """A write under a key. `request` is a fingerprint of everything that makes it this request and no other."""

    token: int
    key: str
    request: str

    @property
    def news_id(self) -> str:
        """The id of news that has none of its own. Known among the last 500 even after the key has expired."""
        return "api-" + _hash(f"{self.token}", self.key, self.request)[:32]


def keyed(request: Request, body: bytes, *, token: int) -> Keyed | None:
    """The write with its Idempotency-Key; None when it was sent without one. Raises Problem for a malformed key."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    match = FORM.fullmatch(given.strip())
    if match is None:
        raise Problem("invalid", "should be up to 255 visible ASCII characters, like a UUID", field=HEADER)
    parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    return Keyed(token=token, key=match[1], request=_hash(*parts, hashlib.sha256(body).hexdigest()))


async def answered_once(answers: SqlKeyedAnswers, write: Keyed, answer: Answering) -> Response:
    """The answer to a write. `answer` is called, unless the same write was answered before: then that is repeated.

    Raises Problem `key-reused` or `in-progress`, and what `answer` raises.
    """
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
            # Even when the caller has hung up.
            await asyncio.shield(asyncio.to_thread(lambda: answers.forget(token=write.token, key=write.key)))
        raise
    if response.headers.get("cache-control") == "no-store":
        # It holds what nobody is to read later: the same request again is answered anew.
        await asyncio.to_thread(lambda: answers.forget(token=write.token, key=write.key))
    else:
        await _keep(answers, write, response)
    return response


async def _keep(answers: SqlKeyedAnswers, write: Keyed, response: Response) -> None:
    answer = KeptAnswer(
        status=response.status_code,
        headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        body=bytes(response.body).decode(),
    )
    await asyncio.to_thread(lambda: answers.answered(answer, token=write.token, key=write.key))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
