"""Do both sides agree on the goals? Commands that list them with who has said yes, and say yes."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from starter.cli.answers import answer, in_words, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where

if TYPE_CHECKING:
    from starter.doors.goals import GoalDoor, GoalShown

goal = App(name="goal", help="Goals with baseline and target: who has agreed to them, and to agree.")
By = Annotated[str, Parameter(help="Who: a staff handle, a contact's id, or the mail address of either.")]


@goal.command(name="list")
def list_goals(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the goals of an onboarding, and whose yes each waits for. `day90 metric define` says one."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    each = _door(installation).shown(onboarding)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("no goals yet"))
            return
        columns = ("goal", "title", "baseline", "target", "unit", "stands")
        out.print(table("Goals", columns, [_line(one) for one in each], whole=("goal",)))

    answer(where.json, [one.model_dump(mode="json") for one in each], draw)


@goal.command
def agree(
    onboarding: Onboarding,
    key: Annotated[str, Parameter(help="The goal, as `day90 goal list` has it.")],
    *,
    by: By,
    where: Where = NOWHERE,
) -> None:
    """Say yes to a goal as it stands, as somebody of the customer's has at the kickoff, or in our own name."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    agreed = _door(installation).agree(onboarding, key, installation.deeds().of(onboarding, by, "agree", key))
    answer(where.json, agreed.model_dump(mode="json"), lambda out: out.print(plain(f"{agreed.title}: {by} agrees")))


def _door(installation: Installation) -> "GoalDoor":
    from starter.doors.goals import GoalDoor

    return GoalDoor(engine=installation.engine, ledger=installation.ledger, staff=installation.staff)


def _line(one: "GoalShown") -> tuple[str, ...]:
    said = one.goal
    figures = tuple("–" if value is None else f"{value:g}" for value in (said.baseline, said.target))
    return said.key, said.title, *figures, said.unit, in_words(one.standing)
