"""What is there to know of one onboarding beside its plan? The people, the open tasks, and what was told last."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from domain.notice import Person
from starter.cli.answers import in_words, moment_of, plain, table
from starter.cli.corrections import FLAGS, corrections_of, draw_corrections, flag_line, flags_of
from starter.cli.reasons import more_of
from starter.cli.tasks import COLUMNS, task_line

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.record import RegisterRow
    from store.reads import JournalEntry

LAST_NEWS = 5
SHOWN_PEOPLE = 12
"""Of each side: all who have a part of their own, and some of the two hundred end users."""
SIDES = {"customer": "At the customer's", "vendor": "With us"}


def draw_people(out: Console, people: Sequence[Person]) -> None:
    """Who takes part, by the ids that `--by` and `--owner` take."""
    for side, title in SIDES.items():
        of_side = [person for person in people if person.side == side]
        rows = [(person.id, person.name, in_words(person.role), person.email) for person in of_side[:SHOWN_PEOPLE]]
        if rows:
            out.print()
            out.print(table(title, ("id", "name", "role", "address"), rows, whole=("id", "address")))
        if (more := len(of_side) - SHOWN_PEOPLE) > 0:
            out.print(plain(f"and {more} more: --json has all", "dim"))


def draw_tasks(out: Console, tasks: Sequence["RegisterRow"], *, today: date) -> None:
    """The open tasks by their days."""
    if tasks:
        out.print()
        rows = [task_line(row, today=today) for row in tasks]
        out.print(table("Open tasks", COLUMNS, rows, whole=("task", "due")))


def draw_flags(out: Console, registers: Sequence["RegisterRow"], playbook: "Playbook", *, today: date) -> None:
    """The red flags that are up, and the course corrections that are open."""
    up = [row for row in flags_of(registers) if row.status == "up"]
    if up:
        out.print()
        out.print(table("Red flags", FLAGS, [flag_line(row, playbook) for row in up], whole=("flag", "since")))
    corrections = [row for row in corrections_of(registers) if row.status == "open"]
    if corrections:
        out.print()
        draw_corrections(out, corrections, playbook, today=today)


def draw_news(out: Console, news: Sequence["JournalEntry"], *, zone: str) -> None:
    """What people and other systems told last, the newest first."""
    if news:
        out.print()
        out.print(table("Last news", NEWS, [news_line(entry, zone=zone) for entry in news], whole=("when",)))


NEWS = ("when", "what", "who", "more")


def news_line(entry: "JournalEntry", *, zone: str) -> tuple[str, Text, str, str]:
    """The cells of an entry of the journal under NEWS."""
    about = f" {entry.about}" if entry.about else ""
    what = Text.assemble(plain(in_words(entry.kind)), plain(about, "dim"))
    return moment_of(entry.at, zone), what, entry.by or entry.via, more_of(entry, zone=zone)


def open_tasks(registers: Sequence["RegisterRow"]) -> list["RegisterRow"]:
    rows = [row for row in registers if row.kind == "task" and row.status == "open"]
    return sorted(rows, key=lambda row: (str(row.data.get("due")), row.key))


def named(ids: Sequence[str], people: Mapping[str, Person]) -> list[dict[str, Any]]:
    """Ids with the names that go with them, for programs."""
    return [{"id": id, "name": people[id].name if id in people else None} for id in ids]
