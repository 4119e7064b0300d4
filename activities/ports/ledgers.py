"""What the activities need of the ledgers: where onboardings and introductions are written down."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.deal import DealClosed, Sale
from domain.prospect import Prospect
from domain.record import (
    Basis,
    Dossier,
    IntroductionDossier,
    IntroductionLine,
    IntroductionWriting,
    Past,
    RegisterRow,
    UnconfirmedRow,
    Writing,
)
from domain.rules.accounts import KnownDeal


class Ledger(Protocol):
    """Where onboardings are written down."""

    def admit(self, dossier: Dossier, *, run: str) -> None:
        """Keep deal, playbook (by content hash), calendar and people of a new onboarding.

        `run` is the id of the first run of the workflow's chain. Again with the same run it changes nothing.
        Raises AlreadyOnboarded when another run had this (source, deal) before.
        """

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        """The deal that a door put there before the start."""

    def readmit(self, onboarding: str, *, run: str) -> None:
        """Let another run go on with it: the one before is lost to Temporal."""

    def past(self, onboarding: str) -> Past | None:
        """Its course so far; None before anything of it was written."""

    def dossier(self, onboarding: str) -> Dossier:
        """Raises UnknownOnboarding."""

    def basis(self, onboarding: str, keys: Collection[str]) -> Basis:
        """The dossier, and those of the keys that stand in the journal already. Raises UnknownOnboarding."""

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        """Issues, risks, wins and scope changes as they stand."""

    def write(self, writing: Writing) -> None:
        """Write all of it in one transaction."""

    def load_by_owner(self) -> Mapping[str, int]:
        """Open onboardings per staff handle."""

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]:
        """The same customer's other deals whose onboarding began and was no mistake, the newest first."""


class IntroductionLedger(Protocol):
    """Where introductions are written down."""

    def kept(self, introduction: str) -> Prospect | None:
        """The prospect that a door put there before the start."""

    def standing(self, introduction: str) -> IntroductionLine | None:
        """How it stands, of this round or the one before."""

    def admit(self, dossier: IntroductionDossier, *, run: str, begun_at: datetime) -> None:
        """Keep what a round of it stands on. Again with the same run it changes nothing."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        """Raises UnknownOnboarding."""

    def write(self, writing: IntroductionWriting) -> None:
        """Write all of it in one transaction; at its end what still waited is withdrawn."""

    def load_by_owner(self) -> Mapping[str, int]:
        """Open introductions per staff handle."""


class Confirmations(Protocol):
    """Rows of the journal whose news Temporal may not know, by their numbers."""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """Those that are to be confirmed now, oldest first, `most` at a time."""

    def next_ready(self, *, after: datetime) -> datetime | None:
        """When the next one is to be confirmed that is not yet; None when none waits for its time."""

    def take(self, seq: int) -> UnconfirmedRow | None:
        """The row and the news behind it; None when it was confirmed or taken back meanwhile."""

    def confirm(self, seq: int, *, said_nothing_new: bool = False) -> None:
        """Temporal knows the news of that row; with `said_nothing_new`, it knew what it says before it was told again.

        Where the same was told under another id meanwhile, the row is taken back.
        """

    def take_back(self, seq: int, *, reason: str) -> None:
        """Remove the row, its messages that have not gone, and what it put into a register."""


class Dossiers(Protocol):
    """What does not change about onboardings."""

    def dossier(self, onboarding: str) -> Dossier:
        """Raises UnknownOnboarding."""
