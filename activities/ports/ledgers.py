"""What do the activities need of the ledgers? Where onboardings and introductions are written and read back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.agenda.state import PlaybookAhead
from domain.baseline import Baseline
from domain.deal import DealClosed, Sale
from domain.measure.flags import Look
from domain.playbook import Playbook
from domain.prospect import Prospect
from domain.record import (
    AttendanceRow,
    Basis,
    Dossier,
    Figure,
    IntroductionDossier,
    IntroductionLine,
    IntroductionWriting,
    MeetingRow,
    Past,
    RegisterRow,
    Unconfirmed,
    UnconfirmedRow,
    Writing,
)
from domain.rules.accounts import KnownDeal


class Texts(Protocol):
    """What people write in their news, which stands in no history of Temporal's."""

    def keep(self, workflow: str, news_id: str, written: Mapping[str, str], *, call: str) -> str:
        """Store the texts of a piece of news, each by its place; returns the token that refers to them.

        The same texts under the same news id are stored once, and belong to the `call` that brought them last.
        """

    def read(self, workflow: str, references: Collection[str]) -> Mapping[str, str]:
        """The texts of that workflow by their references; without those that stand for none."""

    def drop(self, workflow: str, token: str, *, call: str) -> None:
        """Delete the texts, unless another call has brought the same ones meanwhile."""


class Ledger(Protocol):
    """Stores onboardings: what each stands on, and everything that happens in it."""

    @property
    def texts(self) -> Texts: ...

    def admit(self, dossier: Dossier, *, run: str) -> None:
        """Store deal, playbook (by content hash), calendar and people of a new onboarding.

        `run` is the id of the first run of the workflow's chain; a second call with the same run changes nothing.
        Raises AlreadyOnboarded when another run had this (source, deal) before.
        """

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        """The deal that a door stored before the start; None when there is none."""

    def readmit(self, onboarding: str, *, run: str) -> None:
        """Let another run go on with the onboarding, when Temporal has lost the run before."""

    def past(self, onboarding: str) -> Past | None:
        """The onboarding's course so far; None before anything of it was written."""

    def dossier(self, onboarding: str) -> Dossier:
        """The onboarding's deal, playbook, calendar and people. Raises UnknownOnboarding."""

    def basis(self, onboarding: str, keys: Collection[str], *, playbook: str = "") -> Basis:
        """The dossier, and those of the keys that are in the journal, with their moments. Raises UnknownOnboarding.

        By the playbook of that hash where it is kept, else by that which the onboarding goes by as last written.
        """

    def playbook(self, hashed: str) -> Playbook | None:
        """The kept version of a playbook with that hash; None where none is."""

    def change_reason(self, onboarding: str, change: PlaybookAhead) -> str:
        """Why that change of the playbook was decided; empty where it is not written down."""

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        """The onboarding's issues, risks, wins and scope changes as they stand, oldest first in each register."""

    def baseline(self, onboarding: str, playbook: Playbook) -> Baseline | None:
        """The onboarding's plan as it was agreed to last; None while nobody has agreed."""

    def meetings(self, onboarding: str) -> Sequence[MeetingRow]:
        """The onboarding's meetings that have or had an hour, by their hours."""

    def answers(self, onboarding: str) -> Sequence[AttendanceRow]:
        """What each of those who are invited has answered last to each meeting."""

    def figures(self, onboarding: str) -> Mapping[str, Figure]:
        """What was measured last about the onboarding, by metric; what was never measured is not there."""

    def look(self, onboarding: str, *, now: datetime) -> Look:
        """What the onboarding's figures say about red flags and targets at that moment of its own time."""

    def write(self, writing: Writing) -> None:
        """Write everything that one occasion changes in one transaction; writing it again changes nothing.

        Raises UnknownOnboarding when it was never admitted.
        """

    def load_by_owner(self) -> Mapping[str, int]:
        """The number of open onboardings of each owner, by staff handle."""

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]:
        """Other deals of the same customer whose onboarding began and was no mistake, newest first."""


class IntroductionLedger(Protocol):
    """Stores introductions: what each stands on, and everything that happens in it."""

    @property
    def texts(self) -> Texts: ...

    def kept(self, introduction: str) -> Prospect | None:
        """The prospect that a door stored before the start; None when there is none."""

    def standing(self, introduction: str) -> IntroductionLine | None:
        """The introduction as it stands, in this round or at the end of the last; None when there is none."""

    def admit(self, dossier: IntroductionDossier, *, run: str, begun_at: datetime) -> None:
        """Store what a round of the introduction stands on; a second call with the same run changes nothing."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        """The introduction's prospect, playbook, calendar and owner. Raises UnknownOnboarding."""

    def write(self, writing: IntroductionWriting) -> None:
        """Write everything that one occasion changes in one transaction; an ending withdraws notices that waited."""

    def load_by_owner(self) -> Mapping[str, int]:
        """The number of open introductions of each owner, by staff handle."""


class Confirmations(Protocol):
    """Rows of the journal whose news Temporal may not know, by their numbers."""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """Those that are to be confirmed now, oldest first, `most` at a time."""

    def next_ready(self, *, after: datetime) -> datetime | None:
        """When the next one is to be confirmed that is not yet; None when none waits for its time."""

    def take(self, seq: int) -> UnconfirmedRow | None:
        """The row and the news behind it; None when it was confirmed or taken back meanwhile."""

    def postpone(self, seq: int) -> None:
        """Let the onboarding of that row rest, longer each time: it did not answer."""

    def confirm(self, seq: int) -> None:
        """Record that Temporal knows the news of that row."""

    def has_a_twin(self, seq: int) -> bool:
        """Whether another row tells the same, under another id."""

    def take_back(self, seq: int, news: Unconfirmed, *, reason: str) -> None:
        """Remove the row, its messages that have not gone, and what it put into a register.

        Does nothing where the same news came once more meanwhile.
        """


class Dossiers(Protocol):
    """Reads what does not change about onboardings."""

    def dossier(self, onboarding: str) -> Dossier:
        """The onboarding's deal, playbook, calendar and people. Raises UnknownOnboarding."""
