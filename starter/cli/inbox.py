"""What did other systems deliver, and what became of it? Lists deliveries, shows one, and tries it again."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.text import Text

from starter.cli.answers import answer, count, draw_facts, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Where
from starter.trouble import NotFound, WrongOption

if TYPE_CHECKING:
    from domain.inbox import InboxRow
    from store.inbox import SqlInbox

Delivery = Annotated[Numbered, Parameter(help="Its number, as day90 inbox shows it.")]

inbox = App(name="inbox", help="What other systems delivered, and what became of it.")
COLOURS = {"refused": "red", "waiting": "yellow", "done": "green"}


@inbox.default
def list_deliveries(
    *,
    state: Literal["waiting", "done", "kept", "refused"] | None = None,
    source: Annotated[str | None, Parameter(help="hubspot, salesforce, deals, news, stripe …")] = None,
    subject: Annotated[str | None, Parameter(help="What it is about: a deal's id, a customer's id.")] = None,
    before: Annotated[Numbered | None, Parameter(help="Only those with a smaller number: the next page.")] = None,
    limit: Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1000))] = 30,
    where: Where = NOWHERE,
) -> None:
    """The newest deliveries, newest first; `--state refused` are those that a person must look at."""
    installation = installation_at(where)
    deliveries = _inbox(installation)
    page = deliveries.page(state=state, source=source, subject=subject, before=before, limit=limit)
    counted = deliveries.counted()

    def draw(out: Console) -> None:
        if not page.rows:
            filtered = state or source or subject or before
            out.print("nothing like that was delivered" if filtered else plain(NOTHING_YET))
            return
        columns = ("no.", "came", "from", "what", "about", "became")
        out.print(table("Inbox", columns, [_line(row) for row in page.rows], whole=("no.", "came")))
        states = ", ".join(f"{number} {name}" for name, number in sorted(counted.items()))
        out.print(plain(f"{count(sum(counted.values()), 'delivery', 'deliveries')}: {states}", "dim"))
        if counted.get("refused"):
            out.print(plain("one of them in full: day90 inbox show NO.; once mended: day90 inbox retry NO.", "dim"))
        if page.before is not None:
            out.print(plain(f"older ones: day90 inbox --before {page.before}", "dim"))

    answer(where.json, {**page.model_dump(mode="json"), "counted": dict(counted)}, draw)


@inbox.command
def show(delivery: Delivery, *, where: Where = NOWHERE) -> None:
    """One delivery in full: what was sent, what became of it and why."""
    row = _inbox(installation_at(where)).get(delivery)
    if row is None:
        raise NotFound(f"there is no delivery {delivery}; day90 inbox lists them")

    def draw(out: Console) -> None:
        facts = [("from", row.source), ("what", row.kind), ("about", row.subject), ("key", row.key)]
        facts += [("came", f"{row.received_at:%Y-%m-%d %H:%M:%S} UTC"), ("state", row.state), ("because", row.outcome)]
        facts += [("field", row.field), ("started", row.onboarding)]
        draw_facts(out, facts, width=9)
        out.print()
        out.print(plain(json.dumps(row.body, ensure_ascii=False, indent=2)), soft_wrap=True)

    answer(where.json, row.model_dump(mode="json"), draw)


@inbox.command
async def retry(
    delivery: Annotated[Numbered | None, Parameter(help="Its number.")] = None,
    *,
    refused: Annotated[bool, Parameter(help="All that were refused, from --source or from every source.")] = False,
    source: str | None = None,
    where: Where = NOWHERE,
) -> None:
    """Work through a delivery again, as if it had just come, once what was wrong has been mended elsewhere."""
    from starter.doors.bell import wake_receiver

    if (delivery is None) == (not refused):
        raise WrongOption("name one delivery by its number, or give --refused for all that were refused")
    installation = installation_at(where)
    deliveries = _inbox(installation)
    if delivery is not None and deliveries.get(delivery) is None:
        raise NotFound(f"there is no delivery {delivery}; day90 inbox lists them")
    again = deliveries.retry(delivery) if delivery is not None else deliveries.retry_refused(source=source)
    client = await installation.client()
    await wake_receiver(client, task_queue=installation.task_queue)
    words = f"{count(again, 'delivery', 'deliveries')} will be worked through again" if again else "it waits already"
    answer(where.json, {"again": int(again)}, lambda out: out.print(words))


NOTHING_YET = (
    "nothing was delivered yet: CRM, product and billing send to the web process (day90 web), at addresses that are"
    " opened by setting a secret, like DAY90_DEALS_TOKEN for /intake/deals"
)


def _inbox(installation: Installation) -> "SqlInbox":
    from store.inbox import SqlInbox

    return SqlInbox(installation.engine)


def _line(row: "InboxRow") -> "tuple[Text | str, ...]":
    became = Text.assemble((row.state, COLOURS.get(row.state, "")))
    words = f"{row.field}: {row.outcome}" if row.field and row.outcome else row.outcome
    if words:
        became.append_text(plain(f": {words}"))
    came = f"{row.received_at:%d %b %H:%M}"
    return str(row.id), came, row.source, row.kind.replace("_", " "), row.subject, became
