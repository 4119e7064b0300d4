"""How is it known every week how customers do? By the `CustomerEvaluation` workflow, on a schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.evaluation import Evaluated, Evaluating
    from workflows import options

SCHEDULE = "evaluation"
"""Id of the schedule, and what the ids of its runs begin with."""


@workflow.defn(name="CustomerEvaluation")
class CustomerEvaluation:
    @workflow.run
    async def run(self) -> Evaluated:
        return await workflow.execute_activity_method(
            Evaluating.evaluate_customers,
            start_to_close_timeout=options.EVALUATION,
            schedule_to_close_timeout=options.EVALUATION,
            heartbeat_timeout=options.PASS_LOST,
            retry_policy=options.PATIENT_RETRY,
            summary="evaluate the customers whose week has begun or of whom there is news",
        )
