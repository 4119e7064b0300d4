"""Is every thing called by one word in Japanese? Reads the table of the glossary, and every Japanese text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.channels.texts.rendering import TEMPLATES
from activities.channels.texts.words import WORDS
from activities.documents.words import PROCESS
from domain.naming import ROLE_TITLES
from playbooks.library import Library
from playbooks.lint.texts import texts_of

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ASCII_COMMA = re.compile("[ぁ-んァ-ヶ一-龥々ー）」], ")


def rows() -> list[list[str]]:
    table = GLOSSARY.read_text(encoding="utf-8").partition("## In Japanese")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return cells[2:]


AVOIDED = [(avoided, row[1]) for row in rows() for avoided in filter(None, row[2].split(", "))]


def japanese() -> Iterator[tuple[str, str]]:
    """Every Japanese text that people read, with the place where it stands."""
    for template in sorted((TEMPLATES / "ja").iterdir()):
        yield template.name, template.read_text(encoding="utf-8")
    for topic, words in WORDS["ja"].items():
        yield from ((f"words: {topic} {key}", word) for key, word in words.items())
    yield from ((f"process document: {key}", words) for key, words in PROCESS["ja"].items())
    yield from ((f"role: {role}", titles["ja"]) for role, titles in ROLE_TITLES.items())
    library = Library()
    for playbook in map(library.get, library.keys()):
        for spot, text in texts_of(playbook):
            if isinstance(text, dict):
                yield f"{playbook.key}: {spot}", text["ja"]


TEXTS = list(japanese())


def test_the_glossary_is_read() -> None:
    assert ("重点サポート", "集中サポート期間（ハイパーケア）") in AVOIDED
    assert len(TEXTS) > 400


@pytest.mark.parametrize(("avoided", "instead"), AVOIDED)
def test_each_thing_has_one_word(avoided: str, instead: str) -> None:
    places = [place for place, text in TEXTS if avoided in text]

    assert not places, f"write {instead} instead of {avoided}: {places}"


def test_names_in_a_row_are_separated_as_japanese_has_it() -> None:
    assert [] == [place for place, text in TEXTS if ASCII_COMMA.search(text)]
