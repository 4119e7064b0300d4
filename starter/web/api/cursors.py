"""Where does the next page begin? A word of ours that callers hand back and need not understand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Query
from pydantic import Field

from starter.web.problems import Problem

MOST = 200
"""So many lines a page: some 200 kB of onboardings."""
HIGHEST = 2**63 - 1
"""As a database counts."""
Cursor = Annotated[
    str | None,
    Query(max_length=500, pattern="^[A-Za-z0-9_-]+$", description="`next` of the page before, as it came"),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="so many at most")]
Next = Annotated[str | None, Field(description="the `cursor` of the next page; null where there is none")]


def cursor_of(what: str, place: str | int | None) -> str | None:
    """The word for that place in that list; None where the list has ended."""
    if place is None:
        return None
    return urlsafe_b64encode(json.dumps([what, place]).encode()).decode().rstrip("=")


def place_after(what: str, cursor: str | None) -> str | None:
    """A place that is an id. Raises Problem when the word is none of ours, or another list's."""
    place = _place(what, cursor)
    if not (place is None or isinstance(place, str)):
        raise _broken()
    return place


def number_after(what: str, cursor: str | None) -> int | None:
    """A place that is a number. Raises Problem."""
    place = _place(what, cursor)
    if place is None:
        return None
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place <= HIGHEST:
        raise _broken()
    return place


def _place(what: str, cursor: str | None) -> object:
    if cursor is None:
        return None
    try:
        # Strictly: what is no letter of ours would be skipped without a word.
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = json.loads(urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        raise _broken() from None
    if not isinstance(read, list) or len(read) != 2 or read[0] != what or read[1] is None:
        raise _broken()
    place: object = read[1]
    if cursor_of(what, place if isinstance(place, str | int) else None) != cursor:
        raise _broken()
    return place


def _broken() -> Problem:
    return Problem("invalid", "is no cursor of this list: take `next` of a page as it is", field="query.cursor")
