"""Who gets into the room, by which way, and who does not? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, update

from domain.record import Contacts, HandedOver, Writing
from domain.room.admission import admits
from store import links, rooms
from store.engine import read_connection, wall_clock, write_transaction
from store.links import LinkMaker
from store.rooms import MOST_ENTRIES_AN_HOUR, MOST_TRIES
from store.rows import add
from store.tables import mail_links, notices, people, room_entries, room_sessions
from tests.support.room import Onboarding, RoomSite, into, room_on
from tests.support.simulation import deal
from tests.support.waiting import until

LEAD = "project_lead"
EMAIL = "s.vogel@lindenau-moebel.example"
ACCOUNT = {"name": "Lindenau", "country": "DE", "time_zone": "Europe/Berlin"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    return site.opened()


async def asked_by(site: RoomSite, browser: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """What somebody is told who asks to be let in."""
    return await browser.post("/in/lost", data={"address": address, "next": "/plan"})


def entries(site: RoomSite) -> list[tuple[str, int]]:
    """Persons and messages of those who were let in by a message."""
    with read_connection(site.engine) as connection:
        rows = connection.execute(select(room_entries).order_by(room_entries.c.id)).all()
    return [(row.person, row.notice) for row in rows]


async def test_a_language_is_kept_from_the_page_on_which_it_was_chosen(site: RoomSite, onboarding: Onboarding) -> None:
    """In front of the room as in it, and after signing out: the form of a page goes without the choice."""
    async with site.client() as browser:
        await browser.get("/in/lost?language=ja")
        wrong = await browser.post("/in/lost", data={"address": "x"})
        outside = await browser.get("/plan")
        home = await browser.post(site.way_in(onboarding, LEAD))
        left = await browser.post("/out")
    async with site.client() as another:
        english = await another.get("/in/lost")

    assert ['<html lang="ja">'] * 4 == [page.text.splitlines()[1] for page in (wrong, outside, home, left)]
    assert '<html lang="en">' in english.text


async def test_a_look_at_a_link_opens_nothing_and_its_button_the_room(site: RoomSite, onboarding: Onboarding) -> None:
    """Programs that check mails look at every link. Whoever is in goes on to what the message was about."""
    path = site.way_in(onboarding, LEAD)
    async with site.client() as browser:
        look = await browser.get(path)
        assert not browser.cookies
        home = await browser.post(path)

        assert ("Open as Stefan Vogel" in look.text, 200, "/") == (True, home.status_code, home.url.path)
        assert "Stefan Vogel" in home.text
        assert "/" == (await browser.get(path)).url.path, "who is in goes straight on"


async def test_a_cookie_is_no_scripts_and_of_this_host_alone(tmp_path: Path) -> None:
    """With a certificate its name begins with __Host-, so that no neighbouring host can set it."""
    async with room_on(tmp_path, pages_url="https://onboarding.example.test") as site:
        onboarding = site.opened()
        async with site.client() as browser:
            answer = await browser.post(site.way_in(onboarding, LEAD), follow_redirects=False)

    [cookie] = [set for set in answer.headers.get_list("set-cookie") if set.startswith("__Host-day90=")]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_a_link_opens_again_for_a_quarter_of_an_hour(
    site: RoomSite, onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that checked the mail may have opened it; after that a new link is sent, to its reader alone."""
    path = site.way_in(onboarding, LEAD)
    async with site.client() as scanner, site.client() as browser:
        await scanner.post(path)
        assert "/" == (await browser.post(path)).url.path

    monkeypatch.setattr(links, "AGAIN_WITHIN", timedelta(0))
    async with site.client() as browser:
        spent = await browser.get(path)
        assert (410, True) == (spent.status_code, "s…@lindenau-moebel.example" in spent.text)
        told = await browser.post(path, data={"again": "1"})
        assert "Look into your mail" in told.text
        await until(lambda: site.woken)

        [message] = site.messages(onboarding.id, "room_entry", LEAD)
        assert "/" == (await browser.post(message.links["room"])).url.path


