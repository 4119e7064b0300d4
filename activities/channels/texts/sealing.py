"""How does a value travel through a Markdown template without ever being read as markup?

A value that a template prints is sealed: its characters go through the Markdown parser as one opaque word and are put
back, escaped for where they land, when the parser is done. Escaping them beforehand lost: `**{{ name }}**様` stays
unparsed when the name ends in a bracket, because Markdown decides on emphasis by the characters next to the stars.

For the parser each value is a number. So two messages that differ in values alone are the same text to it, and what was
made of the first one is taken for the second.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from typing import Literal
from urllib.parse import quote, urlsplit

from markupsafe import Markup

# Private-use characters: neither space nor punctuation to Markdown, and in no text that people write.
_OPENING, _CLOSING = "\ue000", "\ue001"
_SEALED = re.compile(f"{_OPENING}([0-9a-f]*){_CLOSING}")
_NUMBERED = re.compile(f"{_OPENING}([A-Z])([0-9]+){_CLOSING}")

# What could reverse the direction of the rest of a line: embeddings, overrides, isolates and marks of direction.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Where Unicode has its letters that are written from right to left; everything before and between has none.
_MAY_TURN = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_SPACES = re.compile(r"\s+")
# A name such as 伊藤 健: kanji and kana have no space between them but there.
_IN_A_NAME = re.compile("(?<=[\u3040-\u30ff\u3400-\u9fff]) (?=[\u3040-\u30ff\u3400-\u9fff])")
# A day such as 12月4日（金）: in a heading it stands among other words, and must not be cut by the end of a line.
_IN_A_DAY = re.compile("(?<=月)(?=[0-9]{1,2}日（[月火水木金土日]）)|(?<=[0-9]日)(?=（[月火水木金土日]）)")
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# Control characters and our own seals; the tab is whitespace below.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000\ue001]")

# Names, titles and days: a report prints some hundred of them, and mails of one customer mostly the same. What is
# longer, or leads somewhere, hardly comes again, and is not kept.
_MOST_SEALED = 2048
_LONGEST_KEPT = 200

# An address as we make them for our own pages. Taking one apart takes as long as writing it.
_USUAL_PAGE = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,4})?(/[A-Za-z0-9._~/-]*)?")

Shape = Literal["line", "prose", "aside", "whole", "link", "button", "page"]


@dataclass(frozen=True)
class Shaped:
    """A value and how it is to be shown. `target` is the address of a link.

    What it comes to is worked out once: the same names and titles stand in many messages.
    """

    text: str
    shape: Shape = "line"
    target: str = ""

    def __str__(self) -> str:
        return self.text

    @cached_property
    def mark(self) -> str:
        """The letter for its shape; a link that leads nowhere is a line."""
        leads_nowhere = self.shape in {"link", "button", "page"} and not self.target
        return _LINE if leads_nowhere else _MARKS[self.shape]

    @cached_property
    def as_html(self) -> str:
        """Its text in HTML, escaped for text and for attributes."""
        if self.shape == "prose":
            return escape(_lines(self.text)).replace("\n", "<br>")
        line = _IN_A_NAME.sub("\u00a0", escape(_flat(self.text)))
        # What is whole breaks nowhere.
        return line if self.shape == "whole" else _IN_A_DAY.sub("\u2060", line)

    @cached_property
    def as_text(self) -> str:
        """It in a plain text, a link with its address."""
        if self.shape == "prose":
            return _lines(self.text)
        text = _flat(self.text)
        if self.shape == "aside":
            return f"（{text}）" if is_wide(text[:1]) or is_wide(text[-1:]) else f" ({text})"
        if self.shape == "page":
            return self.target or text
        if self.target and not self.target.startswith("mailto:"):
            return f"{text}{'：' if is_wide(text[-1:]) else ': '}{self.target}"
        return text


def prose(value: object) -> Shaped:
    """A text that somebody wrote, shown with its line breaks."""
    return Shaped(str(value), "prose")


def aside(value: object) -> Shaped | str:
    """A small line beneath the rest of a table's cell; nothing when the value is empty."""
    return Shaped(str(value), "aside") if value else ""


def whole(value: object) -> Shaped:
    """A few words, shown without a line break between them."""
    return Shaped(str(value), "whole")


def link(target: object, text: str) -> Shaped:
    """A link to a page; plain words when the target is no http address."""
    return Shaped(text, "link", _page(str(target)))


def button(target: object, text: str) -> Shaped:
    """A link as a button, for the one thing to press; plain words when the target is no http address."""
    return Shaped(text, "button", _page(str(target)))


def page(target: object, text: str) -> Shaped:
    """A link in the middle of a sentence; as plain text the address alone."""
    return Shaped(text, "page", _page(str(target)))


def mail(address: object) -> Shaped:
    """A mail address, as a link to write to it."""
    text = one_line(str(address))
    return Shaped(text, "link", f"mailto:{quote(text, safe='@+.-_')}")


def seal(value: object) -> Markup:
    """The value as one opaque word; the output of a macro is sealed already. Raises ValueError for None."""
    if isinstance(value, Markup):
        return value
    if value is None:
        # Otherwise people would read "None".
        msg = "a printed fact is None"
        raise ValueError(msg)
    if isinstance(value, Shaped):
        return _sealed(value)
    text = str(value)
    return _sealed_line(text) if len(text) <= _LONGEST_KEPT else _sealed(Shaped(text))


