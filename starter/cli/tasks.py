"""Which tasks are there beside the plan? Commands that give, change, close and list them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.text import Text

from domain.wording import day_in_words
from starter.cli.answers import answer, plain, table
from starter.cli.installation import installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.cli.times import day

if TYPE_CHECKING:
    from domain.record import RegisterRow

Task = Annotated[str, Parameter(help="The task, as day90 task list shows it.")]

task = App(name="task", help="Give, change, close and list tasks that are not in the plan.")

Key = Annotated[str | None, Parameter(name="--task", help="Its id; by default task-1, task-2 …")]
Owner = Annotated[
    str | None, Parameter(help="Who has it: a stakeholder's id, a staff handle, or the e-mail address of either.")
]


@task.command(help=explained("add_task"))
async def add(
    onboarding: Onboarding,
    title: str,
    *,
    due: Annotated[str, Parameter(help="The day by which it is to be done, like 2027-01-29.")],
    owner: Owner = None,
    key: Key = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"title": title, "due": day(due, field="due"), "owner": owner, "task": key}
    await tell(where, onboarding, "add_task", details, **fields)


@task.command(help=explained("change_task"))
async def change(
    onboarding: Onboarding,
    key: Task,
    *,
    title: str | None = None,
    due: Annotated[str | None, Parameter(help="Its new day, like 2027-01-29.")] = None,
    owner: Owner = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    fields = {"title": title, "due": day(due, field="due"), "owner": owner}
    await tell(where, onboarding, "change_task", details, task=key, **fields)


@task.command
async def done(onboarding: Onboarding, key: Task, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    """A task is done."""
    await tell(where, onboarding, "close_task", details, task=key, outcome="done")


@task.command
async def drop(onboarding: Onboarding, key: Task, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    """A task is not needed any more."""
    await tell(where, onboarding, "close_task", details, task=key, outcome="dropped")


@task.command(name="list")
def list_tasks(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the tasks of an onboarding, open ones first, each by its day."""
    from store.reads import one

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    standing = one(installation.engine, onboarding)
    tasks = [row for row in standing.registers if row.kind == "task"]
    tasks.sort(key=lambda row: (row.status != "open", str(row.data.get("due"))))
    today = installation.ledger.dossier(onboarding).calendar.day_of(installation.business_now(standing.as_of))

    def draw(out: Console) -> None:
        if tasks:
            out.print(table("Tasks", COLUMNS, [task_line(row, today=today) for row in tasks], whole=("task", "due")))
        else:
            out.print(plain(f"no tasks; one is given with: day90 task add {onboarding} TITLE --due DAY"))

    answer(where.json, [row.model_dump(mode="json") for row in tasks], draw)


COLUMNS = ("task", "due", "state", "owner", "title")


def task_line(row: "RegisterRow", *, today: date) -> tuple[str, str, Text, str, str]:
    """The cells of a task under COLUMNS; `today` is the customer's."""
    due = date.fromisoformat(str(row.data["due"]))
    late = row.status == "open" and due < today
    state = plain("late", "red") if late else plain(row.status)
    return row.key, day_in_words(due), state, str(row.data.get("owner") or ""), row.title
