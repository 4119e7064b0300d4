"""Can webhooks be set up and watched at the command line, even while Temporal is away?"""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.events import KINDS, TEST
from domain.record import Writing
from domain.webhooks import Tried
from runtime.sealing_key import make_sealing_key, sealing_keys
from runtime.settings import load_settings
from starter.cli.running import run
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.sealing import Sealing
from store.webhooks import SqlWebhooks
from tests.support.databases import dossier, happened
from tests.support.receivers import Receiver, receiver
from tests.support.sealing import key

ONE = "onboarding-file-1"


@pytest.fixture
def store(tmp_path: Path) -> SqlWebhooks:
    """The store of the embedded stack in that folder, with one onboarding."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    SqlLedger(engine).admit(dossier(), run="run-1")
    make_sealing_key(tmp_path)
    return SqlWebhooks(engine, sealing=Sealing(sealing_keys(load_settings(flags={"data": tmp_path}))))


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver of webhooks in a thread of its own; the loopback address is allowed."""
    monkeypatch.setenv("DAY90_WEBHOOK_ALLOW", "127.0.0.1")
    listening, over = threading.Event(), threading.Event()
    made: list[Receiver] = []

    async def listen() -> None:
        async with receiver() as listener:
            made.append(listener)
            listening.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    assert listening.wait(10)
    yield made[0]
    over.set()
    thread.join(10)


class Line:
    """The command line on that folder."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._data, self._capsys = data, capsys

    def order(self, *words: str) -> Any:
        """The JSON that a command answers."""
        assert run(["webhook", *words, "--data", str(self._data), "--json"]) in (None, 0)
        return json.loads(self._capsys.readouterr().out)

    def text(self, *words: str) -> str:
        assert run(["webhook", *words, "--data", str(self._data)]) in (None, 0)
        return self._capsys.readouterr().out

    def refused(self, *words: str) -> tuple[int, str]:
        code = run(["webhook", *words, "--data", str(self._data)])
        return code, self._capsys.readouterr().err


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], store: SqlWebhooks) -> Line:
    return Line(tmp_path, capsys)


def test_a_target_is_added_tried_given_another_secret_and_removed(line: Line, there: Receiver) -> None:
    """Its secret is shown when it is made, and never again."""
    added = line.order("add", there.url, "--event", "ended")
    tried = line.order("test", "1")
    rotated = line.order("rotate", "1")
    again = line.text("rotate", "1")
    shown = [line.text(*words) for words in (("list",), ("show", "1"))]

    assert (["onboarding.ended"], False) == (added["types"], added["woken"])
    assert (True, 204) == (tried["taken"], tried["status"])
    assert TEST == there.got[0].verified(added["secret"])["type"]
    assert rotated["secret"] != added["secret"]
    assert "those before sign too until" in again
    assert "3; those before sign too until" in shown[1]
    assert "it alone signs" in line.text("rotate", "1", "--keep-hours", "0")
    for text in shown:
        assert "whsec_" not in text
        assert "onboarding.ended" in text
    assert line.order("remove", "1")["removed"]
    assert [] == line.order("list")


def test_what_was_delivered_is_seen_and_sent_again(line: Line, there: Receiver, store: SqlWebhooks) -> None:
    """One by its number, or all that were given up."""
    line.order("add", there.url)
    SqlLedger(store._engine).write(Writing(onboarding=ONE, journal=(happened("a"), happened("b", kind="ended"))))
    first, second = store.ready(1, now=store._clock(), most=9)
    tried = Tried(at=store._clock(), took=timedelta(0), status=500)
    store.failed(first, tried, not_before=store._clock())
    store.give_up(first)

    assert "ended" in line.text("deliveries", "1")
    assert [first] == [row["id"] for row in line.order("deliveries", "1", "--state", "failed")["lines"]]
    assert 1 == line.order("resend", "--target", "1")["again"]
    assert 1 == line.order("resend", str(second))["again"]
    line.order("disable", "1", "--reason", "they move")
    assert "they move" in line.text("list")
    assert "enable 1" in line.text("resend", str(second))
    assert line.order("enable", "1")["active"]


def test_every_event_is_listed_with_its_schema(line: Line) -> None:
    assert len(KINDS) == len(line.order("events"))
    assert "$defs" in line.order("events", "--schema")
    assert "onboarding.milestone_reached" in line.text("events")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "http://10.0.0.1/hooks"), 3, "10.0.0.1 (private)"),
        (("add", "nonsense"), 2, "should be an address"),
        (("add", "https://user:secret@example.com/hooks"), 2, "no user and no password"),
        (("add", "https://127.0.0.1/", "--event", "sneeze"), 3, "'sneeze' is no event"),
        (("add", "https://127.0.0.1/", "--since", "yesterday"), 2, "--since"),
        (("show", "7"), 4, "there is no webhook 7"),
        (("rotate", "7"), 4, "there is no webhook 7"),
        (("test", "7"), 4, "there is no webhook 7"),
        (("deliveries", "7"), 4, "there is no webhook 7"),
        (("resend", "7"), 4, "there is no delivery 7"),
        (("resend",), 2, "name one delivery"),
        (("resend", "1", "--target", "1"), 2, "name one delivery"),
    ],
)
def test_wrong_input_gets_one_line_that_says_what_would_be_right(
    line: Line, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, says: str
) -> None:
    monkeypatch.setenv("DAY90_WEBHOOK_ALLOW", "127.0.0.1")

    ended, complaint = line.refused(*words)

    assert says in complaint
    assert code == ended
    assert complaint.count("\n") == 1


def test_without_a_key_the_setting_is_named_and_nothing_is_added(line: Line, there: Receiver, tmp_path: Path) -> None:
    """In production nobody makes one: it must be the same for all processes, and outlive them."""
    (tmp_path / "sealing.key").unlink()

    code, complaint = line.refused("add", there.url)

    assert (2, 1) == (code, complaint.count("\n"))
    assert complaint.startswith("day90: DAY90_SEALING_KEY should be set: ")
    assert [] == line.order("list")


def test_a_new_key_takes_over_all_secrets(
    line: Line, there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: SqlWebhooks
) -> None:
    """The key of the folder still opens beside that of the settings; afterwards it may go."""
    line.order("add", there.url)
    monkeypatch.setenv("DAY90_SEALING_KEY", key("z"))

    assert {"sealed": 1, "locked": []} == line.order("reseal")

    (tmp_path / "sealing.key").unlink()
    assert line.order("test", "1")["taken"]
    monkeypatch.setenv("DAY90_SEALING_KEY", key("y"))
    assert 6 == line.refused("reseal")[0]
    assert "DAY90_SEALING_KEY lacks the key" in line.refused("test", "1")[1]
