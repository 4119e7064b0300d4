"""Which signature does HubSpot give a call? Its three versions, as its documentation describes them.

Not by HubSpot's SDK, which decodes nothing in the address and accepts a timestamp in the future.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Literal

Version = Literal["v1", "v2", "v3"]
WINDOW = timedelta(minutes=5)
"""HubSpot's own limit, applied to past and future, so that nobody can keep a signed call for later."""
LONGEST_TIMESTAMP = 14
DECODED = {
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*",
    "2C": ",", "3B": ";",
}  # fmt: skip
"""What HubSpot decodes in the address before it signs it; everything else stays encoded."""
ENCODED = re.compile(f"%({'|'.join(DECODED)})", re.IGNORECASE)


def signed(version: Version, secret: str, *, method: str, url: str, body: bytes, timestamp: str = "") -> str:
    """The signature that HubSpot gives a call, as it stands in the header. Only v3 signs the timestamp."""
    match version:
        case "v1":
            return hashlib.sha256(secret.encode() + body).hexdigest()
        case "v2":
            return hashlib.sha256(f"{secret}{method}{url}".encode() + body).hexdigest()
        case "v3":
            text = f"{method}{decoded(url)}".encode() + body + timestamp.encode()
            return base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode()


def decoded(url: str) -> str:
    """The address as v3 signs it."""
    return ENCODED.sub(lambda code: DECODED[code[1].upper()], url)


def is_fresh(timestamp: str, *, now: datetime) -> bool:
    """Whether a call was signed within WINDOW of `now`; `timestamp` is in milliseconds since 1970."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        return False
    return abs(now.timestamp() - int(timestamp) / 1000) <= WINDOW.total_seconds()
