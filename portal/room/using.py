"""How is the product used? Managers see it by team and role, users see their own use, and nobody sees another's."""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.deal import CustomerRole
from domain.measure.adoption import USERS, AdoptionSeen, UseOfPerson, agreed_by_person
from domain.measure.teams import REPORTED_TO, UseByTeam
from domain.naming import role_title
from domain.refusal import Refused
from domain.usage import Trait
from portal.forms import Form
from portal.room.room import Room
from portal.room.view import View
from starter.doors.adopting import AdoptionDoor
from starter.doors.teams import TeamDoor


class OwnUse(NamedTuple):
    """The reader's own four weeks; without `days` they were not seen in them. `not_yet` are features in words.

    `looked_at` says whether one looks at single people: the customer has agreed, and the playbook asks for it.
    """

    looked_at: bool
    days: int = 0
    features: int = 0
    of_features: int = 0
    not_yet: tuple[str, ...] = ()


class Using:
    """The page of use."""

    def __init__(self, room: Room) -> None:
        parts = room.parts
        self._room = room
        self._teams = TeamDoor(engine=parts.engine, ledger=parts.ledger)
        self._adoption = AdoptionDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)

    async def page(self, view: View, _: Form | None, __: Request) -> Response:
        """The reader's own use, where they are a user; that of all by team, where they answer for others."""
        roles = roles_of(view)
        if not sees_use(roles):
            return self._room.missing(view)
        own = await asyncio.to_thread(self._own, view) if roles & set(USERS) else None
        teams = await asyncio.to_thread(self._by_team, view) if roles & set(REPORTED_TO) else {}
        return self._room.show(
            view, "use.html", tab="more", own=own, teams=teams, named=lambda trait, word: named(trait, word, view)
        )

    def _by_team(self, view: View) -> Mapping[Trait, UseByTeam]:
        return self._teams.of(view.standing.dossier)

    def _own(self, view: View) -> OwnUse:
        dossier = view.standing.dossier
        if not agreed_by_person(dossier.deal) or dossier.playbook.adoption is None:
            return OwnUse(looked_at=False)
        try:
            seen = self._adoption.of(view.visit.onboarding)
        except Refused:
            return OwnUse(looked_at=True)
        use = next((one for id in sorted(view.mine) if (one := seen.of(id)) is not None), None)
        return _shown(view, seen, use) if use else OwnUse(looked_at=True)


def sees_use(roles: Collection[CustomerRole]) -> bool:
    """Whether there is anything on the page for somebody in these roles."""
    return not {*REPORTED_TO, *USERS}.isdisjoint(roles)


def roles_of(view: View) -> set[CustomerRole]:
    """The roles in which the reader takes part: a deal may name one person twice."""
    return {one.role for one in view.standing.dossier.deal.contacts if one.id in view.mine}


def named(trait: Trait, word: str, view: View) -> str:
    """A team by its name, a role in the reader's language where it is one that we know."""
    return role_title(word, view.language) if trait == "role" else word


def _shown(view: View, seen: AdoptionSeen, use: UseOfPerson) -> OwnUse:
    features = {one.key: view.text(one.title) for one in view.standing.dossier.playbook.core_features}
    return OwnUse(
        looked_at=True,
        days=use.days,
        features=len(use.features),
        of_features=seen.core_features,
        not_yet=tuple(title for key, title in features.items() if key not in use.features),
    )
