"""Does a link of a message do what it says, once, and nothing by being looked at? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from domain.refusal import Refused
from starter.trouble import NotReachable
from store import reads
from store.engine import write_transaction
from store.links import SqlLinks, revoke_links
from store.tables import mail_links, milestones, onboardings, people
from tests.support.pages import ONE, READER, Site, site_on

QUESTIONS = [("done", "reminder"), ("on_its_way", "reminder"), ("later", "reminder"), ("not_solved", "issue_resolved")]

READER_ZONE = ZoneInfo(READER.time_zone)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_on(tmp_path, company_name="Kontor") as site:
        yield site


def once_of(page: httpx2.Response) -> str:
    [once] = re.findall(r'name="once" value="([^"]+)"', page.text)
    return str(once)


def journal(site: Site) -> list[str]:
    return [row.kind for row in reads.journal(site.engine, ONE)]


@pytest.mark.parametrize(("purpose", "kind"), QUESTIONS)
async def test_a_look_says_what_will_happen_and_changes_nothing(site: Site, purpose: str, kind: str) -> None:
    """Customer, title, date and who answers, escaped. Programs that check mails follow every link."""
    path = site.link(purpose, kind)
    before = journal(site)

    page = await site.client.get(path, headers={"sec-purpose": "prefetch"})
    head, options = await site.client.head(path), await site.client.options(path)

    assert [200, 200, 204] == [page.status_code, head.status_code, options.status_code]
    assert b"" == head.content
    assert "会う &amp; &lt;meet&gt;" in page.text
    named = ["Aozora", "Stefan Vogel &lt;b&gt;", "Mika Csm", *(["September 2026"] if kind == "reminder" else [])]
    assert [] == [words for words in named if words not in page.text]
    assert ([], before) == (site.door.news, journal(site))


@pytest.mark.parametrize(("purpose", "kind"), QUESTIONS)
async def test_who_sends_every_form_as_it_stands_changes_nothing(site: Site, purpose: str, kind: str) -> None:
    """No answer is chosen beforehand, and no words are written; the page says what is missing."""
    path = site.link(purpose, kind)
    before = journal(site)

    page = await site.client.post(path, data={"words": ""})

    assert 422 == page.status_code
    assert 'role="alert"' in page.text
    assert "<title>Problem: " in page.text
    assert ([], before) == (site.door.news, journal(site))


async def test_done_is_reported_by_a_second_step_once(site: Site) -> None:
    """By whom the link was sent to, and a double click counts once."""
    path = site.link("done")
    asked = await site.client.post(path, data={"answer": "yes", "words": "since Monday"})
    form = {"answer": "yes", "words": "since Monday", "once": once_of(asked)}

    first = await site.client.post(path, data=form)
    second = await site.client.post(path, data=form)

    assert [200, 200, 200] == [asked.status_code, first.status_code, second.status_code]
    [(onboarding, update_, news)] = site.door.news
    assert (ONE, "reach_milestone") == (onboarding, update_)
    assert {"by": READER.id, "milestone": "met", "note": "since Monday", "news_id": "link-1"} == news
    assert "Thank you" in first.text
    assert "answered already" in second.text


async def test_a_second_step_needs_what_the_first_one_gave(site: Site) -> None:
    """One that is made up, of another link, or older than the last one; what was typed stays."""
    path, other = site.link("done", key="one"), site.link("done", key="two")
    form = {"answer": "yes", "words": "my words"}
    older, newer = [once_of(await site.client.post(path, data=form)) for _ in range(2)]
    foreign = once_of(await site.client.post(other, data=form))

    answers = [await site.client.post(path, data={**form, "once": once}) for once in ("x", foreign, older)]
    good = await site.client.post(path, data={**form, "once": newer})

    assert [409, 409, 409, 200] == [answer.status_code for answer in (*answers, good)]
    assert all("my words" in answer.text for answer in answers)
    assert 1 == len(site.door.news)


async def test_not_yet_reports_nothing(site: Site) -> None:
    """And the link still works afterwards."""
    path = site.link("done")

    said = await site.client.post(path, data={"answer": "no"})
    again = await site.client.get(path)

    assert "Nothing was reported" in said.text
    assert "Is it done" in again.text
    assert [] == site.door.news


async def test_what_is_not_solved_is_opened_again_with_words(site: Site) -> None:
    """In two steps, since its deadlines begin anew."""
    path = site.link("not_solved", "issue_resolved")
    asked = await site.client.post(path, data={"words": "still no login\r\non phones"})

    await site.client.post(path, data={"words": "still no login\r\non phones", "once": once_of(asked)})

    [(_, update_, news)] = site.door.news
    assert ("dispute_issue", "met", "still no login\non phones") == (update_, news["issue"], news["note"])


@pytest.mark.parametrize(
    ("form", "note"),
    [
        ({"answer": "yes"}, "会う & <meet>: will be done by Wednesday, 2 September 2026."),
        (
            {"answer": "no", "words": "Ito is ill"},
            "会う & <meet>: not by Wednesday, 2 September 2026, or not sure. Ito is ill",
        ),
    ],
)
async def test_a_date_is_confirmed_or_doubted_in_one_step(site: Site, form: dict[str, str], note: str) -> None:
    """As a note, which moves no date; a no says why."""
    path = site.link("on_its_way")

    bare = await site.client.post(path, data={"answer": "no"})
    await site.client.post(path, data=form)

    assert 422 == bare.status_code
    assert [("note", note)] == [(kind, news["note"]) for _, kind, news in site.door.news]


async def test_a_reminder_that_is_put_off_comes_on_its_day_and_none_before(site: Site) -> None:
    """The receipt of the one in between says why it did not come, and the journal who wanted that."""
    path = site.link("later")

    said = await site.client.post(path, data={"answer": "3"})
    row = next(row for row in reads.notices(site.engine) if "/put_off/" in row.key)
    with pytest.raises(AssertionError):
        site.message(key="reminder/between")
    between = next(row for row in reads.notices(site.engine) if row.key == "reminder/between")

    assert "We remind you again on" in said.text
    assert (9, "waiting") == (row.not_before.astimezone(READER_ZONE).hour, row.state)
    assert ("withdrawn", True) == (between.state, (between.reason or "").startswith("suppressed: its reader wants"))
    [entry] = [row for row in reads.journal(site.engine, ONE) if row.kind == "reminder_put_off"]
    assert (READER.id, "link", "met") == (entry.by, entry.via, entry.about)


async def test_on_a_compressed_clock_later_comes_as_soon_as_its_day_does(tmp_path: Path) -> None:
    """The onboarding's own time is ahead, and a day of it takes a second: the reminder must not wait for months."""
    async with site_on(tmp_path, company_name="Kontor", day_length="1s") as site:
        await site.client.post(site.link("later"), data={"answer": "3"})
        row = next(row for row in reads.notices(site.engine) if "/put_off/" in row.key)

    assert row.not_before < datetime.now(UTC) + timedelta(seconds=10)


