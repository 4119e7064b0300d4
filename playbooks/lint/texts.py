"""Does every text say something to everybody? Finds empty texts, missing languages, and line breaks in titles."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from domain.playbook import Playbook
from domain.text import LANGUAGES, Text
from playbooks.complaint import Spot

Finding = tuple[Spot, str]


def texts_say_something(playbook: Playbook) -> Iterator[Finding]:
    for spot, text in texts_of(playbook):
        if isinstance(text, str) and not text.strip():
            yield spot, "is empty"
        elif not isinstance(text, str):
            if not text:
                yield spot, "is empty"
            for language, words in text.items():
                if not words.strip():
                    yield (*spot, language), "is empty"


def titles_are_one_line(playbook: Playbook) -> Iterator[Finding]:
    """Titles stand in the subjects of mails."""
    for spot, text in texts_of(playbook):
        if spot[-1] in ("title", "meeting_title"):
            for language, words in {"": text}.items() if isinstance(text, str) else text.items():
                if "\n" in words.strip():
                    yield (*spot, language) if language else spot, "holds a line break, but stands in subjects of mails"


def no_language_is_left_out(playbook: Playbook) -> Iterator[Finding]:
    """A text given in languages has all of them; one given as a plain string is meant for everybody."""
    for spot, text in texts_of(playbook):
        if not isinstance(text, str) and text:
            missing = ", ".join(language for language in LANGUAGES if language not in text)
            if missing:
                yield spot, f"says nothing in {missing}: whoever reads that gets another language"


def texts_of(part: BaseModel, at: Spot = ()) -> Iterator[tuple[Spot, Any]]:
    """Every text for people below a part, a string or one per language, with the path to it."""
    for name, written, holds_text in _fields(type(part)):
        value, spot = getattr(part, name), (*at, written)
        several = [((*spot, index), each) for index, each in enumerate(value)] if isinstance(value, tuple) else None
        for way, each in several if several is not None else [(spot, value)]:
            if holds_text and each is not None:
                yield way, each
            elif isinstance(each, BaseModel):
                yield from texts_of(each, way)


@cache
def _fields(model: type[BaseModel]) -> list[tuple[str, str, bool]]:
    """For each field of a model: its name here, its name in a file, and whether it holds one or several texts."""
    return [
        (name, field.alias or name, bool({field.annotation, *get_args(field.annotation)[:1]} & {Text, Text | None}))
        for name, field in model.model_fields.items()
    ]


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (texts_say_something, titles_are_one_line)
WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (no_language_is_left_out,)
