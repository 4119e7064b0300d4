"""How are Stripe's events received? Signed by its own library, reduced to what payments need, without people, once."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import stripe

from activities.inbox.billing import BillingIsKept
from domain.billing import read_billing_event
from tests.support.web import Web, problem, web_on

SECRET = "whsec_this-is-stripes-and-no-base64"


def failed(**changes: Any) -> dict[str, Any]:
    """`invoice.payment_failed` as Stripe documents it, in the fields that matter and some that must not be kept."""
    invoice = {
        "id": "in_1MtHbELkdIwHu7ixl4OzzPMv",
        "object": "invoice",
        "account_name": "Vendor",
        "amount_due": 9900,
        "amount_paid": 0,
        "amount_remaining": 9900,
        "attempt_count": 2,
        "attempted": True,
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "currency": "eur",
        "customer": "cus_NeZwdNtLEOXuvB",
        "customer_address": {"city": "Bremen"},
        "customer_email": "jo@customer.test",
        "customer_name": "Jo Customer",
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/test_YWNjdF8x",
        "next_payment_attempt": 1767225600,
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1MowQV"}},
        "payment_settings": {"payment_method_options": {"card": {"last4": "4242"}}},
        "status": "open",
        **changes,
    }
    return {
        "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": 1767100000,
        "livemode": False,
        "type": "invoice.payment_failed",
        "data": {"object": invoice},
    }


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The header that Stripe's library makes."""
    moment = int(time.time() if at is None else at)
    payload = body.decode("utf-8", "replace")
    made = stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=moment)
    return {"stripe-signature": made}


async def send(web: Web, event: Any, **signing: Any) -> httpx2.Response:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return await web.client.post("/intake/stripe", content=body, headers=signed(body, **signing))


async def test_an_event_that_stripe_signed_is_kept_once(tmp_path: Path) -> None:
    """Stripe sends what it thinks was lost again, with the same event id."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        answers = [await send(web, failed()) for _ in range(3)]

        assert [200] * 3 == [answer.status_code for answer in answers]
        [row] = web.kept
        assert ("stripe", "invoice.payment_failed", "cus_NeZwdNtLEOXuvB") == (row.source, row.kind, row.subject)
        settled = await BillingIsKept()(row)
        assert ("kept", "payment of invoice in_1MtHbELkdIwHu7ixl4OzzPMv failed, attempt 2") == (
            settled.state,
            settled.outcome,
        )


async def test_the_event_is_one_that_stripes_library_reads(tmp_path: Path) -> None:
    """`construct_event` accepts what we accept."""
    body = json.dumps(failed()).encode()
    stripe.Webhook.construct_event(body, signed(body)["stripe-signature"], SECRET)

    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        assert 200 == (await send(web, body)).status_code


def test_no_person_and_no_card_is_kept() -> None:
    """Ids, amounts, states, and the link by which the customer pays."""
    event = read_billing_event(failed())

    assert event is not None
    text = json.dumps(event.body)
    assert not [word for word in ("Jo", "customer.test", "Bremen", "4242") if word in text]
    assert (9900, "eur", 2, 1767225600) == tuple(
        event.body[name] for name in ("amount_due", "currency", "attempt_count", "next_payment_attempt")
    )
    assert "sub_1MowQV" == event.body["subscription"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"customer": None, "customer_account": "acct_1"}, "acct_1"),
        ({"customer": "cus_1", "customer_account": "acct_1"}, "cus_1"),
        ({"customer": None, "customer_account": {"id": "acct_2", "email": "jo@customer.test"}}, "acct_2"),
    ],
)
def test_who_pays_may_be_an_account(changes: dict[str, Any], kept: str) -> None:
    """Of the second version of Stripe's API, where an invoice has no customer."""
    event = read_billing_event(failed(**changes))

    assert event is not None
    assert kept == event.customer


@pytest.mark.parametrize("type", ["customer.subscription.updated", "customer.subscription.deleted"])
def test_a_subscription_is_kept_with_what_was_bought(type: str) -> None:
    """In both shapes that Stripe has: since 2025 the period stands at the item."""
    item = {"price": {"id": "price_1", "unit_amount": 900, "recurring": {"interval": "month"}}, "quantity": 3}
    thing = {
        "id": "sub_1MowQV",
        "customer": {"id": "cus_1", "email": "jo@customer.test"},
        "status": "past_due",
        "items": {"data": [{**item, "current_period_end": 1769800000}]},
        "default_payment_method": {"card": {"last4": "4242"}},
        "current_period_end": 1769800000,
    }

    event = read_billing_event({**failed(), "type": type, "data": {"object": thing}})

    assert event is not None
    assert ("cus_1", "past_due", 1769800000) == (event.customer, event.body["status"], event.body["current_period_end"])
    [item] = event.body["items"]
    assert ("price_1", 3, "month", 1769800000) == tuple(
        item[name] for name in ("price", "quantity", "interval", "current_period_end")
    )
    assert "4242" not in json.dumps(event.body)


