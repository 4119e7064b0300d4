"""Who comes to the desk, by which way, and who does not? By a client, on a port."""

from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from portal import envelope
from portal.desk.first import tell_of_first_link
from portal.desk.passwords import Passwords
from portal.desk.session import cookie_name
from tests.support.desk import DeskSite, desk_on
from tests.support.room import into

PASSWORD = "copper kettle at dawn"
GRACE = "grace.lee@vendor.example"


async def signing_in(
    site: DeskSite, browser: httpx2.AsyncClient, password: str = PASSWORD, **fields: str
) -> httpx2.Response:
    """What the form answers, when it is sent as the administrator of the sample team."""
    address = site.account("administrator").address
    return await browser.post("/desk/sign-in", data={"address": address, "password": password, **fields})


async def with_password(site: DeskSite, password: str = PASSWORD) -> None:
    """Give the administrator of the sample team a password."""
    site.staff.choose_password(site.account("administrator").id, await Passwords().hashed(password))


def first_link(site: DeskSite) -> str:
    """The path of the link that the start of the process writes into the log."""
    with capture_logs() as logs:
        tell_of_first_link(site.engine, site.parts.settings)
    [line] = [line for line in logs if line["event"] == "desk_has_no_administrator"]
    return str(line["link"]).removeprefix(site.address)


async def test_the_first_administrator_comes_by_the_link_in_the_log_and_nobody_else(site: DeskSite) -> None:
    """No default password that anybody could know; once there is an administrator no start prints another link."""
    link, other = first_link(site), first_link(site)
    me = {"name": "Grace Lee", "address": GRACE, "password": PASSWORD}
    async with site.client() as browser, site.client() as late:
        shown = await browser.get(link)
        weak = await browser.post(link, data={**me, "password": "grace.lee!"})
        home = await browser.post(link, data=me)
        refused = [(await late.get(path)).status_code for path in (link, other)]

    assert ("Be the first administrator" in shown.text, 422) == (True, weak.status_code)
    assert (200, True) == (home.status_code, "Grace Lee" in home.text)
    assert [404, 404] == refused
    with capture_logs() as logs:
        tell_of_first_link(site.engine, site.parts.settings)
    assert [] == logs


async def test_a_password_lets_somebody_in_and_on_to_where_they_wanted(site: DeskSite) -> None:
    await with_password(site)
    async with site.client() as browser:
        asked = await browser.get("/desk/staff?x=1")
        home = await signing_in(site, browser, next="/desk/staff?x=1")

    assert (401, True) == (asked.status_code, 'value="/desk/staff?x=1"' in asked.text)
    assert (200, "/desk/staff") == (home.status_code, home.url.path)


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/plan", "/desk/../in/x", "/desk/out"])
async def test_signing_in_leads_nowhere_but_to_the_desk(site: DeskSite, elsewhere: str) -> None:
    """A link that somebody was sent names the page that comes next."""
    await with_password(site)
    async with site.client(follow_redirects=False) as browser:
        answer = await signing_in(site, browser, next=elsewhere)

    assert "/desk/" == answer.headers["location"]


async def test_what_is_answered_tells_nobody_who_has_an_account(site: DeskSite) -> None:
    """To a wrong password as to an address that nobody has; the log names neither."""
    await with_password(site)
    async with site.client() as browser:
        with capture_logs() as logs:
            wrong = await signing_in(site, browser, "not this one at all")
            nobody = await browser.post(
                "/desk/sign-in", data={"address": "nobody@vendor.test", "password": "not this one at all"}
            )

    assert (422, 422) == (wrong.status_code, nobody.status_code)
    assert wrong.text.replace(GRACE, "") == nobody.text.replace("nobody@vendor.test", "")
    assert not any(secret in str(logs) for secret in (GRACE, "nobody@", "not this one"))


async def test_a_cookie_is_no_scripts_and_of_this_host_alone(tmp_path: Path) -> None:
    async with desk_on(tmp_path, pages_url="https://onboarding.example.test") as site:
        await with_password(site)
        async with site.client(follow_redirects=False) as browser:
            answer = await signing_in(site, browser)

    [cookie] = [set for set in answer.headers.get_list("set-cookie") if set.startswith("__Host-day90-desk=")]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_session_of_a_customers_room_opens_no_desk_and_that_of_the_desk_no_room(site: DeskSite) -> None:
    """Not even where somebody gives the one cookie the other's name."""
    onboarding = site.opened()
    async with into(site.room, onboarding, "project_lead") as customer:
        of_room = customer.cookies["day90"]
    of_desk = site.token("administrator")
    async with site.client() as browser:
        asked = {
            path: (await browser.get(path, headers={"Cookie": f"{name}={value}"})).status_code
            for path, name, value in [
                ("/desk/me", "day90-desk", of_room),
                ("/plan", "day90", of_desk),
            ]
        }

    assert {"/desk/me": 401, "/plan": 401} == asked


async def test_who_was_signed_out_meanwhile_keeps_what_they_wrote_but_no_password(site: DeskSite) -> None:
    """The page was open overnight; the sentence took ten minutes."""
    fields: Mapping[str, str] = {"note": "We agreed on a new date", "password": "secret words of mine", "what": "note"}
    async with site.signed_in() as browser:
        await browser.post("/desk/out")
        browser.cookies.set(cookie_name(site.parts.settings), "x" * 43)
        answer = await browser.post("/desk/me", data=fields)

    assert (401, True) == (answer.status_code, "We agreed on a new date" in answer.text)
    assert "secret words" not in answer.text


async def test_signing_in_begins_a_session_of_its_own(site: DeskSite) -> None:
    """Whoever put a cookie into somebody's browser beforehand is not signed in with them."""
    await with_password(site)
    planted = site.token("viewer")
    async with site.client(cookies={"day90-desk": planted}) as browser:
        await signing_in(site, browser)

    assert site.sessions.visit(planted, site.team) is None


async def test_a_form_from_elsewhere_signs_nobody_in(site: DeskSite) -> None:
    """Else somebody would write what they think is theirs into an account of somebody else's."""
    await with_password(site)
    async with site.client(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert 403 == (await signing_in(site, browser)).status_code


async def test_colleagues_in_one_office_do_not_use_up_what_an_address_may_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of the desk fetch themselves anew all day; the way in keeps the narrow count of all pages."""
    monkeypatch.setattr(envelope, "A_MINUTE", 3)
    async with desk_on(tmp_path) as site, site.signed_in("viewer") as browser:
        inside = [(await browser.get("/desk/me")).status_code for _ in range(5)]
        in_front = [(await browser.get("/desk/sign-in")).status_code for _ in range(5)]

    assert ([200] * 5, [200] * 3 + [429] * 2) == (inside, in_front)
