"""Which workflows are there, and what runs them, live, in replay and in tests?"""

from collections.abc import Sequence

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.evaluation import CustomerEvaluation
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
    CustomerEvaluation,
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
"""Modules that workflows share with the process in the sandbox too: re-importing them per workflow doubles CPU and
memory of a start. They lose its guard, which is why linter rules and import contracts hold what `domain` may do."""


def runner(*, strict: bool = False) -> WorkflowRunner:
    """What runs workflows, and replays histories: in production without a sandbox (docs/decisions/0032).

    `strict` is for tests: the workflows' files are read anew within the sandbox, so that a clock, a random number or a
    file that one of them reaches for fails there, and so does a module that was not meant to be shared.
    """
    if not strict:
        return UnsandboxedWorkflowRunner()
    from temporalio.workflow import SandboxImportNotificationPolicy

    restrictions = SandboxRestrictions.default.with_passthrough_modules(*BESIDE_WORKFLOWS)
    policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    return SandboxedWorkflowRunner(restrictions=restrictions.with_import_notification_policy(policy))
