"""Does a page of the vendor's product show somebody's room, and nobody else's page? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from domain.record import Contacts, HandedOver, Writing
from store import embedded_rooms, rooms
from store.embedded_rooms import MOST_AT_ONCE, SqlEmbeddedRooms
from store.engine import read_connection
from store.tables import room_sessions
from tests.portal.room.test_room import LEAD, TECHNICAL, fields
from tests.support.room import Onboarding, RoomSite, into, room_on
from tests.support.waiting import until

PRODUCT = "https://app.vendor.example"
FRAME = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
ALONE = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path, room_embed_origins=PRODUCT) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    """On its eighth day, with the kickoff held: the plan waits for the project lead's yes."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")
    return onboarding


def address(site: RoomSite, onboarding: Onboarding, person: str = LEAD, **more: Any) -> str:
    """What the vendor's backend is given for its frame."""
    someone = onboarding.dossier.person(person)
    assert someone is not None
    wanted = {"origin": PRODUCT, "vouched": True, "page": "/", "token": 1, **more}
    given = SqlEmbeddedRooms(site.engine).give(onboarding.id, someone, **wanted)
    assert given is not None
    return f"/in/embedded/{given.ticket}"


@asynccontextmanager
async def framed(
    site: RoomSite, onboarding: Onboarding, person: str = LEAD, **more: Any
) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A frame in which that person's room is shown, by a browser that takes no cookies in it; and its root."""
    async with site.client(headers=FRAME) as browser:
        shown = await browser.get(address(site, onboarding, person, **more))
        [root] = re.findall(r"^/embed/[^/]+", shown.url.path)
        yield browser, root


def policy(answer: httpx2.Response) -> str:
    [ancestors] = re.findall(r"frame-ancestors ([^;]+)", answer.headers["content-security-policy"])
    return str(ancestors)


async def test_a_page_of_the_product_shows_the_room_and_no_other_page_does(
    site: RoomSite, onboarding: Onboarding
) -> None:
    """Of the session's own origin alone; every link stays within the frame, and the room itself is nobody's frame."""
    async with framed(site, onboarding, page="/plan") as (browser, root), into(site, onboarding, LEAD) as other:
        plan = await browser.get(f"{root}/plan")
        links = re.findall(r'(?:href|action)="(/[^"]*)"', plan.text)
        pages = [
            await browser.get(link)
            for link in dict.fromkeys(links)
            if not link.endswith("/out") and "/changes" not in link
        ]
        own = await other.get("/plan")

    assert (200, PRODUCT) == (plan.status_code, policy(plan))
    assert {"embed", "assets"} == {link.split("/")[1] for link in links}
    assert {200} == {page.status_code for page in pages}
    assert "'none'" == policy(own)


async def test_what_is_done_in_a_frame_says_so(site: RoomSite, onboarding: Onboarding) -> None:
    """By somebody whom the product's login knows: recognised. By somebody whom it only names: named."""
    for vouched, way in ((True, "our product, in which they were signed in"), (False, "our product, which named them")):
        async with framed(site, onboarding, vouched=vouched) as (browser, root):
            page = await browser.get(f"{root}/sign-off/plan_agreed")
            said = {"decision": "reject", "reasons": "Mondays do not work"}
            record = await browser.post(f"{root}/sign-off/plan_agreed", data={**fields(page), **said})

        assert (way in record.text, "Recorded" in record.text) == (True, True)
        assert ("room_embedded", vouched) == (site.door.via, site.door.proved)
        assert record.url.path.startswith(f"{root}/records/")
        onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber", note="Thursdays now")