async def test_who_has_lost_their_link_gets_in_by_a_code(site: RoomSite, onboarding: Onboarding) -> None:
    """On the page where they asked, once; in no other browser."""
    async with site.client() as browser, site.client() as other:
        await asked_by(site, browser, EMAIL.upper())
        await until(lambda: site.woken)
        [message] = site.messages(onboarding.id, "room_entry", LEAD)
        code = message.links["code"]

        assert 422 == (await other.post("/in/code", data={"code": code})).status_code
        plan = await browser.post("/in/code", data={"code": code, "next": "/plan"})

        assert (200, "/plan") == (plan.status_code, plan.url.path)
        again = await browser.post("/in/code", data={"code": code})
        assert 422 == again.status_code, "a code counts once"


async def test_a_code_is_not_guessed(site: RoomSite, onboarding: Onboarding) -> None:
    """After five wrong ones the right one counts no more."""
    async with site.client() as browser:
        await asked_by(site, browser, EMAIL)
        await until(lambda: site.woken)
        code = site.maker.code(entries(site)[0][1])
        wrong = [await browser.post("/in/code", data={"code": f"00000{n}"}) for n in range(MOST_TRIES)]

        assert [422] * MOST_TRIES == [answer.status_code for answer in wrong]
        assert 422 == (await browser.post("/in/code", data={"code": code})).status_code
    assert onboarding.id


async def test_nobody_learns_who_takes_part(site: RoomSite, onboarding: Onboarding) -> None:
    """What is answered is the same for an address that nobody has; and a known one is not flooded."""
    async with site.client() as browser:
        unknown = await asked_by(site, browser, "nobody@elsewhere.example")
        known = [await asked_by(site, browser, EMAIL) for _ in range(MOST_ENTRIES_AN_HOUR + 2)]
        await until(lambda: len(entries(site)) >= MOST_ENTRIES_AN_HOUR)
        ours = await asked_by(site, browser, "jonas.weber@kontor.example")

    assert {(unknown.status_code, unknown.text)} == {(one.status_code, one.text) for one in [*known, ours]}
    assert [LEAD] * MOST_ENTRIES_AN_HOUR == [person for person, _ in entries(site)]
    assert onboarding.id


async def test_a_session_ends_with_its_person(site: RoomSite, onboarding: Onboarding) -> None:
    """Replaced, or with another address: every browser of theirs is out, and says so."""
    async with into(site, onboarding, LEAD) as browser, into(site, onboarding, "technical_lead") as other:
        contacts = Contacts(stakeholders=onboarding.dossier.deal.stakeholders, champion=None)
        left = (HandedOver(person=LEAD, to="technical_lead", name="x", channel="mail"),)
        onboarding.ledger.write(Writing(onboarding=onboarding.id, contacts=contacts, handed_over=left))
        with write_transaction(site.engine) as connection:
            of_other = people.c.id == "technical_lead"
            connection.execute(update(people).where(of_other).values(email="new@lindenau.example"))

        assert [401, 401] == [(await one.get("/")).status_code for one in (browser, other)]


