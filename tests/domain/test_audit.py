"""Can a stranger verify an audit dossier, and does whatever was changed in it show?"""

import copy
import importlib.util
import io
import json
import math
import struct
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine, update

from domain.audit import canonical
from domain.record import Writing
from domain.trouble import UnknownOnboarding
from store.audit import dossier_of, names_of
from store.ledger import SqlLedger
from store.tables import journal, people
from tests.support import databases
from tests.support.databases import HOUR, NOON, deal, dossier, happened, playbook, standing

empty_database, database, engine = databases.empty_database, databases.database, databases.engine
ONE = "onboarding-file-1"
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_dossier.py"

spec = importlib.util.spec_from_file_location("verify_dossier", SCRIPT)
assert spec is not None
assert spec.loader is not None
verify_dossier: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify_dossier)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """An onboarding with a few rows, among them decisions."""
    signed = playbook().model_dump(by_alias=True)
    signed["stages"][0]["milestones"][0]["sign_off"] = {"by": ["project_lead"]}
    of_it = dossier(deal(yearly_value="48000.50", seats=20))
    of_it = of_it.model_copy(update={"playbook": type(of_it.playbook).model_validate(signed)})
    clock = iter([NOON + number * HOUR for number in range(100)])
    ledger = SqlLedger(engine, clock=lambda: next(clock))
    ledger.admit(of_it, run="run")
    rows = (
        happened("fact/opened", data={"owner": "mika"}),
        happened("fact/rejected", kind="sign_off_rejected", about="met", by="project_lead", data={"reasons": ["no ü"]}),
        happened(
            "fact/odd", kind="noted", data={"share": 1e-7, "big": 1e21, "half": 0.5, "none": None, "\U0001f642": 1}
        ),
        happened("fact/met", kind="milestone_reached", about="met", by="project_lead", note="fine"),
        happened("fact/other", kind="milestone_reached", about="other", by="mika"),
        happened("fact/scope", kind="scope_change_decided", about="CR-7", by="mika", data={"decision": "phase_2"}),
        happened("fact/used", kind="criterion_approved", about="used", by="nora", data={"vouched_by": "mika"}),
    )
    ledger.write(Writing(onboarding=ONE, journal=rows, standing=standing()))
    return engine


@pytest.fixture
def document(stored: Engine) -> Any:
    return json.loads(dossier_of(stored, ONE).model_dump_json())


def verified(document: Any, folder: Path, *words: str) -> tuple[int, str]:
    """The verifying script's exit code and output."""
    file = folder / "dossier.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code: int = verify_dossier.main([str(file), *words])
    return code, out.getvalue() + err.getvalue()


def test_a_dossier_as_it_was_made_verifies(document: Any, tmp_path: Path) -> None:
    """The script verifies it, and says who decided what."""
    code, output = verified(document, tmp_path)

    assert 0 == code, output
    assert "verified: onboarding-file-1, 7 entries" in output
    assert "approve  met by project_lead (named, no plan)" in output


def test_decisions_are_told_with_who_what_and_when(document: Any) -> None:
    """A milestone that needs no sign-off is no approval."""
    shown = [(one["decision"], one["what"], one["by"], one["entry"]) for one in document["approvals"]]

    assert [
        ("reject", "met", "project_lead", 2),
        ("approve", "met", "project_lead", 4),
        ("phase_2", "CR-7", "mika", 6),
        ("approve", "used", "nora", 7),
    ] == shown
    assert {document["subject"]["playbook_hash"]} == {one["playbook_hash"] for one in document["approvals"]}


def test_a_decision_is_by_the_version_of_the_playbook_that_held_then(stored: Engine, tmp_path: Path) -> None:
    """One is approved that the first version signed nothing off for, and one is reached that needs no signature now."""
    to, back = "1" * 64, playbook_hash_of(stored)
    rows = (
        happened("changed", kind="playbook_changed", data={"to": to, "signed_by": {"other": ["mika"], "met": []}}),
        happened("a", kind="milestone_reached", about="other", by="mika"),
        happened("b", kind="milestone_reached", about="met", by="mika"),
        happened("back", kind="playbook_changed", data={"to": back, "signed_by": {"other": [], "met": ["mika"]}}),
        happened("c", kind="milestone_reached", about="other", by="mika"),
        happened("d", kind="milestone_waived", about="other", by="mika"),
    )
    SqlLedger(stored).write(Writing(onboarding=ONE, journal=rows, standing=standing()))

    document = json.loads(dossier_of(stored, ONE).model_dump_json())

    shown = [(one["decision"], one["what"], one["playbook_hash"]) for one in document["approvals"]][4:]
    assert [("approve", "other", to), ("waive", "other", back)] == shown
    code, output = verified(document, tmp_path)
    assert 0 == code, output


def playbook_hash_of(stored: Engine) -> str:
    return dossier_of(stored, ONE).subject.playbook_hash


def spots(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value in a document, whole parts included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for name, part in inner for spot in [(*way, name), *spots(part, (*way, name))]]


