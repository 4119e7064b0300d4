"""How does something done in the room reach somebody? As a message to our contact, and to who stands in for them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.naming import honoured
from domain.notice import Notice, NoticeKind, Person
from domain.questions import Told
from domain.record import Dossier
from domain.rules.casting import in_their_place, staff_person
from domain.rules.composing import Letterhead, compose
from domain.rules.standing_in import STAND_IN
from domain.team import Member, Team

FactsFor = Callable[[Person], Mapping[str, Any]]
"""What a message says, in its reader's words."""


class Desk(NamedTuple):
    """Writes messages about one onboarding that no turn of it decides. `owner` is a handle, `now` wall time."""

    dossier: Dossier
    team: Team
    owner: str
    now: datetime

    def to_us(self, kind: NoticeKind, facts: FactsFor, *, key: str, about: str = "") -> Told:
        """To the owner, and while they are away to who stands in as well; to nobody where there is no owner.

        `key` is completed by the id of each reader.
        """
        owner = self.team.member(self.owner)
        if owner is None:
            return Told()
        language = self.dossier.deal.account.language
        first = staff_person(owner, language)
        notices, people = [self.message(kind, first, facts(first), key=key, about=about)], [first]
        if (last := owner.away_until(self.now)) is not None and (instead := self._instead_of(owner)) is not None:
            person = staff_person(instead, language)
            in_place = {
                "in_place_of": owner.named(person.language),
                "in_place_until": str(last),
                "no_deputy": self.team.stand_in_for(owner.handle, self.now) is None,
            }
            notices.append(self.message(kind, person, {**facts(person), **in_place}, key=key, about=about))
            people.append(person.model_copy(update={"role": STAND_IN}))
        return Told(notices, [person for person in people if self.dossier.person(person.id) is None])

    def message(
        self,
        kind: NoticeKind,
        person: Person,
        facts: Mapping[str, Any],
        *,
        key: str,
        about: str = "",
        not_before: datetime | None = None,
    ) -> Notice:
        """To one person of either side, now or not before that moment."""
        owner = self.team.member(self.owner)
        head = Letterhead.signed_by(
            staff_person(owner, person.language) if owner else None,
            self.team,
            person.language,
            account=self.dossier.deal.account.name,
            at=self.now,
            onboarding=self.dossier.onboarding,
        )
        return compose(
            kind,
            person,
            head,
            {**facts, **in_their_place(self.dossier, person)},
            key=f"{key}/{person.id}",
            not_before=not_before or self.now,
            staff=person.side == "vendor",
            onboarding=self.dossier.onboarding,
            about=about,
        )

    def name(self, id: str, reader: Person) -> str:
        """How the reader writes the name of somebody of either side."""
        member = self.team.member(id)
        if member is not None:
            return member.named(reader.language)
        person = self.dossier.person(id)
        return honoured(person.name or id, person, reader.language, among_us=True) if person else id

    def _instead_of(self, owner: Member) -> Member | None:
        """The deputy; else the manager, unless they are away too."""
        deputy, manager = self.team.stand_in_for(owner.handle, self.now), self.team.manager_of(owner.handle)
        if deputy is not None or manager is None or manager.handle == owner.handle:
            return deputy
        return manager if manager.away_until(self.now) is None else None
