"""In which language is a text shown? Texts that a playbook gives once or per language."""

import re
import unicodedata
from typing import Literal

from domain.wire import Prose

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")

Text = Prose | dict[Language, Prose]


def in_language(text: Text, language: str) -> str:
    """The text in that language; English, then whatever there is, when it was not written in it."""
    if isinstance(text, str):
        return text
    wanted: Language = "ja" if language == "ja" else "en"
    return text.get(wanted) or text.get("en") or next(iter(text.values()), "")


PLACEHOLDER = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)
"""Stands in a playbook's text where only the company can say it, like [[link to the setup checklist]]."""


def placeholders(text: Text) -> list[str]:
    """What a company has yet to fill in, in any of the languages. Whatever holds one is said to nobody."""
    texts = [text] if isinstance(text, str) else text.values()
    return [match[1].strip() for words in texts for match in PLACEHOLDER.finditer(words)]


def folded(name: str) -> str:
    """A name in the form in which names are compared: without case, full-width letters as plain ones."""
    return unicodedata.normalize("NFKC", name).casefold()
