"""What does the look at usage need? The recorded use of the product, counted by day and customer."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.rules.using import Using
from domain.usage import FreshDay


class UsageBooks(Protocol):
    """The recorded use of the product. A group is a customer as the product knows it; days are in UTC."""

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        """Count up to `most` days with new events, in the order of group and day, and return them.

        `after` is group and day of the last one before, `("", 0)` at first. A day stays new until `counted` is called.
        """

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """Mark days as counted; one to which events were added meanwhile stays new."""

    def link(self, *, most: int) -> int:
        """Record the groups of up to `most` deals whose onboarding began since; returns how many deals, 0 at last."""

    def learn_features(self) -> int:
        """Get to know the core features of playbooks that came since, and return how many events show new ones.

        Days on which these events happened are new again, as far back as single events are kept.
        """

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        """The open onboardings of those groups whose playbooks let usage reach milestones."""

    def users(self, groups: Collection[str], event: str, *, since: datetime) -> int:
        """How many different users of the groups did `event` since then."""

    def active(self, groups: Collection[str], *, since: date) -> int:
        """How many different users of the groups did anything on that day or later."""

    def forget(self, *, before: date) -> int:
        """Delete some events of the days before `before` and return how many; 0 when none are left."""