@pytest.mark.parametrize("trouble", [NotReachable("away"), OperationalError("INSERT", {}, Exception("locked"))])
async def test_words_are_kept_while_temporal_or_the_store_is_away(site: Site, trouble: Exception) -> None:
    """Nothing was sent, and the page says so."""
    site.door.trouble = trouble
    path = site.link("on_its_way")

    page = await site.client.post(path, data={"answer": "yes", "words": "my words"})
    site.door.trouble = None
    again = await site.client.post(path, data={"answer": "yes", "words": "my words"})

    assert (503, 200) == (page.status_code, again.status_code)
    assert "Not sent" in page.text
    assert "my words</textarea>" in page.text


async def test_a_refusal_is_told_with_its_reason(site: Site) -> None:
    """The gate of a milestone is closed, say; who to ask stands on the page."""
    site.door.trouble = Refused("its gate is closed")
    path = site.link("done")
    once = once_of(await site.client.post(path, data={"answer": "yes"}))

    page = await site.client.post(path, data={"answer": "yes", "once": once})

    assert 409 == page.status_code
    assert "its gate is closed" in page.text


@pytest.mark.parametrize("state", ["expired", "revoked", "left", "moved", "ended", "settled"])
async def test_a_link_that_is_good_no_more_says_so_and_names_nobody(site: Site, state: str) -> None:
    """Looks and answers alike. A person who left, or has another address, is not named to whoever has the mail."""
    path = site.link("done")
    with write_transaction(site.engine) as connection:
        match state:
            case "expired":
                connection.execute(update(mail_links).values(expires_at=datetime.now(UTC) - timedelta(days=1)))
            case "revoked":
                revoke_links(connection, ONE, READER.id, now=datetime.now(UTC))
            case "left":
                connection.execute(people.delete().where(people.c.id == READER.id))
            case "moved":
                connection.execute(update(people).values(email="new@customer.test"))
            case "ended":
                connection.execute(update(onboardings).values(ending="churned"))
            case "settled":
                connection.execute(update(milestones).values(status="reached"))

    look, answer = await site.client.get(path), await site.client.post(path, data={"answer": "yes"})

    assert look.status_code == answer.status_code == (200 if state == "settled" else 410)
    assert "<form" not in look.text + answer.text
    assert not [name for name in (READER.id, "Stefan", READER.email, ONE) if name in look.text]
    assert [] == site.door.news


async def test_what_is_nobodys_link_tells_nothing(site: Site) -> None:
    """In the same words whatever it looks like, and with the same headers."""
    good = await site.client.get(site.link("done"))
    odd = ["A" * 43, "x", "%00", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%90%A6", "A" * 600]

    answers = [await site.client.get(f"/link/{token}") for token in odd]

    assert {404} == {answer.status_code for answer in answers}
    assert good.headers.keys() == answers[0].headers.keys()


async def test_no_address_names_a_person_and_no_log_or_receipt_has_a_token(site: Site) -> None:
    """Whoever reads logs or the store must not be able to act for others."""
    waiting = site.message()
    [path] = {link.removeprefix(site.address) for purpose, link in waiting.links.items() if purpose == "done"}
    with capture_logs() as lines:
        await site.client.get(path)
        await site.client.post(path, data={"answer": "yes"})

    token = path.rpartition("/")[2]
    assert {"/link/…"} == {line["page"] for line in lines if line["event"] == "page_request"}
    assert token not in str(lines)
    assert not [name for name in ("lee", "vogel", "aozora", "met", ONE) if name in path.lower()]
    with site.engine.connect() as connection:
        assert token not in str(connection.execute(mail_links.select()).all())


async def test_every_try_of_a_message_carries_the_same_links(site: Site) -> None:
    """A copy that arrived although nobody said so works as well."""
    assert site.message().links == site.message().links
    assert SqlLinks(site.engine).of(site.link("done").rpartition("/")[2]) is not None


async def test_a_page_is_in_the_readers_language_and_can_be_switched(site: Site) -> None:
    """By a link in the other language's own words."""
    path = site.link("done")

    english, japanese = await site.client.get(path), await site.client.get(f"{path}?language=ja")

    assert '<html lang="en">' in english.text
    assert "日本語</a>" in english.text
    assert '<html lang="ja">' in japanese.text
    assert "はい、完了しました" in japanese.text
