"""How does an event get to a target? Made of the journal's entry, signed, posted, and what came of it written down."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from standardwebhooks import Webhook

from activities.ports import Census, Post, Staff, Webhooks
from activities.threads import in_thread
from domain.events import TEST, Event, EventData, event_id, event_of
from domain.notice import Person
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.reporting import of_disabled_webhook
from domain.trouble import ChannelDown
from domain.webhooks import Outgoing, Target, Tried

CHANNEL = "webhook-"
"""Before the number of a target it names the channel, and so the sender, of that target alone."""
PATIENCE = timedelta(days=5)
"""As long as with mail: over a long weekend a receiver may be down and lose nothing."""
PUT_OFF = timedelta(minutes=10)
"""While Temporal tries one again and again, or it rests, the others go before it: no event holds up all that follow."""
log = structlog.get_logger()
Answer = TypeVar("Answer")


def channel_of(target: int) -> str:
    return f"{CHANNEL}{target}"


def target_of(channel: str) -> int | None:
    """The number of the target whose channel that is; None when it is another kind of channel."""
    number = channel.removeprefix(CHANNEL)
    return int(number) if channel.startswith(CHANNEL) and number.isdigit() else None


@dataclass(frozen=True, kw_only=True)
class WebhookOffice:
    """The office of one target. `threads` are for the database; `operator` is who runs day90, where that is known."""

    target: int
    webhooks: Webhooks
    post: Post
    census: Census
    staff: Staff
    operator: Person | None
    public_address: str
    now: Callable[[], datetime]
    threads: Executor
    hours: WorkingHours = plain_week

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        return self.webhooks.ready(self.target, now=now, most=most)

    def next_ready(self, *, after: datetime) -> datetime | None:
        return self.webhooks.next_ready(self.target, after=after)

    async def deliver(self, id: int) -> str:
        outgoing = await in_thread(self.threads, lambda: self.webhooks.take(id))
        if outgoing is None:
            return "withdrawn"
        tried = await self._try(outgoing)
        if tried.taken:
            await in_thread(self.threads, lambda: self.webhooks.sent(id, tried))
            return "sent"
        return await in_thread(self.threads, lambda: self._failed(outgoing, tried))

    async def _try(self, outgoing: Outgoing) -> Tried:
        if outgoing.unsigned:
            return Tried(at=self.now(), took=timedelta(0), reason=outgoing.unsigned)
        event = event_of(outgoing.entry, public_address=self.public_address)
        named = event_id(outgoing.entry.onboarding, outgoing.entry.key)
        return await send(event, named, to=outgoing.target, secrets=outgoing.secrets, post=self.post)

    def _failed(self, outgoing: Outgoing, tried: Tried) -> str:
        put_off = max(PUT_OFF, tried.again_after or PUT_OFF)
        since = self.webhooks.failed(outgoing.delivery, tried, not_before=tried.at + put_off)
        if tried.gone:
            return self._disable(outgoing.target, "it answered 410 Gone", since=since)
        if tried.at - since > PATIENCE:
            reason = f"nothing was taken for {PATIENCE.days} days; the last answer: {tried.in_words}"
            return self._disable(outgoing.target, reason, since=since)
        if tried.at - outgoing.waits_since > PATIENCE:
            self.webhooks.give_up(outgoing.delivery)
            log.warning("event_given_up", target=outgoing.target.id, delivery=outgoing.delivery)
            return "refused"
        raise ChannelDown(tried.in_words, again_after=tried.again_after)

    def _disable(self, target: Target, reason: str, *, since: datetime) -> str:
        """Told to people first: a crash in between tells them under the same key again, and nobody misses it."""
        told = of_disabled_webhook(
            target.id,
            place_of(target.url),
            reason,
            self.staff(),
            self.operator,
            since=since,
            waiting=self.webhooks.waiting(target.id),
            now=self.now(),
            hours=self.hours,
        )
        self.census.report(told)
        self.webhooks.disable(target.id, reason=reason, at=self.now())
        log.warning("webhook_disabled", target=target.id, reason=reason)
        return "refused"


async def send(event: Event, named: str, *, to: Target, secrets: Sequence[str], post: Post) -> Tried:
    """Sign and post it, once."""
    at = datetime.now().astimezone()
    body = event.model_dump_json()
    return await post(to.url, headers=signed(body, named, secrets=secrets, at=at), body=body.encode())


def signed(body: str, named: str, *, secrets: Sequence[str], at: datetime) -> Mapping[str, str]:
    """The headers of Standard Webhooks: one signature by each secret, whichever of them the receiver has."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "day90",
        "webhook-id": named,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(named, at, body) for secret in secrets),
    }


def sample_event(target: int, *, at: datetime, public_address: str) -> tuple[Event, str]:
    """An event that no journal has, and its id."""
    data = EventData(
        onboarding="onboarding-test-1", seq=0, kind="test", key=f"test/{at.isoformat()}", recorded_at=at,
        url=f"{public_address}/api/v1/onboardings/onboarding-test-1",
    )  # fmt: skip
    return Event(type=TEST, timestamp=at, data=data), event_id(f"webhook-{target}", data.key)


def place_of(url: str) -> str:
    """Scheme and host: the rest of a URL may be a secret, and this goes into mails and logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
