"""How does Stripe deliver news of payments? To `/intake/stripe`: events with Stripe's own signature."""

import re
from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from domain.billing import read_billing_event
from domain.inbox import Incoming
from domain.refusal import Refused
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.roads import Road
from starter.web.problems import Problem
from starter.web.reading import read_json

SOURCE = "stripe"
TOLERANCE = timedelta(seconds=300)
"""Stripe's own limit: what was signed longer ago may be a replay."""
SIGNED_AT = re.compile(r"(?:^|,)\s*t=([0-9]{1,12})\s*(?:,|$)")


def stripe_road(settings: Settings) -> Road:
    """The road for Stripe; closed without its signing secret."""
    secrets = each_secret(settings.stripe_secret)

    def take(call: Call) -> Sequence[Incoming]:
        _verify(call, secrets)
        try:
            event = read_billing_event(read_json(call.body))
        except Refused as refusal:
            raise Problem("invalid", refusal.reason, field=refusal.field) from None
        if event is None:
            return ()
        return [Incoming(source=SOURCE, kind=event.type, key=event.id, subject=event.customer, body=event.body)]

    return Road(path="/intake/stripe", take=take if secrets else None, answer=received)


def received(_: Call) -> Response:
    """200, even for events that we do not need: Stripe would send them again for three days."""
    return JSONResponse({"received": True})


def _verify(call: Call, secrets: tuple[str, ...]) -> None:
    """Verify the signature with Stripe's library; not from the future, which that accepts. Raises Problem."""
    # Importing the library takes 0.2 s: only where Stripe is used.
    from stripe import SignatureVerificationError, WebhookSignature

    header = call.headers.get("stripe-signature", "")
    if not header:
        raise Problem("unauthenticated", "the header Stripe-Signature is missing")
    if not header.isascii():
        # The library compares texts, and can do so only in ASCII.
        raise Problem("unauthenticated", "the signature is not ours: see Stripe-Signature")
    try:
        payload = call.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("malformed", "the body is not UTF-8") from None
    reason = ""
    for secret in secrets:
        try:
            WebhookSignature.verify_header(payload, header, secret, int(TOLERANCE.total_seconds()))
        except SignatureVerificationError as refusal:
            reason = "too old" if "Timestamp" in str(refusal) else reason
        else:
            break
    else:
        raise Problem("unauthenticated", f"the signature is {reason or 'not ours'}: see Stripe-Signature")
    signed = SIGNED_AT.search(header)
    if signed is None or int(signed[1]) > (call.now + TOLERANCE).timestamp():
        raise Problem("unauthenticated", "the signature lies in the future: see Stripe-Signature")
