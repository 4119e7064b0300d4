"""How is a header written so that every server and every reader takes it alike? Encoded and folded by ourselves.

Python's own folding differs between its releases: some lost the quotes of a long name, so that its comma made four
receivers of one (python/cpython#80222), others the blanks between scripts. What is here does not depend on it.
"""

import base64
import re
from urllib.parse import quote

FOLD = "\r\n "
"""Where a header goes on in its next line (RFC 5322, 2.2.3)."""
_LINE = 76
"""Characters of a line with an encoded word (RFC 2047, 2)."""
_LONGEST_ID = 900
"""Characters of an id that is not folded: a line may have 998 (RFC 5322, 2.1.1), the header's own name included."""
_WORD_BYTES = 45
"""Bytes of text in one encoded word: 60 characters in base64, 72 with what stands around them; 75 are allowed."""
_FILE = re.compile(r"[A-Za-z0-9 ._()+-]+")
"""A file's name that may stand in quotes as it is."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def written(name: str, value: str) -> str:
    """The header as it stands in a mail. Raises ValueError for a line end that is none of our folds: it begins another.

    The value is encoded and folded already.
    """
    unfolded = value.replace(FOLD, " ")
    if "\n" in unfolded or "\r" in unfolded:
        raise ValueError(f"{name} holds a line end")
    return f"{name}: {value}\r\n"


def words(text: str) -> str:
    """A text of one line as the value of a header like Subject."""
    parts = text.split(" ")
    plain = text.isascii() and text.isprintable() and "=?" not in text
    # A blank at an end, two in a row, or a very long word: none of them would survive a fold.
    return _folded(parts) if plain and all(0 < len(part) <= _LINE for part in parts) else _encoded(text)


def id(text: str) -> str:
    """An id for programs as the value of a header of ours: in one piece, however long, where a line may hold it."""
    in_one_piece = text.isascii() and text.isprintable() and " " not in text and 0 < len(text) <= _LONGEST_ID
    return text if in_one_piece and "=?" not in text else words(text)


def mailbox(name: str, address: str) -> str:
    """Name and address as the value of a header like To: one receiver, whatever the name holds.

    The address is one that `domain.mailbox.checked_address` has let through.
    """
    if not name:
        return address
    if _ATOMS.fullmatch(name) and "=?" not in name:
        phrase = _folded(name.split(" "))
    elif name.isascii() and name.isprintable() and "=?" not in name:
        # On one line: inside quotes some readers take a fold for a second blank.
        phrase = '"' + re.sub(r'([\\"])', r"\\\1", name) + '"'
    else:
        phrase = _encoded(name)
    return f"{phrase}{FOLD}<{address}>"


def file_name(name: str) -> str:
    """`attachment` with the file's name as the value of Content-Disposition (RFC 6266; other letters by RFC 2231)."""
    if _FILE.fullmatch(name):
        return f'attachment;{FOLD}filename="{name}"'
    return f"attachment;{FOLD}filename*=UTF-8''{quote(name, safe='')}"


def file_kind(kind: str, name: str) -> str:
    """A file's kind (`application/pdf`) with its name once more, as the value of Content-Type.

    For Outlook, which shows an attachment as "untitled" where its name stands only by RFC 2231. Encoded words have no
    place in a parameter (RFC 2047, 5), but here every reader knows them, and who does not takes the other name.
    """
    if _FILE.fullmatch(name):
        return f'{kind};{FOLD}name="{name}"'
    return f'{kind};{FOLD}name="{_encoded(name)}"'


def _folded(parts: list[str]) -> str:
    """The words with blanks between them, a new line wherever one would become too long."""
    lines = [""]
    for part in parts:
        # The first line begins behind the header's own name; 30 characters are room for the longest.
        room = _LINE - (30 if len(lines) == 1 else 1)
        if lines[-1] and len(lines[-1]) + 1 + len(part) > room:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]} {part}" if lines[-1] else part
    return FOLD.join(lines)


def _encoded(text: str) -> str:
    """The text as encoded words (RFC 2047), no character parted. Readers drop the folds between them."""
    chunks, size = [""], 0
    for character in text:
        length = len(character.encode("utf-8"))
        if size + length > _WORD_BYTES:
            chunks.append("")
            size = 0
        chunks[-1] += character
        size += length
    return FOLD.join(f"=?utf-8?b?{base64.b64encode(chunk.encode('utf-8')).decode('ascii')}?=" for chunk in chunks)
