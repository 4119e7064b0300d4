"""Which other systems are told of what happens, and did they take it? Targets of webhooks, and their deliveries."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.text import Text

from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Where
from starter.cli.times import moment
from starter.trouble import NotReachable, WrongOption

if TYPE_CHECKING:
    from domain.webhooks import DeliveryLine, Target
    from runtime.outbound import Outbound
    from store.webhooks import SqlWebhooks

webhook = App(name="webhook", help="Which other systems are told of what happens, and did they take it?")

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ASLEEP = "Temporal does not answer: what waits goes out with the next turn of any onboarding"


@webhook.command
async def add(
    url: str,
    *,
    event: Annotated[tuple[str, ...], Parameter(help="A type of event, may be repeated. [default: all]")] = (),
    since: Annotated[str | None, Parameter(help="Tell what was written down from then on, UTC. [default: now]")] = None,
    where: Where = NOWHERE,
) -> None:
    """Tell another system. Its signing secret is shown this once.

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
    said = {**_said(target), "secret": secret, "woken": woken}

    def draw(out: Console) -> None:
        out.print(plain(f"webhook {target.id} is told of {_types(target)}"))
        out.print(Text.assemble(("secret   ", "dim"), plain(secret)), soft_wrap=True)
        out.print(plain("it is shown this once; the receiver verifies by it: docs/webhooks.md", "dim"))
        out.print(plain(f"try it: day90 webhook test {target.id}" if woken else ASLEEP, "dim"))

    answer(where.json, said, draw)


@webhook.command(name="list")
def list_targets(*, where: Where = NOWHERE) -> None:
    """Every target: whether it is told, and of what."""
    found = webhooks_at(installation_at(where)).all()

    def draw(out: Console) -> None:
        if not found:
            out.print("nobody is told; add one: day90 webhook add URL")
            return
        rows = [(str(target.id), target.url, _types(target), _state(target)) for target in found]
        out.print(table("Webhooks", ("webhook", "address", "events", "state"), rows, whole=("webhook",)))

    answer(where.json, [_said(target) for target in found], draw)


@webhook.command
def show(target: Numbered, *, where: Where = NOWHERE) -> None:
    """One target in full, and how much waits for it."""
    webhooks = webhooks_at(installation_at(where))
    found, waiting = webhooks.get(target), webhooks.waiting(target)
    facts = [("address", found.url), ("state", _state(found)), ("events", _types(found)), ("waiting", str(waiting))]
    facts += [("since", f"{found.since:%Y-%m-%d %H:%M} UTC")]
    if ends := found.also_signed_until(now=datetime.now(UTC)):
        facts += [("secrets", f"{1 + len(ends)}; {_old_ones(ends)}")]

    def draw(out: Console) -> None:
        for name, words in facts:
            out.print(Text.assemble((f"{name:<9}", "dim"), plain(words)), soft_wrap=True)

    answer(where.json, {**_said(found), "waiting": waiting}, draw)


@webhook.command
def rotate(
    target: Numbered,
    *,
    keep_hours: Annotated[
        int,
        Parameter(
            help="For so long the secret before signs too; 0 ends it, and all before it, at once.",
            validator=validators.Number(gte=0, lte=720),
        ),
    ] = 24,
    where: Where = NOWHERE,
) -> None:
    """Sign by another secret. It is shown this once.

    Until the receiver has it, the one before signs too. Ordered again meanwhile, each signs until its own end.
    """
    from starter.doors.webhooks import rotate as rotated

    found, secret = rotated(webhooks_at(installation_at(where)), target, keep=timedelta(hours=keep_hours))

    def draw(out: Console) -> None:
        out.print(Text.assemble(("secret   ", "dim"), plain(secret)), soft_wrap=True)
        ends = found.also_signed_until(now=datetime.now(UTC))
        out.print(plain(_old_ones(ends) if ends else "it alone signs from now on", "dim"))

    answer(where.json, {**_said(found), "secret": secret}, draw)


@webhook.command
async def enable(
    target: Numbered,
    *,
    since: Annotated[
        str | None, Parameter(help="Leave out what was written down before, UTC. [default: go on where it stopped]")
    ] = None,
    where: Where = NOWHERE,
) -> None:
    """Tell it again: what waits, and what has happened meanwhile."""
    installation = installation_at(where)
    found = webhooks_at(installation).enable(target, since=_moment(since, "--since"))
    await _told(installation, found, where)


@webhook.command
def disable(
    target: Numbered,
    *,
    reason: Annotated[str, Parameter(help="For whoever looks.")] = "by hand",
    where: Where = NOWHERE,
) -> None:
    """Tell it nothing until it is enabled again; nothing of it is lost."""
    found = webhooks_at(installation_at(where)).disable(target, reason=reason)
    answer(where.json, _said(found), lambda out: out.print(plain(f"webhook {found.id}: {_state(found)}")))


@webhook.command
async def remove(target: Numbered, *, where: Where = NOWHERE) -> None:
    """Forget it, its secret, and how its deliveries went."""
    from activities.webhooks import channel_of
    from starter.doors.bell import end_sender

    installation = installation_at(where)
    webhooks_at(installation).remove(target)
    await _if_reachable(installation, lambda client: end_sender(client, channel_of(target)))
    answer(where.json, {"id": target, "removed": True}, lambda out: out.print(plain(f"webhook {target} is no more")))


