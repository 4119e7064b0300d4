"""Who is about to buy? A sale in its last stage, before the close: what starts an introduction (PRE-01 to PRE-05)."""

from datetime import date, datetime
from typing import Self

from pydantic import Field, model_validator

from domain.deal import EARLIEST_YEAR, FURTHEST_GO_LIVE, DealClosed, Sale


class Prospect(Sale):
    """A prospect file: the shape of a deal file without the close, and with stakeholders where some are known."""

    expected_close: date | None = Field(None, description="the day on which the CRM expects the signature")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        expected = self.expected_close
        if expected and expected.year < EARLIEST_YEAR:
            msg = f"expected_close: {expected} is too long ago"
            raise ValueError(msg)
        if expected and self.go_live_by and not expected < self.go_live_by <= expected + FURTHEST_GO_LIVE:
            msg = f"go_live_by: {self.go_live_by} is not within two years after the expected close ({expected})"
            raise ValueError(msg)
        return self

    def as_if_closed(self, at: datetime) -> DealClosed:
        """The deal that it would be, for whoever drafts a plan or casts a team; never kept.

        Not validated: nobody may be named yet, and a promised date may lie before a close that was put off.
        """
        told = {name: getattr(self, name) for name in Sale.model_fields}
        return DealClosed.model_construct(**told, closed_at=at, as_of=None, reached=())


def introduction_id(source: str, deal_id: str) -> str:
    """The workflow id of a deal's introduction, and its name everywhere else."""
    return f"introduction-{source}-{deal_id}"
