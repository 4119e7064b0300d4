"""How do tests tell an onboarding something at the desk? By the real door with all its checks, and no server behind it.

What it lets through goes into the onboarding of tests/support/room.py as the workflow would take it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from temporalio.client import Client

from activities.calendars import hours_of, public_holidays
from domain.agenda import Progress, why
from domain.clock import DAY, Clock
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor, Query
from starter.doors.referring import never
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from tests.support.desk import DeskSite
from tests.support.parts import LIBRARY, STAFF
from tests.support.room import RoomDoor

NEARLY_A_DAY = DAY + timedelta(microseconds=1)


class Opens:
    """A Temporal whose worker opens an onboarding at once: in place of a connection."""

    def __init__(self, site: DeskSite) -> None:
        self._site = site

    async def start_workflow(self, workflow: str, *_: Any, id: str, **__: Any) -> None:
        """Open the deal that the door has kept, under the id that it names."""
        assert workflow == "Onboarding"
        deal = SqlLedger(self._site.engine).kept_deal(id)
        assert deal is not None
        kept = deal.model_dump(mode="json", exclude={"id", "closed_at"})
        await asyncio.to_thread(self._site.opened, id=deal.id, **kept)


@dataclass(frozen=True, kw_only=True)
class DeskDoor(OnboardingDoor):
    """The door, behind whose checks the onboardings of a room go on."""

    room: RoomDoor

    async def ask(self, onboarding: str, query: Query, *arguments: str) -> Any:
        if self.room.trouble is not None:
            raise self.room.trouble
        driver = self.room.onboardings[onboarding]
        # An onboarding of tests lies years ahead: whoever asks what would follow asks at its own time.
        if query == "why":
            return why(driver.state, arguments[0], driver.now)
        clock = Clock(day=NEARLY_A_DAY, business_start=driver.now, wall_start=datetime.now(UTC))
        return driver.state.model_copy(update={"clock": clock})

    async def _send(
        self,
        onboarding: str,
        kind: str,
        news: Mapping[str, Any],
        *,
        stays: Callable[[str], bool] = never,  # the door's shape
    ) -> Progress:
        told = {name: value for name, value in news.items() if name not in ("via", "proved")}
        self.room.via, self.room.proved = self.via, self.proved
        return await self.room.tell(onboarding, kind, told)


def with_real_door(site: DeskSite) -> None:
    """Let all that is told at that desk go through the door's checks."""
    client, ledger = cast("Client", Opens(site)), SqlLedger(site.engine)
    introductions = IntroductionDoor(
        client=client,
        prospects=SqlIntroductions(site.engine),
        deals=ledger,
        library=LIBRARY,
        staff=STAFF,
        calendars=public_holidays,
        task_queue="tests",
    )
    door = DeskDoor(
        client=client,
        deals=ledger,
        library=LIBRARY,
        staff=STAFF,
        calendars=public_holidays,
        task_queue="tests",
        day_length=timedelta(days=1),
        introductions=introductions,
        hours=hours_of,
        room=site.door,
    )

    async def door_of(via: str = "link", *, proved: bool = False) -> OnboardingDoor:
        return cast("OnboardingDoor", replace(door, via=via, proved=proved))

    site.parts.door = door_of  # type: ignore[method-assign]  # a door that needs no server
