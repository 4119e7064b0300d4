"""Do files come into the room checked and once, and out of it to nobody else? By a client, on a port."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pypdf import PdfReader

from store import reads
from store.file_folder import Folder
from store.files import files_of
from tests.portal.room.test_room import LEAD, NASTY, SPONSOR, fields
from tests.support.room import Onboarding, RoomSite, given, into, room_on
from tests.support.uploads import PDF, office

WORD = office("docx")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path, file_mb=1, files_mb=2) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("kickoff_held", "access_provisioned")
    return onboarding


@pytest.fixture
async def lead(site: RoomSite, onboarding: Onboarding) -> AsyncIterator[httpx2.AsyncClient]:
    async with into(site, onboarding, LEAD) as browser:
        yield browser


async def upload(
    browser: httpx2.AsyncClient, name: str, content: bytes, *, once: str | None = None, **typed: str
) -> httpx2.Response:
    """What the form of the page sends with that file."""
    form = fields(await browser.get("/files"))
    sent = {"deliverable": "plan_document", **form, **({"once": once} if once else {}), **typed}
    return await browser.post("/files", data=sent, files={"file": (name, content, "text/html")})


def downloads(page: httpx2.Response) -> list[str]:
    return re.findall(r'href="(/files/\d+)"', page.text)


async def test_a_file_is_given_once_and_its_owner_hears_of_it(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """A second click, and the same form of a page that was left open, bring no second version and no second message."""
    once = fields(await lead.get("/files"))["once"]
    answers = await asyncio.gather(
        *(upload(lead, f"{NASTY}.docx", WORD, once=once, text="The new depot is on page 3") for _ in range(3))
    )

    assert [200] * 3 == [answer.status_code for answer in answers]
    assert "It is uploaded" in answers[0].text
    assert "alert(1)<" not in answers[0].text
    [file] = files_of(site.engine, onboarding.id)
    [row] = reads.journal(site.engine, onboarding.id, kinds=["file_added"])
    assert (LEAD, "room", "plan_document", file.sha256) == (row.by, row.via, row.about, row.data["sha256"])
    [message] = site.messages(onboarding.id, "file_given", onboarding.state.owner)
    assert "The new depot is on page 3" == message.notice.facts["text"]
    assert ["mail"] == site.woken


async def test_what_is_downloaded_runs_nothing(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """It is an attachment under its own name, of the type that we have found, in a sandbox."""
    await upload(lead, "見積 第1回.docx", WORD)
    [path] = downloads(await lead.get("/files"))

    answer = await lead.get(path)

    assert WORD == answer.content
    assert "default-src 'none'; sandbox; frame-ancestors 'none'" == answer.headers["content-security-policy"]
    assert ("nosniff", "no-store") == (answer.headers["x-content-type-options"], answer.headers["cache-control"])
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E8%A6%8B")
    assert answer.headers["content-type"].endswith("wordprocessingml.document")


async def test_another_customers_file_is_nowhere(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Nor is there one for whoever is not in, or guesses at paths."""
    await upload(lead, "plan.docx", WORD)
    [path] = downloads(await lead.get("/files"))
    async with into(site, site.opened(name="calloway-uk", id="2"), LEAD) as other, site.client() as nobody:
        answers = [await other.get(path), await nobody.get(path)]
        answers += [await other.get(f"/files/{odd}") for odd in ("0", "-1", "x", "..%2f..%2fetc%2fpasswd", "1%00")]
        assert "plan.docx" not in (await other.get("/files")).text

    assert [404, 401, 404, 404, 404, 404, 404] == [answer.status_code for answer in answers]


