"""What of a text can be seen? Names come from anybody, and may hold what moves a cursor, hides or turns text around."""

import re
import unicodedata
from collections.abc import Callable

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of signs that are not seen themselves: controls, directions and their isolates, halves of
surrogate pairs, private and unassigned ones, separators of lines and paragraphs. Spaces are no harm."""
NON_JOINER, JOINER = "\u200c", "\u200d"
INDIC = {"DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA"}
JOINED = frozenset({"ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "MYANMAR", "KHMER"} | INDIC)
"""Scripts in which a joiner between two letters decides how they are written, by the names of their letters."""
EMOJI_MODIFIERS = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def legible(text: str, instead: Callable[[str], str] = lambda _: "�", *, kept: str = "\n") -> str:
    """The text with `instead` of each sign that is not seen, except those in `kept` and joiners where they are needed.

    A joiner is needed between two letters of one of the scripts above, and between two emoji that it makes one.
    """
    hidden = "".join(sign for sign in set(text) if unicodedata.category(sign) in HIDDEN and sign not in kept)
    if not hidden:
        return text

    def shown(found: re.Match[str]) -> str:
        return found[0] if _joins(text, found.start()) else instead(found[0])

    return re.sub(f"[{re.escape(hidden)}]", shown, text)


def legible_json(document: str) -> str:
    """A JSON document with `\\u` escapes for what is not seen: the same document to a program."""
    return legible(document, _escape)


def _escape(sign: str) -> str:
    pairs = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pairs[at : at + 4]}" for at in range(0, len(pairs), 4))


def _joins(text: str, at: int) -> bool:
    if text[at] not in (NON_JOINER, JOINER) or not 0 < at < len(text) - 1:
        return False
    script = _joined_script(text[at - 1])
    if script and script == _joined_script(text[at + 1]):
        return True
    before = at - 1
    while before and at - before <= 2 and text[before] in EMOJI_MODIFIERS:
        before -= 1
    return text[at] == JOINER and all(unicodedata.category(text[place]) == "So" for place in (before, at + 1))


def _joined_script(sign: str) -> str:
    """The script of a letter, or of a mark at one, that may need joiners; empty for all others."""
    script = unicodedata.name(sign, "").partition(" ")[0]
    return script if script in JOINED and unicodedata.category(sign)[0] in "LM" else ""
