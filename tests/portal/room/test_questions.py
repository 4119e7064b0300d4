"""Is a question asked and answered in the room, once, and read by those who may? By a client, on a port."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from starter.doors.questions import QuestionDoor
from starter.trouble import NotReachable
from store import reads
from store.engine import read_connection
from store.files import files_of
from store.tables import inbox, notices
from tests.portal.room.test_changes import listening, said
from tests.portal.room.test_room import LEAD, NASTY, SPONSOR, TECHNICAL, fields
from tests.support.parts import STAFF
from tests.support.room import Onboarding, RoomSite, into, room_on
from tests.support.uploads import PDF

PATIENCE = 10


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path, file_mb=1) as site:
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


@pytest.fixture
def ours(site: RoomSite) -> QuestionDoor:
    """By which our side answers."""
    return QuestionDoor(engine=site.engine, ledger=site.parts.ledger, staff=STAFF, via="cli", now=as_of)


def as_of(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment


async def ask(browser: httpx2.AsyncClient, text: str, **typed: str) -> httpx2.Response:
    page = await browser.get("/questions")
    return await browser.post("/questions", data={**fields(page), "text": text, "anyway": "1", **typed})


def waiting(site: RoomSite, kind: str) -> list[str]:
    """Whom messages of that kind wait for."""
    with read_connection(site.engine) as connection:
        return list(connection.scalars(select(notices.c.person).where(notices.c.kind == kind).order_by(notices.c.id)))


async def test_a_question_is_answered_where_it_was_asked(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, ours: QuestionDoor
) -> None:
    """Its owner hears of it, the answer waits on the home, and it is gone on with until it is settled."""
    asked = await ask(lead, f"{NASTY}\nor not?", about="plan_agreed")
    [message] = site.messages(onboarding.id, "question", "jonas.weber")
    assert ("The answer comes here" in asked.text, "<script>alert" in asked.text) == (True, False)
    assert (f"{NASTY}\nor not?", "Onboarding plan agreed") == (
        message.notice.facts["text"],
        message.notice.facts["title"],
    )
    assert ["mail", "receiver"] == site.woken

    ours.answer(onboarding.id, 1, by="jonas.weber", text="Yes.\nFrom May on.")
    home = await lead.get("/")
    assert ('href="/questions/1"' in home.text, "There is 1 new answer for you" in home.text) == (True, True)
    thread = await lead.get("/questions/1")
    assert ("Yes.\nFrom May on." in thread.text, "Jonas Weber" in thread.text) == (True, True)
    assert "new answer for you" not in (await lead.get("/")).text
    on = await lead.post("/questions/1", data={**fields(thread), "text": "And in June?"})
    settled = await lead.post("/questions/1", data={"settled": "1"})

    assert ("And in June?" in on.text, "waits for our answer" in on.text, "it is settled" in settled.text) == (
        True,
        True,
        True,
    )
    kinds = [row.kind for row in reads.journal(site.engine, onboarding.id) if row.kind.startswith("question")]
    assert ["question_asked", "question_answered", "question_asked", "question_closed"] == kinds


async def test_what_a_colleague_has_said_meanwhile_is_not_settled_away(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, ours: QuestionDoor
) -> None:
    """It is shown first, and goes on waiting for us; whoever has read it settles the question."""
    await ask(lead, "When?")
    ours.answer(onboarding.id, 1, by="jonas.weber", text="At nine.")
    page = await lead.get("/questions/1")
    ours.go_on(onboarding.id, 1, by=TECHNICAL, text="At night?")
    stale = await lead.post("/questions/1", data={"settled": "1", **fields(page, "seen")})

    assert (409, True, True) == (stale.status_code, "Please read it first" in stale.text, "At night?" in stale.text)
    assert "open" == ours.kept.one(onboarding.id, 1).state
    ours.answer(onboarding.id, 1, by="jonas.weber", text="No.")
    await lead.post("/questions/1", data={"settled": "1", **fields(await lead.get("/questions/1"), "seen")})
    assert "closed" == ours.kept.one(onboarding.id, 1).state


async def test_one_question_too_many_is_given_back(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason and with what was typed; nobody is told of it."""
    monkeypatch.setattr("store.questions.MOST_OPEN", 1)
    await ask(lead, "When?")
    answer = await ask(lead, "Typed for an hour")

    assert (409, True) == (answer.status_code, "wait for our answer already" in answer.text)
    assert "Typed for an hour</textarea>" in answer.text
    assert ["jonas.weber"] == waiting(site, "question")


async def test_the_mail_with_an_answer_waits_a_little_and_is_not_sent_to_who_has_seen_it(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, ours: QuestionDoor
) -> None:
    """Whoever sees it in the room needs none; everybody else whom it concerns gets theirs."""
    await ask(lead, "When?")
    async with into(site, onboarding, TECHNICAL) as technical:
        page = await technical.get("/questions/1")
        await technical.post("/questions/1", data={**fields(page), "text": "In the morning?"})
    ours.answer(onboarding.id, 1, by="jonas.weber", text="At nine.")
    assert [LEAD, LEAD, TECHNICAL] == waiting(site, "question_answered")

    await lead.get("/questions/1")

    assert [] == site.messages(onboarding.id, "question_answered", LEAD)
    [message] = site.messages(onboarding.id, "question_answered", TECHNICAL)
    assert ("At nine.", "In the morning?") == (message.notice.facts["text"], message.notice.facts["asked"])


