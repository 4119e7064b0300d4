"""How is the nightly comparison of store and Temporal run? By the `Sweep` workflow, on a schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.sweep import Sweeping, Swept
    from workflows import options

SCHEDULE = "sweep"
"""Id of the schedule, and what the ids of its runs begin with."""


@workflow.defn(name="Sweep")
class Sweep:
    @workflow.run
    async def run(self) -> Swept:
        return await workflow.execute_activity_method(
            Sweeping.sweep_fleet,
            start_to_close_timeout=options.SWEEP,
            schedule_to_close_timeout=options.SWEEP,
            heartbeat_timeout=options.SWEEP_PULSE,
            retry_policy=options.PATIENT_RETRY,
            summary="compare store and Temporal",
        )
