"""How are outbound webhooks added, changed and watched? Commands about targets and their deliveries."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.text import Text

from starter.cli.answers import answer, count, draw_facts, plain, table
from starter.cli.codes import FOUND, OK
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Where
from starter.cli.times import moment
from starter.trouble import NotReachable, WrongOption

if TYPE_CHECKING:
    from domain.webhooks import DeliveryLine, Target
    from runtime.outbound import Outbound
    from store.webhooks import SqlWebhooks

Webhook = Annotated[Numbered, Parameter(help="The number of the webhook, as day90 webhook list shows it.")]

webhook = App(name="webhook", help="Tell other systems what happens: targets, deliveries, secrets.")

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ASLEEP = "Temporal does not answer: what waits goes out with the next turn of any onboarding"


@webhook.command
async def add(
    url: str,
    *,
    event: Annotated[tuple[str, ...], Parameter(help="A type of event; may be repeated. [default: all]")] = (),
    since: Annotated[str | None, Parameter(help="Send what was recorded from then on, UTC. [default: now]")] = None,
    where: Where = NOWHERE,
) -> None:
    """Add a webhook: another system is sent our events. Its signing secret is shown this one time.

    Parameters
    ----------
    url
        Where events are posted to: https, on the public network or in DAY90_WEBHOOK_ALLOW.
    """
    from starter.doors.webhooks import add_target

    installation = installation_at(where)
    target, secret = await add_target(
        webhooks_at(installation), _outbound(installation), url, types=event, since=_moment(since, "--since")
    )
    woken = await _wake(installation, target.id)
    document = {**_as_json(target), "secret": secret, "woken": woken}

    def draw(out: Console) -> None:
        out.print(plain(f"webhook {target.id} will be sent {_types(target)}"))
        out.print(Text.assemble(("secret   ", "dim"), plain(secret)), soft_wrap=True)
        out.print(plain("it will not be shown again; the receiver needs it to verify events: docs/webhooks.md", "dim"))
        out.print(plain(f"try it: day90 webhook test {target.id}" if woken else ASLEEP, "dim"))

    answer(where.json, document, draw)


@webhook.command(name="list")
def list_targets(*, where: Where = NOWHERE) -> None:
    """List webhooks with their addresses, events and states."""
    targets = webhooks_at(installation_at(where)).all()

    def draw(out: Console) -> None:
        if not targets:
            out.print("no webhooks yet; add one: day90 webhook add URL")
            return
        rows = [(str(target.id), target.url, _types(target), _state(target)) for target in targets]
        out.print(table("Webhooks", ("webhook", "address", "events", "state"), rows, whole=("webhook",)))

    answer(where.json, [_as_json(target) for target in targets], draw)


@webhook.command
def show(target: Webhook, *, where: Where = NOWHERE) -> None:
    """Show one webhook in full, and how many deliveries wait for it."""
    webhooks = webhooks_at(installation_at(where))
    held, waiting = webhooks.get(target), webhooks.waiting(target)
    facts = [("address", held.url), ("state", _state(held)), ("events", _types(held)), ("waiting", str(waiting))]
    facts += [("since", f"{held.since:%Y-%m-%d %H:%M} UTC")]
    if ends := held.also_signed_until(now=datetime.now(UTC)):
        facts += [("secrets", f"{1 + len(ends)}; {_old_ones(ends)}")]

    def draw(out: Console) -> None:
        draw_facts(out, facts, width=9)

    answer(where.json, {**_as_json(held), "waiting": waiting}, draw)


@webhook.command
def rotate(
    target: Webhook,
    *,
    keep_hours: Annotated[
        int,
        Parameter(
            help="Hours for which the previous secret signs too; 0 ends it and all older ones at once.",
            validator=validators.Number(gte=0, lte=720),
        ),
    ] = 24,
    where: Where = NOWHERE,
) -> None:
    """Give a webhook another signing secret, which is shown this one time.

    The previous secret signs too for a while, until the receiver has the new one. When rotated again meanwhile, each
    secret signs until its own end.
    """
    from starter.doors.webhooks import rotate as rotated

    held, secret = rotated(webhooks_at(installation_at(where)), target, keep=timedelta(hours=keep_hours))

    def draw(out: Console) -> None:
        out.print(Text.assemble(("secret   ", "dim"), plain(secret)), soft_wrap=True)
        ends = held.also_signed_until(now=datetime.now(UTC))
        out.print(plain(_old_ones(ends) if ends else "it alone signs from now on", "dim"))

    answer(where.json, {**_as_json(held), "secret": secret}, draw)


@webhook.command
def reseal(*, where: Where = NOWHERE) -> int:
    """Encrypt every secret in the store with the first sealing key: after an upgrade, or with a new key.

    Afterwards keys behind the first one are needed no more. Exits with 6 where a secret cannot be opened.
    """
    done, locked = webhooks_at(installation_at(where)).reseal()
    numbers = ", ".join(map(str, locked))

    def draw(out: Console) -> None:
        out.print(plain(f"{count(done - len(locked), 'webhook', 'webhooks')} sealed with the first key"))
        if locked:
            out.print(plain(f"DAY90_SEALING_KEY lacks the key of webhook {numbers}: add it, or rotate", "yellow"))

    answer(where.json, {"sealed": done - len(locked), "locked": locked}, draw)
    return FOUND if locked else OK


@webhook.command
async def enable(
    target: Webhook,
    *,
    since: Annotated[
        str | None, Parameter(help="Leave out what was recorded before, UTC. [default: go on where it stopped]")
    ] = None,
    where: Where = NOWHERE,
) -> None:
    """Enable a webhook again: it is sent what waits, and what has happened meanwhile."""
    installation = installation_at(where)
    held = webhooks_at(installation).enable(target, since=_moment(since, "--since"))
    await _show_enabled(installation, held, where)


@webhook.command
def disable(
    target: Webhook,
    *,
    reason: Annotated[str, Parameter(help="The reason, for whoever looks at it later.")] = "by hand",
    where: Where = NOWHERE,
) -> None:
    """Disable a webhook: it is sent nothing until it is enabled again. Nothing is lost."""
    held = webhooks_at(installation_at(where)).disable(target, reason=reason)
    answer(where.json, _as_json(held), lambda out: out.print(plain(f"webhook {held.id}: {_state(held)}")))


@webhook.command
async def remove(target: Webhook, *, where: Where = NOWHERE) -> None:
    """Remove a webhook, with its secret and the record of its deliveries."""
    from activities.webhooks import channel_of
    from starter.doors.bell import end_sender

    installation = installation_at(where)
    webhooks_at(installation).remove(target)
    await _if_reachable(installation, lambda client: end_sender(client, channel_of(target)))
    answer(where.json, {"id": target, "removed": True}, lambda out: out.print(plain(f"webhook {target} was removed")))


@webhook.command
def deliveries(
    target: Webhook,
    *,
    state: Literal["waiting", "sent", "failed"] | None = None,
    limit: Annotated[
        int, Parameter(help="How many of the newest to show.", validator=validators.Number(gte=1, lte=1000))
    ] = 50,
    before: Annotated[int | None, Parameter(help="The last entry of the page before.")] = None,
    where: Where = NOWHERE,
) -> None:
    """List what was sent to a webhook in the last 30 days, how often it was tried, and how the last try went."""
    page = webhooks_at(installation_at(where)).page(target, state=state, before=before, limit=limit)

    def draw(out: Console) -> None:
        if not page.lines:
            out.print("no deliveries")
            return
        columns = ("delivery", "event", "onboarding", "tries", "last", "state")
        out.print(table("Deliveries", columns, [_row(line) for line in page.lines], whole=("delivery", "tries")))
        if page.before is not None:
            out.print(plain(f"more: --before {page.before}", "dim"))

    answer(where.json, page.model_dump(mode="json"), draw)


@webhook.command
async def resend(
    delivery: Numbered | None = None,
    *,
    target: Annotated[int | None, Parameter(help="Send all failed deliveries of this webhook again.")] = None,
    failed_since: Annotated[str | None, Parameter(help="Only those that failed since then, UTC.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Send a delivery again, or all failed ones of a webhook.

    Parameters
    ----------
    delivery
        Its number; the event keeps its id.
    """
    if (delivery is None) == (target is None):
        raise WrongOption("name one delivery, or with --target the webhook whose failed ones to send")
    installation = installation_at(where)
    webhooks = webhooks_at(installation)
    if delivery is not None:
        target, again = webhooks.resend(delivery).target, 1
    else:
        again = webhooks.resend_failed(target or 0, since=_moment(failed_since, "--failed-since") or EARLIEST)
    held = webhooks.get(target or 0)
    woken = await _wake(installation, held.id)

    def draw(out: Console) -> None:
        out.print(plain(f"{count(again, 'delivery', 'deliveries')} of webhook {held.id} will be sent again"))
        if not held.active:
            out.print(plain(f"once it is enabled: day90 webhook enable {held.id}", "yellow"))
        elif not woken:
            out.print(plain(ASLEEP, "dim"))

    answer(where.json, {"target": held.id, "again": again, "active": held.active, "woken": woken}, draw)


