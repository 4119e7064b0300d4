"""What does the sweep that somebody asks for stand on? The store, the door, and what the settings connect."""

from functools import partial
from typing import TYPE_CHECKING

from activities.ports import Staff
from runtime.settings import Settings
from starter.doors.onboardings import OnboardingDoor
from starter.reliving import PastLives
from starter.repairing import Repairing
from store.census import SqlCensus
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from wiring.channels import CHANNELS
from wiring.crms import connected, written_to

if TYPE_CHECKING:
    from sqlalchemy import Engine


def repairing(
    door: OnboardingDoor, engine: "Engine", settings: Settings, *, ledger: SqlLedger, staff: Staff
) -> Repairing:
    """What looks for whoever falls through, and mends."""
    return Repairing(
        door=door,
        census=SqlCensus(engine),
        channels=tuple(CHANNELS),
        prospects=SqlIntroductions(engine),
        looked_through=tuple(connected(settings)),
        reads_mail=settings.mailbox is not None,
        written_to=partial(written_to, settings),
        pasts=PastLives(engine=engine, ledger=ledger, staff=staff),
    )
