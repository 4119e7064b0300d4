"""How is a closed deal from any sender received? Kept before the answer, refused with its field, only with a secret."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from starter.web import liveness
from tests.playbooks.test_mapping import RECORD, SMALL
from tests.support.onboardings import sample_deal
from tests.support.web import problem, web_on

TOKEN = {"authorization": "Bearer open-sesame"}


async def test_a_deal_is_kept_before_it_is_answered(tmp_path: Path) -> None:
    """Even while Temporal is away."""
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        answer = await web.client.post("/intake/deals", json=sample_deal(), headers=TOKEN)

        assert 202 == answer.status_code
        assert [("deals", "waiting")] == [(row.source, row.state) for row in web.kept]


async def test_a_deal_that_is_sent_again_is_kept_once(tmp_path: Path) -> None:
    """Fields in another order make the same deal."""
    deal = sample_deal()
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        for sent in (deal, dict(reversed(deal.items()))):
            await web.client.post("/intake/deals", json=sent, headers=TOKEN)

        assert 1 == len(web.kept)


async def test_a_road_without_a_secret_is_closed(tmp_path: Path) -> None:
    """It is never open to everybody."""
    async with web_on(tmp_path) as web:
        answer = await web.client.post("/intake/deals", json=sample_deal(), headers=TOKEN)

        assert 404 == problem(answer)["status"]


WRONG = ["", "Bearer", "Bearer wrong", "Basic open-sesame", "Bearer ö", "Bearer open-sesame x"]


@pytest.mark.parametrize("given", WRONG)
async def test_a_wrong_token_is_refused(given: str, tmp_path: Path) -> None:
    """And the answer says which authentication is wanted."""
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        header = {b"authorization": given.encode("latin-1")}
        answer = await web.client.post("/intake/deals", json=sample_deal(), headers=header)

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]
        assert "Bearer" == answer.headers["www-authenticate"]
        assert [] == web.kept


async def test_while_a_secret_is_replaced_both_are_good(tmp_path: Path) -> None:
    """Because nobody can change both sides at the same moment."""
    async with web_on(tmp_path, deals_token="new-one open-sesame") as web:
        for token in ("new-one", "open-sesame"):
            answer = await web.client.post(
                "/intake/deals", json=sample_deal(), headers={"authorization": f"Bearer {token}"}
            )
            assert 202 == answer.status_code


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "malformed", "no JSON"),
        (b"{", "malformed", "no JSON"),
        (b"\xff\xfe", "malformed", "UTF-8"),
        (b'{"id": NaN}', "malformed", "no JSON"),
        (b'{"id": "\\ud800"}', "malformed", "no JSON"),
        (b"[" * 100_000, "malformed", "no JSON"),
        (b"[" * 197 + b"]" * 197, "malformed", "levels deep"),
        (b"[1]", "invalid", "one JSON object"),
        (json.dumps({**sample_deal(), "colour": "red"}).encode(), "invalid", "no field that we know"),
        (json.dumps({**sample_deal(), "closed_at": "yesterday"}).encode(), "invalid", "no moment"),
        (json.dumps({**sample_deal(), "yearly_value": "1,000"}).encode(), "invalid", ""),
        (b" " * 2_000_000, "too-large", "1048576"),
    ],
)
async def test_bad_input_is_refused_with_a_reason(body: bytes, kind: str, words: str, tmp_path: Path) -> None:
    """And nothing of the request is kept."""
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        answer = await web.client.post("/intake/deals", content=body, headers=TOKEN)

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"]
        assert words in problem(answer)["detail"]
        assert [] == web.kept


async def test_a_byte_order_mark_is_no_part_of_a_deal(tmp_path: Path) -> None:
    """Senders on .NET put one before whatever they send."""
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        body = b"\xef\xbb\xbf" + json.dumps(sample_deal()).encode()

        assert 202 == (await web.client.post("/intake/deals", content=body, headers=TOKEN)).status_code
        assert 400 == (await web.client.post("/intake/deals", content=b"\xef\xbb\xbf", headers=TOKEN)).status_code


async def test_what_is_taken_can_be_read_wherever_it_is_handed_on(tmp_path: Path) -> None:
    """A deal is kept inside a dossier and a payload, which are JSON with the same limit."""
    nested: list[Any] = []
    for _ in range(94):
        nested = [nested]
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        deal = {**sample_deal(), "custom": {"tree": nested}}

        assert 202 == (await web.client.post("/intake/deals", json=deal, headers=TOKEN)).status_code


async def test_who_never_ends_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise anybody without a token could have us hold megabytes for ever."""
    monkeypatch.setattr("starter.web.calls.READ_WITHIN", 0.05)

    async def half() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)
        yield b"}"

    async with web_on(tmp_path, deals_token="open-sesame") as web:
        answer = await web.client.post("/intake/deals", content=half(), headers=TOKEN)

        assert ("urn:day90:problem:too-slow", 408) == (problem(answer)["type"], answer.status_code)
        assert "close" == answer.headers["connection"]
        assert [] == web.kept


