"""How are tables and sentences laid out, so that no word and no id is broken? By the words, to the terminal's width."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

GAP = 2
"""Blanks between two columns."""
INDENT = "  "
NEVER_FIRST = "。、，．・：；？！）」』】〕］｝ー々 "
"""What no line of Japanese begins with, and a blank, which ends what is before it."""
WORD = re.compile(r"\S+\s*|\s+")


class Terminal(Console):
    """A console that parts what it prints between words only. With `soft_wrap`, each text stays in one line."""

    def print(self, *objects: Any, **how: Any) -> None:
        if not how.get("soft_wrap"):
            objects = tuple(Wrapped(one) if isinstance(one, Text | str) else one for one in objects)
        # Rich would fold an id that is longer than the terminal is wide, and cut what a sheet cannot part.
        super().print(*objects, **{**how, "soft_wrap": True})


class Wrapped:
    """A text in lines as wide as the terminal, the second and later ones indented by `hang`."""

    def __init__(self, text: Text | str, hang: int = 0) -> None:
        self.text = text if isinstance(text, Text) else Text(text)
        self.hang = hang

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        head = self.text[: self.hang]
        for line in wrapped(self.text[self.hang :], options.max_width - self.hang):
            yield Text.assemble(head, line)
            head = Text(" " * self.hang)


class Row:
    """The cells of a row; `below` is printed under them, as wide as the table may be."""

    def __init__(self, cells: Sequence[Text], below: Sequence[Text] = ()) -> None:
        self.cells = tuple(cells)
        self.below = tuple(below)


class Sheet:
    """A table without lines. Long cells are wrapped between words, except in the columns named in `whole`.

    Where even the longest words of all columns do not fit beside each other, the last columns move below the others,
    each with its name, as many of them as it takes.
    """

    def __init__(self, title: Text, columns: Sequence[str], rows: Sequence[Row], whole: Sequence[str] = ()) -> None:
        self.title = title
        self.columns = tuple(columns)
        self.rows = tuple(rows)
        self.whole = frozenset(whole)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        beside = len(self.columns)
        while beside > 1 and _sum(self._least(beside)) > options.max_width:
            beside -= 1
        widths = self._widths(beside, options.max_width)
        if self.title:
            yield from wrapped(self.title, options.max_width)
        yield _line([Text(name, style="dim") for name in self.columns[:beside]], widths)
        for row in self.rows:
            yield from self._beside(row, widths)
            yield from self._below(row, len(widths), options.max_width)

    def _beside(self, row: Row, widths: Sequence[int]) -> Iterator[Text]:
        cells = [wrapped(cell, width) for cell, width in zip(row.cells, widths, strict=False)]
        for parts in zip_longest(*cells, fillvalue=Text()):
            yield _line(parts, widths)

    def _below(self, row: Row, beside: int, room: int) -> Iterator[Text]:
        moved = zip(self.columns[beside:], row.cells[beside:], strict=True)
        texts = [Text.assemble((f"{name}: ", "dim"), cell) for name, cell in moved if cell.plain]
        for text in (*texts, *row.below):
            for line in wrapped(text, room - len(INDENT)):
                yield Text.assemble(INDENT, line)

    def _widths(self, beside: int, room: int) -> list[int]:
        """The least widths, and what room is left given to the columns that would like it, a cell at a time."""
        # One column alone may still be too wide: a word that is longer than all the room has a line of its own.
        widths = [min(width, room) for width in self._least(beside)]
        natural = self._measured(beside, _longest_line)
        while _sum(widths) < room:
            wanting = [i for i in range(beside) if widths[i] < natural[i]]
            if not wanting:
                break
            # To the narrowest: short cells stay in one line, and what is long shares the rest.
            widths[min(wanting, key=lambda i: widths[i])] += 1
        return widths

    def _least(self, beside: int) -> list[int]:
        words = self._measured(beside, _longest_word)
        lines = self._measured(beside, _longest_line)
        return [lines[i] if self.columns[i] in self.whole else words[i] for i in range(beside)]

    def _measured(self, beside: int, measure: Callable[[Text], int]) -> list[int]:
        return [max([cell_len(self.columns[i]), *(measure(row.cells[i]) for row in self.rows)]) for i in range(beside)]


def _longest_line(text: Text) -> int:
    return max((cell_len(line) for line in text.plain.split("\n")), default=0)


def _longest_word(text: Text) -> int:
    """The width of the longest word; a text of wide characters, such as kanji, has no blanks and breaks anywhere."""
    return max((cell_len(piece) for word in text.plain.split() for piece in _pieces(word)), default=0)


def wrapped(text: Text, width: int) -> list[Text]:
    """The text in lines of that many columns, parted between words; a longer word has a line of its own.

    Wide characters, such as kanji, are written without blanks, and parted anywhere.
    """
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        lines += paragraph.divide(list(_offsets(paragraph.plain, max(width, 1))))
    for line in lines:
        line.rstrip()
    return lines or [Text()]


def _offsets(text: str, width: int) -> Iterator[int]:
    """Where new lines begin."""
    used = 0
    for word in WORD.finditer(text):
        at = word.start()
        for piece in _pieces(word[0]):
            if used and used + cell_len(piece.rstrip()) > width:
                yield at
                used = 0
            used += cell_len(piece)
            at += len(piece)


def _pieces(word: str) -> Iterator[str]:
    """The parts of a word between which a line may end: wide characters, each with what may not begin a line."""
    piece = ""
    for character in word:
        wide = cell_len(character) > 1
        if piece and character not in NEVER_FIRST and (wide or _is_wide(piece)):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _is_wide(word: str) -> bool:
    return cell_len(word) > len(word)


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    """The cells beside each other, without blanks at the end."""
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        line.append_text(cell)
        line.append(" " * (width - cell_len(cell.plain) + GAP))
    line.rstrip()
    return line


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)