async def test_what_is_ours_alone_never_shows(site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """Neither in the list nor by its number, nor as a version that is missing; what both read does."""
    secret = given(site, onboarding, "margin.pdf", audience="vendor").id
    given(site, onboarding, "margin.pdf")

    page = await lead.get("/files")

    assert (1, "version 1") == (page.text.count("margin.pdf"), re.findall(r"version \d", page.text)[0])
    assert 404 == (await lead.get(f"/files/{secret}")).status_code


REFUSED = (
    ("plan.html", b"<script>alert(1)</script>", 422, "Choose a PDF, Word"),
    ("plan.pdf", b"<script>alert(1)</script>", 422, "not what its name says"),
    ("plan.docx", office("docx", {"word/vbaProject.bin": b"x"}), 422, "without macros"),
    ("plan.zip", WORD, 422, "one by one"),
    ("plan.pdf", b"", 422, "is empty"),
    ("", b"", 422, "Choose the file"),
    ("plan.pdf", PDF + b"x" * 1_050_000, 413, "of 1 MB at most"),
)


async def test_a_refusal_says_what_would_be_right_and_keeps_what_was_typed(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The page's title says that there is a problem, the summary leads to the field, and nothing stays behind."""
    for name, content, status, says in REFUSED:
        answer = await upload(lead, name, content, text="Half a page of explanations")

        assert status == answer.status_code, name
        assert "Problem: Files" in answer.text
        assert ('href="#file"' in answer.text, says in answer.text) == (True, True), says
        assert "Half a page of explanations</textarea>" in answer.text
        assert '<option value="plan_document" selected>' in answer.text
    assert [] == list(files_of(site.engine, onboarding.id))
    assert [] == [path for path in site.parts.settings.files_folder.rglob("*") if path.is_file()]


async def test_two_gigabytes_are_not_read(site: RoomSite, lead: httpx2.AsyncClient) -> None:
    """The answer comes while the sender has sent next to nothing of what it has announced."""
    form = fields(await lead.get("/files"))
    head = f'--b\r\nContent-Disposition: form-data; name="once"\r\n\r\n{form["once"]}\r\n--b\r\nContent-Disposition: '
    head += 'form-data; name="file"; filename="film.pdf"\r\n\r\n'
    cookies = "; ".join(f"{name}={value}" for name, value in lead.cookies.items())
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /files HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\nContent-Length: 2000000000\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n\r\n{head}".encode()
    )
    await writer.drain()

    answer = await asyncio.wait_for(reader.read(100_000), timeout=10)

    assert b" 413 " in answer.splitlines()[0]
    writer.close()


async def test_an_onboarding_has_no_more_than_its_share(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Two megabytes here: the third file finds no room, and says so."""
    big = PDF + b"x" * 900_000
    answers = [await upload(lead, f"{number}.pdf", big) for number in range(3)]

    assert [200, 200, 413] == [answer.status_code for answer in answers]
    assert "may have 2 MB" in answers[2].text
    assert 2 == len(files_of(site.engine, onboarding.id))


async def test_a_full_disk_saves_nothing_and_loses_no_words(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same form counts once the disk has room again."""
    once = fields(await lead.get("/files"))["once"]

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "put", full)
        answer = await upload(lead, "plan.docx", WORD, once=once, text="Half a page")
    again = await upload(lead, "plan.docx", WORD, once=once, text="Half a page")

    assert (503, 200) == (answer.status_code, again.status_code)
    assert "Half a page</textarea>" in answer.text
    assert f'value="{once}"' in answer.text
    assert 1 == len(files_of(site.engine, onboarding.id))


async def test_nobody_uploads_who_is_not_in_or_where_all_is_over(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    once = fields(await lead.get("/files"))["once"]
    data, files = {"once": once}, {"file": ("plan.docx", WORD, "text/plain")}
    async with site.client() as nobody:
        stranger = await nobody.post("/files", data=data, files=files)
    await lead.post("/out")
    left = await lead.post("/files", data=data, files=files)

    assert [401, 401] == [stranger.status_code, left.status_code]
    assert [] == list(files_of(site.engine, onboarding.id))


PARTS = "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
MALFORMED = (
    (b"", PARTS),
    (b"--b\r\nnonsense", PARTS),
    (b"--c\r\n\r\n", PARTS),
    (b"once=1", "application/x-www-form-urlencoded"),
    (b"x", "multipart/form-data"),
    (FIELD + b"x" * 70_000 + b"\r\n--b--", PARTS),
    ((FIELD + b"1\r\n") * 60 + b"--b--", PARTS),
)


async def test_a_form_that_is_none_is_refused(lead: httpx2.AsyncClient) -> None:
    for body, kind in MALFORMED:
        answer = await lead.post("/files", content=body, headers={"content-type": kind})
        assert answer.status_code in {413, 422}, body[:80]


async def test_a_signature_names_the_files_it_was_given_for(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """On the page, in the journal and on paper, with their hashes; a later version changes none of it. Where a file
    has come since the page was loaded, it is shown first."""
    await upload(lead, "plan.docx", WORD)
    stale = fields(await lead.get("/sign-off/plan_agreed"))
    async with into(site, onboarding, SPONSOR) as sponsor:
        await upload(sponsor, "plan.docx", office("docx", {"word/new.xml": b"x"}))
    first, second = files_of(site.engine, onboarding.id)
    again = await lead.post("/sign-off/plan_agreed", data={**stale, "decision": "approve"})
    assert 409 == again.status_code
    assert second.sha256 in again.text

    record = await lead.post("/sign-off/plan_agreed", data={**fields(again), "decision": "approve"})
    await upload(lead, "plan.docx", office("docx", {"word/newer.xml": b"x"}))

    seq = str(record.url).partition("/records/")[2].partition("?")[0]
    page, paper = await lead.get(f"/records/{seq}"), await lead.get(f"/records/{seq}.pdf")
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages)
    assert (True, False) == (second.sha256 in page.text, first.sha256 in page.text)
    assert second.sha256 in "".join(text.split())
    assert [second.sha256] == re.findall("[0-9a-f]{64}", page.text)
    [row] = reads.journal(site.engine, onboarding.id, kinds=["milestone_reached"])[-1:]
    assert [f"file {second.id}, version 2, sha256 {second.sha256}"] == row.data["evidence"]
