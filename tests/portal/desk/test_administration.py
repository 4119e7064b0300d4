"""Do administrators make and revoke tokens, and keep webhooks, without a command line? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from domain.access import MARK, SCOPES, fingerprint
from portal.desk.admin_words import ADMIN_WORDS
from runtime.sealing_key import make_sealing_key, sealing_keys
from store.sealing import Sealing
from store.tokens import SqlTokens
from store.webhooks import SqlWebhooks
from tests.support.desk import DeskSite, desk_on

ADDRESS = "http://127.0.0.1:9/day90"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    make_sealing_key(tmp_path)
    async with desk_on(tmp_path, webhook_allow="127.0.0.0/8") as site:
        yield site


def hidden(answer: httpx2.Response, name: str) -> str:
    [value] = set(re.findall(rf'name="{name}" value="([^"]+)"', answer.text))
    return str(value)


def secret_in(answer: httpx2.Response) -> str:
    [secret] = re.findall(r'class="secret">([^<]+)<', answer.text)
    return str(secret)


def test_all_that_a_token_may_do_has_its_words() -> None:
    """A new scope is offered on the page as soon as the API knows it."""
    for words in ADMIN_WORDS.values():
        assert {f"desk_scope_{scope}" for scope in SCOPES} == {key for key in words if key.startswith("desk_scope_")}


async def test_a_token_is_shown_once_and_made_once(site: DeskSite) -> None:
    """A double click makes one. The list has how it begins, and no page has it again."""
    tokens = SqlTokens(site.engine)
    async with site.signed_in("administrator") as grace:
        form = {"name": "Warehouse sync", "scope": ["onboardings:read", "inbox:read"], "days": "90"}
        form |= {"once": hidden(await grace.get("/desk/tokens"), "once")}
        made, again = await grace.post("/desk/tokens", data=form), await grace.post("/desk/tokens", data=form)
        listed = await grace.get("/desk/tokens")

    secret = secret_in(made)
    token = tokens.by_hash(fingerprint(secret))
    assert token is not None
    assert (secret, 1) == (secret_in(again), len(tokens.all()))
    assert {"inbox:read", "onboardings:read"} == set(token.scopes)
    assert (True, False) == (token.begins in listed.text, secret in listed.text)
    assert secret.startswith(MARK)


async def test_a_token_is_revoked_after_a_question(site: DeskSite) -> None:
    """Nobody can take that back; one that is revoked is asked about no more."""
    tokens = SqlTokens(site.engine)
    number = tokens.create("sync", scopes=["inbox:read"]).token.id
    async with site.signed_in("administrator") as grace:
        asked = await grace.get(f"/desk/tokens/{number}")
        assert tokens.all()[0].revoked_at is None
        told = await grace.post(f"/desk/tokens/{number}")
        again = await grace.get(f"/desk/tokens/{number}")

    assert (True, True, 404) == ("Revoke sync" in asked.text, "The token is revoked" in told.text, again.status_code)
    assert tokens.all()[0].revoked_at is not None


async def test_what_is_wrong_about_a_token_is_said_at_its_field(site: DeskSite) -> None:
    """And what was chosen stays."""
    async with site.signed_in("administrator") as grace:
        answer = await grace.post("/desk/tokens", data={"name": " ", "scope": "everything", "days": "1"})
        kept = await grace.post("/desk/tokens", data={"name": "", "scope": "audit:read", "days": "30"})

    assert {"name", "scope", "days"} == set(re.findall(r'id="(\w+)-error"', answer.text))
    assert 'value="audit:read" checked' in kept.text
    assert [] == list(SqlTokens(site.engine).all())


async def test_a_webhook_is_added_with_its_secret_stopped_and_let_go_on(site: DeskSite) -> None:
    """Its sender is woken, so that it need not wait for an onboarding's next turn."""
    webhooks = SqlWebhooks(site.engine, sealing=Sealing(sealing_keys(site.parts.settings)))
    async with site.signed_in("administrator") as grace:
        form = {"url": ADDRESS, "once": hidden(await grace.get("/desk/webhooks"), "once")}
        made, again = await grace.post("/desk/webhooks", data=form), await grace.post("/desk/webhooks", data=form)
        [target] = webhooks.all()
        here = f"/desk/webhooks/{target.id}"
        stopped = await grace.post(here, data={"what": "disable", "reason": "Their endpoint moves"})
        off = webhooks.get(target.id)
        gone_on = await grace.post(here, data={"what": "enable"})
        another = await grace.post(here, data={"what": "rotate", "once": hidden(gone_on, "once")})

    assert secret_in(made) == secret_in(again)
    assert (True, "grace.lee: Their endpoint moves") == ("Their endpoint moves" in stopped.text, off.disabled_reason)
    assert (True, True) == (webhooks.get(target.id).active, secret_in(another) != secret_in(made))
    assert 2 <= len(site.room.woken)


async def test_an_address_that_is_not_called_and_an_event_that_is_none_are_refused(site: DeskSite) -> None:
    """The inner network is not reached by a webhook; the page says why."""
    async with site.signed_in("administrator") as grace:
        inner = await grace.post("/desk/webhooks", data={"url": "https://10.0.0.1/x"})
        strange = await grace.post("/desk/webhooks", data={"url": ADDRESS, "types": "nothing.happened"})
        empty = await grace.post("/desk/webhooks", data={"url": ""})

    assert [422, 422, 422] == [one.status_code for one in (inner, strange, empty)]
    assert ({"url"}, {"types"}) == tuple(set(re.findall(r'id="(\w+)-error"', one.text)) for one in (inner, strange))


async def test_an_address_is_shown_as_text(site: DeskSite) -> None:
    """Whoever added it may have meant harm to whoever looks."""
    webhooks = SqlWebhooks(site.engine, sealing=Sealing(sealing_keys(site.parts.settings)))
    webhooks.add("https://example.test/<script>alert(1)</script>", types=[], secret="whsec_x")
    async with site.signed_in("administrator") as grace:
        page = (await grace.get("/desk/webhooks")).text

    assert "<script>alert" not in page
