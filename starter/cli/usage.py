"""What is known of the users of the product? Commands that list them with their teams, and forget who one was."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from cyclopts import App

from domain.usage import TRAITS
from starter.cli.answers import answer, count, plain
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.doors.teams import TeamDoor, UserLine
from starter.trouble import InvalidNews, UnreadableFile

usage = App(name="usage", help="What users do in the product: list them with their teams, forget who somebody was.")
COLUMNS = ("user", *TRAITS)


@usage.command
def users(onboarding: Onboarding, path: Path, *, where: Where = NOWHERE) -> None:
    """Give the list of a customer's users, with their teams and roles. It is whole: who is not on it has left it.

    An empty cell says that somebody has no team; without the column teams stay as they were.

    Parameters
    ----------
    path
        A CSV file in UTF-8, whose first line names its columns: user, as the product sends it, and team, role or both.
    """
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    door = TeamDoor(engine=installation.engine, ledger=installation.ledger)
    kept = door.keep_list(onboarding, list(_lines(path)))
    words = f"{count(kept.users, 'user')}, {kept.new} of them new; {kept.left} left the list"
    answer(where.json, {"onboarding": onboarding, **kept._asdict()}, lambda out: out.print(plain(words)))


def _lines(path: Path) -> Iterator[UserLine]:
    """The lines of that file. Raises UnreadableFile, and InvalidNews where it is no such list."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        raise UnreadableFile(f"{path}: {trouble}") from trouble
    head, _, _ = text.partition("\n")
    # Spreadsheets set up for German or French separate cells by semicolons.
    rows = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in head and "," not in head else ",")
    columns = [cell.strip().lower() for cell in next(rows, [])]
    if "user" not in columns or not set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
        raise InvalidNews(f"the first line names its columns: user, and {' or '.join(TRAITS)} or both", field="line 1")
    try:
        for cells in rows:
            place = f"line {rows.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise InvalidNews(f"has {count(len(cells), 'cell')} where the first has {len(columns)}", field=place)
            yield UserLine(place, **dict(zip(columns, cells, strict=True)))
    except csv.Error as trouble:
        raise InvalidNews(str(trouble), field=f"line {rows.line_num}") from trouble


@usage.command
def erase(users: tuple[str, ...], /, *, where: Where = NOWHERE) -> None:
    """Forget who did what: of these users, by the ids that the product sends, no row is left.

    What they did stays as something that somebody did. Let the product stop sending them first: what it sends
    afterwards is counted again.

    Parameters
    ----------
    users
        The user ids, as the product sends them.
    """
    from store.usage import SqlUsage

    weeks = SqlUsage(installation_at(where).engine).erase(users)
    known, many = weeks is not None, count(len(set(users)), "user")
    words = f"{many} forgotten, with {count(weeks, 'week')} of use" if weeks is not None else f"nothing known of {many}"
    document = {"users": len(set(users)), "known": known, "weeks": weeks or 0}
    answer(where.json, document, lambda out: out.print(plain(words)))
