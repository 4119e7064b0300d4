"""Who plays Slack? A stand-in with the answers that Slack documents, spoken to through Slack's own SDK."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.stand_in import StandIn


@dataclass(kw_only=True)
class PlayedSlack(StandIn):
    """A workspace. `refusing` has the error that a method answers; `breaks` posts and never says so."""

    channels: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    invited: list[tuple[str, str]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    breaks: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        asked = json.loads(body) if body else {}
        if path.startswith("/actions/"):
            self.said.append(asked)
            return 200, b"ok"
        name = path.removeprefix("/")
        if headers.get("authorization") != "Bearer xoxb-1234567890-abcdef":
            return 200, {"ok": False, "error": "invalid_auth"}
        if name in self.refusing:
            return 200, {"ok": False, "error": self.refusing[name]}
        answer = getattr(self, "_" + name.replace(".", "_"))(asked)
        if name == "chat.postMessage" and self.breaks:
            self.breaks -= 1
            # Slack's own gateway, when what stands behind it has taken the message and says nothing.
            return 502, b"<html>bad gateway</html>"
        return 200, {"ok": True, **answer}

    def _chat_postMessage(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  # Slack's name
        ts = f"1799308800.{len(self.messages) + 1:06d}"
        channel = _direct(asked["channel"])
        self.messages.append({**asked, "channel": channel, "ts": ts})
        return {"channel": channel, "ts": ts, "message": {"type": "message", "ts": ts}}

    def _conversations_history(self, asked: dict[str, Any]) -> dict[str, Any]:
        there = [message for message in self.messages if message["channel"] == asked["channel"]]
        with_metadata = asked.get("include_all_metadata", False)
        return {
            "messages": [
                {"type": "message", "ts": one["ts"], **({"metadata": one["metadata"]} if with_metadata else {})}
                for one in reversed(there)
            ],
            "has_more": False,
        }

    def _conversations_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": _direct(asked["users"])}}

    def _conversations_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A page for each channel, so that whoever does not ask on misses some."""
        listed = list(self.channels.items())
        at = int(asked.get("cursor") or 0)
        page = [{"id": id, "name": name, "is_archived": False} for name, id in listed[at : at + 1]]
        following = str(at + 1) if at + 1 < len(listed) else ""
        return {"channels": page, "response_metadata": {"next_cursor": following}}

    def _conversations_create(self, asked: dict[str, Any]) -> dict[str, Any]:
        id = f"C{len(self.channels) + 1:08d}"
        self.channels[asked["name"]] = id
        return {"channel": {"id": id, "name": asked["name"]}}

    def _conversations_invite(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.invited.append((asked["channel"], asked["users"]))
        return {"channel": {"id": asked["channel"]}}


def _direct(channel: str) -> str:
    """The conversation with a person has an id of its own."""
    return f"D{channel[1:]}" if channel.startswith("U") else channel