async def test_a_session_ends_by_time_and_by_its_owner(
    site: RoomSite, onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week without a look; or by the button of another browser of theirs, never of somebody else's."""
    async with (
        into(site, onboarding, LEAD) as browser,
        into(site, onboarding, LEAD) as second,
        into(site, onboarding, "technical_lead") as stranger,
    ):
        with read_connection(site.engine) as connection:
            ids = connection.scalars(select(room_sessions.c.id).order_by(room_sessions.c.id)).all()
        await stranger.post("/me", data={"end": str(ids[0])})
        assert 200 == (await browser.get("/")).status_code, "of somebody else's"
        assert 2 == (await browser.get("/me")).text.count('name="end"')
        await browser.post("/me", data={"end": str(ids[1])})
        assert [200, 401] == [(await one.get("/")).status_code for one in (browser, second)]

        monkeypatch.setattr(rooms, "IDLE", timedelta(0))
        assert 401 == (await browser.get("/")).status_code


async def test_out_is_out(site: RoomSite, onboarding: Onboarding) -> None:
    """The cookie is worth nothing afterwards, wherever it was copied to."""
    async with into(site, onboarding, LEAD) as browser:
        kept = dict(browser.cookies)
        await browser.post("/out")
    async with site.client(cookies=kept) as thief:
        assert 401 == (await thief.get("/")).status_code


async def test_what_was_typed_is_given_back_where_the_session_is_over(site: RoomSite, onboarding: Onboarding) -> None:
    """With the way back to where one was."""
    async with into(site, onboarding, LEAD) as browser:
        await browser.post("/out")
        answer = await browser.post("/questions", data={"text": "What I have <b>typed</b> for an hour"})

    assert 401 == answer.status_code
    assert "What I have &lt;b&gt;typed&lt;/b&gt; for an hour" in answer.text
    assert "/in/lost?next=/questions" in answer.text


@pytest.mark.parametrize(
    "onward", ["https://evil.test", "//evil.test", "/\\evil.test", "/%0d%0aSet-Cookie:x", "/in/lost", "//["]
)
async def test_nobody_is_sent_elsewhere(site: RoomSite, onboarding: Onboarding, onward: str) -> None:
    """After the code one goes on within the room alone."""
    async with site.client() as browser:
        await asked_by(site, browser, EMAIL)
        await until(lambda: site.woken)
        code = site.maker.code(entries(site)[0][1])
        answer = await browser.post("/in/code", data={"code": code, "next": onward}, follow_redirects=False)

    assert 303 == answer.status_code
    assert answer.headers["location"].startswith("/%0d" if "%0d" in onward else "/")
    assert "/in/" not in answer.headers["location"]
    assert "evil" not in answer.headers["location"]
    assert "x" not in {cookie.partition("=")[0].lower() for cookie in answer.headers.get_list("set-cookie")}
    assert onboarding.id


async def test_the_texts_that_are_kept_let_nobody_in(site: RoomSite, onboarding: Onboarding) -> None:
    """Neither link nor code stands in what colleagues read of a sent message."""
    text = f"Type 123 456, or open {site.address}/in/{'A' * 43} today"
    kept = links.without_tokens(text, "room_entry")
    assert ("123" in kept, "AAA" in kept) == (False, False)
    assert "123 456" in links.without_tokens("we ship 123 456 parts", "reminder")
    assert onboarding.id


async def test_a_link_for_the_one_place_opens_no_other(site: RoomSite, onboarding: Onboarding) -> None:
    """A link into the room acts on nothing, and one that acts opens no room."""
    room = site.way_in(onboarding, LEAD)
    person = onboarding.dossier.person(LEAD)
    assert person is not None
    with write_transaction(site.engine) as connection:
        row = connection.execute(select(notices).where(notices.c.person == LEAD).limit(1)).one()
        made, rows = site.maker.links(connection, row, person, now=wall_clock())
        add(connection, mail_links, rows)
        acting = made["preferences"]
    async with site.client() as browser:
        assert 404 == (await browser.get(room.replace("/in/", "/link/"))).status_code
        assert 404 == (await browser.post(acting.replace("/link/", "/in/"))).status_code
    with read_connection(site.engine) as connection:
        assert not connection.scalars(select(mail_links.c.used_at).where(mail_links.c.used_at.is_not(None))).all()


async def test_a_signature_may_take_a_code(tmp_path: Path) -> None:
    """By setting: whoever came by a link proves that they read that mailbox now, and the record says so."""
    async with room_on(tmp_path, room_code_to_sign=True) as site:
        onboarding = site.opened()
        onboarding.to_day(8)
        onboarding.settled("kickoff_held")
        async with into(site, onboarding, LEAD) as browser:
            page = await browser.get("/sign-off/plan_agreed")
            assert ("One more step before you sign" in page.text, 'name="decision"' in page.text) == (True, False)
            forced = await browser.post("/sign-off/plan_agreed", data={"decision": "approve"})
            assert ("One more step before you sign" in forced.text, []) == (True, site.door.told)
            await browser.post("/prove", data={"next": "/sign-off/plan_agreed"})
            await until(lambda: site.woken)
            code = site.maker.code(entries(site)[0][1])
            page = await browser.post("/in/code", data={"code": code, "next": "/sign-off/plan_agreed"})
            hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0] for name in ("once", "version")}
            record = await browser.post("/sign-off/plan_agreed", data={**hidden, "decision": "approve"})

    assert site.door.proved
    assert "a code that was sent to their mail address" in record.text


