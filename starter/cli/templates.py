"""Which of a company's own templates of messages cannot be used? Checked by file and line, before anybody waits."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from runtime.settings import load_settings
from starter.cli.answers import answer, count, plain
from starter.cli.codes import OK, USAGE
from starter.cli.options import NOWHERE, Where
from starter.trouble import UnreadableFile, WrongOption


def lint(
    folder: Annotated[Path | None, Parameter(help="The folder of your templates. [default: DAY90_TEMPLATES]")] = None,
    *,
    where: Where = NOWHERE,
) -> int:
    """Check your own templates of messages, and say by file and line what is wrong. Exit code 2 for complaints.

    Each is read, compared with what ours of its name is given, and rendered with samples of every kind.
    """
    from wiring.previewing import complaints_about

    folder = folder or load_settings(flags={"data": where.data}).templates
    if folder is None:
        raise WrongOption("folder: name the folder of your templates, or set DAY90_TEMPLATES")
    if not folder.is_dir():
        raise UnreadableFile(f"{folder}: there is no such folder")
    complaints = complaints_about(folder)

    def draw(out: Console) -> None:
        for complaint in complaints:
            out.print(plain(complaint), soft_wrap=True)
        counted = count(len(complaints), "complaint") if complaints else "nothing to complain about"
        out.print(plain(f"{folder}: {counted}"), soft_wrap=True)

    answer(where.json, [{**one._asdict(), "file": str(one.file)} for one in complaints], draw)
    return USAGE if complaints else OK
