"""Who is about to buy? A sale in its last stage, before the close: what starts an introduction (PRE-01 to PRE-05)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.deal import EARLIEST_YEAR, DealClosed, Sale


class Prospect(Sale):
    """A prospect file: the shape of a deal file without the close, and with stakeholders where some are known."""

    expected_close: date | None = Field(None, description="the day on which the CRM expects the signature")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        expected = self.expected_close
        if expected and expected.year < EARLIEST_YEAR:
            msg = f"expected_close: {expected} is too long ago"
            raise ValueError(msg)
        return self

    def as_if_closed(self, at: datetime) -> DealClosed:
        """The deal that it would be, to draft a plan or cast a team by; never stored.

        Not validated: nobody may be named yet, and a promised date may lie before a close that was put off.
        """
        fields = {name: getattr(self, name) for name in Sale.model_fields}
        return DealClosed.model_construct(**fields, closed_at=at, as_of=None, reached=())


def as_prospect(deal: Mapping[str, Any]) -> dict[str, Any]:
    """The prospect file from the raw deal file of an open deal, whose day of closing becomes the expected one."""
    prospect = {name: value for name, value in deal.items() if name not in ("closed_at", "as_of", "reached")}
    expected = _day(deal.get("closed_at"), deal.get("account"))
    return prospect if expected is None else {"expected_close": expected.isoformat(), **prospect}


def _day(closing: Any, account: Any) -> date | None:
    """The day in the account's zone; None for what is no day, since an expected close may be missing."""
    try:
        moment = closing if isinstance(closing, datetime) else datetime.fromisoformat(str(closing))
        zone = ZoneInfo(account["time_zone"]) if moment.tzinfo is not None else None
        return moment.astimezone(zone).date() if zone is not None else moment.date()
    except OverflowError:
        # At an end of the calendar: no day is made up for it, and the door refuses this one by its field.
        return moment.date()
    except (ValueError, LookupError, TypeError, OSError):
        return None


def introduction_id(source: str, deal_id: str) -> str:
    """The workflow id of a deal's introduction, and its name everywhere else."""
    return f"introduction-{source}-{deal_id}"
