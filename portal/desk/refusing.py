"""Why was it not taken? The reason of an onboarding or of a repair, in the language of whoever reads it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from domain.text import Language
from portal.dates import in_full
from portal.desk.figure_refusals import OF_FIGURES
from portal.desk.refusal_words import OF_ONBOARDINGS, OF_REPAIRS, STATUS

BRACES = re.compile(r"\{(\w+)\}")
SEVERAL = re.compile(r"(, | and | or )")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
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
    return (in_japanese(reason, named) if language == "ja" else in_english(reason, named)) or reason


def in_japanese(reason: str, named: Named = str) -> str | None:
    """The reason in Japanese; None where nothing here has its form."""
    form = _form_of(ALSO.sub("", reason))
    if form is None:
        return None
    _, japanese, values = form
    return japanese.format(**{name: _said(name, value, named) for name, value in values.items()})


def in_english(reason: str, named: Named = str) -> str | None:
    """The reason with what its keys are called, and its days in words; None where nothing here has its form."""
    form = _form_of(reason)
    if form is None:
        return None
    english, _, values = form
    return english.format(**{name: _called(name, value, named) for name, value in values.items()})


def _form_of(reason: str) -> tuple[str, str, Mapping[str, str]] | None:
    """The English and the Japanese form of that reason, with what stands in the place of their names."""
    for pattern, english, japanese in forms():
        if match := pattern.fullmatch(reason):
            return english, japanese, match.groupdict()
    return None


@cache
def forms() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """Every form, those that say most of themselves first: others with braces would take theirs for a key."""
    in_order = sorted([*OF_ONBOARDINGS, *OF_FIGURES, *OF_REPAIRS], key=lambda one: -len(BRACES.sub("", one[0])))
    return tuple((re.compile(_pattern(english), re.DOTALL), english, japanese) for english, japanese in in_order)


def _pattern(english: str) -> str:
    parts = BRACES.split(english)
    return "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _said(name: str, value: str, named: Named) -> str:
    """A key as people call it, several of them in a row; without the quotes that mark what somebody typed."""
    if name == "status":
        return STATUS.get(value, value)
    if name in AS_IT_CAME:
        return _day(value, "ja")
    called = {key: named(key) for key in (one.strip("'\"") for one in SEVERAL.split(value)[::2])}
    titles = (f"「{title}」" if name in IN_QUOTES and title != key else title for key, title in called.items())
    return "、".join(titles)


def _called(name: str, value: str, named: Named) -> str:
    """The same in English: a key as people call it, and what stands between several of them as it came."""
    if name == "status":
        return value
    if name in AS_IT_CAME:
        return _day(value, "en")
    keys, between = SEVERAL.split(value)[::2], [*SEVERAL.split(value)[1::2], ""]
    titles = ((key, named(key.strip("'\""))) for key in keys)
    each = (key if title == key.strip("'\"") else f"“{title}”" if name in IN_QUOTES else title for key, title in titles)
    return "".join(title + word for title, word in zip(each, between, strict=True))


def _day(value: str, language: Language) -> str:
    """A day in words; what is none, as it came."""
    if not DAY.fullmatch(value):
        return value
    try:
        return in_full(date.fromisoformat(value), language)
    except ValueError:
        return value
