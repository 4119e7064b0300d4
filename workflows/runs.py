"""When does a workflow continue as a new run, and how without losing news?"""

from collections.abc import Callable
from typing import Any, NoReturn

from temporalio import workflow

from workflows import options


def time_for_a_new_run(*, events: int | None = None) -> bool:
    """Whether history is longer than `events`, the server suggests a new run, or a newer worker version is current."""
    info = workflow.info()
    return (
        info.get_current_history_length() > (events or options.EVENTS_OF_A_RUN)
        or info.is_continue_as_new_suggested()
        or info.is_target_worker_deployment_version_changed()
    )


async def is_quiet(revision: Callable[[], int]) -> bool:
    """Whether no news came during a short wait: a new run must not share a task with an update (temporal#6375)."""
    before = revision()
    await workflow.sleep(options.SETTLING, summary="settling before a new run")
    await workflow.wait_condition(workflow.all_handlers_finished)
    return revision() == before


def begin_new_run(carried: Any) -> NoReturn:
    """Continue as a new run, on the current worker version: a run is pinned to the version on which it began."""
    workflow.continue_as_new(carried, initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE)
