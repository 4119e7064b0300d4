"""What do the activities need to know of our own people? The staff directory."""

from typing import Protocol

from domain.team import Team


class Staff(Protocol):
    """Reads the staff directory."""

    def __call__(self) -> Team:
        """The staff directory as it is now."""
