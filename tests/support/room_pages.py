"""How are the room's pages checked with tools of others? `python -m tests.support.room_pages FOLDER` writes them all.

A validator then reads the files: `java -jar vnu.jar --errors-only FOLDER/*.html` (npm's and PyPI's `vnu-jar`).
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import httpx2

from starter.doors.questions import QuestionDoor
from store.embedded_rooms import SqlEmbeddedRooms
from tests.support.parts import STAFF
from tests.support.room import Onboarding, RoomSite, given, into, room_on

PRODUCT = "https://app.vendor.example"
LEAD, TECHNICAL = "project_lead", "technical_lead"
PATHS = (
    *("/", "/plan", "/people", "/issues", "/questions", "/records", "/me", "/more", "/rooms", "/meetings", "/files"),
    *(
        "/library",
        "/library?q=order",
        "/library?q=nothing+at+all",
        "/library/try-it-yourself",
        "/library/migrate-orders",
    ),
    *("/sign-off/plan_agreed", "/task/task-1", "/done/kickoff_held", "/nothing", "/records/9"),
    *("/questions/1", "/asked", "/goals", "/goals/new", "/people/new", "/trainings", "/use"),
)
FORMS = (
    *("/sign-off/plan_agreed", "/task/task-1", "/issues", "/questions", "/questions/1", "/files", "/me"),
    *("/goals/new", "/people/new", "/library/try-it-yourself"),
)
"""Pages that are sent as they are, with nothing in them: what is wrong is said."""


def lived(site: RoomSite) -> Onboarding:
    """An onboarding that has something on every page."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")
    onboarding.tell("raise_issue", title="Login", severity="high", by=LEAD)
    onboarding.tell("resolve_issue", issue="issue-1", by="jonas.weber")
    onboarding.tell("add_task", title="Send the logo", due="2032-11-19", owner=LEAD, by="jonas.weber")
    onboarding.tell("record_win", title="One list", baseline="two mailboxes", result="one list", by="jonas.weber")
    for name in ("plan.pdf", "plan.pdf"):
        given(site, onboarding, name)
    at = onboarding.now
    door = QuestionDoor(engine=site.engine, ledger=site.parts.ledger, staff=STAFF, via="cli", now=lambda _: at)
    asked = door.ask(onboarding.id, by=LEAD, text="Can our drivers keep their telephones?")
    door.answer(onboarding.id, asked.question.number, by="jonas.weber", text="Yes.\n\nFrom May on.")
    return onboarding


async def written(folder: Path) -> int:
    """Write each page in both languages; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with room_on(Path(data), room_embed_origins=PRODUCT) as site:
            onboarding = lived(site)
            await _outside(site, onboarding, folder)
            async with into(site, onboarding, LEAD) as lead, into(site, onboarding, TECHNICAL) as technical:
                for language in ("en", "ja"):
                    await _inside(lead, folder, language)
                onboarding.settled("plan_agreed")
                onboarding.tell("replan", milestone="gone_live", to="2033-01-20", reason="A fair", by="jonas.weber")
                await _tick(lead)
                for name, path in (("moved", "/plan"), ("ticked", "/library/try-it-yourself"), ("settled", FORMS[0])):
                    keep_page(folder, name, await lead.get(path))
                keep_page(folder, "done", await technical.get("/done/security_prepared"))
                keep_page(folder, "record", await lead.get(_first_record((await lead.get("/records")).text)))
            await _in_a_frame(site, onboarding, folder)
            for name, news in (("paused", ("pause", "stock-taking")), ("ended", ("end_onboarding", "sold"))):
                ending = {"ending": "churned"} if name == "ended" else {}
                onboarding.tell(news[0], reason=news[1], by="nora.lindqvist", **ending)
                async with into(site, onboarding, LEAD) as lead:
                    keep_page(folder, name, await lead.get("/"))
    return len(list(folder.glob("*.html")))


async def _tick(lead: httpx2.AsyncClient) -> None:
    """Say that a step of the checklist is done."""
    page = await lead.get("/library/try-it-yourself")
    [once, *_] = re.findall(r'name="once" value="([^"]+)"', page.text)
    await lead.post("/library/try-it-yourself", data={"step": "cancel", "done": "yes", "once": once})


async def _outside(site: RoomSite, onboarding: Onboarding, folder: Path) -> None:
    async with site.client() as browser:
        keep_page(folder, "enter", await browser.get(site.way_in(onboarding, LEAD)))
        keep_page(folder, "lost", await browser.get("/in/lost"))
        keep_page(folder, "lost-wrong", await browser.post("/in/lost", data={"address": "x"}))
        keep_page(folder, "code", await browser.post("/in/lost", data={"address": "a@b.example"}))
        keep_page(folder, "outside", await browser.post("/questions", data={"text": "What I have typed"}))


async def _inside(lead: httpx2.AsyncClient, folder: Path, language: str) -> None:
    for path in PATHS:
        asked = f"{path}{'&' if '?' in path else '?'}language={language}"
        keep_page(folder, f"{path}-{language}", await lead.get(asked))
    [asked, *_] = re.findall(r'href="(/asked/[^"]+)"', (await lead.get("/asked")).text)
    for path in (asked, *FORMS):
        wrong = {"once": "", "step": "cancel"}
        keep_page(folder, f"{path}-wrong-{language}", await lead.post(f"{path}?language={language}", data=wrong))


async def _in_a_frame(site: RoomSite, onboarding: Onboarding, folder: Path) -> None:
    someone = onboarding.dossier.person(LEAD)
    assert someone is not None
    given = SqlEmbeddedRooms(site.engine).give(onboarding.id, someone, origin=PRODUCT, vouched=True, page="/", token=1)
    assert given is not None
    async with site.client(headers={"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}) as browser:
        keep_page(folder, "framed", await browser.get(f"/in/embedded/{given.ticket}"))
        keep_page(folder, "framed-spent", await browser.get(f"/in/embedded/{given.ticket}"))


def _first_record(page: str) -> str:
    [path, *_] = re.findall(r'href="(/records/\d+)"', page)
    return str(path)


def keep_page(folder: Path, name: str, page: httpx2.Response) -> None:
    """Write a page under a name that is made of its address."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "home"
    (folder / f"{plain}.html").write_text(page.text, encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(written(Path(sys.argv[1])))} pages\n")
