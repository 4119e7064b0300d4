"""Where does the next page of a list begin? In a cursor, which callers hand back and need not understand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Query
from pydantic import Field

from starter.web.problems import Problem

MOST = 200
"""Lines of the largest page: about 200 kB of onboardings."""
HIGHEST = 2**63 - 1
"""The largest id that a database holds in a BIGINT."""
Cursor = Annotated[
    str | None,
    Query(max_length=500, pattern="^[A-Za-z0-9_-]+$", description="`next` of the page before, unchanged"),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="the most items in one answer")]
Next = Annotated[str | None, Field(description="the `cursor` of the next page; null where there is none")]


def cursor_of(what: str, place: str | int | None) -> str | None:
    """The cursor for a place in the list called `what`; None when the list has ended."""
    if place is None:
        return None
    return urlsafe_b64encode(json.dumps([what, place]).encode()).decode().rstrip("=")


def place_after(what: str, cursor: str | None) -> str | None:
    """The place in a cursor of the list called `what`, where places are ids; None without a cursor.

    Raises Problem when it is no cursor of ours, or another list's.
    """
    place = _place(what, cursor)
    if not (place is None or isinstance(place, str)):
        raise _broken()
    return place


def number_after(what: str, cursor: str | None) -> int | None:
    """The place in a cursor, where places are numbers; None without a cursor. Raises Problem like `place_after`."""
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
        # Strictly: a letter outside the alphabet would be skipped silently.
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        pair = json.loads(urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        raise _broken() from None
    if not isinstance(pair, list) or len(pair) != 2 or pair[0] != what or pair[1] is None:
        raise _broken()
    place: object = pair[1]
    if cursor_of(what, place if isinstance(place, str | int) else None) != cursor:
        raise _broken()
    return place


def _broken() -> Problem:
    return Problem("invalid", "is no cursor of this list: send `next` of a page unchanged", field="query.cursor")
