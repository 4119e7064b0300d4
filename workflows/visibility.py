"""What can be searched for in the Temporal UI and CLI? The typed search attributes of an onboarding."""

from datetime import UTC, datetime, time
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from domain.agenda import Progress, State

STATUS = SearchAttributeKey.for_keyword("OnboardingStatus")
OPEN_STAGES = SearchAttributeKey.for_keyword_list("OpenStages")
WAITING_FOR = SearchAttributeKey.for_keyword_list("WaitingFor")
NEXT_DUE = SearchAttributeKey.for_datetime("NextDue")
GO_LIVE_DUE = SearchAttributeKey.for_datetime("GoLiveDue")
TOUCH_MODEL = SearchAttributeKey.for_keyword("TouchModel")
PLAYBOOK = SearchAttributeKey.for_keyword("Playbook")
OWNER = SearchAttributeKey.for_keyword("Owner")

ALL_KEYS: tuple[SearchAttributeKey[Any], ...] = (
    STATUS,
    OPEN_STAGES,
    WAITING_FOR,
    NEXT_DUE,
    GO_LIVE_DUE,
    TOUCH_MODEL,
    PLAYBOOK,
    OWNER,
)


def _by_day(moment: datetime | None) -> datetime | None:
    """Midnight UTC of that day: a date that moves by an hour is no reason to write history."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC) if moment else None


def _next_due(state: State, progress: Progress) -> datetime | None:
    """When people owe something next: the first open milestone, then the hand-off.

    What happens by itself next changes with nearly every turn, and each change is history. Where it stood before the
    fourth edition, it stands on.
    """
    if not state.goes_by(4):
        return progress.next_due
    owed = [milestone.due for milestone in state.milestones if not (milestone.settled or milestone.optional)]
    return None if state.ending else min(owed, default=state.hand_off_by)


def attributes(state: State, progress: Progress) -> dict[SearchAttributeKey[Any], Any]:
    """Every search attribute with its value, None where it has none. None of them ever holds customer content."""
    return {
        STATUS: progress.status,
        OPEN_STAGES: list(progress.open_stages),
        WAITING_FOR: list(progress.waiting_for),
        NEXT_DUE: _by_day(_next_due(state, progress)),
        GO_LIVE_DUE: _by_day(progress.go_live_due),
        TOUCH_MODEL: state.touch,
        PLAYBOOK: state.playbook,
        OWNER: state.owner,
    }


def updates(wanted: dict[SearchAttributeKey[Any], Any], shown: TypedSearchAttributes) -> list[Any]:
    """The upserts that turn the attributes `shown` into those `wanted`; an empty list when nothing changed."""
    return [
        key.value_unset() if value in (None, []) else key.value_set(value)
        for key, value in wanted.items()
        if (shown.get(key) or None) != (value or None)
    ]
