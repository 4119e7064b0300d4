"""Does the real workflow do what the pure core says, whatever comes in whatever order? Random stories on the server."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from domain.refusal import Refused
from tests.domain.agenda.test_in_any_order import SEEDS, deal_of
from tests.support.onboardings import RunningOnboarding, World
from tests.support.simulation import Simulation, deal, opened
from tests.support.strategies import Arrival, story_of_seed
from tests.support.waiting import caught_up
from workflows.onboarding import SIGNALS

NAMES = {news: signal for signal, news in SIGNALS.items()}
"""The signal that states this kind of news; anything else is sent under its own name, and recorded as unknown."""
A_LAST_LOOK = timedelta(days=130, hours=5, minutes=7)


async def bring(onboarding: RunningOnboarding, arrival: Arrival) -> str | None:
    """Tell it; answers with the reason where it is refused."""
    try:
        if arrival.signal:
            await onboarding.signal(NAMES.get(arrival.kind, arrival.kind), arrival.raw)
        else:
            await onboarding.send(arrival.kind, arrival.raw)
    except Refused as refused:
        return refused.reason
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return "ended"
    return None


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_random_story_on_the_server_writes_what_the_pure_core_writes(here: World, seed: int) -> None:
    """The same facts, the same entries, the same notices to the same people; and every one of them once."""
    name = deal_of(seed)
    onboarding = await here.closed_now(name)
    closed = here.ledger.dossiers[onboarding.id].deal.closed_at
    expected = Simulation(deal(name, closed_at=closed.isoformat()), playbook=opened(name).playbook)

    for arrival in story_of_seed(expected, seed):
        moment = closed + arrival.after
        await onboarding.until(moment)
        expected.until(moment)
        real = await bring(onboarding, arrival)
        try:
            if arrival.signal:
                expected.hear(arrival.kind if arrival.kind in NAMES else f"signal {arrival.kind}", arrival.raw)
            else:
                expected.update(arrival.kind, arrival.raw)
            assert real in (None, "ended"), arrival
        except Refused:
            assert real is not None, arrival
    await onboarding.until(closed + A_LAST_LOOK)
    expected.until(closed + A_LAST_LOOK)
    wanted = _entries(expected, onboarding.id), _told(expected, onboarding.id)
    await caught_up(lambda: (_entries(here, onboarding.id), _told(here, onboarding.id)), with_=wanted)
    # What comes besides comes by then.
    await asyncio.sleep(0.2)

    keys = [row.key for writing in here.ledger.writings for row in writing.journal if row.kind != "programme"]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert wanted == (_entries(here, onboarding.id), _told(here, onboarding.id))
    assert here.ledger.standings[onboarding.id].status == expected.status()


def _entries(world: World | Simulation, id: str) -> set[tuple[str, str]]:
    """What was acted on; an issue's deadline without the second at which it was reported, which a server rounds."""
    rows = world.ledger.journal[id].values()
    acted_on = (row for row in rows if not row.key.startswith("fact/") and row.kind != "programme")
    return {(row.key.partition("T")[0] if row.kind == "service_level" else row.key, row.kind) for row in acted_on}


def _told(world: World | Simulation, id: str) -> Counter[tuple[str, str, str]]:
    told = (notice for notice in world.ledger.told(id) if not notice.kind.startswith("programme_"))
    return Counter((notice.kind, notice.to, notice.about) for notice in told)
