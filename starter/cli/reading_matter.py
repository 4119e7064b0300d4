"""Is the library sound, and who has read what? Commands about the training and help that customers' rooms show."""

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App
from rich.console import Console

from domain.text import in_language
from runtime.settings import load_settings
from starter.cli.answers import answer, count, plain, table
from starter.cli.codes import OK, USAGE
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.playbook import complain, vars_of
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from domain.library import LibraryPage

library = App(name="library", help="Training and help in customers' rooms: check it, see who has read it.")


@library.command
def check(folder: Path | None = None, *, where: Where = NOWHERE) -> int:
    """Check the pages of the library, and say line by line what is wrong. Exit code 2 for errors, 0 for warnings alone.

    Parameters
    ----------
    folder
        The folder of Markdown files. [default: DAY90_LIBRARY, else the shipped sample]
    """
    from playbooks.library_pages import SHIPPED, load

    settings = load_settings(flags={"data": where.data})
    place = folder or settings.library or SHIPPED
    if not place.is_dir():
        raise WrongOption(f"folder: {place} is no folder")
    shelf = load(place, settings.video_hosts.split())
    errors = sum(complaint.gravity == "error" for complaint in shelf.complaints)

    def draw(out: Console) -> None:
        complain(out, shelf.complaints)
        columns = ("page", "language", "title", "format", "products", "roles", "stages")
        out.print(table("Library", columns, [_line(page) for page in shelf.pages], whole=("page",)))
        verdict = count(len(shelf.complaints), "complaint") if shelf.complaints else "nothing to complain about"
        out.print(plain(f"{place}: {count(len(shelf.pages), 'page')}, {verdict}"), soft_wrap=True)

    answer(where.json, [vars_of(complaint) for complaint in shelf.complaints], draw)
    return USAGE if errors else OK


@library.command
def opened(onboarding: str, *, where: Where = NOWHERE) -> None:
    """List who of the customer's people has opened which page in the room, the last opened first."""
    from store.opens import opens_of

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    each = opens_of(installation.engine, onboarding)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("nobody has opened a page of the library yet"))
            return
        columns = ("page", "who", "language", "first", "last", "visits")
        rows = [
            (one.page, one.person, one.language, f"{one.first_at:%Y-%m-%d}", f"{one.last_at:%Y-%m-%d}", str(one.times))
            for one in each
        ]
        out.print(table("Opened pages", columns, rows, whole=("page", "who")))

    answer(where.json, [one.model_dump(mode="json") for one in each], draw)


def _line(page: "LibraryPage") -> tuple[str, ...]:
    about = page.about
    each = (", ".join(about.products), ", ".join(about.roles), ", ".join(about.stages))
    return (page.key, about.language, in_language(about.title, about.language), about.format, *each)
