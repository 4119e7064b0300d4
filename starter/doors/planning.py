"""What would another version of a playbook change for everybody who goes by it now? Nothing is told or written."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from activities.calendars import hours_of
from domain import agenda
from domain.playbook import Playbook
from domain.rehearsal.memory import Memory
from domain.rehearsal.planning import Planned, plan_for
from domain.wire import Wire
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import dossier_as_of

if TYPE_CHECKING:
    from store.ledger import SqlLedger


class PlanOfChange(Wire):
    """What would change for each onboarding that does not go by that version yet, and the hash of all of it."""

    playbook: str
    to: str
    hash: str
    onboardings: tuple[Planned, ...]


async def plan_all(
    door: OnboardingDoor,
    ledger: "SqlLedger",
    onboardings: Sequence[str],
    to: Playbook,
    hashed: str,
    *,
    told: Callable[[int], None],
) -> list[Planned]:
    """The plan of each of those that do not go by that version; `told` hears how many are done. Raises NotReachable."""
    planned = []
    for number, onboarding in enumerate(onboardings, start=1):
        state = agenda.carried(await door.ask(onboarding, "carried"))
        if state.opened and not state.ending and state.playbook_hash != hashed:
            now = state.clock.business(datetime.now(UTC))
            dossier = await asyncio.to_thread(dossier_as_of, door, onboarding, now)
            memory = await asyncio.to_thread(_memory_of, ledger, onboarding, dossier.playbook)
            planned.append(
                plan_for(state, dossier, door.staff(), memory, to=to, hashed=hashed, now=now, hours=hours_of)
            )
        told(number)
    return planned


def _memory_of(ledger: "SqlLedger", onboarding: str, playbook: Playbook) -> Memory:
    return Memory(
        rows={(row.kind, row.key): row for row in ledger.registers(onboarding)},
        agreed=ledger.baseline(onboarding, playbook),
        measured=ledger.figures(onboarding),
    )
