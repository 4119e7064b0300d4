"""Which files does an onboarding have? Keeps each version with its hash, and says what there is."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, select

from domain.files import NotTaken, Side, StoredFile
from domain.playbook import Audience
from domain.record import JournalRow
from domain.text import folded
from domain.trouble import UnknownOnboarding
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.file_contents import checked
from store.file_folder import Folder, Incoming
from store.tables import files, journal, onboardings

FILES = select(files, journal.c.seq).join(
    journal, and_(journal.c.onboarding == files.c.onboarding, journal.c.key == files.c.key)
)
"""The journal's row has the key of its file."""


class Given(NamedTuple):
    """A file as somebody gives it. `key` makes a repetition harmless, `name` is cleaned already."""

    key: str
    name: str
    deliverable: str
    audience: Audience
    by: str
    side: Side
    at: datetime
    via: str
    proved: bool = False
    note: str | None = None


class Kept(NamedTuple):
    """A file that is kept; `new` is false for what the same form has brought before."""

    file: StoredFile
    new: bool


class SqlFiles:
    """The files of onboardings: rows in SQL, bytes in a folder. May be shared by threads.

    `quota` is how many bytes all versions of one onboarding may have.
    """

    def __init__(
        self, engine: Engine, folder: Folder, *, quota: int, clock: Callable[[], datetime] = wall_clock
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._quota = quota
        self._clock = clock

    def keep(self, onboarding: str, incoming: Incoming, given: Given) -> Kept:
        """Keep what has come, with its row of the journal. Raises NotTaken, UnknownOnboarding, OSError."""
        incoming.written()
        kind = checked(incoming.path, given.name)
        # Before the row: whoever is killed in between leaves bytes that nothing names, and no row without bytes.
        place = self._folder.put(incoming)
        try:
            with write_transaction(self._engine) as connection:
                kept = self._keep(connection, onboarding, incoming, given, kind=kind, place=place)
        except BaseException:
            self._folder.drop(place)
            raise
        if not kept.new:
            self._folder.drop(place)
        return kept

    def left(self, onboarding: str) -> int:
        """How many bytes may still be given to that onboarding."""
        with read_connection(self._engine) as connection:
            return self._quota - _used(connection, onboarding)

    def content(self, file: StoredFile) -> str:
        """The path of its bytes."""
        return str(self._folder.path(file.place))

    def _keep(
        self, connection: Connection, onboarding: str, incoming: Incoming, given: Given, *, kind: str, place: str
    ) -> Kept:
        known = select(onboardings.c.onboarding).where(onboardings.c.onboarding == onboarding)
        # Whoever comes at the same time waits here: the next version is one higher, and the quota counts both.
        if connection.execute(known.with_for_update()).one_or_none() is None:
            raise UnknownOnboarding(onboarding)
        again = _first(connection, (files.c.onboarding == onboarding) & (files.c.key == given.key))
        if again is not None:
            return Kept(again, new=False)
        if _used(connection, onboarding) + incoming.size > self._quota:
            raise NotTaken("file_quota")
        same = (
            (files.c.onboarding == onboarding)
            & (files.c.deliverable == given.deliverable)
            & (files.c.audience == given.audience)
            & (files.c.name_folded == folded(given.name))
        )
        newest = connection.scalar(select(func.max(files.c.version)).where(same)) or 0
        row = {
            "onboarding": onboarding,
            "key": given.key,
            "deliverable": given.deliverable,
            "audience": given.audience,
            "name": given.name,
            "name_folded": folded(given.name),
            "version": newest + 1,
            "kind": kind,
            "size": incoming.size,
            "sha256": incoming.sha256,
            "by": given.by,
            "side": given.side,
            "at": given.at,
            "place": place,
            "created_at": self._clock(),
        }
        id = connection.execute(insert(files).values(row).returning(files.c.id)).scalar_one()
        # Its name may hold a person's: the journal has the number and the hash.
        data = {"file": id, "version": newest + 1, "sha256": incoming.sha256, "audience": given.audience}
        entry = JournalRow(
            key=given.key,
            at=given.at,
            kind="file_added",
            about=given.deliverable,
            by=given.by,
            via=given.via,
            proved=given.proved,
            note=given.note,
            data=data,
        )
        connection.execute(insert(journal).values(journal_row(onboarding, entry, now=self._clock())))
        kept = _first(connection, files.c.id == id)
        if kept is None:
            raise UnknownOnboarding(onboarding)
        return Kept(kept, new=True)


def files_of(engine: Engine, onboarding: str) -> Sequence[StoredFile]:
    """Every version of every file of that onboarding, what is ours alone among them, in the order of coming."""
    with read_connection(engine) as connection:
        rows = connection.execute(FILES.where(files.c.onboarding == onboarding).order_by(files.c.id)).mappings()
        return [StoredFile.model_validate(dict(row)) for row in rows]


def customers_files(engine: Engine, onboarding: str) -> tuple[StoredFile, ...]:
    """The same without what is ours alone."""
    return tuple(file for file in files_of(engine, onboarding) if file.audience == "both")


def _first(connection: Connection, which: ColumnElement[bool]) -> StoredFile | None:
    row = connection.execute(FILES.where(which)).mappings().first()
    return StoredFile.model_validate(dict(row)) if row else None


def _used(connection: Connection, onboarding: str) -> int:
    used = connection.scalar(select(func.sum(files.c.size)).where(files.c.onboarding == onboarding))
    return int(used or 0)