@webhook.command
def deliveries(
    target: Numbered,
    *,
    state: Literal["waiting", "sent", "failed"] | None = None,
    limit: Annotated[int, Parameter(help="The newest so many.", validator=validators.Number(gte=1, lte=1000))] = 50,
    before: Annotated[int | None, Parameter(help="The last entry of the page before.")] = None,
    where: Where = NOWHERE,
) -> None:
    """What was sent to a target, how often it was tried, and how the last try went. It reaches 30 days back."""
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
    target: Annotated[int | None, Parameter(help="All of this target that were given up.")] = None,
    failed_since: Annotated[str | None, Parameter(help="Only those given up since then, UTC.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Send a delivery again, or all of a target that were given up.

    Parameters
    ----------
    delivery
        Its number; the event keeps its id.
    """
    if (delivery is None) == (target is None):
        raise WrongOption("name one delivery, or with --target all of a target that were given up")
    installation = installation_at(where)
    webhooks = webhooks_at(installation)
    if delivery is not None:
        target, again = webhooks.resend(delivery).target, 1
    else:
        again = webhooks.resend_failed(target or 0, since=_moment(failed_since, "--failed-since") or EARLIEST)
    found = webhooks.get(target or 0)
    woken = await _wake(installation, found.id)

    def draw(out: Console) -> None:
        out.print(plain(f"{count(again, 'delivery', 'deliveries')} of webhook {found.id} will go again"))
        if not found.active:
            out.print(plain(f"once it is enabled: day90 webhook enable {found.id}", "yellow"))
        elif not woken:
            out.print(plain(ASLEEP, "dim"))

    answer(where.json, {"target": found.id, "again": again, "active": found.active, "woken": woken}, draw)


@webhook.command(name="test")
async def try_it(target: Numbered, *, where: Where = NOWHERE) -> None:
    """Post one event webhook.test now, and say what came of it."""
    from starter.doors.webhooks import try_out

    installation = installation_at(where)
    tried = await try_out(
        webhooks_at(installation), _outbound(installation), target, public_address=installation.settings.public_address
    )
    milliseconds = int(tried.took / timedelta(milliseconds=1))
    said = {"target": target, "taken": tried.taken, "status": tried.status, "reason": tried.in_words}
    words = f"webhook {target}: {tried.in_words} after {milliseconds} ms"
    answer(
        where.json,
        {**said, "took_ms": milliseconds},
        lambda out: out.print(plain(words, "green" if tried.taken else "red"), soft_wrap=True),
    )


@webhook.command
def events(
    *,
    schema: Annotated[bool, Parameter(help="The JSON Schema of an event instead.")] = False,
    where: Where = NOWHERE,
) -> None:
    """Every type of event there is."""
    from domain.events import KINDS, PREFIX, json_schema

    if schema:
        said = json_schema()
        answer(where.json, said, lambda out: out.print(plain(json.dumps(said, indent=2)), soft_wrap=True))
        return
    rows = [(PREFIX + kind, told.what, told.about) for kind, told in KINDS.items()]
    shown = table("Events", ("event", "what", "about"), rows, whole=("event",))
    listed = [{"type": PREFIX + kind, **told._asdict()} for kind, told in KINDS.items()]
    answer(where.json, listed, lambda out: out.print(shown))


def webhooks_at(installation: Installation) -> "SqlWebhooks":
    from store.webhooks import SqlWebhooks

    return SqlWebhooks(installation.engine)


def _outbound(installation: Installation) -> "Outbound":
    from runtime.outbound import Outbound

    return Outbound(installation.settings.webhooks_allowed)


async def _told(installation: Installation, found: "Target", where: Where) -> None:
    woken = await _wake(installation, found.id)

    def draw(out: Console) -> None:
        out.print(plain(f"webhook {found.id}: {_state(found)}"))
        if not woken:
            out.print(plain(ASLEEP, "dim"))

    answer(where.json, {**_said(found), "woken": woken}, draw)


async def _wake(installation: Installation, target: Numbered) -> bool:
    from activities.webhooks import channel_of
    from starter.doors.bell import wake_sender

    return await _if_reachable(
        installation, lambda client: wake_sender(client, channel_of(target), task_queue=installation.task_queue)
    )


async def _if_reachable(installation: Installation, deed: Callable[[Any], Any]) -> bool:
    """Whether it was done: what is ordered stands in the store, and Temporal may be away."""
    from temporalio.service import RPCError

    from runtime.connection import BadTemporalProfile, CannotReachTemporal

    try:
        await deed(await installation.client())
    except (RPCError, CannotReachTemporal, BadTemporalProfile, NotReachable):
        return False
    return True


def _moment(text: str | None, option: str) -> datetime | None:
    """Raises InvalidNews naming the option."""
    if text is None:
        return None
    return moment(text, zone="UTC", now=datetime.now(UTC), closed_at=EARLIEST, field=option)


def _said(target: "Target") -> dict[str, Any]:
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
    return "told"


def _row(line: "DeliveryLine") -> Sequence[str]:
    last = "" if line.tried_at is None else f"{line.last_error or line.last_status} ({line.latency_ms} ms)"
    name = line.onboarding.removeprefix("onboarding-")
    return str(line.id), f"{line.kind} {line.about}".strip(), name, str(line.attempts), last, line.state
