"""Who does something in a customer's room, when, and by which way?"""

from datetime import datetime
from typing import NamedTuple

from domain.files import Side


class Deed(NamedTuple):
    """Something that somebody does. `key` makes a repetition harmless; `at` is business time."""

    key: str
    side: Side
    by: str
    at: datetime
    via: str
    proved: bool = False
