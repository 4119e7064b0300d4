"""Where do webhooks go, and what became of each event? Targets of webhooks, and their deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from domain.events import Entry
from domain.wire import Instant, Wire

DeliveryState = Literal["waiting", "sent", "failed"]
"""`failed`: given up after days of trying. What was `sent` got a 2xx."""


class Target(Wire):
    """An address that events are sent to. `types` are those it gets; empty means all. Secrets are kept elsewhere.

    Only entries written from `since` on are sent. `failing_since` is the first of the failures without a success after.
    `old_secrets_until` are the ends of secrets that were replaced, the youngest first; `old_secret_until` is that one.
    """

    id: int
    url: str
    types: tuple[str, ...] = ()
    since: Instant
    created_at: Instant
    failing_since: Instant | None = None
    disabled_at: Instant | None = None
    disabled_reason: str | None = None
    old_secret_until: Instant | None = None
    old_secrets_until: tuple[Instant, ...] = ()

    @property
    def active(self) -> bool:
        return self.disabled_at is None

    def also_signed_until(self, *, now: datetime) -> Sequence[datetime]:
        """The ends of the old secrets that still sign, the youngest first."""
        return [until for until in self.old_secrets_until if until > now]


class Outgoing(Wire):
    """One event on its way to one target. `secrets` sign it: several while one is being replaced.

    Without any, `unsigned` says why.
    """

    delivery: int
    target: Target
    entry: Entry
    secrets: tuple[str, ...] = Field(repr=False)
    unsigned: str = ""
    waits_since: Instant


class Tried(Wire):
    """The result of one try: the status of the answer, or why there was none. The answer's body is not kept."""

    at: Instant
    took: timedelta
    status: int | None = None
    reason: str = ""
    again_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == 410

    @property
    def in_words(self) -> str:
        return self.reason or f"answered {self.status}"


class DeliveryLine(Wire):
    """A delivery as it stands: which event, how often it was tried, and how the last try went."""

    id: int
    target: int
    onboarding: str
    seq: int
    kind: str
    about: str
    event_id: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_error: str | None
    latency_ms: int | None
    tried_at: Instant | None
    not_before: Instant
    created_at: Instant


class DeliveryPage(Wire):
    """A page of deliveries, newest first; `before` is the cursor of the next one, None on the last."""

    lines: tuple[DeliveryLine, ...]
    before: int | None
