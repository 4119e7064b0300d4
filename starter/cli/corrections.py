"""What is wrong with a customer, and what is done about it? Commands about red flags and course corrections."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_args

from cyclopts import App, Parameter
from rich.console import Console

from domain.news import Cause
from domain.rules.corrections import correction_for, flag_title
from domain.wire import Category
from domain.wording import day_in_words
from starter.cli.answers import answer, in_words, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.cli.times import day
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.record import RegisterRow

flag = App(name="flag", help="Raise, lower and list red flags.")
correction = App(name="correction", help="Open, change, close and list course corrections.")

Owner = Annotated[str | None, Parameter(help="Who of ours has it: a staff handle, or that person's e-mail address.")]
Flag = Annotated[str, Parameter(help="The flag, as day90 flag list shows it.")]
Correction = Annotated[str, Parameter(help="The correction, as day90 correction list shows it.")]
Due = Annotated[str | None, Parameter(help="The day by which it is to have helped, like 2027-01-29.")]


@flag.command(name="raise", help=explained("raise_flag"))
async def raise_flag(
    onboarding: Onboarding,
    key: Annotated[str, Parameter(help="One of the playbook's, or a name of your own.")],
    *,
    reason: Annotated[str, Parameter(help="What you have seen.")],
    category: Annotated[Category | None, Parameter(help="Of a flag that the playbook does not have.")] = None,
    since: Annotated[str | None, Parameter(help="Since when it is so, like 2027-01-29. [default: today]")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"category": category or _category(where, onboarding, key), "since": day(since, field="since")}
    await tell(where, onboarding, "raise_flag", details, flag=key, reason=reason, **fields)


@flag.command(help=explained("lower_flag"))
async def lower(
    onboarding: Onboarding,
    key: Flag,
    *,
    reason: Annotated[str | None, Parameter(help="Why it is none, or none any more.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "lower_flag", details, flag=key, reason=reason)


@flag.command(name="list")
def list_flags(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the red flags of an onboarding, those that are up first."""
    _, onboarding, playbook, registers = _registers(where, onboarding)
    flags = flags_of(registers)

    def draw(out: Console) -> None:
        if flags:
            out.print(table("Red flags", FLAGS, [flag_line(row, playbook) for row in flags], whole=("flag", "since")))
        else:
            out.print(plain(f"no red flags; one is raised with: day90 flag raise {onboarding} FLAG --reason WHY"))

    answer(where.json, [row.model_dump(mode="json") for row in flags], draw)


