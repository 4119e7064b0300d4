"""Which list does a mail belong to, and how does its reader leave it? The headers by which mail programs know.

RFC 2919 (List-Id), RFC 2369 (List-Unsubscribe) and RFC 8058 (one click).
"""

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from activities.channels.mail.headers import FOLD

_LONGEST_LABEL = 120
"""Characters of the onboarding's id in a List-Id, which has 255 at most (RFC 2919, 3) with its domain."""
_OF_A_URL = "%/:=&?~#+!$,;'@()*[]"


def list_id(about: str, domain: str) -> str:
    """The List-Id of an onboarding or introduction by its id; empty is day90 itself. `domain` is that of our ids."""
    # Percent signs may stand in an atom; a dot would begin the next one.
    label = quote(about or "house", safe="").replace(".", "%2E")
    if len(label) > _LONGEST_LABEL:
        label = hashlib.sha256(about.encode()).hexdigest()
    return f"<{label}.onboardings.{domain}>"


def leaving(token: str, *, address: str, public_url: str) -> Mapping[str, str]:
    """The headers of a letter that its reader may unsubscribe from, by the token of their link.

    `address` is that of the sender. One click needs an address with https (RFC 8058, 3.1): without it the reader's mail
    program writes a mail, and a person acts on it.
    """
    written = f"<mailto:{quote(address, safe='@')}?subject={quote(f'unsubscribe {token}')}>"
    if not public_url.startswith("https://"):
        return {"List-Unsubscribe": written}
    return {
        "List-Unsubscribe": f"<{quote(public_url, safe=_OF_A_URL)}/unsubscribe/{token}>,{FOLD}{written}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def choosing(page: str) -> Mapping[str, str]:
    """The headers of a message that only tells how it goes, by the address of its reader's preferences.

    One click there leaves them what is essential; none where the address has no https.
    """
    if not page.startswith("https://"):
        return {}
    return {
        "List-Unsubscribe": f"<{quote(page, safe=_OF_A_URL)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
