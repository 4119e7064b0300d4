"""In which language is a text shown? Texts that a playbook gives once or per language."""

import re
import unicodedata
from decimal import Decimal
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


MOST_WRITTEN_OUT = 1e15
"""A number of that many digits is written as a power: there were 309 of them on a page."""


def plain(number: float) -> str:
    """A number as people write it: 4, not 4.0, and 1250000, not 1.25e+06. It has six decimals at most."""
    return grouped(number).replace(",", "")


def grouped(number: float) -> str:
    """The same with its thousands set off: 1,250,000. What has more than fifteen digits is 1e+15: nobody reads them."""
    if abs(number) >= MOST_WRITTEN_OUT:
        return f"{number:g}"
    # Of what is rounded to nought the sign goes with the sum.
    return f"{round(number, 6) + 0.0:,.6f}".rstrip("0").rstrip(".")


def amount_of_money(amount: Decimal) -> str:
    """An amount as people write it: 52,000, and 52,000.50 where there are cents."""
    return f"{amount:,.2f}".removesuffix(".00")


def folded(name: str) -> str:
    """A name in the form in which names are compared: without case, full-width letters as plain ones."""
    return unicodedata.normalize("NFKC", name).casefold()
