"""How far is a command that takes its time? A bar at a terminal, a line now and then in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_EVERY = 25
"""Things done between two lines, where there is no terminal."""


@contextmanager
def progress_of(what: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """What to call after each of `total` things; shows on stderr how many are `what` (planned, changed)."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(what, total=total)
        finished = 0

        def done() -> None:
            nonlocal finished
            finished += 1
            progress.advance(bar)
            if not console.is_terminal and not quiet and finished % LINE_EVERY == 0:
                print(f"{finished} of {total} {what}", file=sys.stderr)

        yield done
