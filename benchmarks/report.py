"""How does a benchmark report? Progress and a table for people on stderr, one JSON object at the end on stdout."""

import json
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any


def say(words: str) -> None:
    """Print a line of progress."""
    print(words, file=sys.stderr, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table with columns as wide as their content, all but the first aligned to the right."""
    lines = [head, *[[_written(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        first, *others = zip(line, widths, strict=True)
        say("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))


def figures(results: Mapping[str, Any]) -> None:
    """Print the figures as one JSON object on a line of its own; nothing may be printed after it."""
    print(json.dumps({name: _rounded(value) for name, value in results.items()}), flush=True)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def _written(cell: Any) -> str:
    return f"{cell:,.3f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def _rounded(value: Any) -> Any:
    """The value with four digits after the point, nested ones too: the fifth is noise."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
