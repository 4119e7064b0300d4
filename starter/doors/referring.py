"""How does what people write stay out of Temporal's histories? It is stored, and the news refers to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel

from activities.ports import Texts
from domain.refusal import Refused
from domain.texts import free_text, in_full, reference, references_in, texts_in, with_each_text
from starter.trouble import NotFound

Model = TypeVar("Model", bound=BaseModel)


def never(_: str) -> bool:
    """Says of no text that it stays: a caller's own text is never taken for a reference."""
    return False


@asynccontextmanager
async def referring(
    texts: Texts,
    workflow: str,
    news: BaseModel,
    body: Mapping[str, Any],
    *,
    stays: Callable[[str], bool] = never,
) -> AsyncIterator[Mapping[str, Any]]:
    """The `body` with references in place of the free texts of its `news`, to be sent inside; with an id of its own.

    A text that `stays` is sent as it is. What the workflow refuses is deleted again; what is not answered is kept,
    since it may have been taken.
    """
    written = {place: text for place, text in texts_in(news).items() if not stays(text)}
    if not written:
        yield body
        return
    call = uuid4().hex
    token = await asyncio.to_thread(texts.keep, workflow, body["news_id"], written, call=call)
    changed = with_each_text(news, lambda place, text: reference(token, place) if place in written else text)
    try:
        yield {**body, **{name: getattr(changed, name) for name in free_text(type(news)) if name in body}}
    except (Refused, NotFound):
        await asyncio.to_thread(texts.drop, workflow, token, call=call)
        raise


async def read_in_full(texts: Texts, workflow: str, answer: Model) -> Model:
    """The workflow's answer with the texts that it refers to."""
    references = references_in(answer)
    if not references:
        return answer
    return in_full(answer, await asyncio.to_thread(texts.read, workflow, references))
