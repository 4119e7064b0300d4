"""How do other systems deliver news? To `/intake/news`: Standard Webhooks, signed with a shared secret."""

import base64
from collections.abc import Sequence

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.inbox import Incoming
from domain.refusal import Refused
from domain.reported import read_report
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.deals import acknowledged
from starter.web.intake.roads import Road
from starter.web.problems import Problem
from starter.web.reading import read_json

SOURCE = "news"
LONGEST_ID = 255
SIGNATURES = "webhook-signature"
"""The header with signatures, separated by spaces: of several secrets, and of versions that others know."""
VERSION = "v1"


def news_road(settings: Settings) -> Road:
    """The road for news; closed without a secret."""
    webhooks = [Webhook(secret) for secret in each_secret(settings.news_secret)]

    def take(call: Call) -> Sequence[Incoming]:
        _verify(call, webhooks)
        raw = read_json(call.body)
        try:
            report = read_report(raw)
        except Refused as refusal:
            raise Problem("invalid", refusal.reason, field=refusal.field) from None
        id = call.headers["webhook-id"]
        if len(id) > LONGEST_ID:
            raise Problem("invalid", f"is longer than {LONGEST_ID} characters", field="webhook-id")
        # By its subject, news of one onboarding is worked through in the order in which it came.
        return [Incoming(source=SOURCE, kind=raw["type"], key=id, subject=report.onboarding, body=raw)]

    return Road(path="/intake/news", take=take if webhooks else None, answer=acknowledged)


def _verify(call: Call, webhooks: Sequence[Webhook]) -> None:
    """Verify the signature with the library of the standard. Raises Problem unless one of the secrets fits."""
    try:
        body = call.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("malformed", "the body is not UTF-8") from None
    reason = "the signature is not ours"
    headers = {**call.headers, SIGNATURES: _readable(call.headers.get(SIGNATURES, ""))}
    for webhook in webhooks:
        try:
            webhook.verify(body, headers, json_parse=False)
        except WebhookVerificationError as refusal:
            reason = REASONS.get(str(refusal), reason)
        except ValueError:
            # The signature has no version, or is not base64.
            continue
        else:
            return
    raise Problem("unauthenticated", reason)


def _readable(signatures: str) -> str:
    """The signatures of the version that we know which are some: the library gives up at the first that is none."""
    return " ".join(each for each in signatures.split() if _is_signature(each)) or signatures


def _is_signature(given: str) -> bool:
    version, _, value = given.partition(",")
    try:
        return version == VERSION and bool(base64.b64decode(value, validate=True))
    except ValueError:
        return False


REASONS = {
    "Missing required headers": "webhook-id, webhook-timestamp and webhook-signature are needed",
    "Invalid Signature Headers": "webhook-timestamp is no number of seconds since 1970",
    "Message timestamp too old": "webhook-timestamp is more than five minutes ago",
    "Message timestamp too new": "webhook-timestamp lies more than five minutes ahead",
}
"""What the library says, in our words."""
