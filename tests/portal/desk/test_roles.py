"""May everybody open what their role allows, and nothing more? Every page of the desk is tried by every role."""

import re
from collections.abc import Sequence
from typing import get_args

import pytest

from domain.roles import BY_DIRECTORY, RIGHTS, ROLES, Role, may
from domain.team import VendorRole
from portal.desk.desk import Desk
from portal.desk.navigation import TABS
from portal.desk.route import DeskRoute
from portal.desk.routes import desk_routes, parts_of
from portal.rendering import ALL_WORDS, Pages
from portal.room.changes import changes_of
from tests.support.desk import DeskSite

SAFE_TO_OPEN = {"/desk/changes"}
"""A stream: it would not end."""
INSTEAD: dict[str, str] = {"int": "999999", "": "onboarding-file-nobody"}
"""What stands in an address for the number or the name of something that there is none of."""


def routes(site: DeskSite) -> Sequence[DeskRoute]:
    """Every page for whoever is signed in."""
    return parts_of(Desk(site.parts, Pages(site.parts.companies)), changes_of(site.parts))


def address(path: str) -> str:
    """The path with something in the place of its names."""
    return re.sub(r"\{\w+(?::(\w+))?\}", lambda name: INSTEAD.get(name[1] or "", "nothing"), path)


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_is_shown_to_whoever_has_the_role_that_it_takes(site: DeskSite, role: Role) -> None:
    """What another role may do is refused before the page hears of it, by a look and by a form."""
    open_to_all, answers = set(), {}
    async with site.signed_in(role, follow_redirects=False) as browser:
        for route in routes(site):
            if route.path in SAFE_TO_OPEN:
                continue
            for method in route.methods:
                answer = await browser.request(method, address(route.path))
                answers[route, method] = answer.status_code
                open_to_all |= {route.path} if may(role, route.least) else set()

    assert {key: 403 for key in answers if not may(role, key[0].least)} == {
        key: status for key, status in answers.items() if status == 403
    }
    assert {} == {key: status for key, status in answers.items() if status >= 500 or status in (401, 405)}
    assert "/desk/me" in open_to_all


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
