"""Do the pages say everything in both languages, and each thing under one key?"""

import re
import string
from collections import Counter

import pytest

from portal.rendering import ALL_WORDS, HERE, SETS


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_no_two_sentences_have_one_key() -> None:
    """Of two the later one would be said everywhere."""
    for language in ALL_WORDS:
        counted = Counter(key for part in SETS for key in part[language])
        assert [] == [key for key, times in counted.items() if times > 1]


def test_what_is_said_in_one_language_is_said_in_the_other() -> None:
    """A page that lacks a sentence in one of them cannot be shown at all. Japanese counts one as it counts many."""
    english, japanese = ALL_WORDS["en"].keys(), ALL_WORDS["ja"].keys()

    assert set() == japanese - english
    assert [] == [key for key in english - japanese if not key.endswith("_one")]


@pytest.mark.parametrize("key", [key for key, words in ALL_WORDS["ja"].items() if placeholders(words)])
def test_both_languages_are_given_the_same(key: str) -> None:
    """A translation may leave out what the other names, and names nothing that it is not given.

    English leaves the number out where it is one; what is counted in Japanese is said as of many.
    """
    english = ALL_WORDS["en"][key.removesuffix("_one") + "_many"] if key.endswith("_one") else ALL_WORDS["en"][key]
    assert placeholders(ALL_WORDS["ja"][key]) <= placeholders(english)


JAPANESE = "[\u3040-\u30ff\u4e00-\u9fff]"
NARROW = re.compile(f"{JAPANESE} ?[(]|[(][^)]*{JAPANESE}|。 ")


DAY_IN_BRACKETS = re.compile("（[^（）]*[{](?:day|moment)[}]")


def test_japanese_has_wide_brackets_and_no_space_behind_a_sentence() -> None:
    assert {} == {key: words for key, words in ALL_WORDS["ja"].items() if NARROW.search(words)}


def test_a_japanese_day_stands_in_no_brackets_since_its_weekday_does() -> None:
    assert {} == {key: words for key, words in ALL_WORDS["ja"].items() if DAY_IN_BRACKETS.search(words)}


def test_what_stands_in_brackets_on_a_page_is_put_there_by_its_language() -> None:
    """A template's own brackets would be narrow in Japanese, too."""
    templates = HERE / "templates"

    assert [] == [str(one.relative_to(templates)) for one in templates.rglob("*.html") if "({{" in one.read_text()]
    assert (" (x)", "（x）") == tuple(ALL_WORDS[language]["in_brackets"].format(what="x") for language in ("en", "ja"))


MARKED_OFF = re.compile(r"(?:\}\}|%\}|</[a-z]+>)[,:] ?(?=\{\{|\{%|</?[a-z])")


def test_commas_and_colons_between_values_of_a_page_are_put_there_by_its_language() -> None:
    """A template's own would be narrow in Japanese, too: 2027年2月3日（水）, 開始済み."""
    templates = HERE / "templates"
    own = {
        str(one.relative_to(templates)): len(MARKED_OFF.findall(one.read_text())) for one in templates.rglob("*.html")
    }

    assert {} == {name: count for name, count in own.items() if count}
    assert ((", ", ": "), ("、", "：")) == tuple(
        (ALL_WORDS[language]["between"], ALL_WORDS[language]["colon"]) for language in ("en", "ja")
    )


OF_SEVERAL = re.compile(r"\{\w+\} (working )?(days|customers|people|times|points)\b|\(s\)")
ALWAYS_SEVERAL = frozenset(
    {
        "adoption_rule",
        "adoption_rule_days",
        "foretelling_before_stayed",
        "foretelling_before_renewed",
        "desk_question_report",
    }
)
"""Sentences whose number is never one."""


def test_a_sentence_about_several_is_said_of_one_in_another_way() -> None:
    """Its key ends in `_many`, and beside it stands one for a single thing: 1 day, not 1 days or 1 day(s)."""
    english = ALL_WORDS["en"].items()
    several = [key for key, words in english if OF_SEVERAL.search(words) and not key.endswith("_many")]

    assert ALWAYS_SEVERAL == set(several)