@lru_cache(maxsize=_MOST_SEALED)
def _sealed_line(text: str) -> Markup:
    return _sealed(Shaped(text))


def _sealed(shaped: Shaped) -> Markup:
    if not shaped.text:
        return Markup("")
    packed = "\0".join((shaped.shape, shaped.target, shaped.text.replace("\0", "")))
    # Characters that no encoding has (lone surrogates) become question marks rather than a mail that cannot be sent.
    return Markup(_OPENING + packed.encode("utf-8", "replace").hex() + _CLOSING)


def unseal_text(text: str) -> str:
    """Plain text with every value back in its place."""
    return _SEALED.sub(lambda match: _unpacked(match[1]).as_text, text)


def number(text: str, values: list[Shaped]) -> str:
    """The text with the number of each sealed value in its place; the values are appended to those given."""

    def numbered(match: re.Match[str]) -> str:
        value = _unpacked(match[1])
        values.append(value)
        return _place(value.mark, len(values) - 1)

    return _SEALED.sub(numbered, text)


def mark_up(html: str) -> str:
    """HTML with the tags around its numbered values that their shapes ask for."""

    def marked(match: re.Match[str]) -> str:
        around = _AROUND.get(match[1])
        return around.format(text=_place(_LINE, match[2]), target=_place(_TARGET, match[2])) if around else match[0]

    return _NUMBERED.sub(marked, html)


def fill_html(html: str, values: Sequence[Shaped]) -> str:
    """HTML with every numbered value back in its place, escaped for text and for attributes."""

    def filled(match: re.Match[str]) -> str:
        value = values[int(match[2])]
        return escape(value.target) if match[1] == _TARGET else value.as_html

    return _NUMBERED.sub(filled, html)


def fill_text(text: str, values: Sequence[Shaped]) -> str:
    """Plain text with every numbered value back in its place.

    A space parts a page's address from wide characters: programs that make links of addresses take them along.
    """

    def filled(match: re.Match[str]) -> str:
        value = values[int(match[2])]
        parted = value.target.startswith("http") and is_wide(text[match.end() : match.end() + 1])
        return f"{value.as_text} " if parted else value.as_text

    return _NUMBERED.sub(filled, text)


def one_line(text: str) -> str:
    """The text without line breaks and control characters, whitespace collapsed, direction contained."""
    return _flat(text.strip()).strip()


_LINE, _PROSE, _TARGET = "L", "P", "T"
# Capital letters, since a sealed value is written in small ones.
_MARKS: dict[Shape, str] = {
    "line": _LINE,
    "prose": _PROSE,
    "aside": "A",
    "whole": "W",
    "link": "K",
    "button": "B",
    "page": "K",
}
_AROUND = {
    "A": '<br><span class="aside">{text}</span>',
    "W": '<span class="whole">{text}</span>',
    "K": '<a class="link" href="{target}">{text}</a>',
    "B": '<a class="button" href="{target}">{text}</a>',
}


_PACKED_LINE = b"line\0\0".hex()
"""How a value begins, packed, that is shown as it is and leads nowhere."""


def _place(mark: str, number: int | str) -> str:
    return f"{_OPENING}{mark}{number}{_CLOSING}"


def _unpacked(packed: str) -> Shaped:
    kept = len(packed) <= _LONGEST_KEPT * 2 and packed.startswith(_PACKED_LINE)
    return _unpacked_line(packed) if kept else _taken_out(packed)


@lru_cache(maxsize=_MOST_SEALED)
def _unpacked_line(packed: str) -> Shaped:
    return _taken_out(packed)


def _taken_out(packed: str) -> Shaped:
    shape, target, text = bytes.fromhex(packed).decode("utf-8").split("\0", 2)
    return Shaped(text, shape, target)  # type: ignore[arg-type]  # the shape was packed by seal()


def is_wide(character: str) -> bool:
    """Whether the character takes two columns, as kanji and kana do; an empty text does not."""
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


def _lines(text: str) -> str:
    """The text as by `one_line`, but with its line breaks, at most one empty line in a row."""
    lines = "\n".join(one_line(line) for line in _LINE_ENDS.sub("\n", text).split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip("\n")


def _flat(text: str) -> str:
    """The text as by `one_line`, but with a space at either end, which a template may have put there."""
    if text.isascii() and text.isprintable():
        # Most are: the space is the only whitespace among such characters, and nothing turns.
        return _SPACES.sub(" ", text) if "  " in text else text
    return _isolated(_SPACES.sub(" ", _clean(text)))


def _clean(text: str) -> str:
    return _CONTROL.sub("", _TURNING.sub("", _LINE_ENDS.sub("\n", text))).encode("utf-8", "replace").decode()


def _isolated(text: str) -> str:
    """Right-to-left text between isolates, so that it does not reorder what stands beside it."""
    if any(unicodedata.bidirectional(character) in {"R", "AL"} for character in _MAY_TURN.findall(text)):
        return f"\u2068{text}\u2069"
    return text


def _page(target: str) -> str:
    """The target if it is a web address without spaces or quotes; else an empty text."""
    if _USUAL_PAGE.fullmatch(target):
        return target
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    fits = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\s\x00-\x1f\"<>]", target)
    return target if fits else ""
