"""May everybody open what their role allows, and nothing more? Every page of the desk is tried by every role."""

import re
from collections.abc import Sequence
from typing import NoReturn, get_args

import pytest

from domain.roles import BY_DIRECTORY, RIGHTS, ROLES, Role, may
from domain.team import VendorRole
from portal.desk.desk import Desk
from portal.desk.navigation import TABS
from portal.desk.route import DeskRoute
from portal.desk.routes import desk_routes, parts_of
from portal.rendering import ALL_WORDS, Pages
from portal.room.changes import changes_of
from runtime.connection import CannotReachTemporal
from tests.support.desk import DeskSite

ENDLESS = {"/desk/changes"}
"""A stream: it would not end."""
INSTEAD: dict[str, str] = {"int": "999999", "": "onboarding-file-nobody"}
"""What stands in an address for the number or the name of something that there is none of."""


@pytest.fixture(autouse=True)
def temporal_is_away(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page does that somebody may open needs it; that it may be opened does not."""

    async def away(*_: object, **__: object) -> NoReturn:
        raise CannotReachTemporal("127.0.0.1:7233", "it is not needed here")

    for part in ("repairing", "introduction_door", "wake_receiver"):
        monkeypatch.setattr(site.parts, part, away)


def routes(site: DeskSite) -> Sequence[DeskRoute]:
    """Every page for whoever is signed in."""
    return parts_of(Desk(site.parts, Pages(site.parts.companies)), changes_of(site.parts))


def address(path: str) -> str:
    """The path with something in the place of its names."""
    return re.sub(r"\{\w+(?::(\w+))?\}", lambda name: INSTEAD.get(name[1] or "", "nothing"), path)


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_is_shown_to_whoever_has_the_role_that_it_takes(site: DeskSite, role: Role) -> None:
    """What another role may do is refused before the page hears of it, by a look and by a form.

    A form may take more than a look at its page.
    """
    answers = {}
    async with site.signed_in(role, follow_redirects=False) as browser:
        for route in routes(site):
            for method in route.methods if route.path not in ENDLESS else ():
                answers[route, method] = (await browser.request(method, address(route.path))).status_code

    refused = {key for key, status in answers.items() if status == 403}
    not_theirs = {key for key in answers if not may(role, key[0].least)}
    assert not_theirs <= refused
    assert {"POST"} >= {method for _, method in refused - not_theirs}
    assert {} == {key: status for key, status in answers.items() if status in (401, 405, 500)}


async def test_nobody_sees_a_page_who_is_not_signed_in(site: DeskSite) -> None:
    """The stream of changes neither."""
    async with site.client(follow_redirects=False) as browser:
        answers = {
            (route.path, method): (await browser.request(method, address(route.path))).status_code
            for route in routes(site)
            for method in route.methods
        }

    assert {401} == set(answers.values())


async def test_whoever_may_not_is_told_in_which_role_they_are(site: DeskSite) -> None:
    async with site.signed_in("csm") as browser:
        answer = await browser.get("/desk/staff")

    assert (403, True) == (answer.status_code, "You are signed in as CSM" in answer.text)


@pytest.mark.parametrize("role", ROLES)
async def test_the_navigation_offers_what_somebody_may_open(site: DeskSite, role: Role) -> None:
    there = {route.path: route.least for route in routes(site)}
    expected = [tab.path for tab in TABS if tab.path in there and may(role, there[tab.path])]
    async with site.signed_in(role) as browser:
        page = (await browser.get("/desk/me")).text

    assert expected == re.findall(r'<a href="([^"]+)"[^>]* data-key="[^m]"', page)


def test_every_path_of_the_desk_stands_below_it(site: DeskSite) -> None:
    """And none twice: the later one would never be reached."""
    paths = [route.path for route in desk_routes(site.parts, Pages(site.parts.companies), changes_of(site.parts))]

    assert all(path.startswith("/desk/") for path in paths)
    assert len(paths) == len(set(paths))


def test_each_role_has_its_words_and_each_of_the_directorys_a_role_here() -> None:
    assert list(RIGHTS) == list(ROLES)
    assert set(BY_DIRECTORY) == set(get_args(VendorRole))
    for words in ALL_WORDS.values():
        assert all({f"desk_role_{role}", f"desk_rights_{role}"} <= words.keys() for role in ROLES)
