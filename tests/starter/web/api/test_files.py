"""Is a file that comes over the API checked as in the room, and can an answer bring it?"""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from store.files import SqlFiles, files_of
from store.reads import journal
from tests.support.room import Onboarding
from tests.support.uploads import PDF
from tests.support.web import Web, problem, web_on

OURS = {"by": "jonas.weber"}


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    async with web_on(tmp_path, file_mb=1, files_mb=2) as web:
        yield web


@pytest.fixture
def onboarding(web: Web) -> Onboarding:
    return Onboarding(web.parts.engine)


async def give(
    web: Web, onboarding: Onboarding, content: bytes = PDF, *, name: str = "List.pdf", **fields: str
) -> httpx2.Response:
    address, file = f"/api/v1/onboardings/{onboarding.id}/files", {"file": (name, content)}
    return await web.client.post(address, data={**OURS, **fields}, files=file, headers=web.token("room:write"))


def wrong(answer: httpx2.Response) -> tuple[int, str, str]:
    """Its status, the kind of problem, and the field."""
    told = problem(answer)
    return told["status"], told["type"].rpartition(":")[2], told.get("field", "")


async def test_an_answer_brings_a_file_that_was_given_before(web: Web, onboarding: Onboarding) -> None:
    """It stands in the customer's room with the answer; the same file again is the same one."""
    questions = f"/api/v1/onboardings/{onboarding.id}/questions"
    headers = web.token("room:read", "room:write")
    await web.client.post(questions, json={"by": "project_lead", "text": "Which ones?"}, headers=headers)
    [given, again] = [(await give(web, onboarding)).json() for _ in range(2)]
    answered: Any = await web.client.post(
        f"{questions}/1/answer", json={**OURS, "text": "These.", "file": given["id"]}, headers=headers
    )
    listed = await web.client.get(f"/api/v1/onboardings/{onboarding.id}/files", headers=headers)

    assert given == again
    assert ("List.pdf", 1, "application/pdf", "both") == tuple(
        given[name] for name in ("name", "version", "kind", "audience")
    )
    assert given["id"] == answered.json()["said"][-1]["file"]
    assert [given] == listed.json()["items"]
    assert "place" not in given


async def test_a_file_is_a_version_of_its_document(web: Web, onboarding: Onboarding) -> None:
    """Of that deliverable, and of those who may read it."""
    await give(web, onboarding, deliverable="plan_document")
    second = await give(web, onboarding, PDF + b"2", deliverable="plan_document")
    ours = await give(web, onboarding, deliverable="plan_document", audience="vendor")

    assert [2, 1] == [answer.json()["version"] for answer in (second, ours)]
    kinds = [row.kind for row in journal(web.parts.engine, onboarding.id)]
    assert 3 == kinds.count("file_added")


async def test_what_is_not_taken_says_why_and_leaves_nothing(web: Web, onboarding: Onboarding, tmp_path: Path) -> None:
    """What the room refuses is refused here: by content, size and quota; a customer's person gives none."""
    lying = await give(web, onboarding, b"MZ no PDF")
    archive = await give(web, onboarding, b"PK\x03\x04", name="all.zip")
    large = await give(web, onboarding, PDF + b"x" * 1_200_000)
    theirs = await give(web, onboarding, by="project_lead")
    nowhere = await give(web, onboarding, deliverable="nothing")
    odd = await give(web, onboarding, note="x")
    named = await give(web, onboarding, name="../../etc/x.html")
    headers = web.token("room:write")
    address = f"/api/v1/onboardings/{onboarding.id}/files"
    none = await web.client.post(address, data=OURS, files={"other": ("a.pdf", PDF)}, headers=headers)
    json = await web.client.post(address, json=OURS, headers=headers)
    unknown = await web.client.post(f"{address[:-6]}x/files", data=OURS, files={"file": ("a", PDF)}, headers=headers)

    assert [(422, "invalid", "file")] * 3 == [wrong(answer) for answer in (lying, archive, named)]
    assert (413, "too-large", "file") == wrong(large)
    assert [(422, "invalid", field) for field in ("by", "deliverable", "note", "file")] == [
        wrong(answer) for answer in (theirs, nowhere, odd, none)
    ]
    assert [415, 404] == [json.status_code, unknown.status_code]
    assert [] == files_of(web.parts.engine, onboarding.id)
    assert [] == [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_the_quota_counts_files_of_all_ways(web: Web, onboarding: Onboarding) -> None:
    """And says that it is the quota, though the file itself would not be too large."""
    for number in range(3):
        answer = await give(web, onboarding, PDF + bytes([48 + number]) * 800_000)

    assert (413, "too-large", "file") == wrong(answer)
    assert "DAY90_FILES_MB" in problem(answer)["detail"]


async def test_who_may_only_read_gives_nothing(web: Web, onboarding: Onboarding) -> None:
    """Nor does anybody once the onboarding is over."""
    headers, file = web.token("room:read"), {"file": ("List.pdf", PDF)}
    reader = await web.client.post(f"/api/v1/onboardings/{onboarding.id}/files", data=OURS, files=file, headers=headers)
    await asyncio.to_thread(onboarding.tell, "end_onboarding", ending="churned", reason="sold", by="nora.lindqvist")
    over = await give(web, onboarding)

    assert (403, 409) == (reader.status_code, over.status_code)
    assert [] == files_of(web.parts.engine, onboarding.id)


async def test_while_the_store_is_asked_for_the_quota_others_are_answered(
    web: Web, onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that does not answer would hold up every other request, too."""
    asked_in: list[threading.Thread] = []
    left = SqlFiles.left

    def noted(files: SqlFiles, onboarding: str) -> int:
        asked_in.append(threading.current_thread())
        return left(files, onboarding)

    monkeypatch.setattr(SqlFiles, "left", noted)
    answer = await give(web, onboarding)

    assert (200, False) == (answer.status_code, threading.current_thread() in asked_in)
    assert asked_in
