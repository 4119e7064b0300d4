"""Who may do what over the API? Tokens and the closed set of their scopes."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from domain.wire import Instant, Wire

Scope = Literal[
    "onboardings:read",
    "onboardings:write",
    "playbooks:read",
    "inbox:read",
    "inbox:write",
    "audit:read",
    "people:read",
    "room:read",
    "room:write",
    "webhooks:read",
    "webhooks:write",
    "room:embed",
]

SCOPES: Mapping[Scope, str] = {
    "onboardings:read": "list onboardings and read each: plan, agenda, journal, notices, and why",
    "onboardings:write": "start onboardings and bring news",
    "playbooks:read": "read playbooks and their JSON Schemas",
    "inbox:read": "look at what other systems delivered; it holds what they sent, names included",
    "inbox:write": "try a delivery again",
    "audit:read": "read the audit dossier of an onboarding",
    "people:read": "have names and addresses beside the ids of people",
    "room:read": "read what customers say in their room, in their own words: questions, goals, ratings; names of files",
    "room:write": "answer, ask and close questions, give files, agree to goals, decide on colleagues",
    "webhooks:read": "see who is told of what happens, and what was sent",
    "webhooks:write": "stop who is told, tell again, send again",
    "room:embed": "show a customer's person their room in your own product; whoever has it acts as any of them there",
}
"""Every scope, and what it allows. None includes another."""

MARK = "d90_"
"""How every token begins: whoever finds one in a log or in a repository knows whose it is."""
SHOWN = len(MARK) + 4
"""Characters of a token that are kept in clear, so that one found somewhere can be told from the others."""


class Token(Wire):
    """A token as it is stored, without its secret; `begins` is how the secret begins."""

    id: int
    name: str
    begins: str
    scopes: tuple[Scope, ...]
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    def why_not(self, now: datetime) -> str:
        """Why the token opens nothing any more, in words; empty while it does."""
        if self.revoked_at is not None:
            return "this token was revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "this token has expired"
        return ""


def fingerprint(secret: str) -> str:
    """SHA-256 of a secret in hex, all that is stored. A slow hash adds nothing: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
