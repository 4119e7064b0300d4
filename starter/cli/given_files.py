"""Which files does an onboarding have? Commands to add one and to list them."""

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.files import NotTaken, StoredFile
from domain.playbook import Audience
from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.trouble import UnreadableFile

if TYPE_CHECKING:
    from store.files import Kept

MEGA = 1_000_000
CHUNK = 1024 * 1024
file = App(name="file", help="Files of an onboarding: add one for the customer or for us alone, list them.")


@file.command
def add(
    onboarding: Onboarding,
    path: Path,
    *,
    by: Annotated[str, Parameter(help="Who of ours gives it: a handle, or that person's mail address.")],
    deliverable: Annotated[str | None, Parameter(help="What it is for: a deliverable of the playbook.")] = None,
    audience: Annotated[Audience, Parameter(help="Who reads it: both sides, or we alone.")] = "both",
    where: Where = NOWHERE,
) -> None:
    """Add a file, or the next version of one with the same name. The same content again changes nothing.

    Parameters
    ----------
    path
        The file. Its name without folders is what others read.
    """
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    kept = kept_at(installation, onboarding, path, by=by, of=deliverable, to=audience)
    answer(
        where.json, _as_json(kept.file), lambda out: out.print(plain(_told(kept.file, new=kept.new)), soft_wrap=True)
    )


def kept_at(
    installation: Installation,
    onboarding: str,
    path: Path,
    *,
    by: str,
    of: str | None = None,
    to: Audience = "both",
) -> "Kept":
    """The file at that path, once it is one of the onboarding's. Raises InvalidNews, UnreadableFile, Refused."""
    from starter.doors.files import WRONG, FileDoor

    if not path.is_file():
        raise UnreadableFile(f"{path} is no file that can be read")
    door = FileDoor(
        engine=installation.engine,
        ledger=installation.ledger,
        staff=installation.staff,
        settings=installation.settings,
        via="cli",
        now=installation.business_now,
    )
    try:
        with door.incoming(onboarding) as incoming, path.open("rb") as content:
            while chunk := content.read(CHUNK):
                incoming.write(chunk)
            return door.keep(onboarding, incoming, path.name, by=by, deliverable=of or "", audience=to)
    except NotTaken as refused:
        raise UnreadableFile(f"{path} {WRONG[refused.wrong]}") from None
    except OSError as trouble:
        raise UnreadableFile(f"{path} cannot be read or kept: {trouble.strerror}") from None


@file.command(name="list")
def list_files(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List every version of every file of an onboarding, with who gave it and where its bytes lie."""
    from store.file_folder import Folder
    from store.files import SqlFiles, files_of

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    stored = SqlFiles(installation.engine, Folder(installation.settings.files_folder), quota=0)
    each = files_of(installation.engine, onboarding)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("no files yet; add one: day90 file add ONBOARDING PATH --by WHO"))
            return
        columns = ("file", "for", "name", "version", "size", "who reads", "by", "when", "sha256")
        out.print(table("Files", columns, [_line(one) for one in each], whole=("file", "version")))
        out.print(plain(f"{count(len(each), 'version')}, {sum(one.size for one in each) / MEGA:.1f} MB in all", "dim"))

    answer(where.json, [{**_as_json(one), "path": stored.content(one)} for one in each], draw)


def _told(file: StoredFile, *, new: bool) -> str:
    readers = "both sides read it" if file.audience == "both" else "we alone read it"
    return f"{file.name}, version {file.version}: {readers}{'' if new else '; it was there already'}"


def _as_json(file: StoredFile) -> dict[str, object]:
    return file.model_dump(mode="json", exclude={"place"})


def _line(file: StoredFile) -> tuple[str, ...]:
    size, when = f"{file.size / MEGA:.2f} MB", f"{file.at.astimezone(UTC):%Y-%m-%d %H:%M}"
    audience = "both" if file.audience == "both" else "we alone"
    version = str(file.version)
    return (str(file.id), file.deliverable, file.name, version, size, audience, file.by, when, f"{file.sha256[:12]}…")
