"""How does somebody whom the customer has named come to take part? One of ours decides; then they are a contact."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from domain.colleagues import Colleague, Named
from domain.questions import Told
from domain.refusal import Refused
from domain.room.admission import admits
from domain.room.deeds import Deed
from domain.rules.addressing import Desk
from domain.rules.colleague_notices import colleague_named
from domain.text import folded
from starter.trouble import InvalidNews
from store.colleagues import SqlColleagues

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from starter.doors.onboardings import OnboardingDoor
    from store.ledger import SqlLedger


LOOKS, BETWEEN_LOOKS = 40, 0.05
"""How often it is looked whether a new contact is written down, and the seconds between two looks."""


class Naming(NamedTuple):
    """Somebody who was named; `channels` are those by which our contact is told."""

    colleague: Colleague
    channels: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ColleagueDoor:
    """Takes whom customers name, and what ours decide about them. All but `take_in` blocks: call it in a thread.

    With `domains` only people are named whose mail address is at one of them: nobody else could come into the room.
    """

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    domains: Sequence[str] = ()
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC))

    @property
    def kept(self) -> SqlColleagues:
        return SqlColleagues(self.engine)

    def propose(self, onboarding: str, named: Named, deed: Deed, *, note: str | None = None) -> Naming:
        """Name somebody.

        Raises UnknownOnboarding, InvalidNews where their address is at none of the domains, TooManyNamed, and Refused
        where they take part already.
        """
        dossier = self.ledger.dossier(onboarding)
        if folded(named.email) in {folded(contact.email) for contact in dossier.deal.contacts}:
            raise Refused("takes part already", field="email")
        if not admits(self.domains, named.email, dossier.deal):
            raise InvalidNews("should be at a domain from which people come into the room", field="email")
        told: list[Told] = []

        def tell_of(colleague: Colleague, owner: str) -> Told:
            told.append(colleague_named(colleague, Desk(dossier, self.staff(), owner, self.clock())))
            return told[-1]

        colleague = self.kept.propose(onboarding, named, deed, note=note, tell_of=tell_of)
        return Naming(colleague, tuple({notice.channel for each in told for notice in each.notices}))

    async def take_in(
        self, onboarding: str, number: int, deed: Deed, *, door: "Callable[[], Awaitable[OnboardingDoor]]"
    ) -> Colleague:
        """Let them take part: they are welcomed, and get what their role gets. Again it changes nothing.

        Raises UnknownColleague, and what telling an onboarding raises.
        """
        colleague = await asyncio.to_thread(self.kept.one, onboarding, number)
        if colleague.state == "taken_in":
            return colleague
        if colleague.state == "declined":
            raise Refused(f"{number} was declined: add them as a contact instead", field="number")
        here = await asyncio.to_thread(self._id_of, onboarding, colleague.email)
        if here is None:
            fields = Named.model_validate(colleague.model_dump()).model_dump(exclude_none=True)
            # The same id each time: whoever was added before an answer was lost is not added twice.
            news = {**fields, "by": deed.by, "news_id": f"colleague-{number}"}
            await (await door()).tell(onboarding, "add_contact", news)
            here = await self._written(onboarding, colleague.email)
        return await asyncio.to_thread(partial(self.kept.take_in, onboarding, number, deed, person=here))

    def decline(self, onboarding: str, number: int, deed: Deed, *, reason: str | None = None) -> Colleague:
        """Leave them out. Raises UnknownOnboarding, UnknownColleague, Refused."""
        return self.kept.decline(onboarding, number, deed, reason=reason)

    async def _written(self, onboarding: str, email: str) -> str | None:
        """The id that they have got; None where the onboarding has not written it within two seconds."""
        for _ in range(LOOKS):
            if (id := await asyncio.to_thread(self._id_of, onboarding, email)) is not None:
                return id
            await asyncio.sleep(BETWEEN_LOOKS)
        return None

    def _id_of(self, onboarding: str, email: str) -> str | None:
        """The id of whoever takes part under that address."""
        contacts = self.ledger.dossier(onboarding).deal.contacts
        return next((contact.id for contact in contacts if folded(contact.email) == folded(email)), None)