@webhook.command(name="test")
async def try_it(target: Webhook, *, where: Where = NOWHERE) -> None:
    """Post one event `webhook.test` to a webhook now, and say what it answered."""
    from starter.doors.webhooks import try_out

    installation = installation_at(where)
    tried = await try_out(
        webhooks_at(installation), _outbound(installation), target, public_address=installation.public_address
    )
    milliseconds = int(tried.took / timedelta(milliseconds=1))
    document = {"target": target, "taken": tried.taken, "status": tried.status, "reason": tried.in_words}
    words = f"webhook {target}: {tried.in_words} after {milliseconds} ms"
    answer(
        where.json,
        {**document, "took_ms": milliseconds},
        lambda out: out.print(plain(words, "green" if tried.taken else "red"), soft_wrap=True),
    )


@webhook.command
def events(
    *,
    schema: Annotated[bool, Parameter(help="The JSON Schema of an event instead.")] = False,
    where: Where = NOWHERE,
) -> None:
    """List every type of event there is."""
    from domain.events import KINDS, PREFIX, json_schema

    if schema:
        written = json_schema()
        answer(where.json, written, lambda out: out.print(plain(json.dumps(written, indent=2)), soft_wrap=True))
        return
    rows = [(PREFIX + kind, event.what, event.about) for kind, event in KINDS.items()]
    shown = table("Events", ("event", "what", "about"), rows, whole=("event",))
    listed = [{"type": PREFIX + kind, **event._asdict()} for kind, event in KINDS.items()]
    answer(where.json, listed, lambda out: out.print(shown))


