"""Does the team hear by Teams? A third channel: a folder and a line of wiring, nothing else knows of it."""

import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog

from activities.channels.teams.cards import LARGEST, message_of
from activities.channels.teams.posting import Teams
from activities.channels.texts.rendering import RenderedNotice, Rendering
from activities.channels.texts.samples import ALL, sample
from domain.trouble import ChannelDown, ChannelUnusable, MaybeArrived
from runtime.logs import configure_logs
from tests.support.stand_in import StandIn, served

SECRET = "/workflows/1/triggers/manual/paths/invoke?sig=s3cret"


@dataclass(kw_only=True)
class PlayedWorkflow(StandIn):
    """A workflow of Teams: it takes what it is sent and says 202, and nothing about what came of it."""

    taken: list[dict[str, Any]] = field(default_factory=list)

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        self.taken.append(json.loads(body))
        return 202, None


@pytest.fixture
def workflow() -> Iterator[PlayedWorkflow]:
    with served(PlayedWorkflow()) as played:
        yield played


def teams(workflow: PlayedWorkflow) -> Teams:
    return Teams(url=workflow.address + SECRET, rendering=Rendering())


def runs(message: dict[str, Any]) -> list[str]:
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return [run["text"] for block in attachment["content"]["body"] for run in block["inlines"]]


def test_a_colleague_reads_a_card_that_says_whom_it_is_for(workflow: PlayedWorkflow) -> None:
    """All read one channel."""
    waiting = sample("undeliverable")

    receipt = teams(workflow).deliver(waiting)

    subject, to, *_ = runs(workflow.taken[0])
    assert (receipt.subject, f"For {waiting.person.name}") == (subject, to)
    assert receipt.place == "a workflow of Teams took it: 202"
    assert "s3cret" not in receipt.model_dump_json()


def test_a_limit_is_honoured(workflow: PlayedWorkflow) -> None:
    """For as long as it says."""
    workflow.first = [(429, {"Retry-After": "17"}, None)]

    with pytest.raises(ChannelDown) as down:
        teams(workflow).deliver(sample("undeliverable"))

    assert down.value.again_after == timedelta(seconds=17)
    assert not isinstance(down.value, MaybeArrived)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 302])
def test_a_workflow_that_is_gone_is_the_operators_to_put_right(workflow: PlayedWorkflow, status: int) -> None:
    """Its address is named by its setting, since it is a secret."""
    workflow.first = [(status, {}, None)]

    with pytest.raises(ChannelUnusable, match=f"^the workflow of Teams refused it: {status}$") as unusable:
        teams(workflow).deliver(sample("undeliverable"))

    assert unusable.value.place == "DAY90_TEAMS_URL"


def test_what_was_handed_over_without_an_answer_may_have_arrived(workflow: PlayedWorkflow) -> None:
    """Nobody can look for it: it is tried seldom."""
    workflow.first = [(504, {}, None)]

    with pytest.raises(MaybeArrived):
        teams(workflow).deliver(sample("undeliverable"))


def test_what_cannot_be_reached_took_nothing_and_the_address_is_not_said() -> None:
    """It would stand in logs."""
    with pytest.raises(ChannelDown) as down:
        teams(PlayedWorkflow(address="http://127.0.0.1:9")).deliver(sample("undeliverable"))

    assert not isinstance(down.value, MaybeArrived)
    assert "s3cret" not in str(down.value)


def test_without_an_address_it_goes_by_mail() -> None:
    with pytest.raises(ChannelUnusable, match="DAY90_TEAMS_URL"):
        Teams(url="", rendering=Rendering()).deliver(sample("undeliverable"))


@pytest.mark.parametrize("line", ["a" * 500, "承知しました" * 80])
def test_a_long_message_keeps_within_teams_limit(line: str) -> None:
    """Teams drops what is larger, after the workflow has said that it took it."""
    rendered = RenderedNotice(subject="S", text="", html="", body="\n".join([line] * 200))

    message = message_of(sample("undeliverable"), rendered)

    assert len(json.dumps(message)) < LARGEST + 500
    assert "day90 show" in runs(message)[-1]


def test_nothing_that_people_wrote_is_markdown() -> None:
    """A link cannot hide where it leads."""
    message = message_of(
        sample("undeliverable"), RenderedNotice("S", "", "", "[our page](https://evil.test) <at>all</at>")
    )

    blocks = message["attachments"][0]["content"]["body"]
    assert {block["type"] for block in blocks} == {"RichTextBlock"}
    assert runs(message)[-1] == "[our page](https://evil.test) <at>all</at>"


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_kind_is_a_card(kind: Any, language: Any) -> None:
    """In both languages."""
    waiting = sample(kind, language)

    assert len(runs(message_of(waiting, Rendering().render(waiting)))) > 2


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_log_holds_the_address(workflow: PlayedWorkflow, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP libraries write each address that they call into their logs, the secret in it included."""
    root, handlers, before = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logs(style="json", level=level)
    try:
        teams(workflow).deliver(sample("undeliverable"))
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
        structlog.reset_defaults()

    assert workflow.taken
    assert "s3cret" not in stderr.getvalue()
