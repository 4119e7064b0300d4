"""What is kept of an event of the billing system? Ids, amounts and states of invoices and subscriptions, no people.

Fields are Stripe's, by their names there. Some have moved between versions of its API: both places are looked at, since
the version is chosen in the account of whoever sends (https://docs.stripe.com/upgrades).
"""

from collections.abc import Mapping
from typing import Any, cast

from domain.refusal import Refused
from domain.wire import Wire

INVOICES = frozenset({"invoice.payment_failed", "invoice.paid"})
SUBSCRIPTIONS = "customer.subscription."
OF_AN_INVOICE = (
    "amount_due",
    "amount_paid",
    "amount_remaining",
    "attempt_count",
    "attempted",
    "billing_reason",
    "collection_method",
    "currency",
    "due_date",
    "hosted_invoice_url",
    "next_payment_attempt",
    "period_end",
    "period_start",
    "status",
)
OF_A_SUBSCRIPTION = (
    "cancel_at",
    "cancel_at_period_end",
    "canceled_at",
    "collection_method",
    "currency",
    "current_period_end",
    "current_period_start",
    "ended_at",
    "status",
    "trial_end",
)
MOST_ITEMS = 20
"""Stripe's own limit of what one subscription holds."""
LONGEST = 2_048
"""Characters of a text that is kept: the link to the hosted invoice has a few hundred."""
Plain = str | int | float | bool | None


class BillingEvent(Wire):
    """An event as it is stored. `about` is the invoice's or subscription's id, `customer` the billing system's."""

    id: str
    type: str
    about: str
    customer: str
    body: dict[str, Any]


def read_billing_event(raw: Any) -> BillingEvent | None:
    """The parts of an event that are kept; None for an event that nothing needs. Raises Refused naming the field."""
    if not isinstance(raw, dict):
        raise Refused("one JSON object is expected: an event")
    id, type = _text(raw, "id"), _text(raw, "type")
    if type not in INVOICES and not type.startswith(SUBSCRIPTIONS):
        return None
    data = raw.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        raise Refused("is no object", field="data.object")
    about = _text(thing, "id", within="data.object")
    # Who pays may be an account of the second version of Stripe's API, and then is no customer.
    customer = _id_of(thing.get("customer")) or _id_of(thing.get("customer_account"))
    if not customer:
        raise Refused("is no id of a customer", field="data.object.customer")
    facts = _of_invoice(thing) if type in INVOICES else _of_subscription(thing)
    body = {"created": _plain(raw.get("created")), "livemode": raw.get("livemode") is True, **facts}
    return BillingEvent(id=id, type=type, about=about, customer=customer, body={"type": type, "id": about, **body})


def in_words(body: Mapping[str, Any]) -> str:
    """What happened, in words for readers of the inbox."""
    about, status = body.get("id"), body.get("status")
    match body.get("type"):
        case "invoice.payment_failed":
            return f"payment of invoice {about} failed, attempt {body.get('attempt_count')}"
        case "invoice.paid":
            return f"invoice {about} is paid"
        case str() as type:
            return f"subscription {about} {type.removeprefix(SUBSCRIPTIONS).replace('_', ' ')}, is {status}"
    return "kept"


def _of_invoice(invoice: Mapping[str, Any]) -> dict[str, Any]:
    parent = _object(_object(invoice.get("parent")).get("subscription_details"))
    subscription = _id_of(parent.get("subscription")) or _id_of(invoice.get("subscription"))
    return {**_these(OF_AN_INVOICE, invoice), "subscription": subscription}


def _of_subscription(subscription: Mapping[str, Any]) -> dict[str, Any]:
    items = _object(subscription.get("items")).get("data")
    listed = [_of_item(_object(item)) for item in items[:MOST_ITEMS]] if isinstance(items, list) else []
    facts = {**_these(OF_A_SUBSCRIPTION, subscription), "latest_invoice": _id_of(subscription.get("latest_invoice"))}
    return {**facts, "items": listed}


def _of_item(item: Mapping[str, Any]) -> dict[str, Any]:
    price = _object(item.get("price"))
    facts = _these(("quantity", "current_period_end", "current_period_start"), item)
    recurring = _object(price.get("recurring"))
    of_price = {**_these(("currency", "unit_amount"), price), **_these(("interval", "interval_count"), recurring)}
    return {**facts, "price": _id_of(price), **of_price}


def _these(names: tuple[str, ...], thing: Mapping[str, Any]) -> dict[str, Plain]:
    return {name: _plain(thing[name]) for name in names if name in thing}


def _plain(value: Any) -> Plain:
    """A plain value, text cut to LONGEST; None for any other type, inside of which may be anything."""
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, bool | int | float) else None


def _id_of(value: Any) -> str:
    """The id of an object, given alone or within the expanded object; empty without one."""
    id = value.get("id") if isinstance(value, dict) else value
    return id[:255] if isinstance(id, str) else ""


def _object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(thing: Mapping[str, Any], name: str, *, within: str = "") -> str:
    value = thing.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 255:
        raise Refused("should be a text of 1 to 255 characters", field=f"{within}.{name}" if within else name)
    return value