def webhooks_at(installation: Installation) -> "SqlWebhooks":
    """The webhooks in the store of an installation."""
    from runtime.sealing_key import sealing_keys
    from store.sealing import Sealing
    from store.webhooks import SqlWebhooks

    return SqlWebhooks(installation.engine, sealing=Sealing(sealing_keys(installation.settings)))


def _outbound(installation: Installation) -> "Outbound":
    from runtime.outbound import Outbound

    return Outbound(installation.settings.webhooks_allowed)


async def _show_enabled(installation: Installation, target: "Target", where: Where) -> None:
    woken = await _wake(installation, target.id)

    def draw(out: Console) -> None:
        out.print(plain(f"webhook {target.id}: {_state(target)}"))
        if not woken:
            out.print(plain(ASLEEP, "dim"))

    answer(where.json, {**_as_json(target), "woken": woken}, draw)


async def _wake(installation: Installation, target: Numbered) -> bool:
    from activities.webhooks import channel_of
    from starter.doors.bell import wake_sender

    return await _if_reachable(
        installation, lambda client: wake_sender(client, channel_of(target), task_queue=installation.task_queue)
    )


async def _if_reachable(installation: Installation, deed: Callable[[Any], Any]) -> bool:
    """Whether `deed` could be done. Temporal may be away: what was ordered is in the store all the same."""
    from temporalio.service import RPCError

    from runtime.connection import BadTemporalProfile, CannotReachTemporal

    try:
        await deed(await installation.client())
    except (RPCError, CannotReachTemporal, BadTemporalProfile, NotReachable):
        return False
    return True


def _moment(text: str | None, option: str) -> datetime | None:
    """The moment that an option names, in UTC; None when it was not given. Raises InvalidNews naming the option."""
    if text is None:
        return None
    return moment(text, zone="UTC", now=datetime.now(UTC), closed_at=EARLIEST, field=option)


def _as_json(target: "Target") -> dict[str, Any]:
    return {**target.model_dump(mode="json"), "active": target.active}


def _old_ones(ends: Sequence[datetime]) -> str:
    until = ", ".join(f"{end:%Y-%m-%d %H:%M}" for end in ends)
    return (
        f"the one before signs too until {until} UTC" if len(ends) == 1 else f"those before sign too until {until} UTC"
    )


def _types(target: "Target") -> str:
    return ", ".join(target.types) or "everything"


def _state(target: "Target") -> str:
    if not target.active:
        return f"disabled: {target.disabled_reason}"
    if target.failing_since is not None:
        return f"failing since {target.failing_since:%Y-%m-%d %H:%M} UTC"
    return "active"


def _row(line: "DeliveryLine") -> Sequence[str]:
    last = "" if line.tried_at is None else f"{line.last_error or line.last_status} ({line.latency_ms} ms)"
    name = line.onboarding.removeprefix("onboarding-")
    return str(line.id), f"{line.kind} {line.about}".strip(), name, str(line.attempts), last, line.state
