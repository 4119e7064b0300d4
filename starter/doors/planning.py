"""What would another version of a playbook change for everybody who goes by it now? Nothing is told or written."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from activities.calendars import hours_of
from domain import agenda
from domain.agenda import State
from domain.playbook import Playbook
from domain.rehearsal.memory import Memory
from domain.rehearsal.planning import AHEAD, Planned, plan_for
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import dossier_as_of

if TYPE_CHECKING:
    from store.ledger import SqlLedger


async def plan_all(
    door: OnboardingDoor,
    ledger: "SqlLedger",
    onboardings: Sequence[str],
    to: Playbook,
    hashed: str,
    *,
    told: Callable[[], None],
) -> list[Planned]:
    """The plan of each of those that do not go by that version; `told` is called after each. Raises NotReachable."""
    planned = []
    for onboarding in onboardings:
        state = await state_of(door, onboarding)
        if state.opened and not state.ending and state.playbook_hash != hashed:
            planned.append(await asyncio.to_thread(planned_now, door, ledger, state, to, hashed))
        told()
    return planned


async def state_of(door: OnboardingDoor, onboarding: str) -> State:
    """The state as its workflow has it now. Raises NotFound, NotReachable."""
    return agenda.carried(await door.ask(onboarding, "carried"))


def planned_now(
    door: OnboardingDoor,
    ledger: "SqlLedger",
    state: State,
    to: Playbook,
    hashed: str,
    *,
    ahead: timedelta = AHEAD,
) -> Planned:
    """What would change for the onboarding in that state, as of now."""
    now = state.clock.business(datetime.now(UTC))
    dossier = dossier_as_of(door, state.onboarding, now)
    memory = _memory_of(ledger, state.onboarding, dossier.playbook)
    team = door.staff()
    return plan_for(state, dossier, team, memory, to=to, hashed=hashed, now=now, hours=hours_of, ahead=ahead)


def _memory_of(ledger: "SqlLedger", onboarding: str, playbook: Playbook) -> Memory:
    return Memory(
        rows={(row.kind, row.key): row for row in ledger.registers(onboarding)},
        agreed=ledger.baseline(onboarding, playbook),
        measured=ledger.figures(onboarding),
    )