async def test_whoever_has_left_gets_in_no_more(site: RoomSite, onboarding: Onboarding) -> None:
    """By no code, and by no session that they have: who has left stays on record."""
    async with into(site, onboarding, LEAD) as browser, site.client() as other:
        onboarding.tell("remove_contact", person="champion", reason="has left", by="jonas.weber")
        new = {"name": "Ute Neu", "email": "u.neu@lindenau-moebel.example"}
        onboarding.tell("replace_contact", person=LEAD, to="new_lead", reason="has left", by="jonas.weber", **new)
        assert 401 == (await browser.get("/")).status_code
        for person in ("champion", LEAD, "new_lead"):
            someone = onboarding.dossier.person(person)
            assert someone is not None
            await asked_by(site, other, someone.email)
        await until(lambda: site.woken)

    assert ["new_lead"] == [person for person, _ in entries(site)]


async def test_a_link_that_one_of_ours_has_made_says_so(site: RoomSite, onboarding: Onboarding) -> None:
    """In what is done by it: nobody's mailbox has shown anything."""
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")
    person = onboarding.dossier.person(LEAD)
    assert person is not None
    with write_transaction(site.engine) as connection:
        made = site.maker.way_in(connection, onboarding.id, person, by="jonas.weber", now=wall_clock())
    async with site.client() as browser:
        await browser.post(made)
        page = await browser.get("/sign-off/plan_agreed")
        hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0] for name in ("once", "version")}
        record = await browser.post("/sign-off/plan_agreed", data={**hidden, "decision": "approve"})

    assert "a link that one of ours has made and passed on" in record.text
    assert "room_by_hand" == site.door.via


async def test_only_people_of_the_named_domains_come_in(tmp_path: Path) -> None:
    """By no link, no code, and no session that they have; and their messages carry no way in."""
    async with room_on(tmp_path, room_domains="account partner.example") as site:
        onboarding = site.opened(account={**ACCOUNT, "domain": "https://www.lindenau-moebel.example/"})
        adviser = {"name": "Ada Visor", "email": "ada@mail.partner.example", "role": "power_user"}
        stranger = {"name": "Sam Elsewhere", "email": "sam@gmail.example", "role": "end_user"}
        for person, told in (("ada", adviser), ("sam", stranger)):
            onboarding.tell("add_contact", person=person, by="jonas.weber", **told)
        async with into(site, onboarding, LEAD) as lead, into(site, onboarding, "ada") as ada, site.client() as sam:
            sams = onboarding.dossier.person("sam")
            assert sams is not None
            with write_transaction(site.engine) as connection:
                made = LinkMaker(address="", key=b"k" * 32).way_in(
                    connection, onboarding.id, sams, by="jonas.weber", now=wall_clock()
                )
            look, press = await sam.get(made), await sam.post(made)
            await asked_by(site, sam, stranger["email"])
            await asked_by(site, sam, adviser["email"])
            await until(lambda: site.woken)
            assert [200, 200, 403, 403] == [
                *[(await browser.get("/")).status_code for browser in (lead, ada)],
                *[answer.status_code for answer in (look, press)],
            ]
            onboarding.tell("correct_contact", person=LEAD, email="s.vogel@web.example", by="jonas.weber")
            assert [401, 200] == [(await browser.get("/")).status_code for browser in (lead, ada)]

    assert "not open to your mail address" in look.text
    assert ["ada"] == [person for person, _ in entries(site)]
    [welcome] = site.messages(onboarding.id, "contact_welcome", "sam")
    assert (False, True) == ("room" in welcome.links, "preferences" in welcome.links)


@pytest.mark.parametrize(
    ("domains", "email", "admitted"),
    [
        ("", "anybody@anywhere.example", True),
        ("partner.example", "a@partner.example", True),
        ("partner.example", "a@eu.PARTNER.example", True),
        ("partner.example", "a@notpartner.example", False),
        ("partner.example", EMAIL, False),
        ("account", EMAIL, True),
        ("account", "added.later@lindenau-moebel.example", False),
    ],
)
def test_a_domain_stands_for_what_is_below_it(domains: str, email: str, admitted: bool) -> None:
    """And `account`, in a deal that names no domain, for the people with whom it came."""
    assert admitted == admits(domains.split(), email, deal(account=ACCOUNT))
