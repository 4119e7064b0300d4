"""Why was it not taken? The reason of an onboarding or of a repair, in the language of whoever reads it."""

import re
from collections.abc import Callable
from functools import cache

from domain.text import Language
from portal.desk.figure_refusals import OF_FIGURES
from portal.desk.refusal_words import OF_ONBOARDINGS, OF_REPAIRS, STATUS

BRACES = re.compile(r"\{(\w+)\}")
SEVERAL = re.compile(r", | and | or ")
AS_IT_CAME = frozenset(
    {"figures", "moment", "version", "count", "digits", "day", "today", "now", "next", "unit", "trouble"}
)
"""What is no name of anything, and is not taken apart."""
IN_QUOTES = frozenset({"key", "keys", "meeting", "book"})
"""What is called by a title, and not by somebody's name."""
ALSO = re.compile(r" \(also wrong: .*\)")
Named = Callable[[str], str]


def reason_in(language: Language, reason: str, named: Named = str) -> str:
    """The reason as its reader understands it; as it came, in English, where nothing here says it otherwise.

    `named` gives what a key, or somebody's id, is called.
    """
    return (in_japanese(reason, named) or reason) if language == "ja" else reason


def in_japanese(reason: str, named: Named = str) -> str | None:
    """The reason in Japanese; None where nothing here has its form."""
    plain = ALSO.sub("", reason)
    for form, japanese in forms():
        if found := form.fullmatch(plain):
            return japanese.format(**{name: _said(name, value, named) for name, value in found.groupdict().items()})
    return None


@cache
def forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every form, those that say most of themselves first: others with braces would take theirs for a key."""
    in_order = sorted([*OF_ONBOARDINGS, *OF_FIGURES, *OF_REPAIRS], key=lambda one: -len(BRACES.sub("", one[0])))
    return tuple((re.compile(_pattern(english), re.DOTALL), japanese) for english, japanese in in_order)


def _pattern(english: str) -> str:
    parts = BRACES.split(english)
    return "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _said(name: str, value: str, named: Named) -> str:
    """A key as people call it, several of them in a row; without the quotes that mark what somebody typed."""
    if name == "status":
        return STATUS.get(value, value)
    if name in AS_IT_CAME:
        return value
    called = {key: named(key) for key in (one.strip("'\"") for one in SEVERAL.split(value))}
    titles = (f"「{title}」" if name in IN_QUOTES and title != key else title for key, title in called.items())
    return "、".join(titles)
