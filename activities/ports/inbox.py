"""What the receiver needs: deliveries that wait, who handles them, and where reported figures are kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from domain.inbox import InboxRow, Settled
from domain.reported import Measurement


class Inbox(Protocol):
    """What other systems delivered."""

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        """Those that wait and were never tried, oldest first; none of the sources `not_of`."""

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        """Those that wait and have failed before, drawn by lot: none of them is always the last."""

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        """Those of that source that wait about those things, oldest first."""

    def get(self, id: int) -> InboxRow | None: ...

    def settle(self, became: Mapping[int, Settled]) -> None:
        """Write down what became of them; one that is settled already stays as it is."""

    def waits_for(self, id: int, trouble: str) -> None:
        """Say what keeps it waiting, for whoever looks."""


class Measurements(Protocol):
    """Figures about onboardings, for whatever looks at figures."""

    def keep(self, onboarding: str, measured: Sequence[Measurement], *, key: str) -> None:
        """Keep them; again under the same key it changes nothing. Raises UnknownOnboarding."""


class Handler(Protocol):
    """What follows from a delivery. Again it changes nothing.

    Raises Refused when a person must look, NotReachable when trying again helps.
    """

    @property
    def reads_the_present(self) -> bool:
        """Whether it looks at how the world is now: then one look does for all of one kind about one thing."""

    async def __call__(self, row: InboxRow) -> Settled: ...
