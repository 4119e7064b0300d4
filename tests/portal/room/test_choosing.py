"""Does whoever takes part in several onboardings choose among their own and no others? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.portal.room.test_room import LEAD, fields
from tests.support.room import Onboarding, RoomSite, into, room_on
from tests.support.waiting import until

EMAIL = "s.vogel@lindenau-moebel.example"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


def account(site: RoomSite, id: str, name: str) -> Onboarding:
    """An onboarding of a customer of that name, with the same people."""
    company = {"name": name, "country": "DE", "time_zone": "Europe/Berlin"}
    onboarding = site.opened(id=id, account=company)
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")
    return onboarding


@asynccontextmanager
async def by_code(site: RoomSite, onboarding: Onboarding) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.Response]]:
    """A browser in which the project lead has come in by a code, and the page that they came to."""
    async with site.client() as browser:
        await browser.post("/in/lost", data={"address": EMAIL, "next": "/"})
        await until(lambda: site.woken)
        [message] = site.messages(onboarding.id, "room_entry", LEAD)
        yield browser, await browser.post("/in/code", data={"code": message.links["code"]})


def rooms_in(page: httpx2.Response) -> dict[str, str]:
    """The companies that one may choose, with their addresses."""
    found = re.findall(r'href="(/at/[0-9a-f]+/)"[^>]*><strong>([^<]+)', page.text)
    return {name: path for path, name in found}


async def test_whoever_has_proved_their_address_chooses_among_their_rooms(site: RoomSite) -> None:
    """And stays in the one that they chose: every link of it stays there, and what is done there is done there."""
    first, second = account(site, "1", "Lindenau"), account(site, "2", "Lindenau Nord")
    async with by_code(site, first) as (browser, shown):
        rooms = rooms_in(shown)
        home = await browser.get(rooms["Lindenau Nord"])
        links = {link.split("/")[1] for link in re.findall(r'(?:href|action)="(/[^"]*)"', home.text)}
        form = await browser.get(f"{rooms['Lindenau Nord']}sign-off/plan_agreed")
        record = await browser.post(
            f"{rooms['Lindenau Nord']}sign-off/plan_agreed", data={**fields(form), "decision": "approve"}
        )
        own = await browser.get("/")

    assert "/rooms" == shown.url.path
    assert {"Lindenau", "Lindenau Nord"} == set(rooms)
    assert ({"at", "assets"}, True) == (links, "Lindenau Nord" in home.text)
    assert ("Recorded" in record.text, record.url.path.startswith(rooms["Lindenau Nord"])) == (True, True)
    settled = [[one.key for one in each.state.milestones if one.settled] for each in (first, second)]
    assert [False, True] == ["plan_agreed" in keys for keys in settled]
    assert 'href="/rooms"' in own.text


async def test_a_link_opens_its_own_room_alone(site: RoomSite) -> None:
    """It may have been forwarded: only a code proves whose mailbox it is. The page says how to see the others."""
    first, _ = account(site, "1", "Lindenau"), account(site, "2", "Lindenau Nord")
    async with by_code(site, first) as (_, shown), into(site, first, LEAD) as browser:
        other = rooms_in(shown)["Lindenau Nord"]
        answer, rooms, home = await browser.get(other), await browser.get("/rooms"), await browser.get("/")

    assert 401 == answer.status_code
    assert ({}, True) == (rooms_in(rooms), "come in by a code" in rooms.text)
    assert 200 == home.status_code, "whoever asks for another room stays in their own"


async def test_rooms_of_others_are_none(site: RoomSite) -> None:
    """Neither of another address, nor of one's own where one takes part no more."""
    first, left = account(site, "1", "Lindenau"), account(site, "2", "Lindenau Nord")
    new = {"name": "Ute Neu", "email": "u.neu@lindenau-moebel.example"}
    async with by_code(site, first) as (browser, shown):
        path = rooms_in(shown)["Lindenau Nord"]
        left.tell("replace_contact", person=LEAD, to="new_lead", reason="has left", by="jonas.weber", **new)
        answers = [await browser.get(path), await browser.get(f"/at/{'0' * 12}/")]
        rooms = await browser.get("/rooms")

    assert [401, 401] == [answer.status_code for answer in answers]
    assert {"Lindenau"} == set(rooms_in(rooms))
