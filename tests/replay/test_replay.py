"""Does an onboarding opened on an earlier version go on on this one? Replay, fingerprints, and states of the past."""

import json
import re
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowRunner

from domain.agenda import FoldingState, State
from domain.agenda.packing import DOZING
from tests.replay.fingerprints import COMMITTED, fingerprint
from tests.replay.histories import FOLDER, PLAYED
from workflows.sandbox import WORKFLOWS, runner

HISTORIES = sorted(FOLDER.glob("*.json"))
STATES = sorted((Path(__file__).parent / "states").glob("*.json"))
TEACH = """
{file} has changed in a way that open onboardings replay.
Read docs/versioning.md. In short: rules that may be tuned belong into domain/rules, which runs in activities. A change
here needs `workflow.patched` where it changes what is done or in which order, and a stored history of the new way
(python -m tests.replay.histories). When you are sure that every stored history replays, run
`python -m tests.replay.fingerprints` and say in the commit why the change is safe.
"""


def test_every_story_has_a_stored_history() -> None:
    """A feature without one could break unnoticed."""
    assert {history.stem.rpartition("-")[0] for history in HISTORIES} >= set(PLAYED)


def test_every_workflow_has_a_stored_history() -> None:
    """Those of the house too: a sender lives for as long as the onboardings whose mail it sends."""
    kept = [json.loads(path.read_text("utf-8"))["events"][0] for path in HISTORIES]

    stored = {event["workflowExecutionStartedEventAttributes"]["workflowType"]["name"] for event in kept}

    assert {workflow._Definition.must_from_class(cls).name for cls in WORKFLOWS} == stored


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_stored_history_names_no_machine(path: Path) -> None:
    """Neither who recorded it nor where its files lay."""
    text = path.read_text("utf-8")

    assert not re.search(r'"\d+@|stackTrace|127\.0\.0\.1|"[^"]*/(?:home|root|tmp|work)/', text)


@pytest.mark.parametrize("run_by", [runner(), runner(strict=True)], ids=["production", "strict"])
@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_history_replays(path: Path, run_by: WorkflowRunner) -> None:
    """As in production, and in the sandbox that reads the workflows' files anew and lets nothing slip."""
    raw = json.loads(path.read_text("utf-8"))
    started = raw["events"][0]["workflowExecutionStartedEventAttributes"]
    workflow_id = started.get("workflowId") or "onboarding-salesforce-006Qy00000Bx7LmIAJ"
    history = WorkflowHistory.from_json(workflow_id, raw)
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=run_by)

    await replayer.replay_workflow(history)


@pytest.mark.parametrize("path", HISTORIES[:1], ids=lambda path: path.stem)
async def test_a_history_that_does_not_fit_is_noticed(path: Path) -> None:
    """The replay test can fail: an event that this code would not have caused breaks it."""
    raw = json.loads(path.read_text("utf-8"))
    for event in raw["events"]:
        attributes = event.get("timerStartedEventAttributes")
        if attributes:
            event["eventType"] = "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"
            event["activityTaskScheduledEventAttributes"] = {"activityId": "9", "activityType": {"name": "other"}}
            del event["timerStartedEventAttributes"]
            break
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=runner())

    with pytest.raises(Exception, match=r"[Nn]ondeterminis|TMPRL1100"):
        await replayer.replay_workflow(WorkflowHistory.from_json("onboarding-salesforce-006Qy00000Bx7LmIAJ", raw))


def test_no_call_that_writes_history_has_changed_unnoticed() -> None:
    """The fingerprint of the frozen code is committed; changing it is a decision."""
    committed = json.loads(COMMITTED.read_text("utf-8"))
    now = fingerprint()

    changed = sorted(name for name in committed.keys() | now.keys() if committed.get(name) != now.get(name))

    assert not changed, TEACH.format(file=", ".join(changed))


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_carried_state_of_the_past_loads_and_loses_nothing(path: Path) -> None:
    """The carried state only grows: every past shape comes back as it was."""
    raw = json.loads(path.read_text("utf-8"))

    state = State.model_validate(raw)

    again = json.loads(state.model_dump_json())
    assert {name: value for name, value in again.items() if name in raw} == raw


def test_there_is_a_sample_of_the_carried_state() -> None:
    assert STATES


def put_away(state: State) -> FoldingState:
    """The state, folded, after so many others that it is packed."""
    kept = FoldingState(state)
    kept.fold()
    for number in range(DOZING):
        FoldingState(State(onboarding=f"onboarding-{number}")).fold()
    return kept


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_state_that_was_put_away_comes_back_the_same(path: Path) -> None:
    """Between two wake-ups an onboarding is folded up; what it then decides must not tell."""
    state = State.model_validate_json(path.read_text("utf-8"))
    kept = put_away(state.model_copy(deep=True))

    assert kept.state == state
    assert kept.state.model_dump_json() == state.model_dump_json()


@pytest.mark.parametrize("path", STATES[:1], ids=lambda path: path.stem)
def test_a_look_at_a_state_leaves_it_put_away(path: Path) -> None:
    """A page that asks every onboarding how it stands must not make them all heavy again."""
    kept = put_away(State.model_validate_json(path.read_text("utf-8")))

    first, second = kept.glimpse(), kept.glimpse()

    assert first == second
    assert first is not second
    assert kept.state is kept.glimpse()
