"""Which playbooks are there, what do they say, and are they sound?"""

from pathlib import Path
from typing import Any

from cyclopts import App
from rich.console import Console

from domain.playbook import Playbook
from domain.text import in_language
from runtime.settings import load_settings
from starter.cli.answers import answer, count, plain, table
from starter.cli.codes import OK, USAGE
from starter.cli.desk import library_of
from starter.cli.files import why_unread
from starter.cli.options import NOWHERE, Where
from starter.trouble import UnreadableFile

playbook = App(name="playbook", help="Show, describe and check playbooks.")


@playbook.command
def show(key: str | None = None, *, where: Where = NOWHERE) -> None:
    """One playbook's stages and milestones; without a key, which ones there are."""
    library = library_of(load_settings(flags={"data": where.data}))
    if key is not None:
        found = library.get(key)
        answer(where.json, found.model_dump(mode="json", by_alias=True), lambda out: _draw(out, found))
        return
    keys = library.keys()
    books = [library.get(key) for key in keys]
    rows = [(book.key, in_language(book.title, "en"), book.touch, f"{book.from_yearly_value:,.0f}") for book in books]
    said = [{"key": book.key, "title": in_language(book.title, "en"), "touch": book.touch} for book in books]
    answer(
        where.json,
        said,
        lambda out: out.print(table("Playbooks", ("key", "title", "touch", "from a yearly value of"), rows)),
    )


@playbook.command
def schema() -> None:
    """The JSON Schema of a playbook, for editors that complete and check."""
    from playbooks.library import json_schema

    answer(True, json_schema(), lambda _: None)


@playbook.command
def lint(file: Path, *, where: Where = NOWHERE) -> int:
    """Everything that is wrong with a playbook's file, each with its line; exit code 2 when there is anything."""
    from playbooks.library import complaints_about

    if reason := why_unread(file):
        raise UnreadableFile(f"{file}: {reason}")
    complaints = complaints_about(file)

    def draw(out: Console) -> None:
        for complaint in complaints:
            out.print(plain(complaint), soft_wrap=True)
        out.print(
            plain(f"{file}: {count(len(complaints), 'complaint') if complaints else 'nothing to complain about'}")
        )

    answer(where.json, [vars_of(complaint) for complaint in complaints], draw)
    return USAGE if complaints else OK


def vars_of(complaint: Any) -> dict[str, Any]:
    return {"file": complaint.file, "line": complaint.line, "field": complaint.field, "what": complaint.what}


def _draw(out: Console, book: Playbook) -> None:
    out.print(plain(f"{in_language(book.title, 'en')} ({book.key}), {count(book.length_days, 'day')}", "bold"))
    out.print(plain(in_language(book.summary, "en")))
    for stage in book.stages:
        rows = [
            (
                milestone.key,
                f"{milestone.day}" if milestone.anchor == "close" else f"{milestone.anchor} + {milestone.day}",
                milestone.raci.responsible.replace("_", " "),
                " or ".join(milestone.sign_off.by).replace("_", " ") if milestone.sign_off else "",
                ", ".join(milestone.requires),
            )
            for milestone in stage.milestones
        ]
        out.print()
        title = f"{in_language(stage.title, 'en')}, {in_language(stage.window, 'en')}"
        out.print(table(title, ("milestone", "day", "who", "signed by", "needs"), rows, whole=("milestone",)))