async def test_an_open_page_hears_of_an_answer(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, ours: QuestionDoor
) -> None:
    """As of any news: what comes is an entry of the journal."""
    page = await ask(lead, "When?")
    after = int(page.text.partition("/changes?after=")[2].partition('"')[0])
    async with listening(lead, after) as lines:
        event = asyncio.create_task(said(lines))
        ours.answer(onboarding.id, 1, by="jonas.weber", text="At nine.")
        assert "event: changed" == await asyncio.wait_for(event, PATIENCE)


async def test_a_question_comes_with_a_file_and_once(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """A double click brings one question, one file and one message."""
    form = {**fields(await lead.get("/questions")), "text": "Is this the right form?"}
    file = {"file": ("Form.pdf", PDF, "text/html")}
    both = await asyncio.gather(*(lead.post("/questions", data=form, files=file) for _ in range(2)))

    assert [200, 200] == [answer.status_code for answer in both]
    thread = await lead.get("/questions/1")
    [kept] = files_of(site.engine, onboarding.id)
    assert f'href="/files/{kept.id}"' in thread.text
    assert 404 == (await lead.get("/questions/2")).status_code
    [message] = site.messages(onboarding.id, "question", "jonas.weber")
    assert "Form.pdf" == message.notice.facts["file"]


async def test_a_file_that_is_refused_loses_no_word_and_asks_nothing(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Nor does a question without words keep its file."""
    form = {**fields(await lead.get("/questions")), "text": "Typed for an hour"}
    lying = await lead.post("/questions", data=form, files={"file": ("Form.pdf", b"MZ no PDF", "application/pdf")})
    large = await lead.post("/questions", data=form, files={"file": ("Form.pdf", PDF + b"x" * 2_000_000, "")})
    mute = await lead.post("/questions", data={**form, "text": " "}, files={"file": ("Form.pdf", PDF, "")})

    assert [422, 413, 422] == [answer.status_code for answer in (lying, large, mute)]
    assert all("Typed for an hour</textarea>" in answer.text for answer in (lying, large))
    assert ('href="#file"' in lying.text, 'href="#text"' in mute.text) == (True, True)
    assert ([], []) == (files_of(site.engine, onboarding.id), waiting(site, "question"))


async def test_questions_are_kept_while_temporal_is_away(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The message goes with the next one, and the onboarding hears through its inbox that somebody has spoken."""
    site.door.trouble = NotReachable("Temporal does not answer")
    answer = await ask(lead, "How long?")

    assert "Sent." in answer.text
    assert ["jonas.weber"] == waiting(site, "question")
    with read_connection(site.engine) as connection:
        [row] = connection.execute(select(inbox).where(inbox.c.source == "room")).all()
    assert (onboarding.id, {"by": LEAD, "question": 1}) == (row.subject, row.body)


async def test_everybody_of_the_customers_reads_it_and_nobody_else(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Another customer's room has no such page, whatever number is asked for, and nothing can be added there."""
    await ask(lead, "Theirs alone?")
    other = site.opened(id="2")
    async with into(site, onboarding, SPONSOR) as sponsor, into(site, other, LEAD) as stranger:
        listed = await sponsor.get("/questions")
        looks = [await stranger.get(f"/questions/{number}") for number in ("1", "0", "-1", "x", "1" * 30, "١")]
        page = await stranger.get("/questions")
        acts = [
            await stranger.post("/questions/1", data={**fields(page), "text": "x"}),
            await stranger.post("/questions/1", data={"settled": "1"}),
        ]

    assert "Theirs alone?" in listed.text
    assert {404} == {answer.status_code for answer in (*looks, *acts)}
    assert "Theirs alone?" not in page.text
    assert ["jonas.weber"] == waiting(site, "question")


async def test_a_page_that_was_left_open_gives_back_what_was_typed(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The session is over: the words stand there, and no byte of the file was kept."""
    form = fields(await lead.get("/questions"))
    await lead.post("/out")
    answer = await lead.post("/questions", data={**form, "text": "Typed for an hour"}, files={"file": ("a.pdf", PDF)})

    assert (401, True) == (answer.status_code, "Typed for an hour" in answer.text)
    assert [] == files_of(site.engine, onboarding.id)


async def test_what_was_erased_is_nowhere(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, ours: QuestionDoor
) -> None:
    """Neither in the room nor in the messages that told of it; that somebody spoke stays."""
    await ask(lead, "My private number is 0170")
    [word] = re.findall(r'id="said-(\d+)"', (await lead.get("/questions/1")).text)
    ours.erase(onboarding.id, int(word), by="jonas.weber")

    pages = [await lead.get(path) for path in ("/", "/questions", "/questions/1")]
    assert "0170" not in "".join(page.text for page in pages)
    assert "This was erased." in pages[-1].text
    with read_connection(site.engine) as connection:
        facts = connection.scalars(select(notices.c.facts).where(notices.c.kind == "question")).all()
    assert "0170" not in str(facts)
