"""How is usage of the product worked through? Counted and looked at for milestones, whenever more has come in."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.usage import UsageCounted, Watching
    from workflows import options, runs

ID = "usage"
"""Id of the workflow that the intake wakes and of the schedule, and what the ids of the schedule's runs begin with."""


@workflow.defn(name="UsageLook")
class UsageLook:
    """Works through usage until no more has come in meanwhile, then ends: between two bursts no workflow is open."""

    @workflow.init
    def __init__(self, _: None = None) -> None:
        self.woken = 0

    @workflow.run
    async def run(self, _: None = None) -> None:
        while True:
            woken = self.woken
            looked = await self._look()
            if looked.troubled:
                await workflow.sleep(options.USAGE_REST, summary="somebody does not answer")
            elif self.woken == woken:
                return
            if runs.time_for_a_new_run():
                runs.begin_new_run(None)

    @workflow.signal
    def wake(self) -> None:
        """More usage has come in."""
        self.woken += 1

    @workflow.signal
    def nudge(self) -> None:
        """Wake up after a deploy; every long-lived workflow takes this signal."""
        self.woken += 1

    async def _look(self) -> UsageCounted:
        return await workflow.execute_activity_method(
            Watching.look_at_usage,
            start_to_close_timeout=options.USAGE_LOOK,
            heartbeat_timeout=options.PASS_LOST,
            retry_policy=options.PATIENT_RETRY,
            summary="count what was used, look for milestones",
        )
