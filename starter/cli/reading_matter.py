"""Is the library sound, and who has read what? Commands about the training and help that customers' rooms show."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cyclopts import App
from rich.console import Console

from domain.text import in_language
from runtime.settings import load_settings
from starter.cli.answers import answer, count, plain, table
from starter.cli.codes import OK, USAGE
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.playbook import complain, vars_of
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from domain.library import LibraryPage
    from store.checklists import StepDone


class ChecklistLine(NamedTuple):
    """A step of a checklist, and by whom and when it was done; empty while it is not."""

    page: str
    step: str
    text: str
    done_by: str
    on: str


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
def opened(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
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


@library.command
def steps(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List which steps of the library's checklists a customer has done, who has said so, and what is left."""
    from playbooks.library_pages import LibraryPages
    from store.checklists import by_page, steps_done

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    products = installation.ledger.dossier(onboarding).deal.products
    shelf = LibraryPages(installation.settings.library).shelf()
    pages = [page for key in shelf.keys if (page := shelf.page(key, "en")) is not None and page.is_about(products)]
    done = by_page(steps_done(installation.engine, onboarding))
    lines = [
        ChecklistLine(page.key, step, text, *_when(done.get(page.key, {}).get(step)))
        for page in pages
        for step, text in page.about.steps.items()
    ]

    def draw(out: Console) -> None:
        if not lines:
            out.print(plain("the library has no checklist about what this customer has bought"))
            return
        rows = [(line.page, line.text, line.done_by, line.on) for line in lines]
        out.print(table("Checklists", ("page", "step", "done by", "on"), rows, whole=("page", "done by")))

    answer(where.json, [line._asdict() for line in lines], draw)


def _when(done: "StepDone | None") -> tuple[str, str]:
    return ("", "") if done is None else (done.person, f"{done.done_at:%Y-%m-%d}")


def _line(page: "LibraryPage") -> tuple[str, ...]:
    about = page.about
    each = (", ".join(about.products), ", ".join(about.roles), ", ".join(about.stages))
    return (page.key, about.language, in_language(about.title, about.language), about.format, *each)
