"""Which playbooks are there, what do they say, and are they sound? Commands to show, check, copy and print them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.console import Console

from domain.playbook import Playbook
from domain.rules.admission import calendar_ahead, read_prospect
from domain.rules.closing import both_open
from domain.text import Language, in_language
from playbooks.complaint import BadPlaybook, Complaint
from runtime.settings import Settings, load_settings
from starter.cli.answers import answer, count, plain, table
from starter.cli.codes import OK, USAGE
from starter.cli.files import why_unread
from starter.cli.installation import library_of, staff_of
from starter.cli.options import NOWHERE, Where, explained
from starter.cli.times import day
from starter.trouble import UnreadableFile, WrongOption

KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
"""Same as `domain.wire.Slug`."""
SHOWN = 100
"""Complaints that a person gets to see at once: whoever has mended a hundred asks again."""
playbook = App(name="playbook", help="Show, check, describe and copy playbooks, and change those that customers go by.")
playbook.command(
    "starter.cli.counterfactual:what_if",
    name="what-if",
    help="What would another version have changed for past onboardings? Lived again from what was recorded.",
)
PLAN = "Show what another version of a playbook would change for each running onboarding; nothing is changed."
playbook.command("starter.cli.versions:plan", name="plan", help=PLAN)
APPLY = "Make the change of a plan, for everybody in it; after it was cut short, it goes on where it was."
playbook.command("starter.cli.applying:apply", name="apply", help=APPLY)
playbook.command("starter.cli.versions:change", name="change", help=explained("change_playbook"))
REVERT = "Take the last change of an onboarding's playbook back: it goes on by the version before."
playbook.command("starter.cli.versions:revert", name="revert", help=REVERT)


@playbook.command
def show(
    key: Annotated[str | None, Parameter(help="Which; all by default.")] = None, *, where: Where = NOWHERE
) -> None:
    """Show the stages and milestones of a playbook; without a key, list the playbooks."""
    library = library_of(load_settings(flags={"data": where.data}))
    if key is not None:
        playbook = library.get(key)
        answer(where.json, playbook.model_dump(mode="json", by_alias=True), lambda out: _draw(out, playbook))
        return
    rows, lines = [], []
    keys = library.keys()
    for one in keys:
        try:
            book = library.get(one)
        except BadPlaybook as bad:
            rows.append((one, "cannot be used", "", ""))
            lines.append({"key": one, "complaints": [vars_of(complaint) for complaint in bad.complaints]})
            continue
        rows.append((one, in_language(book.title, "en"), book.touch, f"{book.from_yearly_value:,.0f}"))
        lines.append({"key": one, "title": in_language(book.title, "en"), "touch": book.touch})
    answer(
        where.json,
        lines,
        lambda out: out.print(table("Playbooks", ("key", "title", "touch", "from a yearly value of"), rows)),
    )


@playbook.command
def schema(of: Literal["playbook", "team", "mapping", "scenarios"] = "playbook") -> None:
    """Print a JSON Schema for editors that complete and check: of a playbook, team.yaml, a mapping or scenarios."""
    from playbooks.library import json_schema, team_json_schema
    from playbooks.mappings.files import mapping_json_schema
    from playbooks.scenarios.files import scenarios_json_schema

    schemas = {"playbook": json_schema, "team": team_json_schema, "mapping": mapping_json_schema}
    schemas["scenarios"] = scenarios_json_schema
    answer(True, schemas[of](), lambda _: None)


@playbook.command
def lint(*what: str, rehearse: bool = False, where: Where = NOWHERE) -> int:
    """Check playbooks, and say line by line what is wrong. Exit code 2 for errors, 0 for warnings alone.

    Parameters
    ----------
    what
        Keys, files or folders; without any, every playbook there is. The staff directory is checked too:
        the team.yaml of the folder, else the one in the settings.
    rehearse
        Also play each playbook with everybody in time, and say which of its own budgets it does not keep then. Takes
        some seconds for each.
    """
    from playbooks.library import complaints_about_all
    from starter.cli.over_budget import over_budget

    settings = load_settings(flags={"data": where.data})
    files, team = _meant(what, settings)
    complaints = [*complaints_about_all(files, team), *_unread(what), *(over_budget(files) if rehearse else [])]

    def draw(out: Console) -> None:
        complain(out, complaints)
        errors = sum(complaint.gravity == "error" for complaint in complaints)
        warnings = len(complaints) - errors
        counted = [count(errors, "complaint")] if errors else []
        counted += [count(warnings, "warning")] if warnings else []
        name = str(files[0]) if len(files) == 1 else count(len(files), "playbook")
        out.print(plain(f"{name}: {', '.join(counted) or 'nothing to complain about'}"), soft_wrap=True)

    answer(where.json, [vars_of(complaint) for complaint in complaints], draw)
    return USAGE if any(complaint.gravity == "error" for complaint in complaints) else OK


@playbook.command
def copy(key: str, new_key: str, *, to: Path | None = None, where: Where = NOWHERE) -> None:
    """Begin a playbook of your own as a copy of another, with a new key and all its comments.

    The JSON Schema is written beside it, so that editors complete and check; no other file is overwritten.

    Parameters
    ----------
    key
        The playbook to copy.
    new_key
        The key of the copy, and the name of its file.
    to
        The folder of your playbooks, made when it is not there. [default: DAY90_PLAYBOOKS]
    """
    from playbooks.copying import copy as write_copy

    settings = load_settings(flags={"data": where.data})
    folder = to or settings.playbooks
    if folder is None:
        raise WrongOption("--to: name the folder of your playbooks, or set DAY90_PLAYBOOKS")
    if not KEY.fullmatch(new_key) or new_key == "team":
        raise WrongOption(f"new_key: {new_key!r} is no key: lower case, digits and _ . -, and team is the staff's file")
    source = library_of(settings).file(key)
    try:
        written = write_copy(source, key=new_key, folder=folder)
    except FileExistsError:
        raise WrongOption(f"new_key: {folder / (new_key + '.yaml')} exists already; nothing was written") from None
    except OSError as trouble:
        raise WrongOption(f"--to: {folder} cannot be written: {trouble.strerror}") from None
    answer(where.json, {"file": str(written), "key": new_key}, lambda out: _draw_copy(out, written, settings))


@playbook.command
def pdf(
    key: str,
    *,
    out: Path,
    language: Language = "en",
    for_: Annotated[str | None, Parameter(name="--for", help="The name of the account that it is for.")] = None,
    close: Annotated[str | None, Parameter(help="Show dates instead of days, as if signed on this day.")] = None,
    country: Annotated[
        str, Parameter(help="The country whose public holidays the dates avoid (ISO 3166, like JP).")
    ] = "US",
    time_zone: str = "UTC",
    where: Where = NOWHERE,
) -> None:
    """Write a PDF of the process for prospects: stages, milestones, who does what, what is needed of them.

    Parameters
    ----------
    key
        The playbook.
    out
        The PDF file to write.
    """
    from activities.calendars import public_holidays
    from activities.documents.process import ProcessDocument
    from domain.rules.outlining import outline_for

    settings = load_settings(flags={"data": where.data})
    book = library_of(settings).get(key)
    account = {"name": for_ or key, "country": country, "time_zone": time_zone, "language": language}
    raw = {"source": "file", "id": "outline", "account": account, "expected_close": day(close, field="--close")}
    prospect, now = read_prospect(raw), datetime.now(UTC)
    ours = staff_of(settings)().closures
    calendar = both_open(calendar_ahead(prospect, public_holidays, now=now), prospect, ours=ours)
    outline = outline_for(prospect, book, calendar, language=language, now=now)
    if for_ is None:
        outline = outline.model_copy(update={"account": ""})
    try:
        out.write_bytes(ProcessDocument().pdf(outline, at=now))
    except OSError as trouble:
        raise WrongOption(f"--out: {out} cannot be written: {trouble.strerror}") from None
    answer(where.json, {"file": str(out), "key": key}, lambda console: console.print(plain(out), soft_wrap=True))


def complain(out: Console, complaints: Sequence[Complaint]) -> None:
    """Print the complaints line by line. Of many only the first, errors before warnings; JSON has them all."""
    ordered = sorted(complaints, key=lambda complaint: complaint.gravity) if len(complaints) > SHOWN else complaints
    for complaint in ordered[:SHOWN]:
        out.print(plain(complaint), soft_wrap=True)
    if (more := len(complaints) - SHOWN) > 0:
        out.print(plain(f"and {more:,} more"), soft_wrap=True)


def vars_of(complaint: Any) -> dict[str, Any]:
    """A complaint as JSON."""
    return {name: getattr(complaint, name) for name in ("file", "line", "field", "what", "gravity")}


def _meant(words: Sequence[str], settings: Settings) -> tuple[list[Path], Path | None]:
    """The files that are meant, and the staff directory to check them against. Raises UnreadableFile."""
    from playbooks.library import TEAM_FILE, playbooks_in

    library, files, team = library_of(settings), [], settings.team
    for word in words or library.keys():
        path = Path(word)
        if path.is_dir() and words:
            in_folder = list(playbooks_in(path).values())
            if not in_folder:
                raise UnreadableFile(f"{path}: holds no playbook, a file called <key>.yaml")
            files += in_folder
            team = path / TEAM_FILE if (path / TEAM_FILE).exists() else team
        elif words and (path.exists() or path.suffix or len(path.parts) > 1):
            if reason := why_unread(path):
                raise UnreadableFile(f"{path}: {reason}")
            files.append(path)
        else:
            files.append(library.file(word))
    return files, team


def _unread(words: Sequence[str]) -> list[Complaint]:
    """Warnings about files of a folder that look like playbooks but have another ending."""
    strays = [stray for word in words for ending in ("yml", "YAML", "YML") for stray in Path(word).glob(f"*.{ending}")]
    what = "is not read: a playbook's file is called <key>.yaml"
    return [Complaint(str(stray), 0, "the whole file", what, "warning") for stray in sorted(strays)]


def _draw_copy(out: Console, written: Path, settings: Settings) -> None:
    out.print(plain(f"{written}", "bold"), soft_wrap=True)
    if settings.playbooks is None or settings.playbooks.resolve() != written.parent.resolve():
        out.print(plain(f"used once DAY90_PLAYBOOKS names {written.parent.resolve()}"), soft_wrap=True)
    out.print("it goes to deals that name it, and before a shipped one to those of its from_yearly_value")
    out.print(plain(f"check it with: day90 playbook lint {written}"), soft_wrap=True)


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
