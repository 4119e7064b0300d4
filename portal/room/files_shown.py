"""How does a page show files? With version, size, who gave them and when, and the hash by which they are known."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from domain.files import StoredDocument, StoredFile, documents, newest_before
from domain.playbook import Deliverable, Milestone
from domain.text import Language
from portal.room.view import View

KILO, MEGA = 1_000, 1_000_000
NEWEST = 2**63


class ShownFile(NamedTuple):
    """A version of a document as the reader sees it."""

    path: str
    name: str
    version: int
    size: str
    by: str
    day: date
    sha256: str


class ShownDocument(NamedTuple):
    """A document: its newest version, and those before it."""

    newest: ShownFile
    earlier: list[ShownFile]


class Group(NamedTuple):
    """What was given for one deliverable; `key` and `title` are empty for what belongs to none."""

    key: str
    title: str
    documents: list[ShownDocument]


def shown(view: View, file: StoredFile) -> ShownFile:
    return ShownFile(
        path=f"/files/{file.id}",
        name=file.name,
        version=file.version,
        size=size_in_words(file.size, view.language),
        by=view.name(file.by),
        day=view.day_of(file.at),
        sha256=file.sha256,
    )


def size_in_words(size: int, language: Language) -> str:
    """2.4 MB · 340 kB. Japanese writes both alike, without the space."""
    space = "" if language == "ja" else " "
    return f"{size / MEGA:.1f}{space}MB" if size >= MEGA else f"{max(1, round(size / KILO))}{space}kB"


def open_to_the_customer(view: View) -> list[Deliverable]:
    """The deliverables that the customer reads of, in the order of the playbook."""
    read = {milestone.key for milestone in view.standing.shown()}
    stages = view.standing.dossier.playbook.stages
    return [one for stage in stages for one in stage.deliverables if one.audience == "both" and one.milestone in read]


def groups(view: View) -> list[Group]:
    """The documents by deliverable; what belongs to none, or to one that the playbook has no more, stands last."""
    titles = {one.key: view.text(one.title) for one in open_to_the_customer(view)}
    given: dict[str, list[ShownDocument]] = {}
    for document in documents(view.files):
        key = document.deliverable if document.deliverable in titles else ""
        given.setdefault(key, []).append(_shown_document(view, document))
    by_deliverable = [Group(key, title, given[key]) for key, title in titles.items() if key in given]
    return [*by_deliverable, *([Group("", "", given[""])] if "" in given else [])]


def still_to_come(view: View) -> list[Deliverable]:
    """The deliverables for which nothing was given yet."""
    given = {file.deliverable for file in view.files}
    return [one for one in open_to_the_customer(view) if one.key not in given]


def signed_files(view: View, milestone: Milestone, *, before: int = NEWEST) -> list[StoredFile]:
    """The files of what is handed over with the milestone, as they were before that row of the journal."""
    of_it = {one.key for one in open_to_the_customer(view) if one.milestone == milestone.key}
    return newest_before((file for file in view.files if file.deliverable in of_it), before)


def in_lines(view: View, files: Iterable[StoredFile], version: str) -> list[str]:
    """The files as a record on paper names them: with their whole hash. `version` are the words for one."""
    each = [shown(view, file) for file in files]
    return [f"{one.name}, {version.format(count=one.version)}, {one.size}, SHA-256 {one.sha256}" for one in each]


def _shown_document(view: View, document: StoredDocument) -> ShownDocument:
    newest, *earlier = (shown(view, file) for file in document.versions)
    return ShownDocument(newest, earlier)
