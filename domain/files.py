"""What is a file of an onboarding? A version of a document, what may be uploaded, and how its name is cleaned."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

from domain.playbook import Audience
from domain.wire import Instant, Wire

Side = Literal["customer", "vendor"]
LONGEST_NAME = 120
"""Characters of a file's name with its extension: less than any file system takes, and a line on a telephone."""
UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
"""Categories of characters that nobody sees, those that turn the direction of what follows among them."""
SEPARATORS = re.compile(r'[<>:"|?*]')
"""Characters that no name of a file may have on some system."""
UNNAMED = "file"

KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
"""What may be uploaded, by the extension of its name: the media type as which it is given out again."""

Wrong = Literal["file_empty", "file_too_large", "file_kind", "file_zip", "file_lies", "file_macros", "file_quota"]
"""Why a file is not taken, as the words have it."""


class NotTaken(Exception):
    """A file is not taken as it is; whoever gave it must give another one. `wrong` says what is the matter."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong


class StoredFile(Wire):
    """One version of a document of an onboarding.

    A document is known by the deliverable that it belongs to (empty for none), by who may read it, and by its name:
    the same name again is its next version. `place` names its bytes in the folder of files, `seq` the journal's row.
    """

    id: int
    onboarding: str
    deliverable: str
    audience: Audience
    name: str
    version: int
    kind: str
    size: int
    sha256: str
    by: str
    side: Side
    at: Instant
    place: str
    seq: int = 0


class StoredDocument(NamedTuple):
    """A document with all its versions, the newest first."""

    deliverable: str
    name: str
    versions: tuple[StoredFile, ...]

    @property
    def newest(self) -> StoredFile:
        return self.versions[0]


def cleaned(given: str) -> str:
    """The name of a file as it is shown: without folders, and without what nobody sees or some system refuses."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(" " if character.isspace() else character for character in last)
    seen = "".join(character for character in plain if unicodedata.category(character) not in UNSEEN)
    name = " ".join(SEPARATORS.sub("_", seen).split()).rstrip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > LONGEST_NAME // 2:
        return name.strip(" .")[:LONGEST_NAME] or UNNAMED
    return f"{stem.strip(' .')[: LONGEST_NAME - len(extension) - 1] or UNNAMED}.{extension}"


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def documents(files: Iterable[StoredFile]) -> list[StoredDocument]:
    """The files as documents with their versions, in the order of the documents' first ones."""
    versions: dict[tuple[str, str, str], list[StoredFile]] = {}
    for file in sorted(files, key=lambda file: file.id):
        versions.setdefault((file.deliverable, file.audience, file.name.casefold()), []).insert(0, file)
    return [StoredDocument(each[0].deliverable, each[0].name, tuple(each)) for each in versions.values()]


def newest_before(files: Iterable[StoredFile], seq: int) -> list[StoredFile]:
    """The newest version of each document as they were when that row of the journal was written."""
    return [one.newest for one in documents(file for file in files if file.seq < seq)]


def evidence_of(files: Iterable[StoredFile]) -> list[str]:
    """The files as a signature names them: by number, version and hash, without a name that somebody gave."""
    return [f"file {file.id}, version {file.version}, sha256 {file.sha256}" for file in files]
