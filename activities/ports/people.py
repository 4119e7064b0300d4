"""What the activities need to know of our own people: the staff directory as it is now."""

from typing import Protocol

from domain.team import Team


class Staff(Protocol):
    def __call__(self) -> Team:
        """The directory as it is now."""
