"""Which fields are free text, and how does a reference stand for such a text where a history would hold it?

Our doors store what people write, and tell the workflow a reference in its place: `text:` and a token, then the place
of the text in its news. Whoever writes a turn down puts the text back. A token is drawn by chance, so that a reference
cannot be guessed, and a caller's own text is never taken for one.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel

from domain.wire import FREE_TEXT

REFERENCE = re.compile(r"text:([0-9a-f]{24})/([a-z0-9_.]{1,80})")
"""A token, and a place such as `note` or `reasons.0`. Shorter than the shortest bound of a free text."""
Model = TypeVar("Model", bound=BaseModel)
Change = Callable[[str, str], str]
"""Makes another text of a text at a place."""


@cache
def free_text(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of that model's fields whose types are marked as free text."""
    fields = model.model_fields.items()
    return tuple(name for name, field in fields if FREE_TEXT in field.metadata or _is_marked(field.annotation))


def _is_marked(annotation: Any) -> bool:
    if FREE_TEXT in getattr(annotation, "__metadata__", ()):
        return True
    return any(_is_marked(part) for part in get_args(annotation))


def with_each_text(model: Model, change: Change, *, at: str = "") -> Model:
    """The model with every free text in it, and in the models that it holds, changed. Empty texts stay."""
    changes: dict[str, Any] = {}
    for name, value in _fields(model):
        if name in free_text(type(model)):
            changes[name] = _with_each_string(value, change, at=f"{at}{name}")
        elif isinstance(value, list | tuple) and any(isinstance(part, BaseModel) for part in value):
            parts = [with_each_text(part, change, at=f"{at}{name}.{i}.") for i, part in enumerate(value)]
            changes[name] = type(value)(parts)
    changes = {name: value for name, value in changes.items() if value != getattr(model, name)}
    return model.model_copy(update=changes) if changes else model


def texts_in(model: BaseModel) -> dict[str, str]:
    """The free texts of a model, each by its place."""
    texts: dict[str, str] = {}
    with_each_text(model, texts.setdefault)
    return texts


def reference(token: str, place: str) -> str:
    return f"text:{token}/{place}"


def is_reference(text: str) -> bool:
    return REFERENCE.fullmatch(text) is not None


def references_in(value: Any) -> set[str]:
    """All strings in a value that read like references."""
    references: set[str] = set()

    def look(_: str, text: str) -> str:
        if is_reference(text):
            references.add(text)
        return text

    _with_each_string(value, look)
    return references


Value = TypeVar("Value")


def in_full(value: Value, texts: Mapping[str, str]) -> Value:
    """The value with the texts that its references stand for; what none of the texts belongs to stays."""
    if not texts:
        return value
    changed: Value = _with_each_string(value, lambda _, text: texts.get(text, text))
    return changed


def _with_each_string(value: Any, change: Change, *, at: str = "") -> Any:
    if isinstance(value, str):
        return change(at, value) if value else value
    if isinstance(value, BaseModel):
        return value.model_copy(update={n: _with_each_string(v, change, at=f"{at}.{n}") for n, v in _fields(value)})
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(_with_each_string(part, change, at=f"{at}.{i}") for i, part in enumerate(value))
    if isinstance(value, dict):
        return {key: _with_each_string(part, change, at=f"{at}.{i}") for i, (key, part) in enumerate(value.items())}
    return value


def _fields(model: BaseModel) -> list[tuple[str, Any]]:
    return [(name, getattr(model, name)) for name in type(model).model_fields]
