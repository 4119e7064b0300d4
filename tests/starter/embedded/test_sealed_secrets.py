"""Does the embedded stack encrypt what an older version has left in clear, and nothing that others share?"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from runtime.settings import load_settings
from starter.embedded.stack import seal_secrets
from store.engine import open_store, read_transaction, write_transaction
from store.tables import webhook_targets
from tests.support.databases import sqlite_store

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def with_a_secret_in_clear(folder: Path) -> str:
    url = sqlite_store(folder)
    with write_transaction(open_store(url)) as connection:
        row = {"url": "https://hooks.example.test/", "since": NOW, "floor": 0, "created_at": NOW}
        connection.execute(insert(webhook_targets).values(row | {"secret": "whsec_one"}))
    return url


def kept(url: str) -> str:
    with read_transaction(open_store(url)) as connection:
        return connection.scalar(select(webhook_targets.c.secret)) or ""


def test_secrets_from_before_there_were_keys_are_encrypted_at_the_start(tmp_path: Path) -> None:
    """With the folder's own key, which is made then; a second start finds it."""
    url = with_a_secret_in_clear(tmp_path)

    for _ in range(2):
        seal_secrets(load_settings(flags={"data": tmp_path}))

    assert kept(url).startswith("fernet:")
    assert (tmp_path / "sealing.key").exists()


def test_a_database_that_is_named_is_left_as_it_is(tmp_path: Path) -> None:
    """Workers elsewhere may use it too, and would not know the key of this folder."""
    url = with_a_secret_in_clear(tmp_path / "theirs")

    seal_secrets(load_settings(flags={"data": tmp_path, "database_url": url}))

    assert "whsec_one" == kept(url)
    assert not (tmp_path / "sealing.key").exists()
