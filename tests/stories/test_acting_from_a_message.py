"""Can somebody report from their mail what is done? From the reminder over two steps of a page to the journal."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from portal.app import pages_app
from runtime.settings import Settings
from store import reads
from store.links import LinkMaker
from tests.stories.test_effects import SENDER, office_world
from tests.support.waiting import until
from wiring.pages import page_parts

PAGES = "https://onboarding.example.test"
LED_BY_LETTERS = "pinecrest-us"
READER = "project_lead"


def reminders(folder: Path) -> list[EmailMessage]:
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]
    return [mail for mail in mails if mail["X-Day90-Notice"].endswith(f"/reminder/{READER}")]


async def test_a_milestone_is_reported_from_its_reminder(tmp_path: Path) -> None:
    """By the reader, by the link, and not as somebody whom we recognised; the text that is kept has no token."""
    files = MailFiles(folder=tmp_path / "mail", sender=SENDER, rendering=Rendering())
    links = LinkMaker(address=PAGES, key=b"k" * 32)
    async with office_world(tmp_path, files, links=links) as (made, engine):
        deal = await made.closed_now(LED_BY_LETTERS)
        await deal.reached("handoff_reviewed", "kickoff_held")
        await deal.let_pass(days=14)
        await until(lambda: bool(reminders(tmp_path / "mail")))
        mail = reminders(tmp_path / "mail")[0]
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.search(rf"It is done: {PAGES}(/link/\S+)", body.get_content())
        assert found is not None

        async def reach() -> Any:
            return made.env.client

        settings = Settings.model_validate({"data": tmp_path, "pages_url": PAGES})
        async with page_parts(settings, reach=reach) as parts:
            transport = httpx2.ASGITransport(pages_app(parts))
            async with httpx2.AsyncClient(transport=transport, base_url=PAGES) as client:
                asked = await client.post(found[1], data={"answer": "yes", "words": "since Monday"})
                assert re.search(r"Wednesday, 10 November 2032, \d{1,2} days ago", asked.text), "by its own time"
                [once] = re.findall(r'name="once" value="([^"]+)"', asked.text)
                told = await client.post(found[1], data={"answer": "yes", "words": "since Monday", "once": once})

        # It came inside a digest, whose key ends in that of its first part.
        key = mail["X-Day90-Notice"].split("/")
        assert key[0] == "digest"
        milestone = key[3]
        rows: list[reads.JournalEntry] = []
        async with asyncio.timeout(20):
            while not rows:
                await asyncio.sleep(0.1)
                found_rows = reads.journal(engine, deal.id)
                rows = [row for row in found_rows if (row.kind, row.about) == ("milestone_reached", milestone)]
        assert 200 == told.status_code, told.text
        assert [(READER, "link", False, "since Monday")] == [(row.by, row.via, row.proved, row.note) for row in rows]
        kept = [row.text for row in reads.notices(engine, deal.id) if row.text and "/link/" in row.text]
        assert kept
        assert found[1].rpartition("/")[2] not in str(kept)
