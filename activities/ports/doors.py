"""What handlers need of the doors: to start onboardings, to bring them news, to begin and end introductions."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.agenda import Progress
from domain.introduction import Learnt


class Started(Protocol):
    """The answer to a start: `already` where the deal had been started before, `completed` what it added then."""

    @property
    def onboarding(self) -> str: ...
    @property
    def already(self) -> bool: ...
    @property
    def completed(self) -> tuple[str, ...]: ...


class Onboardings(Protocol):
    """The one door to onboardings, as handlers need it."""

    async def start(self, raw: object) -> Started:
        """Raises InvalidDeal, NotReachable."""

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        """Raises InvalidNews, Refused, NotFound, NotReachable."""


class Retelling(Protocol):
    """What Temporal knows of an onboarding's news, and how it is told again."""

    async def knows(self, onboarding: str, news_id: str) -> bool:
        """Whether its workflow has applied that news. Raises NotFound, NotReachable."""

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Progress:
        """Bring the news again; `repeated` says that it was nothing new.

        Raises InvalidNews, Refused, NotFound, NotReachable.
        """

    async def look_again(self, onboarding: str) -> None:
        """Have it take a turn, which draws its read model anew. Raises NotReachable."""


class Introductions(Protocol):
    """The phase before the close, as handlers need it. Every method may be called again without harm."""

    async def begin(self, raw: Mapping[str, Any]) -> str:
        """A deal is in a late stage: its introduction begins, or hears what is new of the prospect. Its id.

        Raises InvalidDeal naming the field, NotReachable.
        """

    async def won(self, source: str, deal_id: str) -> Learnt | None:
        """The deal was won: its introduction ends, and tells what was learnt; None where it had none.

        The door asks by itself at every start, and lays it over the deal. Raises NotReachable.
        """

    async def lost(self, source: str, deal_id: str) -> str | None:
        """The deal was lost: its introduction ends, what waited is withdrawn. Its id; None where it had none.

        Raises NotReachable.
        """
