"""What was reported about a customer? A figure with its moment and origin."""

from datetime import datetime
from typing import NamedTuple


class Reported(NamedTuple):
    """A figure as somebody reported it, and it counts."""

    value: float
    at: datetime
    origin: str = "reported"
