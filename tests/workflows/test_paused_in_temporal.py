"""What of an onboarding that somebody paused in Temporal itself? It is found, judged before a deploy, and released."""

import json
from uuid import uuid4

import pytest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from starter.deploys.open_workflows import OpenWorkflows
from tests.stories.test_deploys import make_current
from tests.support import houses
from tests.support.houses import House, until

house = houses.house


def version(deployment: str, build: str) -> WorkerDeploymentConfig:
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=deployment, build_id=build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


async def test_a_pause_in_temporal_is_found_and_lifted(house: House) -> None:
    """The client's own list would raise from the first paused workflow on."""
    async with house.worker():
        paused = await house.opened()
        await house.paused_in_temporal(paused)

        async def found() -> bool:
            return await house.looked() == {paused: "paused_in_temporal"}

        await until(found)
        await house.day90("repair", paused, "--yes")

        async def well() -> bool:
            return await house.looked() == {}

        await until(well)


async def test_the_gate_judges_what_is_paused_and_a_nudge_waits_until_it_is_released(house: House) -> None:
    """It goes on one day, and must be able to; the client's own search would raise."""
    async with house.worker():
        paused = await house.opened()
        await house.paused_in_temporal(paused)

        async def judged() -> bool:
            said = json.loads(await house.day90("check-history", "--json"))
            assert [] == said["troubles"]
            names = {process.id: process.paused async for process in OpenWorkflows(house.client, house.queue).open()}
            return said["replayed"] >= 1 and names.get(paused) is True

        # Temporal's search needs a moment to know of the pause.
        await until(judged)
        nudged = json.loads(await house.day90("nudge", paused, "--json"))
        await house.day90("repair", paused, "--yes")
        after = await house.door.tell(paused, "record_win", {"title": "One list"})

    assert {"nudged": [paused], "ended": []} == nudged
    assert after.ending is None


async def test_a_deploy_that_waits_for_what_is_paused_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but its release moves it; the older workers stay until then."""
    # A name of its own: on a queue that has a current version no other worker gets anything.
    house.queue = name = f"day90-{uuid4().hex[:8]}"
    monkeypatch.setenv("DAY90_TASK_QUEUE", name)
    monkeypatch.setenv("DAY90_DEPLOYMENT", name)
    async with house.worker(deployment_config=version(name, "1.0")):
        await make_current(house.client, "1.0", of=name)
        paused, other = [await house.opened() for _ in range(2)]
        await house.paused_in_temporal(paused)
        async with house.worker(deployment_config=version(name, "2.0")):
            await make_current(house.client, "2.0", of=name)

            async def only_it_is_left() -> bool:
                left = json.loads(await house.day90("nudge", "--wait", "2s", "--json", code=6))["left"]
                onboardings = {one["id"]: one["paused"] for one in left if one["kind"] == "Onboarding"}
                assert other not in onboardings or not onboardings[other]
                return onboardings == {paused: True}

            await until(only_it_is_left)
            assert f"day90 repair {paused}" in await house.day90("nudge", "--wait", "0s", code=6)
            await house.day90("repair", paused, "--yes")

            assert [] == json.loads(await house.day90("nudge", "--wait", "20s", "--json"))["left"]
