"""How do people say that a customer renewed, or left, after the hand-off? One way for all."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from domain.measure.renewals import Renewal, RenewalGiven
from domain.news import ProgrammeEnding
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.trouble import UnknownOnboarding
from domain.wire import Wire
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.onboardings import OnboardingDoor
from starter.doors.programmes import ProgrammeProgress, end_programme
from starter.trouble import NotFound, NotReachable
from store.renewals import SqlRenewals

if TYPE_CHECKING:
    from sqlalchemy import Engine

Programme = Literal["goes_on", "ended", "over", "not_reached"]


class RenewalRecorded(Wire):
    """What was recorded; `new` is false where it was so before. `programme` is what became of the success programme.

    It ends with a customer who has left, and goes on until the day where that lies ahead.
    """

    onboarding: str
    new: bool
    programme: Programme = Field(description="`over` where it had ended before, `not_reached` while Temporal is away")


class RenewalsShown(Wire):
    """The renewals that count, by their days."""

    items: tuple[Renewal, ...]


@dataclass(frozen=True, kw_only=True)
class RenewalDoor:
    """Records renewals, and ends the success programme of who has left. `door` leads to Temporal."""

    engine: "Engine"
    door: Callable[[], Awaitable[OnboardingDoor]]

    def of(self, onboarding: str) -> RenewalsShown:
        """It blocks: call it in a thread. Raises UnknownOnboarding."""
        return RenewalsShown(items=tuple(SqlRenewals(self.engine).of(onboarding)))

    async def record(self, onboarding: str, given: RenewalGiven, deed: Deed) -> RenewalRecorded:
        """Record it under the name of whoever says so; the same once more changes nothing.

        Raises UnknownOnboarding, and Refused naming the field.
        """
        new = await asyncio.to_thread(SqlRenewals(self.engine).record, onboarding, given, deed)
        programme: Programme = "goes_on"
        if given.outcome == "left" and given.on <= deed.at.date():
            programme = await self._ended(onboarding)
        return RenewalRecorded(onboarding=onboarding, new=new, programme=programme)

    async def end_programme(
        self, onboarding: str, ending: ProgrammeEnding, *, via: str, at: datetime
    ) -> ProgrammeProgress:
        """End a success programme. With a customer who left, that they did is recorded as well.

        Raises Refused, NotFound, NotReachable.
        """
        ended = await end_programme(await self.door(), onboarding, ending)
        if ending == "customer_left":
            deed = Deed(f"programme-{ending}", "vendor", "", at, via)
            given = RenewalGiven(on=at.date(), outcome="left")
            # Whoever recorded it before has said more than we know here.
            with suppress(Refused, UnknownOnboarding):
                await asyncio.to_thread(SqlRenewals(self.engine).record, onboarding, given, deed)
        return ended

    async def _ended(self, onboarding: str) -> Programme:
        try:
            await end_programme(await self.door(), onboarding, "customer_left")
        except (NotFound, Refused):
            return "over"
        except (NotReachable, CannotReachTemporal, BadTemporalProfile):
            return "not_reached"
        return "ended"
