"""What do handlers need of the doors? To start onboardings, bring them news, and begin and end introductions."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.agenda import Progress
from domain.introduction import Learnt
from domain.record import Unconfirmed


class Started(Protocol):
    """The answer to a start. `already` is true when the deal had been started before.

    `completed` names the fields of the hand-off record that such a repeated start filled in.
    """

    @property
    def onboarding(self) -> str: ...
    @property
    def already(self) -> bool: ...
    @property
    def completed(self) -> tuple[str, ...]: ...


class Onboardings(Protocol):
    """The door to onboardings, as handlers need it."""

    async def start(self, raw: object) -> Started:
        """Start the onboarding of a deal file; a repeated start changes nothing but gaps in its hand-off record.

        Raises InvalidDeal naming the field, and NotReachable.
        """

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        """Bring a piece of news to a running onboarding and return its progress.

        `kind` is the name of the update, such as `reach_milestone`, and `raw` its arguments. News under the same
        `news_id` counts once. Raises InvalidNews, Refused, NotFound when no such onboarding runs, and NotReachable.
        """


class Retelling(Protocol):
    """What Temporal knows of an onboarding's news, and how it is told again."""

    async def knows(self, onboarding: str, news_id: str) -> bool:
        """Whether its workflow has applied that news. Raises NotFound, NotReachable."""

    async def tell_again(self, onboarding: str, news: Unconfirmed) -> Progress:
        """Bring the news again, as it came at first; `repeated` says that it was nothing new.

        Raises InvalidNews, Refused, NotFound, NotReachable.
        """

    async def look_again(self, onboarding: str) -> None:
        """Have it take a turn, which draws its read model anew. Raises NotReachable."""


class Introductions(Protocol):
    """The door to introductions, the phase before the close. Every method may be called again without harm."""

    async def begin(self, raw: Mapping[str, Any]) -> str:
        """Begin the introduction of a deal in a late stage, or bring what is new of the prospect; returns its id.

        Raises InvalidDeal naming the field, and NotReachable.
        """

    async def won(self, source: str, deal_id: str) -> Learnt | None:
        """End the introduction of a won deal; returns what was learnt in it, or None when the deal had none.

        The door calls this at every start by itself and adds what was learnt to the deal. Raises NotReachable.
        """

    async def lost(self, source: str, deal_id: str) -> str | None:
        """End the introduction of a lost deal and withdraw what waited; returns its id, or None when it had none.

        Raises NotReachable.
        """
