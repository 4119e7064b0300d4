"""Are tokens and dossiers handled at the command line while only the store is there?"""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.access import MARK
from domain.record import Writing
from starter.cli.running import run
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from tests.domain.test_audit import verified
from tests.support.databases import dossier, happened, standing


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a store in it."""
    migrate(f"sqlite:///{tmp_path / 'day90.sqlite'}")
    return tmp_path


def asked(capsys: pytest.CaptureFixture[str], data: Path, *words: str, code: int = 0) -> Any:
    """The JSON that a command answers, or its error when another exit code is expected."""
    left = run([*words, "--data", str(data), "--json"])
    printed = capsys.readouterr()
    assert code == left, printed.err
    return json.loads(printed.out or printed.err)


def test_a_token_is_made_listed_and_revoked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its secret is shown when it is made, and never again."""
    scopes = ["--scope", "onboardings:read", "--scope", "inbox:read"]
    made = asked(capsys, data, "token", "create", "sync", *scopes, "--expires-in", "90d")
    run(["token", "list", "--data", str(data)])
    shown = capsys.readouterr().out
    revoked = asked(capsys, data, "token", "revoke", str(made["id"]))

    assert made["secret"].startswith(MARK)
    assert ["inbox:read", "onboardings:read"] == made["scopes"]
    assert made["secret"] not in shown
    assert "1 token, 1 good" in shown
    assert "revoked" == revoked["state"]
    assert ["revoked"] == [one["state"] for one in asked(capsys, data, "token", "list")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["create", "sync"], 2),
        (["create", "sync", "--scope", "everything"], 2),
        (["create", " ", "--scope", "inbox:read"], 2),
        (["create", "sync", "--scope", "inbox:read", "--expires-in", "soon"], 2),
        (["create", "sync", "--scope", "inbox:read", "--expires-in", "0s"], 2),
        (["revoke", "99"], 4),
    ],
)
def test_a_mistake_about_tokens_has_its_exit_code(
    words: list[str], code: int, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no token is made."""
    asked(capsys, data, "token", *words, code=code)

    assert [] == asked(capsys, data, "token", "list")


def test_a_dossier_is_taken_away_as_a_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With names when they are asked for; it can be verified either way."""
    ledger = SqlLedger(open_store(f"sqlite:///{data / 'day90.sqlite'}"))
    ledger.admit(dossier(), run="run")
    turned = happened(note="agreed\u202e\u200d")
    ledger.write(Writing(onboarding="onboarding-file-1", journal=(turned,), standing=standing()))
    file = data / "taken.json"

    answer = asked(capsys, data, "dossier", "aozora", "--names", "--to", str(file))
    printed = asked(capsys, data, "dossier", "aozora")

    assert (1, answer["head"]) == (answer["entries"], printed["head"])
    assert None is printed["names"]
    assert "lee@customer.test" in file.read_text()
    assert "agreed\\u202e\\u200d" in file.read_text()
    for document in (file.read_text(), json.dumps(printed)):
        assert 0 == verified(document, data)[0]
    asked(capsys, data, "dossier", "nobody", code=4)
    asked(capsys, data, "dossier", "aozora", "--to", str(data / "no" / "where"), code=2)
