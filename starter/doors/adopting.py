"""Who of a customer's people is thanked for their use, and who is asked what keeps them? One of ours decides."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from domain.measure.adoption import AGREED, AdoptionSeen, Habit
from domain.notice import Notice
from domain.questions import Told
from domain.record import Dossier
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.rules import adopting
from domain.rules.addressing import Desk
from starter.doors.people import person
from store.adoption import USER_ASKED, USER_THANKED, SqlAdoption

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from store.ledger import SqlLedger

Word = Literal["thank", "ask"]
WORDS: dict[Word, tuple[Habit, Callable[[Desk, str, AdoptionSeen], Notice], str]] = {
    "thank": ("often", adopting.thanked, USER_THANKED),
    "ask": ("little", adopting.asked, USER_ASKED),
}
"""For which habit each is, who words it, and how the journal calls it."""


@dataclass(frozen=True, kw_only=True)
class AdoptionDoor:
    """Shows who uses the product, and writes to one of them. It blocks: call it in a thread. `clock` tells wall time.

    Whoever calls wakes the senders of the channels that come back.
    """

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC))

    def of(self, onboarding: str) -> AdoptionSeen:
        """The last four whole weeks. Raises UnknownOnboarding, and Refused where nobody is looked for or was seen."""
        return self._of(self.ledger.dossier(onboarding))

    def write_to(self, onboarding: str, named: str, word: Word, deed: Deed) -> Collection[str]:
        """Thank that person, or ask what keeps them: once for the same four weeks. Returns the channels.

        `named` is a contact's id or address. Raises UnknownOnboarding, InvalidNews, and Refused where the customer has
        not agreed to it, or where what was seen of that person is not so.
        """
        dossier = self.ledger.dossier(onboarding)
        id = person(named, team=self.staff(), dossier=dossier, onboarding=onboarding, field="person")
        seen = self._of(dossier)
        habit, made, kind = WORDS[word]
        if not seen.by_person:
            raise Refused(f"the customer has not agreed that one looks at single people (custom.{AGREED})")
        use = seen.of(id)
        if use is None:
            raise Refused("was never seen in the product, by the ids that are known", field="person")
        if use.habit != habit:
            raise Refused(f"does not use it {habit}", field="person")

        def tell_of(owner: str) -> Told:
            desk = Desk(dossier, self.staff(), owner, self.clock())
            return Told([made(desk, id, seen)])

        return SqlAdoption(self.engine).tell(onboarding, kind, id, deed, since=seen.since, tell_of=tell_of)

    def _of(self, dossier: Dossier) -> AdoptionSeen:
        if dossier.playbook.adoption is None:
            raise Refused(f"{dossier.playbook.key} looks for nobody: it has no `adoption`", field="onboarding")
        seen = SqlAdoption(self.engine).of(dossier.onboarding, dossier.playbook, dossier.deal, now=self.clock())
        if seen is None:
            raise Refused("nobody has used the product in the last four whole weeks", field="onboarding")
        return seen
