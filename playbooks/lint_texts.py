"""Will everybody read something? Texts that are empty, that lack a language, or that break a subject line."""

from collections.abc import Callable, Iterator
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
    """They stand in subjects of mails."""
    for spot, text in texts_of(playbook):
        if spot[-1] == "title":
            for language, words in {"": text}.items() if isinstance(text, str) else text.items():
                if "\n" in words.strip():
                    yield (*spot, language) if language else spot, "holds a line break, but stands in subjects of mails"


def no_language_is_left_out(playbook: Playbook) -> Iterator[Finding]:
    """A text that is given once is meant for everybody."""
    for spot, text in texts_of(playbook):
        if not isinstance(text, str) and text:
            missing = ", ".join(language for language in LANGUAGES if language not in text)
            if missing:
                yield spot, f"says nothing in {missing}: whoever reads that gets another language"


def texts_of(part: BaseModel, at: Spot = ()) -> Iterator[tuple[Spot, Any]]:
    """Every text for people, a string or one per language, with the way to it."""
    for name, field in type(part).model_fields.items():
        value, spot = getattr(part, name), (*at, field.alias or name)
        if _is_text(field.annotation) and value is not None:
            yield spot, value
        elif isinstance(value, BaseModel):
            yield from texts_of(value, spot)
        elif isinstance(value, tuple):
            for index, each in enumerate(value):
                if isinstance(each, BaseModel):
                    yield from texts_of(each, (*spot, index))
                elif _is_text(get_args(field.annotation)[0]):
                    yield (*spot, index), each


def _is_text(annotation: Any) -> bool:
    return annotation in (Text, Text | None)


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (texts_say_something, titles_are_one_line)
WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (no_language_is_left_out,)
