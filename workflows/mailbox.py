"""How is what people answer by mail found? By the `Mailbox` workflow, on a schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.mailbox import Collected, Collecting
    from workflows import options

SCHEDULE = "mailbox"
"""Id of the schedule, and what the ids of its runs begin with."""


@workflow.defn(name="Mailbox")
class Mailbox:
    @workflow.run
    async def run(self) -> Collected:
        return await workflow.execute_activity_method(
            Collecting.collect_mail,
            start_to_close_timeout=options.MAILBOX,
            schedule_to_close_timeout=options.MAILBOX,
            heartbeat_timeout=options.PASS_LOST,
            retry_policy=options.PATIENT_RETRY,
            summary="look what has come to the mailbox",
        )
