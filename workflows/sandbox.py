"""Which workflows are there, and in which sandbox do they run, live and in replay?"""

from collections.abc import Sequence

from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.onboarding import Onboarding
from workflows.programme import SuccessProgramme
from workflows.receiver import Receiver
from workflows.sender import Sender
from workflows.sweep import Sweep

WORKFLOWS: Sequence[type] = (Onboarding, SuccessProgramme, Sender, Receiver, Sweep)
PASSED_THROUGH: Sequence[str] = (
    "domain",
    "activities",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "structlog",
    "babel",
    "yaml",
)
"""Modules that workflows share with the process: re-importing them per workflow doubles CPU and memory of a start. They
lose the sandbox's guard, which is why linter rules and import contracts hold what `domain` may do."""


def runner(*, strict: bool = False) -> WorkflowRunner:
    """The sandbox that workflows run in, and that histories are replayed in; `strict` makes tests fail on a slip."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    if strict:
        from temporalio.workflow import SandboxImportNotificationPolicy

        policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        restrictions = restrictions.with_import_notification_policy(policy)
    return SandboxedWorkflowRunner(restrictions=restrictions)
