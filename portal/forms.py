"""How is a form read that anybody may have sent? Within limits, as plain text fields."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import Request

from starter.web.calls import read_body
from starter.web.problems import Problem
from starter.web.uploads import LARGEST_FIELDS, MOST_FIELDS

LARGEST_FORM = LARGEST_FIELDS
"""Bytes of a form: as many as its fields may have where it brings a file."""
LONGEST_WORDS = 2_000
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+")


class Form:
    """The fields of a form; of one that came more than once, the first counts. `body` is how it came."""

    def __init__(self, fields: Mapping[str, Sequence[str]], body: bytes) -> None:
        self._fields = fields
        self.body = body

    def text(self, name: str) -> str:
        """The field without white space around it and with plain line ends; empty where it did not come."""
        given = self._fields.get(name, ("",))[0]
        return given.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()

    def came(self, name: str) -> bool:
        """Whether the field was in the form at all; a box that nobody ticked is not."""
        return name in self._fields

    def exactly(self, name: str) -> str:
        """The field as it was typed: white space may be part of a password."""
        return self._fields.get(name, ("",))[0]

    def written(self) -> Sequence[str]:
        """What somebody wrote in their own words, from whichever fields; passwords are none."""
        texts = (self.text(name) for name in self._fields if "password" not in name)
        return [text for text in texts if any(map(str.isspace, text)) or not text.isascii()]

    def texts(self, name: str) -> Sequence[str]:
        """All values of the field."""
        return self._fields.get(name, ())


async def form_of(request: Request, *, largest: int = LARGEST_FORM, most: int = MOST_FIELDS) -> Form:
    """The form in the body of a request, of `largest` bytes and `most` fields.

    Raises Problem for one that is too large, too slow or no form.
    """
    body = await read_body(request.headers, request.receive, largest=largest)
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        # A mail program may send one click in parts; that is told apart by the body.
        return Form({}, body)
    if any(len(values) > MOST_FIELDS for values in fields.values()):
        raise Problem("malformed", "too many values")
    return Form(fields, body)


def number_in(text: str) -> float | None:
    """The number as people write it, with a point or a comma before its decimals; None where it is none.

    "1,200" is none: it is twelve hundred to one reader, and little more than one to another.
    """
    bare = text.replace(" ", "")
    try:
        return None if _THOUSANDS.fullmatch(bare) else float(bare.replace(",", "."))
    except ValueError:
        return None
