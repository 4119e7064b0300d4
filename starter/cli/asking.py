"""Is that really wanted? Asked at a terminal before something that cannot be undone by the next command."""

import sys

from rich.console import Console

from domain.refusal import Refused
from starter.trouble import WrongOption


def ask(out: Console, question: str = "Do it?") -> None:
    """Raises Refused where the answer is no, WrongOption where nobody can be asked."""
    if not sys.stdin.isatty():
        raise WrongOption("nobody can be asked here: say --yes, once you have read what it will do")
    if out.input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("nothing was done")
