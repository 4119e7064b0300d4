"""How would a running onboarding go on? A copy of its state is driven ahead; nothing of it is told or written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

from domain.agenda.state import State
from domain.clock import Clock
from domain.notice import Notice
from domain.plan import Plan
from domain.record import Basis, Dossier
from domain.rehearsal.driving import Driver
from domain.rehearsal.mailing import mails_of
from domain.rehearsal.memory import Memory
from domain.rehearsal.outbox import Outbox, Readers, Sent
from domain.rehearsal.story import Mail
from domain.rules.briefing import Briefing
from domain.rules.hours import WorkingHours, plain_week
from domain.team import Team


@dataclass
class Records(Memory):
    """The records of a running onboarding, as the store has them, and what a copy of it writes after that."""

    done_before: Mapping[str, datetime] = field(default_factory=dict)
    """Keys of the journal that its next turn would find written already."""

    def basis(self, onboarding: str, keys: Collection[str]) -> Basis:
        dossier, done = super().basis(onboarding, keys)
        return Basis(dossier, {**{key: at for key, at in self.done_before.items() if key in keys}, **done})


class Standing(NamedTuple):
    """A running onboarding at one moment of business time, with all that its next turn would be decided by."""

    state: State
    dossier: Dossier
    team: Team
    records: Memory
    now: datetime
    hours: WorkingHours = plain_week


class Fork:
    """A copy of a running onboarding that goes on by itself.

    On a compressed clock too its days have their true length: it is asked how it would go on, and waits for nothing.
    """

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        state = standing.state.model_copy(deep=True, update={"clock": Clock()})
        self._records = standing.records.fork()
        self._readers = Readers(standing.dossier, standing.team, standing.hours)
        self._outbox = Outbox(self._readers)
        self._sent: list[Sent] = []
        self.driver = Driver(
            state, standing.dossier, standing.team, self._records, now=standing.now, hours=standing.hours
        )

    def fork(self) -> Self:
        """Another copy, of what this one has come to."""
        return type(self)(self._standing._replace(state=self.driver.state, now=self.driver.now, records=self._records))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that was decided since the copy was made, whether it reaches anybody or not."""
        return tuple(self._records.notices.values())

    @property
    def plan(self) -> Plan:
        """The plan as it stands: as its last turn drafted it, which no copy need have taken."""
        driver = self.driver
        return self._records.plan or Briefing(driver.dossier, driver.state, driver.team, driver.now).plan

    def told(self, kind: str, news: Mapping[str, Any]) -> None:
        """Tell the copy that news, and let it take the turns that follow. Raises Refused, NeverAtRest."""
        self.driver.update(kind, dict(news))

    def until(self, moment: datetime) -> tuple[Mail, ...]:
        """The mails that reach somebody by that moment if nobody reports anything. Raises NeverAtRest."""
        self._go_on(moment)
        return mails_of(self._sent, self._readers)

    def sent_until(self, moment: datetime) -> tuple[Notice, ...]:
        """The same as notices, each with the moment at which it goes. Raises NeverAtRest."""
        self._go_on(moment)
        return tuple(one.notice.model_copy(update={"not_before": one.at}) for one in self._sent)

    def _go_on(self, moment: datetime) -> None:
        while (wakes_at := self.driver.wakes_at()) is not None and wakes_at <= moment:
            self._send(wakes_at)
            self.driver.until(wakes_at)
        self._send(moment)

    def _send(self, until: datetime) -> None:
        self._outbox.take(self.notices, self.driver.state)
        self._sent += self._outbox.deliver(self.driver.state, until)
