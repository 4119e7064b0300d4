"""Into which pieces is a text taken apart, so that an index finds any part of it? Three letters, of Japanese two.

Two characters are a whole word in Japanese, and say as much as three letters of the alphabet; of those, two alone stand
in nearly every name. So a word of one or two letters is found where a word begins with it.
"""

import re
from collections.abc import Iterator

from domain.text import folded

JAPANESE = r"\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
RUN = re.compile(rf"[{JAPANESE}]+|[^\W_{JAPANESE}]+")
IS_JAPANESE = re.compile(rf"[{JAPANESE}]")
BEGINS = "^"
"""Before the one or two letters that a word begins with."""
MOST_WORDS = 8
"""Words of a query that are looked for: more of them say nothing new."""


def pieces(text: str) -> frozenset[str]:
    """Everything by which the text is found."""
    return frozenset(piece for run in RUN.findall(folded(text)) for piece in _of_a_run(run))


def words_of(query: str) -> tuple[str, ...]:
    """The words that a text must have, each anywhere in it: folded, as they were typed with a space between them."""
    return tuple(dict.fromkeys(folded(query).split()))[:MOST_WORDS]


def needed(query: str) -> frozenset[str]:
    """The pieces that every text has which has the words of that query; none where they say nothing."""
    return frozenset(piece for word in words_of(query) for run in RUN.findall(word) for piece in _asked(run))


def _of_a_run(run: str) -> Iterator[str]:
    if IS_JAPANESE.match(run):
        yield from run
        yield from _parts(run, 2)
        return
    yield BEGINS + run[:1]
    yield BEGINS + run[:2]
    yield from _parts(run, 3)


def _asked(run: str) -> Iterator[str]:
    if IS_JAPANESE.match(run):
        yield from [run] if len(run) == 1 else _parts(run, 2)
    elif len(run) > 2:
        yield from _parts(run, 3)
    else:
        yield BEGINS + run


def _parts(run: str, length: int) -> Iterator[str]:
    return (run[place : place + length] for place in range(len(run) - length + 1))
