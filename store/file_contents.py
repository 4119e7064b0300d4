"""Is a file what its name says, and may it be passed on? By its content alone: names and media types are given freely.

An allow-list, with our own look: libraries that guess a type take a plain zip for a text document, or the other way.
"""

import re
import zipfile
from pathlib import Path
from typing import BinaryIO

from domain.files import KINDS, NotTaken, extension_of

ZIP = b"PK\x03\x04"
TEXTS = ("utf-8-sig", "utf-16", "cp932")
"""Encodings of texts as people's programs write them: Windows in Japan writes tables in the last one."""
CHUNK = 1024 * 1024
MOST_MEMBERS = 10_000
LARGEST_READ = 1_000_000
"""Bytes of a part of an office file that is unpacked, and parts in all: a bomb of a zip has more."""
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
RUNS = re.compile(
    r"vba|macrosheets/|dialogsheets/|activex|embeddings/[^/]*\.bin$|\.(exe|dll|js|vbs|bat|cmd|ps1|com|scr|docm|xlsm|pptm)$"
)
"""Parts of an office file, in lower case, in which programs are kept."""
RUNS_BY_TYPE = (b"macroenabled", b"vbaproject")
ELSEWHERE = re.compile(rb"<relationship\b[^>]*(attachedtemplate|oleobject|frame)[^>]*>", re.IGNORECASE)


def checked(path: Path, name: str) -> str:
    """The media type of that file, which is what its name says. Raises NotTaken."""
    extension = extension_of(name)
    with path.open("rb") as file:
        head = file.read(1024)
        if not head:
            raise NotTaken("file_empty")
        if extension == "zip":
            raise NotTaken("file_zip")
        if extension not in KINDS:
            raise NotTaken("file_kind")
        if not _is(extension, head, file):
            raise NotTaken("file_lies")
        if extension in MAIN_PARTS:
            _without_programs(file, extension)
    return KINDS[extension]


def _is(extension: str, head: bytes, file: BinaryIO) -> bool:
    match extension:
        case "pdf":
            return head.startswith(b"%PDF-")
        case "png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "jpg" | "jpeg":
            return head.startswith(b"\xff\xd8\xff")
        case "webp":
            return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        case "txt" | "csv":
            return _is_text(file)
    return head.startswith(ZIP)


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    content = file.read()
    for encoding in TEXTS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
    return False


def _without_programs(file: BinaryIO, extension: str) -> None:
    """Raises NotTaken for what is no such office file, and for one in which a program could run."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
            names = {member.filename.lower().replace("\\", "/") for member in members}
            if len(members) > MOST_MEMBERS or not {"[content_types].xml", MAIN_PARTS[extension]} <= names:
                raise NotTaken("file_lies")
            if any(RUNS.search(name) for name in names):
                raise NotTaken("file_macros")
            types = _read(packed, "[content_types].xml").lower()
            relations = [name for name in names if name.endswith(".rels")]
            if any(mark in types for mark in RUNS_BY_TYPE) or any(_leads_out(packed, name) for name in relations):
                raise NotTaken("file_macros")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        # RuntimeError is what an encrypted one raises.
        raise NotTaken("file_lies") from None


def _leads_out(packed: zipfile.ZipFile, name: str) -> bool:
    """Whether a template or an object is fetched from elsewhere when the file is opened."""
    links = ELSEWHERE.finditer(_read(packed, name))
    return any(re.search(rb"targetmode\s*=\s*[\"']external", link[0], re.IGNORECASE) for link in links)


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    """A part of it by its name in lower case. Raises ValueError for one that is too large."""
    member = next(one for one in packed.infolist() if one.filename.lower().replace("\\", "/") == name)
    with packed.open(member) as part:
        content = part.read(LARGEST_READ + 1)
    if len(content) > LARGEST_READ:
        raise ValueError(name)
    return content