def changed(document: Any, way: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    tampered = copy.deepcopy(document)
    place = tampered
    for step in way[:-1]:
        place = place[step]
    change(place, way[-1])
    return tampered


def replace(place: Any, name: Any) -> None:
    old = place[name]
    place[name] = not old if isinstance(old, bool) else f"{old}x" if isinstance(old, str) else 4711


def remove(place: Any, name: Any) -> None:
    del place[name]


@pytest.mark.parametrize("change", [replace, remove])
def test_whatever_is_changed_or_left_out_is_found(document: Any, change: Callable[[Any, Any], None]) -> None:
    """Every single value of the dossier is changed, one after the other; only the names are outside the chain."""
    unnoticed = []

    for way in spots(document):
        if way[0] == "names":
            continue
        try:
            if not verify_dossier.complaints(changed(document, way, change)):
                unnoticed.append(way)
        except (KeyError, TypeError, AttributeError, ValueError):
            continue

    assert [] == unnoticed
    assert len(spots(document)) > 100


def sealed_anew(document: Any) -> Any:
    """The document with its hashes made again, as by a forger who has read how that is done."""
    previous = verify_dossier.digest(document["subject"])
    for number, entry in enumerate(document["entries"], 1):
        entry |= {"number": number, "previous": previous}
        previous = verify_dossier.digest({name: value for name, value in entry.items() if name != "hash"})
        entry["hash"] = previous
    approvals = [verify_dossier.approval(entry, document["subject"]) for entry in document["entries"]]
    return document | {
        "head": previous,
        "length": len(document["entries"]),
        "approvals": [one for one in approvals if one],
    }


FORGERIES: dict[str, Callable[[Any], Any]] = {
    "left out": lambda entries: entries.pop(1),
    "put in": lambda entries: entries.insert(2, copy.deepcopy(entries[0])),
    "turned round": lambda entries: entries.reverse(),
    "cut off": lambda entries: entries.pop(),
    "another signer": lambda entries: entries[3]["row"].update(by="someone"),
    "another day": lambda entries: entries[3].update(recorded_at="2020-01-01T00:00:00.000000Z"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forger_who_seals_anew_fails_at_a_head_that_was_noted(
    document: Any, forge: Callable[[Any], Any], tmp_path: Path
) -> None:
    """Hashes alone cannot hold against somebody who may write the database; a head noted elsewhere can."""
    noted = document["head"]
    forge(document["entries"])
    assert 1 == verified(document, tmp_path)[0]
    forged = sealed_anew(document)

    assert 0 == verified(forged, tmp_path)[0]
    assert 1 == verified(forged, tmp_path, "--head", noted)[0]


def test_a_head_that_was_noted_is_found_again_later(stored: Engine, tmp_path: Path) -> None:
    """The dossier only grows."""
    noted = dossier_of(stored, ONE).head
    SqlLedger(stored).write(Writing(onboarding=ONE, journal=(happened("fact/later"),), standing=standing()))
    later = json.loads(dossier_of(stored, ONE).model_dump_json())

    assert noted != later["head"]
    assert 0 == verified(later, tmp_path, "--head", noted)[0]


def test_names_stand_outside_the_chain(stored: Engine, tmp_path: Path) -> None:
    """Names are there when they are asked for, and erasing them leaves every hash as it was."""
    without = dossier_of(stored, ONE)
    named = without.model_copy(update={"names": names_of(stored, ONE)})
    assert "lee@customer.test" in named.model_dump_json()
    assert "lee@customer.test" not in without.model_dump_json()
    with stored.begin() as connection:
        connection.execute(update(people).values(name="erased", email="erased"))

    after = dossier_of(stored, ONE)

    assert without == after
    assert 0 == verified(named.model_dump_json(), tmp_path)[0]


def test_a_row_that_is_changed_in_the_database_shows(stored: Engine, tmp_path: Path) -> None:
    """The head that was noted before shows it."""
    noted = dossier_of(stored, ONE).head
    with stored.begin() as connection:
        connection.execute(update(journal).where(journal.c.key == "fact/met").values(by="someone"))
    later = json.loads(dossier_of(stored, ONE).model_dump_json())

    assert 1 == verified(later, tmp_path, "--head", noted)[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"subject": 1, "subject": 2}', "[" * 100_000, "nonsense"])
def test_what_is_no_dossier_is_no_success(text: str, tmp_path: Path) -> None:
    """Exit code 2, and no traceback."""
    assert 2 == verified(text, tmp_path)[0]


def test_an_unknown_onboarding_has_no_dossier(engine: Engine) -> None:
    """It is told as one."""
    for read in (dossier_of, names_of):
        with pytest.raises(UnknownOnboarding):
            read(engine, "onboarding-file-none")


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**53) + 1, 2**53 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_is_what_others_make_of_rfc_8785(value: Any) -> None:
    """A library that nobody here wrote gives the same text, and so does the script."""
    assert rfc8785.dumps(value) == canonical(value)
    assert canonical(value).decode() == verify_dossier.canonical(value)


@given(some.integers(0, 2**64 - 1))
def test_every_number_is_written_as_rfc_8785_has_it(bits: int) -> None:
    """Any double, by its bits: exponents of all sizes, which a strategy for floats seldom draws."""
    [value] = struct.unpack(">d", struct.pack(">Q", bits))
    if not math.isfinite(value):
        return
    assert rfc8785.dumps(value) == canonical(value)