async def test_what_comes_in_pieces_is_waited_for(tmp_path: Path) -> None:
    """A deal over a bad line."""
    content = json.dumps(sample_deal()).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 500):
            await asyncio.sleep(0.001)
            yield content[at : at + 500]

    async with web_on(tmp_path, deals_token="open-sesame") as web:
        answer = await web.client.post("/intake/deals", content=pieces(), headers=TOKEN)

        assert (202, [sample_deal()]) == (answer.status_code, [row.body for row in web.kept])


async def test_a_shape_of_ones_own_is_kept_as_it_came(tmp_path: Path) -> None:
    """The mapping is applied when the record is worked through: once mended, it may read what it cannot read today."""
    mapping = tmp_path / "our.mapping.yaml"
    mapping.write_text(SMALL, encoding="utf-8")
    async with web_on(tmp_path, deals_token="open-sesame", deals_mapping=mapping) as web:
        for record in (RECORD, {"total": {"a": 1}}, RECORD):
            assert 202 == (await web.client.post("/intake/deals", json=record, headers=TOKEN)).status_code
        refused = await web.client.post("/intake/deals", json=[RECORD], headers=TOKEN)

        assert ["orders-A2041", ""] == [row.subject for row in web.kept]
        assert "record" == problem(refused)["field"]


async def test_a_cancellation_with_nothing_else_that_can_be_read_is_about_its_deal(tmp_path: Path) -> None:
    """What cancels an order need not repeat its amount; by its subject it keeps its place behind the order."""
    mapping = tmp_path / "our.mapping.yaml"
    mapping.write_text(SMALL, encoding="utf-8")
    async with web_on(tmp_path, deals_token="open-sesame", deals_mapping=mapping) as web:
        record = {"number": "A2041", "status": "cancelled", "total": "much"}
        await web.client.post("/intake/deals", json=record, headers=TOKEN)

        assert ["orders-A2041"] == [row.subject for row in web.kept]


async def test_when_the_database_is_away_the_sender_is_asked_to_come_again(tmp_path: Path) -> None:
    """5xx, never 4xx: the trouble is ours."""
    async with web_on(tmp_path, deals_token="open-sesame") as web:
        web.parts.engine.dispose()
        (tmp_path / "day90.sqlite").unlink()
        (tmp_path / "day90.sqlite").mkdir()
        answer = await web.client.post("/intake/deals", json=sample_deal(), headers=TOKEN)

        assert 503 == problem(answer)["status"]
        assert answer.headers["retry-after"]


async def test_health_is_told(tmp_path: Path) -> None:
    """Deliveries can be taken while Temporal is away."""
    async with web_on(tmp_path) as web:
        assert 200 == (await web.client.get("/healthz")).status_code
        ready = await web.client.get("/readyz")

        readiness = {"ready": True, "database": "answers", "disk": "room", "temporal": "away", "swept_at": None}
        assert (200, readiness) == (ready.status_code, ready.json())


async def test_a_full_disk_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database still answers questions, and could write down nothing that is delivered."""
    usage = shutil.disk_usage(tmp_path)
    full = usage._replace(free=liveness.LEAST_ROOM - 1)
    async with web_on(tmp_path) as web:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
        ready = await web.client.get("/readyz")

    assert (503, False, "answers", "full") == (
        ready.status_code,
        *(ready.json()[n] for n in ("ready", "database", "disk")),
    )


async def test_however_many_ask_for_readiness_it_is_looked_once(tmp_path: Path) -> None:
    """Anybody may ask, and must not slow down those who deliver."""
    async with web_on(tmp_path) as web, questions(web.parts.engine) as asked:
        answers = await asyncio.gather(*(web.client.get("/readyz") for _ in range(100)))

        assert {200} == {answer.status_code for answer in answers}
        assert 1 == len(asked)


async def test_a_database_that_hangs_is_asked_once_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look gives up soon, and while one question hangs no second one is asked."""
    monkeypatch.setattr(liveness, "LOOKS_AT_MOST", 0.05)
    monkeypatch.setattr(liveness, "HOLDS_FOR", 0.0)
    go_on = threading.Event()
    async with web_on(tmp_path) as web, questions(web.parts.engine, hang=go_on) as asked:
        answers = [await web.client.get("/readyz") for _ in range(5)]
        assert {503} == {answer.status_code for answer in answers}
        assert 1 == len(asked)

        go_on.set()
        while (await web.client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.02)


@asynccontextmanager
async def questions(engine: Engine, *, hang: threading.Event | None = None) -> AsyncIterator[list[str]]:
    """Counts the questions to the database; until `hang` is set, none is answered."""
    asked: list[str] = []

    def ask(_: Any, __: Any, statement: str, *more: Any) -> None:
        if statement == "SELECT 1":
            asked.append(statement)
            if hang is not None:
                hang.wait(20)

    event.listen(engine, "before_cursor_execute", ask)
    yield asked
    event.remove(engine, "before_cursor_execute", ask)
