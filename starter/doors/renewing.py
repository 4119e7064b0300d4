"""How do people say that a customer renewed, or left, after the hand-off? One way for all."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from domain.measure.renewals import ProgrammeThen, Renewal, RenewalGiven, RenewalRecorded, leaving
from domain.news import ProgrammeEnding
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.trouble import UnknownOnboarding
from domain.wire import Wire
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.onboardings import OnboardingDoor
from starter.doors.programmes import LEFT, ProgrammeProgress, end_programme, plan_end, programme_of
from starter.trouble import NotFound, NotReachable
from store.ledger import SqlLedger
from store.renewals import SqlRenewals

if TYPE_CHECKING:
    from sqlalchemy import Engine


class RenewalsShown(Wire):
    """The renewals that count, by their days."""

    items: tuple[Renewal, ...]


@dataclass(frozen=True, kw_only=True)
class RenewalDoor:
    """Records renewals, and lets the success programme end with who leaves. `door` leads to Temporal."""

    engine: "Engine"
    door: Callable[[], Awaitable[OnboardingDoor]]

    def of(self, onboarding: str) -> RenewalsShown:
        """It blocks: call it in a thread. Raises UnknownOnboarding."""
        return RenewalsShown(items=tuple(SqlRenewals(self.engine).of(onboarding)))

    async def record(self, onboarding: str, given: RenewalGiven, deed: Deed, *, deal: str = "") -> RenewalRecorded:
        """Record it under the name of whoever says so. The same once more changes nothing, and is told again.

        `deal` is the one of a CRM that brought it. Raises UnknownOnboarding, and Refused naming the field.
        """
        renewals = SqlRenewals(self.engine)
        new = await asyncio.to_thread(renewals.record, onboarding, given, deed, deal=deal)
        programme: ProgrammeThen = "goes_on"
        # Who was never said to leave has a programme that knows of no end.
        if await asyncio.to_thread(renewals.ever_left, onboarding):
            programme = await self.tell(onboarding, now=deed.at)
        return RenewalRecorded(onboarding=onboarding, new=new, programme=programme)

    async def tell(self, onboarding: str, *, now: datetime) -> ProgrammeThen:
        """Tell the success programme when the customer leaves, by their own day, or that they stay.

        It goes by what was recorded last. Raises UnknownOnboarding.
        """
        ends = await asyncio.to_thread(self._end_of, onboarding)
        try:
            door = await self.door()
            if ends is None:
                await plan_end(door, onboarding, None)
                return "goes_on"
            if ends <= now:
                await end_programme(door, onboarding, LEFT)
                return "ended"
            await plan_end(door, onboarding, ends)
        except (NotFound, Refused):
            return "over"
        except (NotReachable, CannotReachTemporal, BadTemporalProfile):
            return "not_reached"
        return "ends_ahead"

    async def is_told(self, onboarding: str) -> bool | None:
        """Whether the success programme knows what was recorded last of the customer leaving, or runs no more.

        None where it does not answer. Raises UnknownOnboarding.
        """
        if not await asyncio.to_thread(SqlRenewals(self.engine).ever_left, onboarding):
            return True
        ends = await asyncio.to_thread(self._end_of, onboarding)
        try:
            programme = await programme_of(await self.door(), onboarding)
        except NotFound:
            return True
        except (NotReachable, CannotReachTemporal, BadTemporalProfile):
            return None
        return programme.ended is not None or programme.ends_at == ends

    async def end_programme(
        self, onboarding: str, ending: ProgrammeEnding, *, via: str, at: datetime
    ) -> ProgrammeProgress:
        """End a success programme. With a customer who left, that they did is recorded as well.

        Raises Refused, NotFound, NotReachable.
        """
        ended = await end_programme(await self.door(), onboarding, ending)
        if ending == LEFT:
            deed = Deed(f"programme-{ending}", "vendor", "", at, via)
            given = RenewalGiven(on=at.date(), outcome="left")
            # Whoever recorded it before has said more than we know here.
            with suppress(Refused, UnknownOnboarding):
                await asyncio.to_thread(SqlRenewals(self.engine).record, onboarding, given, deed)
        return ended

    def _end_of(self, onboarding: str) -> datetime | None:
        """The beginning of the day, by the customer's clock, on which they leave; None where they stay."""
        leaves = leaving(SqlRenewals(self.engine).of(onboarding))
        return SqlLedger(self.engine).dossier(onboarding).calendar.at(leaves.on, time.min) if leaves else None
