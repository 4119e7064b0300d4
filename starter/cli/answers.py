"""How is the answer of a command printed? As tables for people, or as JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from domain.agenda.picture import Progress
from domain.legible import legible, legible_json
from domain.text import Text as Title
from domain.text import in_language
from domain.wording import day_in_words, moment_in_words
from starter.cli.sheets import Row, Sheet, Terminal, Wrapped

COLOURS = {
    "on_track": "green",
    "behind": "yellow",
    "stuck": "red",
    "paused": "cyan",
    "ending": "yellow",
    "reached": "green",
    "late": "red",
    "handed_over": "green",
}


def console() -> Console:
    """The terminal, or 80 columns without colour where there is none."""
    return Terminal(highlight=False)


def answer(as_json: bool, document: Any, show: Callable[[Console], None]) -> None:
    """Print `document` as JSON if that was asked for, else what `show` draws."""
    if as_json:
        sys.stdout.write(legible_json(json.dumps(document, ensure_ascii=False, indent=2, default=str)) + "\n")
    else:
        show(console())


def plain(words: object, style: str = "") -> Text:
    """A text as people wrote it, without reading markup in it and without anything that controls a terminal.

    Line ends of other systems (CRLF) are line ends; a CR alone would write over the line.
    """
    return Text(legible(str(words).replace("\r\n", "\n")), style=style)


def status_text(status: str) -> Text:
    """A status in words and in its colour."""
    return Text(in_words(status), style=COLOURS.get(status, ""))


def in_words(key: str) -> str:
    """A key as people say it: `on_track` becomes `on track`."""
    return key.replace("_", " ")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 issue`, `3 issues`. `many` is the plural where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def day_of(moment: datetime | None, zone: str) -> str:
    """The day of a moment in that time zone, with its weekday; a dash when there is none."""
    return day_in_words(moment.astimezone(ZoneInfo(zone)).date()) if moment else "–"


def moment_of(moment: datetime, zone: str) -> str:
    """Day and time of a moment in that time zone, to the minute."""
    return moment_in_words(moment, zone)


def day_text(day: date) -> str:
    """A day with its weekday."""
    return day_in_words(day)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Text | str]],
    *,
    whole: Sequence[str] = (),
    below: Sequence[Sequence[Text]] = (),
) -> Sheet:
    """A table that can be read in 80 columns: long cells are wrapped between words, but not in the columns of `whole`.

    `below` has for each row what is printed under its cells, each on a line of its own.
    """
    texts = [[cell if isinstance(cell, Text) else plain(cell) for cell in row] for row in rows]
    under = below or [()] * len(texts)
    drawn = [Row(cells, beneath) for cells, beneath in zip(texts, under, strict=True)]
    return Sheet(plain(title, "bold"), columns, drawn, whole)


def draw_facts(out: Console, named: Iterable[tuple[str, str | None]], *, width: int) -> None:
    """Print facts below each other, each behind its name in that many columns; one without words is left out."""
    for name, words in named:
        if words:
            out.print(Wrapped(Text.assemble((f"{name:<{width}}", "dim"), plain(words)), hang=width))


def titled(key: str, titles: Mapping[str, Title]) -> str:
    """What a key stands for, before the key itself, which other commands take; the key alone where none is known.

    The key may be one of the agenda's, of several parts: `cadence/project_status/2026-12-08`.
    """
    title = next((titles[part] for part in key.split("/") if part in titles), None)
    return f"{in_language(title, 'en')} ({key})" if title else key


def show_progress(progress: Progress, *, titles: Mapping[str, Title], zone: str = "UTC") -> Callable[[Console], None]:
    """Draws how an onboarding stands in a few lines: its status, what it waits for, what comes next.

    `titles` has what its playbook calls the keys of its parts.
    """

    def listed(keys: Iterable[str]) -> str:
        return ", ".join(titled(key, titles) for key in keys)

    def draw(out: Console) -> None:
        head = Text.assemble(plain(progress.onboarding, "bold"), ": ", status_text(progress.status))
        head.append(f", day {progress.day}")
        if progress.repeated:
            head.append(" (known already, nothing changed)")
        out.print(head)
        if progress.late and progress.ending is None:
            out.print(Wrapped(plain(f"  late: {listed(progress.late)}", "red"), hang=4))
        if progress.waiting_for:
            out.print(Wrapped(plain(f"  waiting for: {listed(progress.waiting_for)}"), hang=4))
        if progress.unmet:
            out.print(Wrapped(plain(f"  the hand-off needs: {listed(progress.unmet)}"), hang=4))
        if progress.status == "ending":
            out.print(plain(f"  until it counts: day90 take-back {progress.onboarding}", "yellow"), soft_wrap=True)
        if progress.next and progress.next_due:
            comes = f"  next: {titled(progress.next, titles)} on {day_of(progress.next_due, zone)}"
            out.print(Wrapped(plain(comes), hang=4))

    return draw