@correction.command(name="open", help=explained("open_correction"))
async def open_correction(
    onboarding: Onboarding,
    category: Category,
    *,
    flags: Annotated[tuple[str, ...], Parameter(name="--flag", help="What calls for it; may be repeated.")] = (),
    reason: Annotated[str | None, Parameter(help="Why, where no flag says so.")] = None,
    owner: Owner = None,
    due: Due = None,
    key: Annotated[str | None, Parameter(name="--correction", help="Its id; by default correction-1 …")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields: dict[str, Any] = {"flags": list(flags) or None, "reason": reason, "owner": owner, "correction": key}
    fields["due"] = day(due, field="due")
    await tell(where, onboarding, "open_correction", details, category=category, **fields)


@correction.command(help=explained("change_correction"))
async def change(
    onboarding: Onboarding,
    key: Correction,
    *,
    owner: Owner = None,
    due: Due = None,
    cause: Annotated[Cause | None, Parameter(help="The root cause, once it is known.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"owner": owner, "due": day(due, field="due"), "cause": cause}
    await tell(where, onboarding, "change_correction", details, correction=key, **fields)


@correction.command
async def helped(
    onboarding: Onboarding, key: Correction, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    """A course correction has helped, and is over."""
    await tell(where, onboarding, "close_correction", details, correction=key, outcome="helped")


@correction.command
async def failed(
    onboarding: Onboarding, key: Correction, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    """A course correction has not helped: it goes up, to the owner's manager first."""
    await tell(where, onboarding, "close_correction", details, correction=key, outcome="did_not_help")


@correction.command
async def unneeded(
    onboarding: Onboarding, key: Correction, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    """A course correction was not needed: it was a false alarm."""
    await tell(where, onboarding, "close_correction", details, correction=key, outcome="false_alarm")


@correction.command(name="list")
def list_corrections(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the course corrections of an onboarding, open ones first, with the steps of those."""
    installation, onboarding, playbook, registers = _registers(where, onboarding)
    corrections = corrections_of(registers)
    today = installation.ledger.dossier(onboarding).calendar.day_of(installation.business_now(None))

    def draw(out: Console) -> None:
        if not corrections:
            out.print(plain(f"no course corrections; one begins with: day90 correction open {onboarding} CATEGORY"))
            return
        draw_corrections(out, corrections, playbook, today=today)
        for row in corrections:
            definition = correction_for(playbook, str(row.data.get("category")), row.data.get("flags") or ())
            if row.status == "open" and definition is not None:
                out.print()
                out.print(plain(f"{row.key}: what to do", "bold"))
                for number, step in enumerate(definition.steps, start=1):
                    out.print(plain(f"  {number}. {step if isinstance(step, str) else step.get('en', '')}"))

    answer(where.json, [row.model_dump(mode="json") for row in corrections], draw)


FLAGS = ("flag", "since", "state", "category", "what")
CORRECTIONS = ("correction", "to have helped by", "state", "category", "owner", "cause", "what")


def flags_of(registers: "Sequence[RegisterRow]") -> "list[RegisterRow]":
    """The flags among the rows, those that are up first."""
    flags = [row for row in registers if row.kind == "flag"]
    return sorted(flags, key=lambda row: (row.status != "up", str(row.data.get("since")), row.key))


def corrections_of(registers: "Sequence[RegisterRow]") -> "list[RegisterRow]":
    """The corrections among the rows, open ones first, each by its day."""
    corrections = [row for row in registers if row.kind == "correction"]
    return sorted(corrections, key=lambda row: (row.status != "open", str(row.data.get("due")), row.key))


def flag_line(row: "RegisterRow", playbook: "Playbook") -> tuple[Any, ...]:
    """The cells of a flag under FLAGS."""
    since = row.data.get("since") or str(row.at.date())
    state = plain("up", "red") if row.status == "up" else plain("down")
    seen = flag_title(playbook, row.key, "en")
    reason = f": {row.data['reason']}" if row.data.get("reason") else ""
    return row.key, day_in_words(date.fromisoformat(since)), state, str(row.data.get("category")), f"{seen}{reason}"


def draw_corrections(out: Console, corrections: "Sequence[RegisterRow]", playbook: "Playbook", *, today: date) -> None:
    """The corrections, each with its day, how it stands, and who has it."""
    rows = [_line(row, playbook, today=today) for row in corrections]
    out.print(table("Course corrections", CORRECTIONS, rows, whole=("correction", "to have helped by")))


def _line(row: "RegisterRow", playbook: "Playbook", *, today: date) -> tuple[Any, ...]:
    due = date.fromisoformat(str(row.data["due"])) if row.data.get("due") else None
    late = row.status == "open" and due is not None and due < today
    went_up = ("", ", went up once", ", went up twice")[min(int(row.data.get("level") or 0), 2)]
    state = f"{'late' if late else in_words(row.status)}{went_up}"
    definition = correction_for(playbook, str(row.data.get("category")), row.data.get("flags") or ())
    title = definition.title if definition else row.key
    return (
        row.key,
        day_in_words(due) if due else "",
        plain(state, "red") if late else plain(state),
        str(row.data.get("category")),
        str(row.data.get("owner") or ""),
        str(row.data.get("cause") or ""),
        title if isinstance(title, str) else title.get("en", row.key),
    )


def _registers(where: Where, named: str) -> "tuple[Installation, str, Playbook, Sequence[RegisterRow]]":
    from store.reads import one

    installation = installation_at(where)
    onboarding = installation.meant(named)
    playbook = installation.ledger.dossier(onboarding).playbook
    return installation, onboarding, playbook, one(installation.engine, onboarding).registers


def _category(where: Where, named: str, key: str) -> str:
    """The category that the playbook has for that flag. Raises WrongOption, naming its flags, where it has none."""
    installation = installation_at(where)
    playbook = installation.ledger.dossier(installation.meant(named)).playbook
    for one in playbook.red_flags:
        if one.key == key:
            return one.category
    flags = ", ".join(one.key for one in playbook.red_flags)
    raise WrongOption(
        f"--category: {key!r} is none of the playbook's flags, so say which of {', '.join(get_args(Category))}"
        f" it is; the playbook has: {flags}"
    )
