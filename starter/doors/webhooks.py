"""How are outbound webhooks added, tried out and given another secret, by command line and API alike?"""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from activities.webhooks import sample_event, send
from domain.events import PREFIX, TYPES
from domain.refusal import Refused
from domain.webhooks import Target, Tried
from runtime.outbound import Outbound
from store.webhooks import SqlWebhooks

BYTES = 32
"""Length of a secret: that of the digest it signs with, and between the 24 and 64 that Standard Webhooks allow."""
BOTH_HOLD = timedelta(hours=24)
"""How long the old secret still signs beside its replacement: the receiver can change over within a working day."""


def new_secret() -> str:
    """A random signing secret in the form of Standard Webhooks: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(BYTES)).decode()}"


async def add_target(
    webhooks: SqlWebhooks, outbound: Outbound, url: str, *, types: Sequence[str] = (), since: datetime | None = None
) -> tuple[Target, str]:
    """Add a target; answers it and its secret, which is never shown again. Raises Refused naming the field.

    `types` are event types from docs/events.md, with or without their prefix; none means all. The target gets what is
    written down after `since`, by default from now on.
    """
    wanted = known_types(types)
    await outbound.check(url)
    secret = new_secret()
    return webhooks.add(url, types=wanted, secret=secret, since=since), secret


def known_types(types: Sequence[str]) -> list[str]:
    """The event types by their full names, without repetitions. Raises Refused for one that does not exist."""
    whole = [type if type.startswith(PREFIX) else PREFIX + type for type in dict.fromkeys(types)]
    unknown = [type for type in whole if type not in TYPES]
    if unknown:
        raise Refused(
            f"{unknown[0].removeprefix(PREFIX)[:80]!r} is no event; day90 webhook events lists them", field="types"
        )
    return list(dict.fromkeys(whole))


def rotate(webhooks: SqlWebhooks, target: int, *, keep: timedelta = BOTH_HOLD) -> tuple[Target, str]:
    """Give a target another secret; answers both, and the secret is never shown again. Raises NotFound, Refused.

    The secret before it also signs for as long as `keep`, and older ones until their own end. With a `keep` of zero all
    of them end at once.
    """
    secret = new_secret()
    return webhooks.rotate(target, secret=secret, old_until=datetime.now(UTC) + keep), secret


async def try_out(webhooks: SqlWebhooks, outbound: Outbound, target: int, *, public_address: str) -> Tried:
    """Post one `webhook.test` event to a target, once, even if it is disabled. Raises NotFound."""
    event, named = sample_event(target, at=datetime.now(UTC), public_address=public_address)
    to = webhooks.get(target)
    return await send(event, named, to=to, secrets=webhooks.secrets(target), post=outbound.post)
