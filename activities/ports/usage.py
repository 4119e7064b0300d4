"""What the look at usage needs: the use of the product, as it is written down."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.rules.using import Using
from domain.usage import FreshDay


class UsageBooks(Protocol):
    """The use of the product, as it is written down."""

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        """Count the next days of groups that something was written to, in the order of groups and days."""

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """They need not be counted again, where nothing was written since."""

    def link(self, *, most: int) -> int:
        """Note by which groups the product may know the next deals that were taken up since; 0 when there are none."""

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        """The onboardings of those groups that have not ended, and whose playbooks let usage reach milestones."""

    def users(self, groups: Collection[str], event: str, *, since: datetime) -> int:
        """How many users of the groups did it since then."""

    def active(self, groups: Collection[str], *, since: date) -> int:
        """How many users of the groups did anything on that day or later."""

    def forget(self, *, before: date) -> int:
        """Delete some of the events of the days before that, and say how many; 0 when there are none left."""
