"""Do administrators let people in, and does everybody keep what is their own? By a client, on a port."""

import re

import httpx2
import pytest

from portal.desk import slowing
from portal.desk.passwords import Passwords
from store.staff import StaffAccount
from tests.support.desk import DeskSite

PASSWORD, OTHER = "copper kettle at dawn", "a lantern for the harbour"


def link_in(answer: httpx2.Response, site: DeskSite) -> str:
    """The path of the link that a page shows."""
    [link] = re.findall(r'class="secret">([^<]+)<', answer.text)
    return str(link).removeprefix(site.address)


def once_in(answer: httpx2.Response) -> str:
    [key] = re.findall(r'name="once" value="([^"]+)"', answer.text)
    return str(key)


def account_of(site: DeskSite, address: str) -> StaffAccount:
    account = site.staff.by_address(address)
    assert account is not None
    return account


async def test_somebody_of_the_directory_is_invited_in_the_role_that_it_gives_them(site: DeskSite) -> None:
    """A double click makes one account and one link; by it they choose a password, and are in as themselves."""
    jonas = site.team.member("jonas.weber")
    assert jonas is not None
    async with site.signed_in("administrator") as grace, site.client() as browser:
        once = once_in(await grace.get("/desk/staff"))
        form = {"address": jonas.email, "role": "directory", "once": once}
        made, again = await grace.post("/desk/staff", data=form), await grace.post("/desk/staff", data=form)
        home = await browser.post(link_in(made, site), data={"password": PASSWORD})

    assert link_in(made, site) == link_in(again, site)
    assert ("csm", "jonas.weber") == (account_of(site, jonas.email).role, account_of(site, jonas.email).handle)
    assert (200, True) == (home.status_code, "Jonas Weber" in home.text)


async def test_what_is_wrong_about_an_invitation_is_said_at_its_field(site: DeskSite) -> None:
    async with site.signed_in("administrator") as grace:
        stranger = await grace.post(
            "/desk/staff", data={"address": "jo@elsewhere.test", "name": "Jo", "role": "directory"}
        )
        twice = await grace.post(
            "/desk/staff", data={"address": site.account("administrator").address, "role": "csm", "name": "Grace"}
        )
        nothing = await grace.post("/desk/staff", data={"address": "jo", "role": "king"})

    assert (422, True) == (stranger.status_code, "does not have this address: choose a role" in stranger.text)
    assert (422, True) == (twice.status_code, "There is an account with this address already" in twice.text)
    assert {"address", "name", "role"} == set(re.findall(r'id="(\w+)-error"', nothing.text))


async def test_a_role_that_is_taken_away_counts_at_once(site: DeskSite) -> None:
    """The browser in which they were signed in included."""
    number = site.account("manager").id
    async with site.signed_in("manager") as nora, site.signed_in("administrator") as grace:
        await grace.post(f"/desk/staff/{number}", data={"what": "role", "role": "viewer"})
        assert 401 == (await nora.get("/desk/me")).status_code
        await grace.post(f"/desk/staff/{number}", data={"what": "close"})

    assert account_of(site, site.account("manager").address).closed_at is not None


async def test_whose_address_has_changed_keeps_their_account_and_their_handle(site: DeskSite) -> None:
    """The company has moved to another domain, in the directory first."""
    old = site.staff.add(address="jonas@old.example", name="Jonas Weber", handle="jonas.weber", role="csm")
    token = site.sessions.enter(old.id, way="password", agent="")
    visit = site.sessions.visit(token, site.team)
    assert visit is not None
    jonas = site.team.member("jonas.weber")
    assert jonas is not None
    async with site.signed_in("administrator") as grace:
        form = {"what": "correct", "address": jonas.email, "name": "Jonas Weber"}
        told = await grace.post(f"/desk/staff/{old.id}", data=form)
        taken = await grace.post(f"/desk/staff/{site.account('administrator').id}", data=form)

    assert (f"staff-account-{old.id}", None) == (visit.handle, site.sessions.visit(token, site.team))
    assert ("jonas.weber", True) == (site.account("csm").handle, "Acts as</dt><dd>jonas.weber" in told.text)
    assert (409, True) == (taken.status_code, "an account with this address already" in taken.text)


