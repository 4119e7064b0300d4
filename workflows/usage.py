"""What follows from the use of the product? It is counted, and looked at for milestones, whenever more has come."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.usage import UsageCounted, Watching
    from workflows import options, runs

ID = "usage"
"""The id of the look that the intake asks for, of the schedule, and what the ids of its runs begin with."""


@workflow.defn(name="UsageLook")
class UsageLook:
    """Looks until nothing has come meanwhile, and ends: between two bursts of use nothing of it is there."""

    @workflow.init
    def __init__(self, _: None = None) -> None:
        self.woken = 0

    @workflow.run
    async def run(self, _: None = None) -> None:
        while True:
            seen = self.woken
            looked = await self._look()
            if looked.troubled:
                await workflow.sleep(options.USAGE_REST, summary="somebody does not answer")
            elif self.woken == seen:
                return
            if runs.time_for_a_new_run():
                runs.begin_new_run(None)

    @workflow.signal
    def wake(self) -> None:
        self.woken += 1

    @workflow.signal
    def nudge(self) -> None:
        """The same, by the name that all processes have for it: after a deploy."""
        self.woken += 1

    async def _look(self) -> UsageCounted:
        return await workflow.execute_activity_method(
            Watching.look_at_usage,
            start_to_close_timeout=options.USAGE_LOOK,
            heartbeat_timeout=options.PASS_LOST,
            retry_policy=options.PATIENT_RETRY,
            summary="count what was used, look for milestones",
        )
