"""Which workflows are there, and in which sandbox do they run, live and in replay?"""

from collections.abc import Sequence

from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.introduction import Introduction
from workflows.mailbox import Mailbox
from workflows.onboarding import Onboarding
from workflows.programme import SuccessProgramme
from workflows.receiver import Receiver
from workflows.reconciliation import Reconciliation
from workflows.sender import Sender
from workflows.sweep import Sweep
from workflows.usage import UsageLook

WORKFLOWS: Sequence[type] = (
    Onboarding,
    SuccessProgramme,
    Introduction,
    Sender,
    Receiver,
    Sweep,
    Reconciliation,
    Mailbox,
    UsageLook,
)
BESIDE_WORKFLOWS: Sequence[str] = (
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
PASSED_THROUGH: Sequence[str] = (*BESIDE_WORKFLOWS, "workflows")
"""In production the workflows' own files too: read anew for each open onboarding they weighed more than all it carries
(docs/decisions/0011)."""


def runner(*besides: str, strict: bool = False) -> WorkflowRunner:
    """The sandbox that workflows run in, and that histories are replayed in; `besides` are further modules to share.

    `strict` is for tests: the workflows' files are read anew within the sandbox, so that a clock, a random number or a
    file that one of them reaches for fails there, and so does a module that was not meant to be shared.
    """
    if not strict:
        return SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH, *besides)
        )
    from temporalio.workflow import SandboxImportNotificationPolicy

    restrictions = SandboxRestrictions.default.with_passthrough_modules(*BESIDE_WORKFLOWS, *besides)
    policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    return SandboxedWorkflowRunner(restrictions=restrictions.with_import_notification_policy(policy))
