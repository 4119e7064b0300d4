"""What would people live through by a playbook, and what would another version change? Without server or store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from starter.cli.answers import answer
from starter.cli.codes import FOUND, OK
from starter.cli.files import why_unread
from starter.cli.installation import library_of
from starter.cli.options import NOWHERE, Where
from starter.trouble import UnreadableFile, WrongOption

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.rehearsal.report import Version
    from domain.rehearsal.scenario import ScenarioSet
    from playbooks.library import Library

MOST_PROCESSES = 64


def rehearse(
    playbook: str,
    *,
    against: str | None = None,
    scenarios: Path | None = None,
    only: tuple[str, ...] = (),
    html: Path | None = None,
    processes: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=MOST_PROCESSES))] = None,
    where: Where = NOWHERE,
) -> int:
    """Play scenarios by a playbook, and say what people would live through. Nothing is started, sent or stored.

    Exit code 6 when a budget of the playbook is broken, so that it can be a check of your CI.

    Parameters
    ----------
    playbook
        A key, or a file.
    against
        What it is held against: another file, a key, or a git revision of the playbook's file.
    scenarios
        A folder with scenarios of your own; of one key yours counts.
    only
        The key of a scenario to play; may be repeated. One alone is shown in full.
    html
        Write the answer as a page: one file that can be mailed.
    processes
        On how many processes it is played. [default: one for each processor]
    """
    from activities.calendars import public_holidays
    from domain.rehearsal.report import rehearsal
    from playbooks.scenarios.files import load_scenarios
    from runtime.settings import load_settings
    from starter.cli import rehearsed
    from starter.rehearsing import play

    if html is not None and where.json:
        raise WrongOption("--html: give either --html or --json")
    library = library_of(load_settings(flags={"data": where.data}))
    new, file = _meant(playbook, library)
    old = _other(against, library, file) if against is not None else None
    chosen = _chosen(load_scenarios(scenarios, public_holidays), only)
    books = [new[1], *([old[1]] if old else [])]
    stories, *before = play(books, chosen, processes=processes)
    result = rehearsal(new, stories, old, *before)
    if html is not None:
        from activities.documents.rehearsal import RehearsalPage

        try:
            html.write_text(RehearsalPage().html(result, new[1]), encoding="utf-8")
        except OSError as trouble:
            raise WrongOption(f"--html: {html} cannot be written: {trouble.strerror}") from None
    answer(
        where.json, result.model_dump(mode="json"), lambda out: rehearsed.draw(out, result, new[1].budgets, page=html)
    )
    return FOUND if result.breaches else OK


def _meant(word: str, library: "Library") -> "tuple[tuple[Version, Playbook], Path]":
    """The playbook in that file or of that key, and its file. Raises UnreadableFile, UnknownPlaybook, BadPlaybook."""
    from playbooks.library import load_playbook

    path = Path(word)
    if not path.suffix and len(path.parts) == 1 and not path.is_file():
        path = library.file(word)
        return _named(word, library.get(word)), path
    if reason := why_unread(path):
        raise UnreadableFile(f"{path}: {reason}")
    return _named(word, load_playbook(path)), path


def _other(word: str, library: "Library", file: Path) -> "tuple[Version, Playbook]":
    """What it is held against: a file, a key, else a git revision of `file`. Raises like `_meant`, and WrongOption."""
    from playbooks.library import earlier_playbook
    from playbooks.revisions import NoRevision, text_at

    if Path(word).is_file() or word in tuple(library.keys()):
        return _meant(word, library)[0]
    try:
        text = text_at(word, file)
    except NoRevision as trouble:
        what = f"--against: {word!r} is no file, no key of a playbook, and no git revision of {file}: {trouble}"
        raise WrongOption(what) from None
    return _named(word, earlier_playbook(file, text, revision=word))


def _named(word: str, playbook: "Playbook") -> "tuple[Version, Playbook]":
    from domain.rehearsal.report import version
    from domain.text import in_language

    return version(playbook, named=word, title=in_language(playbook.title, "en")), playbook


def _chosen(scenarios: "ScenarioSet", only: tuple[str, ...]) -> "ScenarioSet":
    """The scenarios of those keys, all without any. Raises WrongOption."""
    known = [part.scenario.key for part in scenarios.parts]
    for key in only:
        if key not in known:
            raise WrongOption(f"--only: there is no scenario {key!r}; there are: {', '.join(known)}")
    return scenarios._replace(parts=tuple(part for part in scenarios.parts if not only or part.scenario.key in only))
