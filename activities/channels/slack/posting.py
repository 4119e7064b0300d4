"""How does a message get into Slack? Posted once, to a person, the team's channel or one of the onboarding."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from activities.channels.slack.blocks import blocks_of
from activities.channels.texts.rendering import Rendering
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelUnusable, MaybeArrived

PER_ONBOARDING: Final = "per-onboarding"
"""The setting by which each onboarding has a channel of its own."""
EVENT = "day90_notice"
"""Type of the metadata that a message carries: by its key it is found again where Slack did not say that it took it."""
LONGEST_CHANNEL = 80
LONGEST_PREVIEW = 300
"""Characters of the text that notifications show; the blocks have all of it."""
TIMEOUT = timedelta(seconds=30)
BUSY = timedelta(seconds=30)
"""How long Slack is left alone where it asks us to come later and does not say when."""
MOST_LOOKED_BACK = 200
"""Messages among which one is looked for that may have arrived: those of an hour, in a lively channel."""
LISTED_AT_ONCE = 1000
COME_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"})
# Slack documents both as "some part of it may have succeeded before".
UNSURE = frozenset({"internal_error", "fatal_error"})
THERE_ALREADY = frozenset({"already_in_channel", "cant_invite_self"})


def utc_now() -> datetime:
    """The clock of a channel that is given no other."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Slack:
    """Posts as a bot. `id_of` has the Slack id of a member of staff by their handle.

    `place` is empty for direct messages, the id of the team's channel, or PER_ONBOARDING. `buttons` says whether the
    road is open by which pressed buttons come back. Blocks, so it is called in a thread.
    """

    token: str
    api: str
    rendering: Rendering
    id_of: Callable[[str], str | None]
    place: str = ""
    buttons: bool = False
    now: Callable[[], datetime] = utc_now
    _places: dict[str, str] = field(default_factory=dict)
    _invited: set[tuple[str, str]] = field(default_factory=set)

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Post the notice; the receipt has Slack's `ts`, which names the message within its channel.

        Raises ChannelDown, MaybeArrived, ChannelRefuses, or ChannelUnusable where the operator must act.
        """
        if not self.token:
            raise ChannelUnusable("no token is set: DAY90_SLACK_TOKEN", place="DAY90_SLACK_TOKEN")
        to = self.id_of(waiting.person.id)
        if to is None:
            raise ChannelUnusable("the staff directory has no Slack id of theirs", place=waiting.person.id)
        rendered = self.rendering.render(waiting)
        channel = self._channel(waiting, to)
        if waiting.maybe_arrived and (ts := self._posted_before(waiting, channel)) is not None:
            return self._receipt(waiting, channel, ts, rendered.subject, rendered.body)
        answer = self._call(
            "chat.postMessage",
            {
                "channel": channel,
                "text": _preview(rendered.subject),
                "blocks": blocks_of(waiting, rendered, mention=to if channel != to else "", buttons=self.buttons),
                "metadata": {"event_type": EVENT, "event_payload": {"key": waiting.message_id}},
                "unfurl_links": False,
                "unfurl_media": False,
            },
            place=channel,
            posts=True,
        )
        at = str(answer.get("channel") or channel)
        return self._receipt(waiting, at, str(answer.get("ts", "")), rendered.subject, rendered.body)

    def _receipt(self, waiting: WaitingNotice, channel: str, ts: str, subject: str, text: str) -> Receipt:
        place = f"Slack took it: channel {channel}, ts {ts}"
        return Receipt(message_id=waiting.message_id, place=place, at=self.now(), subject=subject, text=text)

    # --- where to

    def _channel(self, waiting: WaitingNotice, to: str) -> str:
        """The id of the channel that it goes to; a direct message goes to the person's own id."""
        if self.place != PER_ONBOARDING:
            return self.place or to
        if not waiting.notice.onboarding:
            return to
        name = channel_name(waiting.notice.onboarding)
        channel = self._places.get(name) or self._listed(name) or self._made(name)
        self._places[name] = channel
        self._invite(channel, to)
        return channel

    def _listed(self, name: str) -> str | None:
        cursor = ""
        while True:
            asked = {"types": "public_channel", "limit": LISTED_AT_ONCE, **({"cursor": cursor} if cursor else {})}
            page = self._call("conversations.list", asked, place=name)
            for channel in page.get("channels", ()):
                if channel.get("name") == name:
                    return str(channel["id"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None

    def _made(self, name: str) -> str:
        return str(self._call("conversations.create", {"name": name}, place=name)["channel"]["id"])

    def _invite(self, channel: str, to: str) -> None:
        """Whoever is no member of a channel is not told of what calls them there."""
        if (channel, to) in self._invited:
            return
        self._call("conversations.invite", {"channel": channel, "users": to}, place=channel, harmless=THERE_ALREADY)
        self._invited.add((channel, to))

    # --- what Slack says

    def _posted_before(self, waiting: WaitingNotice, channel: str) -> str | None:
        """The `ts` of the message where an earlier try arrived after all; None where none is seen.

        Slack has no key by which it would take a message once.
        """
        if channel.startswith(("U", "W")):
            channel = str(self._call("conversations.open", {"users": channel}, place=channel)["channel"]["id"])
        asked = {"channel": channel, "limit": MOST_LOOKED_BACK, "include_all_metadata": True}
        for message in self._call("conversations.history", asked, place=channel).get("messages", ()):
            metadata = message.get("metadata") or {}
            if (metadata.get("event_payload") or {}).get("key") == waiting.message_id:
                return str(message["ts"])
        return None

    @cached_property
    def _client(self) -> WebClient:
        # Without handlers: the SDK's own post a second time when a connection breaks. Temporal tries again.
        return WebClient(self.token, base_url=f"{self.api}/", timeout=int(TIMEOUT.total_seconds()), retry_handlers=[])

    def _call(
        self,
        method: str,
        asked: Mapping[str, Any],
        *,
        place: str,
        posts: bool = False,
        harmless: frozenset[str] = frozenset(),
    ) -> Mapping[str, Any]:
        """What Slack answers. Only what `posts` may have arrived without an answer."""
        try:
            answer = self._client.api_call(method, json=dict(asked))
        except SlackApiError as error:
            return _answered(error, method, place=place, posts=posts, harmless=harmless)
        except (OSError, SlackClientError, ValueError) as error:
            raise _broken(error, method, posts=posts) from None
        return answer.data if isinstance(answer.data, dict) else {}


def channel_name(onboarding: str) -> str:
    """The name of an onboarding's own channel, made of its id: Slack takes small letters, digits, - and _."""
    name = re.sub(r"[^a-z0-9_-]+", "-", onboarding.removeprefix("onboarding-").lower())
    return f"day90-{name}"[:LONGEST_CHANNEL].rstrip("-")


def _answered(
    error: SlackApiError, method: str, *, place: str, posts: bool, harmless: frozenset[str]
) -> Mapping[str, Any]:
    """An answer that is no success: raises what follows from it, or returns it where it is `harmless`."""
    answer = error.response
    told = answer.data if isinstance(answer.data, dict) else {}
    code, status = str(told.get("error", "")), answer.status_code
    if code in harmless:
        return told
    if status == 429 or code in COME_LATER or status == 503:
        rest = _seconds(dict(answer.headers or {})) or BUSY
        raise ChannelDown(f"Slack wants {method} later: {status} {_word(code)}", again_after=rest) from None
    if status >= 500 or code in UNSURE or (status == 200 and not _word(code)):
        reason = f"Slack did not say whether {method} was done: {status} {_word(code)}"
        raise MaybeArrived(reason) if posts else ChannelDown(reason) from None
    raise ChannelUnusable(f"Slack refused {method}: {_word(code) or status}", place=place) from None


def _broken(error: Exception, method: str, *, posts: bool) -> ChannelDown:
    """A call that had no answer. Where no connection came about, nothing was sent."""
    cause = error.reason if isinstance(error, URLError) else error
    kind = type(cause).__name__
    if isinstance(error, URLError) and not isinstance(cause, TimeoutError | ConnectionResetError):
        return ChannelDown(f"Slack cannot be reached for {method}: {kind}")
    reason = f"Slack did not answer {method}: {kind}"
    return MaybeArrived(reason) if posts else ChannelDown(reason)


def _seconds(headers: Mapping[str, str]) -> timedelta | None:
    """How long Slack asks us to wait (`Retry-After`); None where it does not say."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return timedelta(seconds=min(int(told), 3600)) if re.fullmatch(r"[0-9]{1,9}", told) else None


def _word(code: str) -> str:
    """Slack's word for what is wrong; empty for anything else, which might quote what we sent."""
    return code if re.fullmatch(r"[a-z0-9_]{1,60}", code) else ""


def _preview(subject: str) -> str:
    short = subject if len(subject) <= LONGEST_PREVIEW else f"{subject[: LONGEST_PREVIEW - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
