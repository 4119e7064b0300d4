"""Where does a driven onboarding keep what it writes, without a store? In memory, and no longer than it is needed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.agenda.state import PlaybookAhead
from domain.baseline import AGREED_BY, Baseline, makes_firm
from domain.measure.flags import Look
from domain.notice import Notice
from domain.plan import Plan
from domain.playbook import Playbook
from domain.record import AttendanceRow, Basis, Dossier, Figure, JournalRow, RegisterRow, Writing
from domain.rules.changing import reason_in
from domain.rules.record_keeping import merged, newest_answers


@dataclass
class Memory:
    """The records of one onboarding. It keeps the promises of the store: no key is written a second time."""

    dossier: Dossier | None = None
    journal: dict[str, JournalRow] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    held: dict[str, Notice] = field(default_factory=dict)
    """Messages of drafts, which become notices once their draft is sent."""
    rows: dict[tuple[str, str], RegisterRow] = field(default_factory=dict)
    answered: Sequence[AttendanceRow] = ()
    """What people have answered last to invitations."""
    plan: Plan | None = None
    """The plan as it was written last."""
    plans: int = 0
    agreed: Baseline | None = None
    measured: Mapping[str, Figure] = field(default_factory=dict)
    """The latest figures, by metric."""
    versions: Mapping[str, Playbook] = field(default_factory=dict)
    """Versions of the playbook that it may be told to go by, by hash."""

    def admit(self, dossier: Dossier, *, run: str) -> None:  # noqa: ARG002  # as the store has it
        self.dossier = dossier

    def basis(self, _: str, keys: Collection[str]) -> Basis:
        assert self.dossier is not None, "admitted"
        return Basis(self.dossier, {key: self.journal[key].at for key in keys if key in self.journal})

    def registers(self, _: str) -> Sequence[RegisterRow]:
        return sorted(self.rows.values(), key=lambda row: (row.kind, row.at, row.key))

    def answers(self, _: str) -> Sequence[AttendanceRow]:
        return self.answered

    def baseline(self, _: str, __: Playbook) -> Baseline | None:
        return self.agreed

    def figures(self, _: str) -> Mapping[str, Figure]:
        return self.measured

    def look(self, _: str, *, now: datetime) -> Look:  # noqa: ARG002  # as the store has it
        """Nothing: nobody reports figures of what is only thought of."""
        return Look()

    def playbook(self, hashed: str) -> Playbook | None:
        return self.versions.get(hashed)

    def change_reason(self, _: str, change: PlaybookAhead) -> str:
        return reason_in(self.journal.values(), change)

    def write(self, writing: Writing) -> None:
        assert self.dossier is not None, "admitted"
        self.dossier = self.dossier.after(writing)
        # Mostly it is the plan of the turn before itself, and comparing two takes as long as deciding on one reminder.
        if writing.plan is not None and writing.plan is not self.plan:
            self.plan, self.plans = writing.plan, self.plans + (writing.plan != self.plan)
        firm = makes_firm(self.dossier.playbook)
        for row in writing.journal:
            self.journal.setdefault(row.key, row)
            if self.plan is not None and row.kind in AGREED_BY and row.about == firm:
                self.agreed = Baseline(agreed_at=row.at, revision=self.plans, plan=self.plan)
        # What is stopped first, since another draft of its key may begin, and then what waited: in the outbox it stands
        # before what is written now.
        for change in writing.drafts:
            if change.what == "stopped":
                self._take_out(change.draft)
        self.held |= {notice.key: notice for notice in writing.held if notice.key not in self.notices}
        for change in writing.drafts:
            if change.what == "sent":
                self.notices |= self._take_out(change.draft)
        for notice in writing.notices:
            self.notices.setdefault(notice.key, notice)
        self.answered = newest_answers([*self.answered, *writing.attendance])
        for one in merged([*self.rows.values(), *writing.registers]):
            self.rows[one.kind, one.key] = one

    def _take_out(self, draft: str) -> dict[str, Notice]:
        """The messages of that draft, which wait no longer."""
        messages = {key: notice for key, notice in self.held.items() if notice.draft == draft}
        self.held = {key: notice for key, notice in self.held.items() if key not in messages}
        return messages

    def fork(self) -> "Memory":
        """Another with the same past, which goes on by itself."""
        return replace(
            self,
            journal=dict(self.journal),
            notices=dict(self.notices),
            held=dict(self.held),
            rows=dict(self.rows),
        )
