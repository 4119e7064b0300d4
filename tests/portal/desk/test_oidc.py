"""Does the company's identity provider let its people in, and nobody else? Against one that lies, and a real one."""

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import ValidationError

from portal.desk.passwords import Passwords
from portal.desk.session import cookie_name
from runtime.settings import Settings
from store.staff import StaffAccount
from tests.support.desk import DeskSite, desk_on
from tests.support.providers import (
    CLIENT,
    FOREIGN,
    PASSWORD,
    SECRET,
    LyingProvider,
    lying_provider,
    of_our_secret,
    others_provider,
    toolkit_issuer,
    toolkit_provider,
)
from tests.support.servers import free_port

JONAS = "jonas.weber@vendor.example"
Lie = Callable[[LyingProvider], object]


@pytest.fixture
async def provider() -> AsyncIterator[LyingProvider]:
    async with lying_provider() as provider:
        provider.person = {"sub": "8812", "email": JONAS, "email_verified": True}
        yield provider


@pytest.fixture
async def site(tmp_path: Path, provider: LyingProvider) -> AsyncIterator[DeskSite]:
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    async with desk_on(tmp_path, **settings, oidc_name="Example ID") as site:
        yield site


def account_of(site: DeskSite, address: str = JONAS) -> StaffAccount | None:
    return site.staff.by_address(address)


def is_in(site: DeskSite, browser: httpx2.AsyncClient) -> bool:
    return cookie_name(site.parts.settings) in browser.cookies


