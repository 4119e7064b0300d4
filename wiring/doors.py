"""How are the doors put together? The one of onboardings and the one of introductions, on the same parts."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from activities.calendars import hours_of, public_holidays
from activities.ports import Library, Staff
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from starter.doors.updating import ONE_TRY, PATIENCE
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client


class Doors(NamedTuple):
    """The ways in, told by one process."""

    onboardings: OnboardingDoor
    introductions: IntroductionDoor

    def told_by(self, via: str, *, proved: bool) -> "Doors":
        """The same doors for news that came by another way; `proved` says whether its sender was recognised."""
        introductions = replace(self.introductions, via=via, proved=proved)
        onboardings = replace(self.onboardings, via=via, proved=proved, introductions=introductions)
        return Doors(onboardings, introductions)


def doors(
    client: "Client",
    engine: "Engine",
    *,
    library: Library,
    staff: Staff,
    task_queue: str,
    ledger: SqlLedger | None = None,
    day_length: timedelta = timedelta(days=1),
    via: str = "cli",
    proved: bool = False,
    one_try: timedelta = ONE_TRY,
    patience: timedelta = PATIENCE,
    customer_in_memo: bool = False,
    ending_grace: float = 0.0,
) -> Doors:
    """The doors on that store and Temporal; callers of one process share them, so that all queue in one line.

    `ledger` is that of the process, where it has one: it remembers deals. `one_try` is how long one call waits for an
    answer, `patience` how long the same news is sent again.
    """
    ledger = ledger or SqlLedger(engine)
    introductions = IntroductionDoor(
        client=client,
        prospects=SqlIntroductions(engine),
        deals=ledger,
        library=library,
        staff=staff,
        calendars=public_holidays,
        task_queue=task_queue,
        via=via,
        proved=proved,
        one_try=one_try,
        patience=patience,
        customer_in_memo=customer_in_memo,
    )
    onboardings = OnboardingDoor(
        client=client,
        deals=ledger,
        library=library,
        staff=staff,
        calendars=public_holidays,
        task_queue=task_queue,
        day_length=day_length,
        introductions=introductions,
        via=via,
        proved=proved,
        one_try=one_try,
        patience=patience,
        customer_in_memo=customer_in_memo,
        ending_grace=ending_grace,
        hours=hours_of,
    )
    return Doors(onboardings, introductions)
