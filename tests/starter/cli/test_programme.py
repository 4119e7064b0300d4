"""Who is in a success programme, and when does it end? Looked at, changed and ended by command, and in Temporal."""

from datetime import UTC, datetime

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from domain.agenda import ProgrammeStart
from store.reads import journal
from tests.support import houses
from tests.support.houses import House, until
from workflows.programme import id_of
from workflows.sandbox import WORKFLOWS, runner

house = houses.house
OWNER, OTHER = "jonas.weber", "grace.lee"


async def programme_after(house: House) -> str:
    """The onboarding whose programme runs."""
    onboarding = await house.opened(owner=OWNER)
    start = ProgrammeStart(onboarding=onboarding, since=datetime.now(UTC), owner=OWNER, cast={"csm": [OWNER]})
    await house.client.start_workflow("SuccessProgramme", start, id=id_of(onboarding), task_queue=house.queue)
    return onboarding


async def test_its_owner_its_people_and_its_end_change_by_command(house: House) -> None:
    async with house.worker():
        onboarding = await programme_after(house)
        assert f"owner {OWNER}" in await house.day90("programme", "show", onboarding)

        changed = await house.day90(
            "programme", "change", onboarding, "--owner", OTHER, "--executive-sponsor", "technical_lead", "--by", OWNER
        )
        at_half_past_two = await house.day90("programme", "change", onboarding, "--hour", "14:30", "--by", OWNER)

        assert f"owner {OTHER}" in changed
        assert "executive sponsor technical_lead" in changed
        assert "project lead as in the deal" in changed
        assert "meets at an hour that is agreed for each meeting" in changed
        assert "meets at 14:30" in at_half_past_two
        assert f"owner {OTHER}" in at_half_past_two

        async def written_down() -> bool:
            rows = [row for row in journal(house.engine, onboarding) if row.kind == "programme_changed"]
            return [(OTHER, OWNER), ("", OWNER)] == [(row.about, row.by) for row in rows]

        await until(written_down)
        assert "ended: customer left" in await house.day90("programme", "end", onboarding, "customer_left")
        assert await house.client.get_workflow_handle(id_of(onboarding)).result() == "customer_left"
        refused = await house.day90("programme", "change", onboarding, "--owner", OWNER, code=3)
        assert "has ended" in refused


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "owner: name another owner, project_lead, executive_sponsor or hour"),
        (["--hour", "half past two"], 2, "hour: "),
        (["--owner", "nobody.here"], 2, "owner: 'nobody.here' is nobody of the staff directory"),
        (["--project-lead", "nobody"], 2, "project_lead: 'nobody' takes no part"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(house: House, words: list[str], code: int, says: str) -> None:
    async with house.worker():
        onboarding = await programme_after(house)

        assert says in " ".join((await house.day90("programme", "change", onboarding, *words, code=code)).split())


async def test_an_onboarding_that_was_not_handed_over_has_no_programme(house: House) -> None:
    async with house.worker():
        onboarding = await house.opened()

        assert "no success programme" in await house.day90("programme", "show", onboarding, code=4)


async def test_temporals_own_clients_change_it_by_an_update(house: House) -> None:
    async with house.worker():
        onboarding = await programme_after(house)
        programme = house.client.get_workflow_handle(id_of(onboarding))

        answer = await programme.execute_update("change_programme", {"owner": OTHER})

        assert (OTHER, [OTHER]) == (answer["owner"], answer["cast"]["csm"])
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await programme.execute_update("change_programme", {"owner": "Grace Lee"})
        assert "owner" in str(failed.value.cause)
        for end, field in (
            ({"at": "9999-12-31T23:59:59Z", "reason": "left"}, "at"),
            ({"at": "soon", "reason": "left"}, "at"),
            ({"at": "2027-01-01T00:00:00Z", "reason": "He said so."}, "reason"),
            ({}, "at"),
            ("tomorrow", ""),
        ):
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await programme.execute_update("plan_end", end)
            assert field in str(failed.value.cause)
        assert (await programme.query("progress"))["ends_at"] is None
        await programme.execute_update("end_programme", "left")
        assert await programme.result() == "left"
        replayer = Replayer(
            workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=runner(), namespace="default"
        )
        replayed = await replayer.replay_workflow(await programme.fetch_history(), raise_on_replay_failure=False)
        assert replayed.replay_failure is None
