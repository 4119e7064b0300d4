"""How do texts and files become the parts of a mail? Each encoded once, in lines that every server takes, and joined.

The standard library builds a mail as a tree, and goes through it in Python on the way out: through each header several
times, and through each line. Here a part is bytes from the beginning.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from activities.channels.mail import headers

_MOSTLY_OTHER_LETTERS = 1.3
"""Bytes for each character of a text, from which base64 is shorter than quoted-printable: that has three characters for
each of their bytes."""
_ENCODING = "Content-Transfer-Encoding"


_MOST_LINES = 1024
"""A page has 100 to 500 lines, of which its style sheet alone has 90: the same in every mail."""


class Part(NamedTuple):
    """A mail or a part of one: its headers, encoded and folded, and its content in lines that end in CRLF."""

    headers: Mapping[str, str]
    content: bytes

    @property
    def written(self) -> bytes:
        """The part as it goes over the line or into a file. Raises ValueError for a header that begins another one."""
        head = "".join(headers.written(name, value) for name, value in self.headers.items())
        # Only addresses may be in other letters than ASCII, and go to a server that knows SMTPUTF8.
        return head.encode("utf-8") + b"\r\n" + self.content


def text_part(kind: str, text: str) -> Part:
    """The text as a part of a mail: seven bits and short lines, whatever the server takes, and the same after it.

    So a signature by DKIM holds.
    """
    lines = text.encode("utf-8", "replace").splitlines()
    content = b"\r\n".join((*lines, b""))
    of_content = {"Content-Type": f'text/{kind}; charset="utf-8"'}
    if len(content) < _MOSTLY_OTHER_LETTERS * len(text):
        quoted = b"".join([_quoted(line + b"\r\n") for line in lines])
        return Part({**of_content, _ENCODING: "quoted-printable"}, quoted)
    return data_part(of_content, content)


@lru_cache(maxsize=_MOST_LINES)
def _quoted(line: bytes) -> bytes:
    """A line in quoted-printable, folded where it is long."""
    return binascii.b2a_qp(line)


def data_part(of_content: Mapping[str, str], content: bytes) -> Part:
    """A part with any bytes as its content; `of_content` are its headers but the encoding."""
    return Part({**of_content, _ENCODING: "base64"}, base64.encodebytes(content).replace(b"\n", b"\r\n"))


def joined(how: Literal["alternative", "mixed"], parts: Sequence[Part]) -> Part:
    """Several parts as one: alternatives, the richest last, or one after the other."""
    # The same in all mails: only parts within parts must differ, and no encoding of ours has "=_" (RFC 2045, 6.7).
    boundary = f"=_{how}"
    between = f"--{boundary}".encode()
    content = b"".join(b"%b\r\n%b\r\n" % (between, part.written) for part in parts)
    return Part(
        {"Content-Type": f'multipart/{how};{headers.FOLD}boundary="{boundary}"'}, b"%b%b--\r\n" % (content, between)
    )