async def test_an_address_opens_once_and_for_a_minute(
    site: RoomSite, onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page around it is told to load itself again: it gets another one."""
    once = address(site, onboarding)
    async with site.client(headers=FRAME) as browser, site.client(headers=FRAME) as thief:
        assert 200 == (await browser.get(once)).status_code
        again = await thief.get(once)
        monkeypatch.setattr(embedded_rooms, "TICKET_FOR", timedelta(0))
        late = await thief.get(address(site, onboarding))
        unknown = await thief.get(f"/in/embedded/{'A' * 43}")

    assert [410, 410, 404] == [one.status_code for one in (again, late, unknown)]
    assert "Load the page around it again" in again.text
    assert [PRODUCT, PRODUCT, "'none'"] == [policy(one) for one in (again, late, unknown)]


async def test_nothing_of_it_opens_outside_of_a_frame(site: RoomSite, onboarding: Onboarding) -> None:
    """Whoever copies an address out of it has nothing; and it spends no ticket."""
    fresh = address(site, onboarding)
    async with framed(site, onboarding) as (browser, root), site.client(headers=ALONE) as other:
        looks = [await other.get(fresh), await other.get(f"{root}/"), await other.get(f"{root}/plan.pdf")]
        forged = await other.post(f"{root}/questions", data={"text": "x", "once": "A" * 22})
        assert 200 == (await browser.get(fresh)).status_code

    assert [403, 401, 401, 401] == [answer.status_code for answer in (*looks, forged)]
    assert "Lindenau" not in "".join(answer.text for answer in looks)


async def test_where_a_browser_takes_cookies_in_a_frame_the_address_is_not_enough(
    site: RoomSite, onboarding: Onboarding
) -> None:
    """Kept apart for each site that shows it, read by no script, and sent to this room alone."""
    async with site.client(headers=FRAME) as browser, site.client(headers=FRAME) as thief:
        exchanged = await browser.get(address(site, onboarding), follow_redirects=False)
        [cookie] = exchanged.headers.get_list("set-cookie")
        root, own = exchanged.headers["location"].rstrip("/"), {"cookie": cookie.partition(";")[0]}
        assert 200 == (await browser.get(f"{root}/", headers=own)).status_code
        stolen = await thief.get(f"{root}/")
        assert 200 == (await browser.get(f"{root}/plan", headers=own)).status_code

    assert {f"Path={root}", "HttpOnly", "Secure", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))
    assert 401 == stolen.status_code


async def test_an_embedded_session_ends_like_any_other(
    site: RoomSite, onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its button, by another browser of its owner, by time, and with its person."""
    async with framed(site, onboarding) as (first, gone), framed(site, onboarding) as (second, other):
        left = await first.post(f"{gone}/out")
        assert (200, 401) == (left.status_code, (await first.get(f"{gone}/")).status_code)
        with read_connection(site.engine) as connection:
            newest = connection.scalars(select(room_sessions.c.id).order_by(room_sessions.c.id.desc())).first()
        ended = await second.post(f"{other}/me", data={"end": str(newest)})
        assert ("This view has ended" in ended.text, 401) == (True, (await second.get(f"{other}/")).status_code)

    async with framed(site, onboarding) as (browser, root), framed(site, onboarding, TECHNICAL) as (leaving, theirs):
        monkeypatch.setattr(rooms, "IDLE_WITHOUT_COOKIE", timedelta(0))
        over = await browser.post(f"{root}/questions", data={"text": "Typed <b>for</b> an hour", "once": "A" * 22})
        monkeypatch.undo()
        contacts = Contacts(stakeholders=onboarding.dossier.deal.stakeholders, champion=None)
        handed = (HandedOver(person=TECHNICAL, to=LEAD, name="x", channel="mail"),)
        onboarding.ledger.write(Writing(onboarding=onboarding.id, contacts=contacts, handed_over=handed))
        assert 401 == (await leaving.get(f"{theirs}/")).status_code
        assert 200 == (await browser.get(f"{root}/")).status_code

    assert (401, PRODUCT) == (over.status_code, policy(over))
    assert "Typed &lt;b&gt;for&lt;/b&gt; an hour" in over.text
    assert "/in/lost" not in over.text, "a frame is no place to ask for a mail"


async def test_an_origin_that_is_taken_off_the_setting_shows_nothing(site: RoomSite, onboarding: Onboarding) -> None:
    """Neither by what is open nor by what was given."""
    rooms_of = SqlEmbeddedRooms(site.engine)
    async with framed(site, onboarding) as (_, root):
        handle, ticket = root.rpartition("/")[2], address(site, onboarding).rpartition("/")[2]

        assert rooms_of.visit(handle, "", origins=(PRODUCT,)) is not None
        assert rooms_of.visit(handle, "", origins=()) is None
        assert rooms_of.exchange(ticket, origins=("https://other.example",), agent="x") is None


async def test_a_code_in_a_frame_proves_its_person_there(tmp_path: Path) -> None:
    """Where a signature takes a code: it is asked for and typed in the frame, which may have no cookie for it."""
    async with room_on(tmp_path, room_embed_origins=PRODUCT, room_code_to_sign=True) as site:
        onboarding = site.opened()
        onboarding.to_day(8)
        onboarding.settled("kickoff_held")
        async with framed(site, onboarding) as (browser, root):
            step = await browser.get(f"{root}/sign-off/plan_agreed")
            assert ("One more step before you sign" in step.text, 'name="decision"' in step.text) == (True, False)
            asked = await browser.post(f"{root}/prove", data=fields(step, "next"))
            await until(lambda: site.woken)
            [message] = site.messages(onboarding.id, "room_entry", LEAD)
            given = fields(asked, "next", "asked")
            wrong = await browser.post(f"{root}/prove", data={**given, "code": "000 000"})
            page = await browser.post(f"{root}/prove", data={**given, "code": message.links["code"]})
            record = await browser.post(f"{root}/sign-off/plan_agreed", data={**fields(page), "decision": "approve"})

    assert 422 == wrong.status_code
    assert ("a code that was sent to their mail address" in record.text, True) == (True, site.door.proved)


async def test_the_language_stays_in_a_frame_without_cookies(site: RoomSite, onboarding: Onboarding) -> None:
    async with framed(site, onboarding) as (browser, root):
        await browser.get(f"{root}/?language=ja")
        later = await browser.get(f"{root}/plan")

    assert '<html lang="ja">' in later.text


async def test_one_room_opens_no_other(site: RoomSite, onboarding: Onboarding) -> None:
    """What stands in a frame's address is no session of its own, nor the other way round; another's is none."""
    other = site.opened(id="2")
    async with framed(site, onboarding) as (browser, root), into(site, other, LEAD) as stranger:
        handle = root.rpartition("/")[2]
        [cookie] = [value for name, value in stranger.cookies.items() if name == "day90"]
        assert 401 == (await browser.get(f"/embed/{cookie}/")).status_code
        assert 401 == (await browser.get("/", headers={"cookie": f"day90={handle}"})).status_code
        seen = await stranger.get(f"{root}/", headers=FRAME)

    assert onboarding.id
    assert "Stefan Vogel" in seen.text, "a cookie of another room changes nothing in this one"


async def test_pages_that_are_opened_again_and_again_leave_few_sessions(site: RoomSite, onboarding: Onboarding) -> None:
    async with site.client(headers=FRAME) as browser:
        for _ in range(MOST_AT_ONCE + 3):
            await browser.get(address(site, onboarding))
    with read_connection(site.engine) as connection:
        open_ones = connection.scalars(select(room_sessions.c.id).where(room_sessions.c.ended_at.is_(None))).all()

    assert MOST_AT_ONCE == len(open_ones)
