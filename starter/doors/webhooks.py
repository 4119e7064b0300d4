"""How is it ordered that another system is told? Targets added, tried, given another secret, by CLI and API alike."""

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
"""Of a secret: as much as the digest that it signs by, between the 24 and 64 that Standard Webhooks allow."""
BOTH_HOLD = timedelta(hours=24)
"""While a secret is replaced, both sign for so long: the receiver's side is changed within a working day."""


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(BYTES)).decode()}"


async def add_target(
    webhooks: SqlWebhooks, outbound: Outbound, url: str, *, types: Sequence[str] = (), since: datetime | None = None
) -> tuple[Target, str]:
    """A new target and its secret, which is shown this once. Raises Refused naming the field.

    `types` are of docs/events.md, with or without their prefix; none means all.
    """
    wanted = known_types(types)
    await outbound.check(url)
    secret = new_secret()
    return webhooks.add(url, types=wanted, secret=secret, since=since), secret


def known_types(types: Sequence[str]) -> list[str]:
    """Whole names, each once. Raises Refused."""
    whole = [type if type.startswith(PREFIX) else PREFIX + type for type in dict.fromkeys(types)]
    unknown = [type for type in whole if type not in TYPES]
    if unknown:
        raise Refused(
            f"{unknown[0].removeprefix(PREFIX)[:80]!r} is no event; day90 webhook events lists them", field="types"
        )
    return list(dict.fromkeys(whole))


def rotate(webhooks: SqlWebhooks, target: int, *, keep: timedelta = BOTH_HOLD) -> tuple[Target, str]:
    """Another secret, shown this once; the one before signs too for as long as `keep`, and those before it until their
    own end. By a `keep` of nothing all of them end at once. Raises NotFound, Refused.
    """
    secret = new_secret()
    return webhooks.rotate(target, secret=secret, old_until=datetime.now(UTC) + keep), secret


async def try_out(webhooks: SqlWebhooks, outbound: Outbound, target: int, *, public_address: str) -> Tried:
    """Post one event `webhook.test`, now and once; also to one that is disabled. Raises NotFound."""
    event, named = sample_event(target, at=datetime.now(UTC), public_address=public_address)
    to = webhooks.get(target)
    return await send(event, named, to=to, secrets=webhooks.secrets(target), post=outbound.post)
