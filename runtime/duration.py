"""How long is "90s"? Reads every length of time that a person types."""

import re
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

_SHORT = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h|d)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_ISO_8601 = TypeAdapter(timedelta)


def read_duration(text: str) -> timedelta:
    """The length that a text like "1.5s", "90s", "2m", "24h" or ISO 8601 ("PT2M") names.

    Raises ValueError, which says what would be right; also for a bare number, since nobody agrees on its unit.
    """
    wrong = ValueError("should be a length with its unit, like 1.5s, 90s, 2m, 24h or PT2M")
    try:
        if short := _SHORT.fullmatch(text.strip().lower()):
            return float(short["count"]) * _UNITS[short["unit"]]
        if text.strip().upper().startswith("P"):
            return _ISO_8601.validate_python(text.strip().upper())
    except (OverflowError, ValidationError):
        raise wrong from None
    raise wrong
