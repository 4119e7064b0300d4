"""Who of either side is meant by a name, where something is done in a customer's room by a command or a program?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.files import Side
from domain.room.deeds import Deed
from starter.doors.people import member, person
from starter.trouble import InvalidNews
from store.reads import one

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from store.ledger import SqlLedger


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """Makes deeds of names, for one way (`via`). `now` is the onboarding's own time, given that of its last turn."""

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    via: str
    now: Callable[[datetime | None], datetime]

    def of(self, onboarding: str, by: str, *meant: object, key: str | None = None) -> Deed:
        """What that person of either side does; `meant` is what, where no `key` says when it is the same again.

        `by` is a handle, a contact's id, or the address of either. Raises InvalidNews, UnknownOnboarding.
        """
        dossier = self.ledger.dossier(onboarding)
        id = person(by, team=self.staff(), dossier=dossier, onboarding=onboarding)
        if id in {contact.id for contact in dossier.deal.contacts}:
            return self._deed(onboarding, id, meant, key, ours=False)
        return self.ours(onboarding, by, *meant, key=key)

    def ours(self, onboarding: str, by: str, *meant: object, key: str | None = None) -> Deed:
        """What that person of ours does. Raises InvalidNews, UnknownOnboarding."""
        return self._deed(onboarding, member(by, team=self.staff(), field="by"), meant, key, ours=True)

    def theirs(self, onboarding: str, by: str, *meant: object, key: str | None = None) -> Deed:
        """What that person of the customer's does. Raises InvalidNews, UnknownOnboarding."""
        deed = self.of(onboarding, by, *meant, key=key)
        if deed.side != "customer":
            raise InvalidNews(f"{deed.by} takes no part on the customer's side", field="by")
        return deed

    def _deed(self, onboarding: str, id: str, meant: tuple[object, ...], key: str | None, *, ours: bool) -> Deed:
        at = self.now(one(self.engine, onboarding).as_of)
        side: Side = "vendor" if ours else "customer"
        return Deed(key or key_of(self.via, onboarding, id, *meant), side, id, at, self.via)


def key_of(*parts: object) -> str:
    """A key for what came with none: the same person doing the same once more does nothing new."""
    text = chr(10).join(str(part) for part in parts)
    return f"deed-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"