def parameters(address: str) -> Mapping[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def way_there(browser: httpx2.AsyncClient) -> str:
    """The address at the provider to which a browser is sent."""
    return str((await browser.get("/desk/oidc", follow_redirects=False)).headers["location"])


async def way_back(browser: httpx2.AsyncClient) -> str:
    """The address with which the provider sends the browser back, before the browser has gone there."""
    return str((await browser.get(await way_there(browser), follow_redirects=False)).headers["location"])


async def test_whoever_was_invited_comes_by_the_provider_and_on_to_where_they_wanted(
    site: DeskSite, provider: LyingProvider
) -> None:
    """From then on the account is theirs by their identity there, and opens by no password any more."""
    site.staff.choose_password(site.account("csm").id, "$argon2id$of-tests")
    async with site.client() as browser:
        door = await browser.get("/desk/me?x=1")
        [way] = re.findall(r'href="(/desk/oidc[^"]*)"', door.text)
        home = await browser.get(way.replace("&amp;", "&"))

    assert ("Sign in with Example ID" in door.text, 200, "/desk/me") == (True, home.status_code, home.url.path)
    account = account_of(site)
    assert account is not None
    assert (provider.issuer, False) == (account.issuer, account.has_password)
    assert ["oidc"] == [one.way for one in site.sessions.sessions(account.id)]


async def test_what_is_asked_has_a_challenge_and_secrets_of_its_own(site: DeskSite, provider: LyingProvider) -> None:
    """PKCE by S256, and no two tries alike."""
    async with site.client() as browser:
        asked = [parameters(await way_there(browser)) for _ in "12"]

    assert all({"code", "S256", CLIENT} <= set(one.values()) for one in asked)
    assert all(asked[0][name] != asked[1][name] for name in ("state", "nonce", "code_challenge"))


async def test_somebody_of_the_directory_gets_an_account_and_others_get_none(
    site: DeskSite, provider: LyingProvider
) -> None:
    """The provider has the whole company; the desk is the team's."""
    async with site.client() as jonas, site.client() as other:
        await jonas.get("/desk/oidc")
        provider.person = {"sub": "9", "email": "somebody.else@vendor.example", "email_verified": True}
        refused = await other.get("/desk/oidc")

        assert [True, False] == [is_in(site, browser) for browser in (jonas, other)]
    account = account_of(site)
    assert account is not None
    assert ("csm", "jonas.weber") == (account.role, account.handle)
    assert (403, True, 1) == (refused.status_code, "no account for you" in refused.text, len(site.staff.all()))


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_a_mail_address_that_the_provider_has_not_verified_lets_nobody_in(
    site: DeskSite, provider: LyingProvider, verified: object
) -> None:
    """Anybody can write a colleague's address into their own profile."""
    provider.person = {"sub": "666", "email": JONAS, "email_verified": verified}
    site.account("csm")
    async with site.client() as browser:
        answer = await browser.get("/desk/oidc")

        assert (403, True, False) == (answer.status_code, "not verified" in answer.text, is_in(site, browser))


async def test_somebody_is_known_by_their_identity_whatever_their_address_becomes(
    site: DeskSite, provider: LyingProvider
) -> None:
    """And whoever gets their old address, as a successor may, does not become them."""
    async with site.client() as jonas, site.client() as successor:
        await jonas.get("/desk/oidc")
        provider.person = {"sub": "8812", "email": "j.weber-klein@vendor.example"}
        again = await jonas.get("/desk/oidc")
        provider.person = {"sub": "9001", "email": JONAS, "email_verified": True}
        refused = await successor.get("/desk/oidc")

        assert (200, 403, False) == (again.status_code, refused.status_code, is_in(site, successor))


async def test_an_address_that_is_not_in_the_token_is_asked_for(site: DeskSite, provider: LyingProvider) -> None:
    """Some providers tell it only there; what is told of somebody else counts for nobody."""
    provider.person = {"sub": "8812"}
    provider.userinfo = {"sub": "8812", "email": JONAS, "email_verified": True}
    async with site.client() as browser, site.client() as other:
        await browser.get("/desk/oidc")
        provider.person = {"sub": "9"}
        await other.get("/desk/oidc")

        assert [True, False] == [is_in(site, one) for one in (browser, other)]


async def test_a_closed_account_opens_by_no_provider(site: DeskSite, provider: LyingProvider) -> None:
    site.staff.close(site.account("csm").id)
    async with site.client() as browser:
        answer = await browser.get("/desk/oidc")

        assert (403, True) == (answer.status_code, "account is closed" in answer.text)


async def test_whoever_was_invited_may_bind_their_identity_without_a_verified_address(
    site: DeskSite, provider: LyingProvider
) -> None:
    """Some providers verify addresses and never say so. The link is good once, and from our own page alone."""
    provider.person = {"sub": "8812", "email": JONAS}
    link = site.staff.link(site.account("csm").id)
    async with site.client() as elsewhere, site.client() as jonas, site.client() as other:
        page = await jonas.get(f"/desk/link/{link}")
        [way] = re.findall(r'href="(/desk/oidc\?link=[^"]*)"', page.text)
        from_elsewhere = await elsewhere.get(way, headers={"Sec-Fetch-Site": "cross-site"})
        await jonas.get(way, headers={"Sec-Fetch-Site": "same-origin"})
        again = await jonas.get("/desk/oidc")
        provider.person = {"sub": "9001", "email": JONAS}
        late = await other.get(way, headers={"Sec-Fetch-Site": "same-origin"})

        assert [400, 200, 403] == [one.status_code for one in (from_elsewhere, again, late)]
        assert [False, True, False] == [is_in(site, one) for one in (elsewhere, jonas, other)]


LIES: Mapping[str, Lie] = {
    "a nonce of another try": lambda one: one.claims.update(nonce="x" * 43),
    "no nonce": lambda one: one.claims.update(nonce=None),
    "another issuer's token": lambda one: one.claims.update(iss="https://accounts.elsewhere.test"),
    "a token for another program": lambda one: one.claims.update(aud="another"),
    "a token for several, handed to another": lambda one: one.claims.update(aud=[CLIENT, "another"], azp="another"),
    "a token of yesterday": lambda one: one.claims.update(iat=time.time() - 90_000, exp=time.time() - 86_400),
    "a token that names nobody": lambda one: one.claims.update(sub=None),
    "signed by a key of somebody else": lambda one: setattr(one, "signed_by", FOREIGN),
    "not signed at all": lambda one: setattr(one, "algorithm", "none"),
    "signed by our own secret": lambda one: vars(one).update(algorithm="HS256", signed_by=of_our_secret()),
    "an answer of another issuer": lambda one: one.answer.update(iss="https://accounts.elsewhere.test"),
    "an answer with another state": lambda one: one.answer.update(state="x" * 43),
    "an error": lambda one: one.answer.update(error="access_denied", code=""),
    "an access token of another": lambda one: one.claims.update(at_hash="x" * 22),
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_does_not_fit_lets_nobody_in(site: DeskSite, provider: LyingProvider, lie: str) -> None:
    """Whoever is at the provider under this name comes in when it tells the truth: the lie alone is what is refused."""
    async with site.client() as honest, site.client() as browser:
        await honest.get("/desk/oidc")
        LIES[lie](provider)
        answer = await browser.get("/desk/oidc")

        assert [True, False] == [is_in(site, one) for one in (honest, browser)]
        assert (400, True) == (answer.status_code, "You are not signed in" in answer.text)


async def test_an_answer_is_good_in_the_browser_that_asked_and_once(site: DeskSite, provider: LyingProvider) -> None:
    """Neither signs an attacker a victim in as themselves by their own answer, nor does a stolen one sign them in."""
    async with site.client() as browser, site.client() as attacker:
        await way_there(attacker)
        stolen = await way_back(browser)
        there = await attacker.get(stolen)
        here, again = await browser.get(stolen), await browser.get(stolen)

        assert [400, 200, 400] == [one.status_code for one in (there, here, again)]
        assert [True, False] == [is_in(site, one) for one in (browser, attacker)]


async def test_a_code_of_another_browser_is_worth_nothing(site: DeskSite, provider: LyingProvider) -> None:
    """The attacker puts it beside the state of their own try: the verifier does not fit."""
    async with site.client() as browser, site.client() as attacker:
        code = parameters(await way_back(browser))["code"]
        own = await way_back(attacker)
        answer = await attacker.get(re.sub(r"code=[^&]+", f"code={code}", own))

        assert (400, False) == (answer.status_code, is_in(site, attacker))


async def test_a_provider_that_is_away_or_calls_itself_otherwise_is_told_of_as_that(
    tmp_path: Path, provider: LyingProvider
) -> None:
    """With local accounts people come in all the same."""
    named = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    nowhere, other = f"http://127.0.0.1:{free_port()}", provider.issuer.replace("127.0.0.1", "localhost")
    for number, issuer in enumerate((nowhere, other)):
        async with desk_on(tmp_path / str(number), oidc_issuer=issuer, **named) as site, site.client() as browser:
            answer = await browser.get("/desk/oidc")

            assert (503, True) == (answer.status_code, "does not answer" in answer.text)
            assert 200 == (await browser.get("/desk/sign-in")).status_code


async def test_without_a_provider_there_is_no_way_to_one(tmp_path: Path) -> None:
    async with desk_on(tmp_path) as site, site.client() as browser:
        assert [404, 404] == [
            (await browser.get(path)).status_code for path in ("/desk/oidc", "/desk/oidc/back?state=x")
        ]
        assert "/desk/oidc" not in (await browser.get("/desk/sign-in")).text


async def test_where_passwords_are_off_nobody_comes_by_one(tmp_path: Path, provider: LyingProvider) -> None:
    """Neither by one that is left, nor by a link: it leads to the provider."""
    named = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    async with desk_on(tmp_path, **named, desk_local_accounts=False) as site, site.client() as browser:
        account = site.account("csm")
        site.staff.choose_password(account.id, await Passwords().hashed("copper kettle at dawn"))
        signs_in = {"address": account.address, "password": "copper kettle at dawn"}
        door = await browser.post("/desk/sign-in", data=signs_in)
        link = f"/desk/link/{site.staff.link(account.id)}"
        chosen = await browser.post(link, data={"password": "a lantern for the harbour"})

        assert [False] * 3 == [is_in(site, browser), *('type="password"' in one.text for one in (door, chosen))]
        assert f'href="/desk/oidc?link={link[11:]}"' in chosen.text
        await browser.get("/desk/oidc")
        assert is_in(site, browser)


def test_passwords_are_not_switched_off_where_there_is_no_other_way(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="nobody could sign in"):
        Settings(data=tmp_path, desk_local_accounts=False)


async def test_whoever_signs_out_may_leave_the_provider_too(site: DeskSite, provider: LyingProvider) -> None:
    """By their own ID token and our client, so that it need not ask; the token goes with our own pages alone, once."""
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/leave?realm=a"}
    async with site.client() as browser:
        arrived = await browser.get(await way_back(browser), follow_redirects=False)
        left = await browser.post("/desk/out")
        there = await browser.get("/desk/oidc/out", follow_redirects=False)
        again = await browser.get("/desk/oidc/out", follow_redirects=False)

        assert not is_in(site, browser)
    kept = next(one for one in arrived.headers.get_list("set-cookie") if "-out=" in one and "Max-Age=0" not in one)
    said, without = (parameters(one.headers["location"]) for one in (there, again))
    assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in kept.split(";")}
    assert "Sign out at Example ID, too" in left.text
    assert there.headers["location"].startswith(f"{provider.issuer}/leave?realm=a&")
    assert (CLIENT, f"{site.address}/desk/oidc/left") == (said["client_id"], said["post_logout_redirect_uri"])
    assert said["id_token_hint"] in kept
    assert "id_token_hint" not in without


async def test_nobody_reads_that_they_are_signed_out_who_is_not(site: DeskSite, tmp_path: Path) -> None:
    """Whoever follows a link to that page comes to the desk; without a provider there is no such page."""
    async with site.client() as browser:
        await browser.get("/desk/oidc")
        followed = await browser.get("/desk/oidc/left")
        await browser.post("/desk/out")
        left = await browser.get("/desk/oidc/left")
    async with desk_on(tmp_path / "other") as other, other.client() as browser:
        none = await browser.get("/desk/oidc/left")

    assert ("/desk/", "Jonas Weber" in followed.text) == (followed.url.path, True)
    assert "At the desk, and at Example ID." in left.text
    assert 404 == none.status_code


@pytest.mark.parametrize("endpoint", [None, "http://id.elsewhere.test/leave", "javascript:alert(1)"])
async def test_a_provider_that_signs_nobody_out_is_not_offered(
    site: DeskSite, provider: LyingProvider, endpoint: str | None
) -> None:
    """Nor is an address that is none, or that others could read along where the provider's own is encrypted."""
    provider.metadata = {"end_session_endpoint": endpoint}
    async with site.client() as browser:
        await browser.get("/desk/oidc")
        left = await browser.post("/desk/out")
        there = await browser.get("/desk/oidc/out", follow_redirects=False)

    offered = endpoint is not None and endpoint.startswith("http://")
    assert offered == ("Sign out at Example ID, too" in left.text)
    assert (303 if offered else 404) == there.status_code


async def test_who_came_by_a_password_leaves_the_desk_alone(site: DeskSite, provider: LyingProvider) -> None:
    """Also in a browser in which somebody came by the provider before."""
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/leave"}
    account = site.account("manager")
    site.staff.choose_password(account.id, await Passwords().hashed("copper kettle at dawn"))
    async with site.client() as browser:
        await browser.get("/desk/oidc")
        await browser.post("/desk/sign-in", data={"address": account.address, "password": "copper kettle at dawn"})
        left = await browser.post("/desk/out")

    assert ("You are signed out" in left.text, "Example ID" in left.text) == (True, False)


async def test_a_provider_that_others_wrote_signs_somebody_in_and_out(tmp_path: Path) -> None:
    """oidc-provider-mock: its pages, its metadata, its tokens."""
    async with others_provider() as issuer:
        settings: dict[str, Any] = {"oidc_issuer": issuer, "oidc_client_id": "any", "oidc_client_secret": "any"}
        async with desk_on(tmp_path, **settings) as site, site.client() as browser:
            await browser.put(f"{issuer}/users/8812", json={"email": JONAS, "email_verified": True})
            form = await browser.get("/desk/oidc")
            home = await browser.post(form.url, data={"sub": "8812"})
            out = await browser.post("/desk/out")
            asks = await browser.get("/desk/oidc/out")
            [onward] = re.findall(r'name="redirect_uri"\s+value="([^"]+)"', asks.text)
            left = await browser.post(f"{issuer}/oauth2/end_session/confirm", data={"redirect_uri": onward})
            refused = await browser.post((await browser.get("/desk/oidc")).url, data={"action": "deny"})

            assert (200, True) == (home.status_code, "Jonas Weber" in home.text)
            assert "Sign out at 127.0.0.1, too" in out.text
            assert (f"{site.address}/desk/oidc/left", True) == (
                str(left.url),
                "At the desk, and at 127.0.0.1." in left.text,
            )
            assert 400 == refused.status_code


async def test_another_provider_with_sessions_of_its_own_signs_somebody_in_and_out(tmp_path: Path) -> None:
    """Django OAuth Toolkit: it wants PKCE, knows the addresses to come back to, and asks for a password once it was
    left."""
    port = free_port()
    named = {"oidc_issuer": toolkit_issuer(port), "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    async with (
        desk_on(tmp_path, **named) as site,
        toolkit_provider(port, person="jonas", address=JONAS, site=site.address),
        site.client() as browser,
    ):
        form = await browser.get("/desk/oidc")
        [crossed] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        typed = {"username": "jonas", "password": PASSWORD, "csrfmiddlewaretoken": crossed}
        home = await browser.post(form.url, data=typed)
        known = await browser.get("/desk/oidc")
        await browser.post("/desk/out")
        left = await browser.get("/desk/oidc/out")
        asked = await browser.get("/desk/oidc")

    assert (200, True) == (home.status_code, "Jonas Weber" in home.text)
    assert ("/desk/", "/desk/oidc/left") == (known.url.path, left.url.path)
    assert (port, True) == (asked.url.port, 'type="password"' in asked.text)
