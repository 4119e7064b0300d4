"""What do machines tell the whole stack? Usage by Segment's client, signed news, Stripe's events, each to its end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from segment.analytics.client import Client  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import Engine

from playbooks.library import SHIPPED
from starter.embedded.folder import running_on
from store.engine import open_store
from store.inbox import SqlInbox
from store.measurements import SqlMeasurements
from store.reads import journal
from tests.starter.web.intake import test_news as test_web_news
from tests.starter.web.intake import test_stripe as test_web_stripe
from tests.support import servers
from tests.support.onboardings import sample_deal
from tests.support.servers import Stack
from tests.support.waiting import wait_until

stack = servers.stack
KEY = "the-write-key"
RULE = "        role: kickoff\n        reached_by_usage: {event: Joined Kickoff, users: 2}\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roads are open, and the kickoff is reached by usage."""
    own = tmp_path / "playbooks"
    own.mkdir()
    text = (SHIPPED / "high-touch.yaml").read_text("utf-8")
    (own / "high-touch.yaml").write_text(text.replace("        role: kickoff\n", RULE), "utf-8")
    monkeypatch.setenv("DAY90_PLAYBOOKS", str(own))
    monkeypatch.setenv("DAY90_SEGMENT_WRITE_KEY", KEY)
    monkeypatch.setenv("DAY90_NEWS_SECRET", test_web_news.SECRET)
    monkeypatch.setenv("DAY90_STRIPE_SECRET", test_web_stripe.SECRET)


def test_what_machines_tell_comes_to_its_end(stack: Stack, settings: None, tmp_path: Path) -> None:
    """A milestone by usage, one by news, one too early, tickets, a failed payment.

    Days are a minute long: on the real clock half a minute passes until usage is looked at again.
    """
    stack.up("--day-length", "60s")
    running = running_on(stack.data)
    assert running is not None
    assert running.web is not None
    onboarding = started(stack, tmp_path)

    use_the_product(running.web)
    told = {"onboarding": onboarding, "milestone": "handoff_reviewed"}
    early = {"onboarding": onboarding, "milestone": "gone_live"}
    counted = {"onboarding": onboarding, "opened": 3}
    for id, type, data in (
        ("msg_1", "milestone.reached", told),
        ("msg_2", "milestone.reached", early),
        ("msg_3", "tickets.counted", counted),
    ):
        payload = {"type": type, "timestamp": datetime.now(UTC).isoformat(), "data": data}
        body = json.dumps(payload).encode()
        deliver(running.web, "/intake/news", body, test_web_news.signed(body, id=id))
    body = json.dumps(test_web_stripe.failed()).encode()
    deliver(running.web, "/intake/stripe", body, test_web_stripe.signed(body))

    with store(stack) as engine:
        wait_until(lambda: {"kickoff_held", "handoff_reviewed"} == set(reached(engine, onboarding)))
        assert {
            "kickoff_held": ("usage", "Joined Kickoff: 2 users in the last 7 days"),
            "handoff_reviewed": ("news", None),
        } == reached(engine, onboarding)
        wait_until(lambda: not SqlInbox(engine).ready(apart_from=(), most=1))
        rows = {row.key: row for row in SqlInbox(engine).page().rows}
        assert ("done", "held until its gate opens: milestone.reached") == (rows["msg_2"].state, rows["msg_2"].outcome)
        reported = SqlMeasurements(engine).of_each(onboarding, ["tickets_per_week"])
        assert [3] == [one.value for one in reported["tickets_per_week"]]
        [payment] = [row for row in rows.values() if row.source == "stripe"]
        assert "kept" == payment.state


def started(stack: Stack, folder: Path) -> str:
    closed = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    deal = sample_deal(closed_at=closed, playbook="high-touch", custom={"usage_group": "ws-7"})
    (folder / "deal.json").write_text(json.dumps(deal), "utf-8")
    return str(stack.asked("start", str(folder / "deal.json"))["onboarding"])


def use_the_product(address: str) -> None:
    client = Client(KEY, host=address)
    for user in ("jo@customer.test", "al@customer.test"):
        client.group(user, "ws-7")
        client.track(user, "Joined Kickoff")
    client.shutdown()


def deliver(address: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    answer = httpx2.post(f"{address}{path}", content=body, headers=headers)
    assert answer.is_success, answer.text


def reached(engine: Engine, onboarding: str) -> dict[str, Any]:
    return {row.about: (row.via, row.note) for row in journal(engine, onboarding) if row.kind == "milestone_reached"}


@contextmanager
def store(stack: Stack) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{stack.data / 'day90.sqlite'}")
    yield engine
    engine.dispose()