async def test_what_we_do_not_need_is_acknowledged_and_dropped(tmp_path: Path) -> None:
    """Otherwise Stripe would send it again for three days, and then disable our endpoint."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        answer = await send(web, {**failed(), "type": "charge.succeeded"})

        assert (200, []) == (answer.status_code, web.kept)


async def test_while_a_secret_is_replaced_both_are_good(tmp_path: Path) -> None:
    """Stripe signs with both for a day; so may we take both."""
    async with web_on(tmp_path, stripe_secret=f"whsec_the-new-one {SECRET}") as web:
        for secret in (SECRET, "whsec_the-new-one"):
            assert 200 == (await send(web, failed(), secret=secret)).status_code


BODY = json.dumps(failed()).encode()


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (dict, "Stripe-Signature is missing"),
        (lambda: {"stripe-signature": ""}, "Stripe-Signature is missing"),
        (lambda: {"stripe-signature": "v1"}, "not ours"),
        (lambda: {"stripe-signature": "t=,v1="}, "not ours"),
        (lambda: {"stripe-signature": "t=1767100000"}, "not ours"),
        (lambda: {"stripe-signature": "t=" + "9" * 5000 + ",v1=00"}, "not ours"),
        (lambda: signed(b"another body"), "not ours"),
        (lambda: signed(BODY, secret="whsec_wrong"), "not ours"),
        (lambda: signed(BODY, at=time.time() - 301), "too old"),
        (lambda: signed(BODY, at=time.time() + 1000), "future"),
    ],
)
async def test_a_wrong_signature_is_refused(sign: Callable[[], dict[str, str]], words: str, tmp_path: Path) -> None:
    """Missing, garbled, of another body or secret, too old, in the future. Signed in the test: signatures expire."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        answer = await web.client.post("/intake/stripe", content=BODY, headers=sign())

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]
        assert words in problem(answer)["detail"]
        assert [] == web.kept


async def test_a_signature_of_letters_that_none_has_is_no_error_of_ours(tmp_path: Path) -> None:
    """Otherwise anybody could fill our log with errors."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        header = {b"stripe-signature": f"t={int(time.time())},v1=é".encode("latin-1")}
        answer = await web.client.post("/intake/stripe", content=b"{}", headers=header)

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]


@pytest.mark.parametrize(
    ("event", "kind", "field"),
    [
        (b"{", "malformed", None),
        (b"[" * 100_000, "malformed", None),
        (b" " * 2_000_000, "too-large", None),
        ([1], "invalid", None),
        ({}, "invalid", "id"),
        ({**failed(), "id": 7}, "invalid", "id"),
        ({**failed(), "type": None}, "invalid", "type"),
        ({**failed(), "data": []}, "invalid", "data.object"),
        (failed(customer=None), "invalid", "data.object.customer"),
        (failed(id=""), "invalid", "data.object.id"),
    ],
)
async def test_an_event_that_cannot_be_read_is_refused(
    event: Any, kind: str, field: str | None, tmp_path: Path
) -> None:
    """With the field, even though Stripe signed it."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        answer = await send(web, event)

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"]
        assert field == problem(answer).get("field")
        assert [] == web.kept


def test_of_odd_types_nothing_is_kept() -> None:
    """Where a number should be there may be anything inside."""
    event = read_billing_event(failed(amount_due={"name": "Jo"}, currency=["eur"], parent="none"))

    assert event is not None
    assert (None, None, "") == tuple(event.body[name] for name in ("amount_due", "currency", "subscription"))


async def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """Before anything is compared."""
    async with web_on(tmp_path, stripe_secret=SECRET) as web:
        answer = await web.client.post("/intake/stripe", content=b"\xff", headers={"stripe-signature": "t=1,v1=0"})

        assert "urn:day90:problem:malformed" == problem(answer)["type"]


async def test_the_road_is_closed_without_a_secret(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        assert 404 == (await send(web, failed())).status_code
