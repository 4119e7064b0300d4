"""How does what an activity answers with hold no free text? It is stored, and the answer refers to it."""

from typing import TypeVar

from pydantic import BaseModel

from activities.ports import Texts
from domain.texts import reference, texts_in, with_each_text

Model = TypeVar("Model", bound=BaseModel)


def referring(texts: Texts, workflow: str, answer: Model, *, run: str) -> Model:
    """The answer with references in place of its free texts, which come from the store. Again in one run: the same."""
    written = texts_in(answer)
    if not written:
        return answer
    token = texts.keep(workflow, run, written, call=run)
    return with_each_text(answer, lambda place, _: reference(token, place))
