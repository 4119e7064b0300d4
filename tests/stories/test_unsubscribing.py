"""Does who unsubscribes get no more tips, and still all that the onboarding needs? From mail to click to mail."""

import re
from email.message import EmailMessage
from pathlib import Path

from activities.channels.mail.smtp import SmtpMail
from activities.channels.texts.rendering import Rendering
from domain.notice import NOT_ESSENTIAL
from store import reads
from tests.stories.test_effects import SENDER, office_world
from tests.support.mail_office import PostOffice, opened
from tests.support.waiting import until
from tests.support.web import PUBLIC, web_on

LED_BY_LETTERS = "pinecrest-us"
READER = "project_lead"


async def test_one_click_ends_the_letters_and_leaves_the_reminders(tmp_path: Path) -> None:
    """The address stands in the header of the mail that came, as a mail provider reads it."""
    async with opened(PostOffice()) as office, web_on(tmp_path) as web:
        mail = SmtpMail(server=office.where, sender=SENDER, rendering=Rendering(), public_url=PUBLIC)
        async with office_world(tmp_path, mail) as (made, engine):
            deal = await made.closed_now(LED_BY_LETTERS)
            await deal.reached("handoff_reviewed", "kickoff_held")
            await deal.let_pass(days=10)
            await until(lambda: any(is_letter(mail) for mail in office.mails))

            letter = next(mail for mail in office.mails if is_letter(mail))
            [click] = re.findall(r"<(https:[^>]*)>", letter["List-Unsubscribe"])
            answer = await web.client.post(click, data=dict([letter["List-Unsubscribe-Post"].split("=")]))
            assert answer.status_code == 200
            came = len(office.mails)
            await deal.let_pass(days=14)
            await until(lambda: any(row.reason == "unsubscribed" for row in reads.notices(engine, deal.id)))

            after = office.mails[came:]
            [entry] = [row for row in reads.journal(engine, deal.id) if row.kind == "unsubscribed"]
            withdrawn = [row for row in reads.notices(engine, deal.id) if row.reason == "unsubscribed"]
            assert (entry.by, entry.via) == (READER, "mail")
            assert {(row.person, row.state, row.kind in NOT_ESSENTIAL) for row in withdrawn} == {
                (READER, "withdrawn", True)
            }
            assert [mail for mail in after if is_letter(mail)] == []
            assert [mail for mail in after if mail["X-Day90-Notice"].endswith(f"/reminder/{READER}")]


def is_letter(mail: EmailMessage) -> bool:
    """Whether it is one to the reader that they may unsubscribe from."""
    return mail["List-Unsubscribe"] is not None and mail["X-Day90-Notice"].endswith(f"/{READER}")
