"""What follows from a deal that renews the contract of an earlier one? Won or lost, it is recorded; nothing starts."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError

from activities.ports import Renewals
from domain.deal import onboarding_id
from domain.inbox import Settled
from domain.mapping import RENEWAL_OF, RENEWS_ON, Phase, custom_name
from domain.measure.renewals import RenewalGiven
from domain.news import short
from domain.refusal import Refused, what_is_wrong
from domain.room.deeds import Deed
from domain.trouble import NotReachable, UnknownOnboarding

VIA = "intake"


@dataclass(frozen=True, kw_only=True)
class RenewalDeals:
    """Records renewals that come as deals."""

    renewals: Renewals
    now: Callable[[], datetime]

    async def follow(self, raw: Mapping[str, Any], *, phase: Phase | None) -> Settled:
        """Record what became of that deal, of which `raw` has the fields of a deal file.

        The day is in `custom.renews_on`; of a renewal that was won it may be that of its close. Raises Refused where a
        person must look, and NotReachable where the success programme could not be told; the same once more tells it.
        """
        source, id, custom = str(raw["source"]), str(raw["id"]), raw.get("custom") or {}
        onboarding = onboarding_id(source, str(custom[custom_name(RENEWAL_OF)]))
        if phase not in ("won", "lost"):
            return Settled(outcome=f"a renewal of {onboarding}: nothing follows before it is won or lost")
        given = self._given(raw, custom, phase=phase)
        deal = f"{source}-{id}"
        content = hashlib.sha256(given.model_dump_json().encode()).hexdigest()[:16]
        deed = Deed(f"{short(deal)}-{content}", "vendor", "", self.now(), VIA, proved=True)
        try:
            recorded = await self.renewals.record(onboarding, given, deed, deal=deal)
        except UnknownOnboarding:
            raise Refused(f"there is no {onboarding}, whose contract it would renew", field=RENEWAL_OF) from None
        if recorded.programme == "not_reached":
            raise NotReachable("it is recorded, and its success programme does not answer: it must hear of it too")
        # Of a day that may lie ahead as well as behind.
        what = "renewed from" if given.outcome == "renewed" else "leaves on"
        known = "" if recorded.new else ", as was recorded before"
        return Settled(outcome=f"{onboarding}: {what} {given.on}{known}", onboarding=onboarding)

    def _given(self, raw: Mapping[str, Any], custom: Mapping[str, Any], *, phase: Phase) -> RenewalGiven:
        won = phase == "won"
        # Sales lose a renewal weeks before the contract ends: until that day the customer is one.
        on = custom.get(custom_name(RENEWS_ON)) or (raw.get("closed_at") if won else None)
        if not on:
            if won:
                raise Refused("is missing, as is the close: when does the new contract begin?", field=RENEWS_ON)
            raise Refused("is missing: on which day does the customer leave?", field=RENEWS_ON)
        said = {"outcome": "renewed" if won else "left", "yearly_value": raw.get("yearly_value") if won else None}
        try:
            return RenewalGiven.model_validate({**said, "on": _day(str(on))})
        except (ValidationError, ValueError, OverflowError) as wrong:
            field, reason = what_is_wrong(wrong) if isinstance(wrong, ValidationError) else (RENEWS_ON, "is no day")
            raise Refused(reason, field=field) from None


def _day(text: str) -> date:
    """Raises ValueError for what is neither a day nor a moment."""
    if len(text) == len("2027-01-31"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC).date()