async def test_the_only_administrator_stays_one(site: DeskSite) -> None:
    """Nobody could let anybody in any more."""
    number = site.account("administrator").id
    async with site.signed_in("administrator") as grace:
        for form in ({"what": "role", "role": "csm"}, {"what": "close"}):
            answer = await grace.post(f"/desk/staff/{number}", data=form)
            assert (409, True) == (answer.status_code, "only administrator" in answer.text)

        assert 200 == (await grace.get("/desk/staff")).status_code


async def test_another_password_takes_the_present_one_and_ends_other_browsers(site: DeskSite) -> None:
    """An open browser on a train is no way to take an account over."""
    account = site.account("csm")
    site.staff.choose_password(account.id, await Passwords().hashed(PASSWORD))
    async with site.signed_in("csm") as here, site.signed_in("csm") as there:
        change = {"what": "password", "password": OTHER}
        refused = await here.post("/desk/me", data={**change, "password_now": "something else of mine"})
        short = await here.post("/desk/me", data={**change, "password_now": PASSWORD, "password": "short"})
        done = await here.post("/desk/me", data={**change, "password_now": PASSWORD})

        assert (422, 422, 200) == (refused.status_code, short.status_code, done.status_code)
        assert "Your password is changed" in done.text
        assert 401 == (await there.get("/desk/me")).status_code
    async with site.client() as browser:
        come = [
            (await browser.post("/desk/sign-in", data={"address": account.address, "password": one})).status_code
            for one in (PASSWORD, OTHER)
        ]
    assert [422, 200] == come


async def test_the_present_password_is_not_guessed_at_an_open_browser(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some wrong ones the right one is not looked at either."""
    monkeypatch.setattr(slowing, "LOCKED_AFTER", 2)
    site.staff.choose_password(site.account("csm").id, await Passwords().hashed(PASSWORD))
    async with site.signed_in("csm") as browser:
        for given in ("something else of mine", "and another of mine", PASSWORD):
            form = {"what": "password", "password": OTHER, "password_now": given}
            answer = await browser.post("/desk/me", data=form)

    assert (422, True) == (answer.status_code, "Too many wrong passwords" in answer.text)


async def test_somebody_sees_where_they_are_signed_in_and_ends_it_there(site: DeskSite) -> None:
    """Their own browsers alone: nobody ends a colleague's by its number."""
    async with site.signed_in("csm") as here, site.signed_in("csm") as there, site.signed_in("viewer") as other:
        page = (await here.get("/desk/me")).text
        numbers = re.findall(r'name="end" value="(\d+)"', page)
        mine = re.findall(r"this browser.*?value=\"(\d+)\"", page, re.DOTALL)[0]
        [elsewhere] = [number for number in numbers if number != mine]

        await other.post("/desk/me", data={"end": elsewhere})
        assert 200 == (await there.get("/desk/me")).status_code
        await here.post("/desk/me", data={"end": elsewhere})
        assert [200, 401] == [(await browser.get("/desk/me")).status_code for browser in (here, there)]


async def test_somebody_reads_the_desk_in_their_language_and_zone(site: DeskSite) -> None:
    async with site.signed_in("csm") as browser:
        before = await browser.get("/desk/me")
        await browser.post("/desk/me", data={"language": "ja", "time_zone": "Asia/Tokyo"})
        page = await browser.get("/desk/me")
        wrong = await browser.post("/desk/me", data={"language": "fr", "time_zone": "Mars/Olympus"})

    chosen = [re.findall(r"<option selected>([^<]+)<", one.text) for one in (before, page)]
    assert [[], ["Asia/Tokyo"]] == chosen, "until then it is the directory's, whatever that says"
    assert (True, True) == ('<html lang="ja">' in page.text, "個人設定" in page.text)
    assert (422, {"language", "time_zone"}) == (wrong.status_code, set(re.findall(r'id="(\w+)-error"', wrong.text)))
