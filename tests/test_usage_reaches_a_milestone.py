"""Does use of the product reach a milestone by itself? The whole stack, Segment's client, a rule of one line."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from segment.analytics.client import Client  # type: ignore[import-untyped]  # it has no types

from playbooks.library import SHIPPED
from starter.folder import running_on
from store.engine import open_store
from store.reads import journal
from tests import servers
from tests.onboardings import sample_deal
from tests.servers import Stack

stack = servers.stack
KEY = "the-write-key"
WITHIN = 90.0


def test_usage_reaches_a_milestone(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users have done it: the milestone is reached, by usage, and the journal says what was seen."""
    own = tmp_path / "playbooks"
    own.mkdir()
    text = (SHIPPED / "high-touch.yaml").read_text("utf-8")
    rule = "        role: kickoff\n        reached_by_usage: {event: Joined Kickoff, users: 2}\n"
    (own / "high-touch.yaml").write_text(text.replace("        role: kickoff\n", rule), "utf-8")
    monkeypatch.setenv("DAY90_PLAYBOOKS", str(own))
    monkeypatch.setenv("DAY90_SEGMENT_WRITE_KEY", KEY)
    stack.up()
    closed = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    deal = tmp_path / "deal.json"
    deal.write_text(json.dumps(sample_deal(closed_at=closed, playbook="high-touch", custom={"usage_group": "ws-7"})))
    onboarding = stack.asked("start", str(deal))["onboarding"]
    running = running_on(stack.data)
    assert running is not None

    client = Client(KEY, host=running.web)
    for user in ("jo@customer.test", "al@customer.test"):
        client.group(user, "ws-7")
        client.track(user, "Joined Kickoff")
    client.shutdown()

    until = time.monotonic() + WITHIN
    while not (reached := [m for m in stack.asked("show", onboarding)["milestones"] if m["status"] == "reached"]):
        assert time.monotonic() < until, "usage did not reach it"
        time.sleep(0.5)
    assert ["kickoff_held"] == [milestone["key"] for milestone in reached]
    engine = open_store(f"sqlite:///{stack.data / 'day90.sqlite'}")
    [row] = [row for row in journal(engine, onboarding) if row.kind == "milestone_reached"]
    engine.dispose()
    assert ("usage", "Joined Kickoff: 2 users in the last 7 days") == (row.via, row.note)
