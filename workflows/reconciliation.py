"""How are closed deals found of which no event came? By the `Reconciliation` workflow, on a schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.reconciliation import Reconciled, Reconciling
    from workflows import options

SCHEDULE = "reconciliation"
"""Id of the schedule, and what the ids of its runs begin with."""


@workflow.defn(name="Reconciliation")
class Reconciliation:
    @workflow.run
    async def run(self) -> Reconciled:
        reconciled = await workflow.execute_activity_method(
            Reconciling.reconcile_crm,
            start_to_close_timeout=options.RECONCILIATION,
            schedule_to_close_timeout=options.RECONCILIATION,
            heartbeat_timeout=options.RECONCILIATION_PULSE,
            retry_policy=options.PATIENT_RETRY,
            summary="compare the CRM's closed deals with what has begun here",
        )
        workflow.set_current_details(reconciled.says)
        return reconciled
