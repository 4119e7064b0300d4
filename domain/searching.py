"""Which texts are about what somebody has typed? Found by words and pairs of letters, in English and Japanese.

Japanese has no spaces: a run of it is taken as pairs of neighbouring characters. An English word is looked for among
the words that share most of their pairs with it, so that a slip of a letter or an ending does not hide a page.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.text import folded

RUN = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
JAPANESE = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]")
GRAMMAR = re.compile(r"[\u3040-\u309f]")
"""Hiragana: endings and particles, which stand in every sentence."""
FILLERS = frozenset(
    re.findall(
        "[a-z]+",
        "about also been does from have into just make many more much must need needs only please should some than that"
        " their them then there they this until very want were what when where which will with without would your could"
        " know like take",
    )
)
"""Words of English questions that say nothing of what they are about."""
SHORTEST = 4
"""Letters of an English word that says what a question is about."""
LIKE = 0.7
"""Share of pairs that two words have in common which count as one: `order` and `orders`, not `date` and `data`. They
begin with the same letter, or `border` would be one, too."""
ENOUGH = 0.5
"""Share of what was searched for that a page must have."""
TITLE, BODY = 3.0, 1.0
MOST_WORDS = 60
"""Words of a question that are looked at; more of them say nothing new."""
MOST_SUGGESTED = 3


class Searched(NamedTuple):
    """A text that may be found, by its key."""

    key: str
    title: str
    body: str


class Finder:
    """Finds texts; built once for all of them, and kept in memory."""

    def __init__(self, texts: Iterable[Searched]) -> None:
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        self._by_pair: dict[str, set[str]] = defaultdict(set)
        keys = set()
        for text in texts:
            keys.add(text.key)
            for token in tokens(text.body):
                self._weights[token].setdefault(text.key, BODY)
            for token in tokens(text.title):
                self._weights[token][text.key] = TITLE
        self._count = len(keys)
        for token in self._weights:
            if not JAPANESE.match(token):
                for pair in pairs(token):
                    self._by_pair[pair].add(token)

    def search(self, query: str) -> Sequence[str]:
        """The keys of the texts that have at least half of what was searched for, the best first."""
        wanted = list(dict.fromkeys(tokens(query)))[:MOST_WORDS]
        scores, matched = self._scored(wanted)
        good = [key for key in scores if len(matched[key]) >= ENOUGH * len(wanted)]
        return sorted(good, key=lambda key: (-scores[key], key))

    def suggest(self, question: str) -> Sequence[str]:
        """The keys of up to three texts that may answer a question: by their title, or by two of its words.

        Of Japanese four pairs are as much: one word of four characters has three.
        """
        wanted = [token for token in dict.fromkeys(tokens(question)) if says_something(token)][:MOST_WORDS]
        scores, matched = self._scored(wanted)
        good = [key for key in scores if said(matched[key]) or TITLE in matched[key].values()]
        return sorted(good, key=lambda key: (-scores[key], key))[:MOST_SUGGESTED]

    def _scored(self, wanted: Iterable[str]) -> tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]:
        """By text: its score, and the weight of each token that it has. What stands everywhere counts little."""
        scores: dict[str, float] = defaultdict(float)
        matched: dict[str, dict[str, float]] = defaultdict(dict)
        for token in wanted:
            best: dict[str, tuple[float, float]] = {}
            for same, likeness in self._like(token):
                texts = self._weights[same]
                rarity = math.log(1 + self._count / len(texts))
                for key, weight in texts.items():
                    best[key] = max(best.get(key, (0.0, 0.0)), (weight * likeness * rarity, weight))
            for key, (score, weight) in best.items():
                scores[key] += score
                matched[key][token] = weight
        return scores, matched

    def _like(self, token: str) -> list[tuple[str, float]]:
        """The tokens that count as this one, and how alike they are."""
        if JAPANESE.match(token):
            # A single character stands for every pair that it is in.
            same = [token] if len(token) > 1 else [other for other in self._weights if token in other]
            return [(other, 1.0) for other in same if other in self._weights]
        mine = pairs(token)
        near: dict[str, int] = defaultdict(int)
        for pair in mine:
            for other in self._by_pair.get(pair, ()):
                near[other] += 1
        alike = {other: 2 * both / (len(mine) + len(pairs(other))) for other, both in near.items()}
        close = {other: one for other, one in alike.items() if one >= LIKE and other[0] == token[0]}
        return list(close.items())


def tokens(text: str) -> list[str]:
    """What a text is found by: its words, of Japanese each pair of neighbouring characters."""
    found = []
    for run in RUN.findall(folded(text)):
        if JAPANESE.match(run) and len(run) > 1:
            found += [run[place : place + 2] for place in range(len(run) - 1)]
        else:
            found.append(run)
    return found


def said(matched: Iterable[str]) -> bool:
    """Whether these are enough of a question to say that a text may be about it."""
    return sum(0.5 if JAPANESE.match(token) else 1.0 for token in matched) >= 2


def pairs(word: str) -> frozenset[str]:
    """The pairs of neighbouring letters of a word, its beginning and end among them."""
    marked = f" {word} "
    return frozenset(marked[place : place + 2] for place in range(len(marked) - 1))


def says_something(token: str) -> bool:
    """Whether it says what a question is about, rather than that it is one."""
    if JAPANESE.match(token):
        return not GRAMMAR.search(token) and len(token) > 1
    return len(token) >= SHORTEST and token not in FILLERS
