"""Can somebody choose what they hear without a login, and leave it by one click of their mail program?"""

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path

import pytest

from domain.preferences import Preferences
from store import reads
from store.ledger import SqlLedger
from store.preferences import SqlPreferences
from tests.support.pages import ONE, READER, Site, site_on

FORM = {"hears": "weekly", "language": "ja", "quiet_from": "20:00", "quiet_until": "08:00", "time_zone": "Asia/Tokyo"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_on(tmp_path) as site:
        yield site


def chosen(site: Site) -> Preferences:
    return SqlPreferences(site.engine).of(ONE, READER.id)


async def test_what_is_chosen_stands_in_the_form_the_next_time(site: Site) -> None:
    """And the page answers in the language that was chosen."""
    path = site.link("preferences")

    saved = await site.client.post(path, data={**FORM, "quiet_days": ["5", "6"]})
    again = await site.client.get(path)

    expected = Preferences(hears="weekly", quiet_from=time(20), quiet_until=time(8), quiet_days=(5, 6))
    assert expected == chosen(site)
    assert "保存しました" in saved.text
    assert 'value="weekly" checked' in again.text
    assert 'value="20:00"' in again.text
    [lead] = [person for person in SqlLedger(site.engine).dossier(ONE).people if person.id == READER.id]
    assert ("ja", "Asia/Tokyo") == (lead.language, lead.time_zone)


async def test_the_form_as_it_stands_changes_nothing(site: Site) -> None:
    """What sends every form that it finds leaves no trace."""
    path = site.link("preferences")

    await site.client.post(path, data={"hears": "everything", "language": "en", "time_zone": READER.time_zone})

    assert Preferences() == chosen(site)
    assert "preferences_chosen" not in [row.kind for row in reads.journal(site.engine, ONE)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hears": "nothing"}, "Choose one of the four"),
        ({"language": "xx"}, "Choose one of the four"),
        ({"quiet_until": ""}, "Give both times"),
        ({"quiet_until": "20:00"}, "up to 18 hours"),
        ({"quiet_from": "late"}, "up to 18 hours"),
        ({"quiet_days": ["0", "1", "2", "3", "4", "5", "6"]}, "one day of the week"),
        ({"quiet_days": ["9"]}, "up to 18 hours"),
        ({"time_zone": "../../etc/passwd"}, "Choose a time zone"),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    site: Site, wrong: dict[str, object], words: str
) -> None:
    """Nothing of it is kept."""
    path = site.link("preferences")

    page = await site.client.post(path, data={**FORM, **wrong})

    assert 422 == page.status_code
    assert words in page.text
    assert 'value="weekly"' in page.text
    assert Preferences() == chosen(site)


async def test_one_click_of_a_mail_program_leaves_what_is_essential(site: Site) -> None:
    """RFC 8058: without cookies, origin or a page before it, and again it is the same."""
    path = site.link("preferences", "status_report")

    answers = [await site.client.post(path, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert "essential" == chosen(site).hears
    assert 1 == sum(row.kind == "preferences_chosen" for row in reads.journal(site.engine, ONE))


async def test_the_link_of_a_letter_unsubscribes_here_too(site: Site) -> None:
    """Older mails name the address of the web process, newer ones that of the pages."""
    token = site.message("message").unsubscribe

    answer = await site.client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})

    assert 200 == answer.status_code
    assert "no_letters" == chosen(site).hears
