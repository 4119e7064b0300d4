"""How does every message read before anybody gets one? Renders samples of all kinds into a folder."""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter
from rich.console import Console

from domain.notice import NoticeKind
from domain.text import LANGUAGES, Language
from domain.trouble import ChannelRefuses
from starter.cli.answers import answer, count, in_words, plain
from starter.cli.codes import FOUND, OK
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.progress import progress_of
from starter.trouble import UnreadableFile, WrongOption

if TYPE_CHECKING:
    from wiring.previewing import Previewer

MARK = ".day90-preview"
"""The file by which a folder is known as one of ours: it lists what we wrote there, and that alone is replaced."""
INDEX = "index.html"


class Previewed(NamedTuple):
    """A message that was rendered, or `trouble` with it."""

    kind: NoticeKind
    language: Language
    to: str
    file: str
    subject: str
    trouble: str


def preview(
    *,
    out: Annotated[Path, Parameter(help="The folder for them: a new one, an empty one, or that of a preview before.")],
    all: Annotated[bool, Parameter(negative="")] = False,
    kind: Annotated[tuple[NoticeKind, ...], Parameter(help="Only messages of that kind; may be repeated.")] = (),
    where: Where = NOWHERE,
) -> int:
    """Render sample messages in both languages, each to a page of its own, with your own templates where you have any.

    Parameters
    ----------
    all
        Every kind of message.
    """
    if all == bool(kind):
        raise WrongOption("say --all for every kind of message, or some of them with --kind KIND")
    from wiring.previewing import Previewer

    previewer = Previewer(installation_at(where).settings)
    kinds = previewer.kinds if all else tuple(dict.fromkeys(kind))
    try:
        _make_room(out)
        with progress_of("rendered", len(kinds) * len(LANGUAGES), quiet=where.json) as told:
            done = [_rendered(one, language, out, previewer, told) for one in kinds for language in LANGUAGES]
        (out / INDEX).write_text(_index(done), encoding="utf-8")
        (out / MARK).write_text("\n".join([INDEX, *(one.file for one in done if one.file)]), encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(f"--out {out}: {error.strerror or error}") from None
    broken = [one for one in done if one.trouble]

    def draw(console: Console) -> None:
        for one in broken:
            console.print(plain(f"{one.kind} ({one.language}): {one.trouble}", "red"), soft_wrap=True)
        written = count(len(done) - len(broken), "message")
        console.print(plain(f"{written} rendered; begin with {out / INDEX}"), soft_wrap=True)

    answer(where.json, {"index": str(out / INDEX), "messages": [one._asdict() for one in done]}, draw)
    return FOUND if broken else OK


def _rendered(
    kind: NoticeKind, language: Language, out: Path, previewer: "Previewer", told: Callable[[], None]
) -> Previewed:
    """Write one message; a template of the company's own that is broken keeps no other from being seen."""
    waiting = previewer.sample(kind, language)
    name = waiting.person.name
    file = f"{kind}.{language}.html"
    try:
        message = previewer.page(waiting)
    except ChannelRefuses as refused:
        return Previewed(kind, language, name, "", "", str(refused))
    finally:
        told()
    (out / file).write_text(message.html, encoding="utf-8")
    return Previewed(kind, language, name, file, message.subject, "")


def _make_room(out: Path) -> None:
    """Make the folder, and take away what a preview before has written there. Raises WrongOption for any other."""
    if out.exists() and not out.is_dir():
        raise WrongOption(f"--out: {out} is a file: name a folder")
    out.mkdir(parents=True, exist_ok=True)
    mark = out / MARK
    if not mark.is_file():
        if any(out.iterdir()):
            raise WrongOption(f"--out: {out} is not empty, and no preview made it: name a new folder")
        # Before the first message: one that is cut short is known as ours, too.
        mark.write_text("", encoding="utf-8")
        return
    for name in mark.read_text(encoding="utf-8").split("\n"):
        # Names alone: nothing outside the folder is touched, whatever somebody wrote into the list.
        if name and Path(name).name == name:
            (out / name).unlink(missing_ok=True)


def _index(done: Sequence[Previewed]) -> str:
    rows = "\n".join(
        f"<tr><td>{html.escape(in_words(one.kind))}</td><td>{one.language}</td><td>{html.escape(one.to)}</td>"
        f"<td lang='{one.language}'>{_link(one)}</td></tr>"
        for one in done
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Messages of day90</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 1px solid #ccc; padding: .4rem; text-align: left; vertical-align: top }}
td {{ overflow-wrap: anywhere }}
</style></head>
<body><h1>Messages</h1>
<p>Every kind with sample facts, as its reader gets it: {len(done)} messages.</p>
<table><thead><tr><th>kind</th><th>language</th><th>to</th><th>subject</th></tr></thead>
<tbody>
{rows}
</tbody></table></body></html>
"""


def _link(one: Previewed) -> str:
    if one.trouble:
        return html.escape(f"cannot be rendered: {one.trouble}")
    return f'<a href="{one.file}">{html.escape(one.subject)}</a>'
