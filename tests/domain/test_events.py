"""Is every entry of the journal an event with ids alone, described on the page, under an id that stays?"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from domain.agenda.state import Rule
from domain.events import KINDS, PREFIX, TEST, TYPES, Entry, event_id, event_of, json_schema
from domain.record import PROGRAMME_ENDED
from domain.refusal import Refused
from domain.rules.contacts import REFUSED
from domain.rules.inviting import FELL_AWAY
from domain.rules.vouching import DOUBTED
from store.adoption import USER_ASKED, USER_THANKED
from store.checklists import STEP_DONE, STEP_TAKEN_BACK
from store.confirmations import TAKEN_BACK
from store.ledger import HAND_OFF_COMPLETED
from store.questions import ROW_OF
from store.renewals import RECORDED
from tests.support.event_page import PAGE, SAMPLE, SCHEMA, page, schema_text
from tests.support.simulation import Simulation, opened
from tests.support.strategies import story_of_seed

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://day90.example.com"
STORIES = [("lindenau-germany", 1), ("lindenau-germany", 4), ("calloway-uk", 2), ("pinecrest-us", 5)]


# --- the closed list


@pytest.mark.parametrize(("name", "seed"), STORIES)
def test_a_story_writes_nothing_that_is_no_event(name: str, seed: int) -> None:
    """People and systems who say all that may be said, and some that may not."""
    onboarding = played(name, seed)

    kinds = {row.kind for row in onboarding.ledger.journal[onboarding.id].values()}

    assert len(kinds) > 8, "a story in which nothing happens shows nothing"
    assert set() == kinds - set(KINDS)


def played(name: str, seed: int) -> Simulation:
    """A random story of that deal to its end."""
    onboarding = opened(name)
    for arrival in story_of_seed(onboarding, seed):
        onboarding.until(onboarding.deal.closed_at + arrival.after)
        try:
            onboarding.update(arrival.kind, arrival.raw)
        except Refused:
            onboarding.hear(arrival.kind, arrival.raw)
    return onboarding


def test_every_kind_of_entry_that_code_writes_is_in_the_list_and_no_other() -> None:
    """Read from the code itself: what no story reaches is found too, and what nobody writes any more."""
    named = {PROGRAMME_ENDED, HAND_OFF_COMPLETED, TAKEN_BACK, DOUBTED, REFUSED, FELL_AWAY, *ROW_OF.values()}
    named |= {STEP_DONE, STEP_TAKEN_BACK, USER_THANKED, USER_ASKED, RECORDED}
    assert set(KINDS) == {*kinds_in_code(), *get_args(Rule), *named}


def kinds_in_code() -> Iterator[str]:
    """Of the facts that the agenda notes, and of the rows that are made for the journal elsewhere."""
    for room in ("domain", "store", "activities", "starter", "playbooks", "runtime"):
        for file in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                    if (kind := _kind_of(call)) is not None:
                        yield from _texts(kind, function)


def _kind_of(call: ast.Call) -> ast.expr | None:
    """What a call gives as the kind: `note(state, kind, …)`, `_noted(row, kind)`, `_note(…, row, kind)`, a row."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("note", "_noted") and len(call.args) > 1:
        return call.args[1]
    if name == "_note" and len(call.args) > 2:
        return call.args[2]
    if name == "JournalRow":
        return next((keyword.value for keyword in call.keywords if keyword.arg == "kind"), None)
    return None


def _texts(kind: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """The texts that it may be: itself, or what its name is given in that function."""
    if isinstance(kind, ast.Constant):
        yield str(kind.value)
    if isinstance(kind, ast.IfExp):
        yield from _texts(kind.body, function)
        yield from _texts(kind.orelse, function)
    if isinstance(kind, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(
                isinstance(to, ast.Name) and to.id == kind.id for to in node.targets
            ):
                yield from _texts(node.value, function)


# --- the page


def test_the_page_is_written_from_the_models() -> None:
    """`python -m tests.support.event_page` writes it anew."""
    assert page() == PAGE.read_text("utf-8")


def test_the_published_schema_is_the_one_of_the_models() -> None:
    assert schema_text() == SCHEMA.read_text("utf-8")


def test_an_event_fits_the_schema_and_a_type_that_is_none_does_not() -> None:
    Draft202012Validator.check_schema(json_schema())
    check = Draft202012Validator(json_schema())
    event = event_of(SAMPLE, public_address=ADDRESS).model_dump(mode="json")

    assert [] == [error.message for error in check.iter_errors(event)]
    assert [] == [error.message for error in check.iter_errors({**event, "type": TEST})]
    assert not check.is_valid({**event, "type": "onboarding.exploded"})
    assert set(json_schema()["properties"]["type"]["enum"]) == {*TYPES, TEST}


# --- an event


def test_an_event_says_what_and_where_and_nothing_that_was_written() -> None:
    """No note, no name, not even the id of who said it: whoever may know these asks the API."""
    entry = Entry(**{**SAMPLE.model_dump(), "by": "project_lead", "note": "secret", "data": {"title": "secret"}})

    event = event_of(entry, public_address=ADDRESS)

    assert PREFIX + "milestone_reached" == event.type
    assert SAMPLE.at == event.timestamp
    text = event.model_dump_json()
    assert "secret" not in text
    assert "project_lead" not in text
    assert f"{ADDRESS}/api/v1/onboardings/{SAMPLE.onboarding}" == event.data.url
    assert json.loads(text) == event.model_dump(mode="json")


def test_the_id_of_an_event_is_of_the_entry_and_not_of_its_number() -> None:
    """A database that was restored gives numbers again; and two onboardings may have the same key."""
    ids = {event_id("a", "opened"), event_id("b", "opened"), event_id("a", "ended")}

    assert 3 == len(ids)
    assert event_id("a", "opened") in ids
    assert all(id.startswith("evt_") and len(id) == 36 for id in ids)


def test_a_kind_of_a_newer_worker_goes_out_all_the_same() -> None:
    """While two versions work side by side, the older one's sender meets what it does not know."""
    newer = SAMPLE.model_copy(update={"kind": "of_the_future"})

    assert "onboarding.of_the_future" == event_of(newer, public_address=ADDRESS).type
