"""How do the teams use the product, whom does one thank for it, and whom does one ask what keeps them?"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple, cast

from starlette.requests import Request
from starlette.responses import Response

from domain.measure.adoption import AdoptionSeen
from domain.naming import role_title
from domain.refusal import Refused
from domain.roles import Role
from portal.desk.customer.customer import Customer
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.telling import DONE, REFUSED, UNLISTED, Outcome, is_fresh, once_of, our_deed, outcome_of
from portal.desk.refusing import reason_in
from portal.desk.view import DeskView
from portal.forms import Form
from portal.room.conversing import woken
from starter.doors.adopting import WORDS, AdoptionDoor, Word
from starter.doors.teams import TeamDoor
from store import reads
from store.adoption import tells_of
from store.reads import JournalEntry

LEAST: Role = "csm"
"""Who sees names and writes to people: the roles that write to customers. Others read how many there are."""
TOLD: Mapping[Word, str] = {"thank": "adoption_thanked", "ask": "adoption_asked"}


class UserShown(NamedTuple):
    """Somebody who may be thanked, or asked; `written_on` is when that was done last, `again` whether it may be now.

    How much they use it is not said: nobody is to be compared by it.
    """

    id: str
    champion: bool
    written_on: date | None
    written_by: str
    again: bool


class Adoption:
    """The page of those who use the product; a form thanks one of them, or asks what keeps them."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        parts = pages.desk.parts
        self._door = AdoptionDoor(engine=parts.engine, ledger=parts.ledger, staff=parts.staff)
        self._teams = TeamDoor(engine=parts.engine, ledger=parts.ledger)

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """The last four whole weeks, and use by team for everybody.

        Names stand there where the customer has agreed to that, for whoever may write to them.
        """
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if not view.may(LEAST):
            return self._pages.desk.forbidden(view)
        outcome = await self._write(view, customer, form)
        if outcome != DONE:
            return await self._show(view, customer, form=form, outcome=outcome)
        return go(f"{customer.path}/adoption?told={TOLD[cast('Word', form.text('word'))]}")

    async def _write(self, view: DeskView, customer: Customer, form: Form) -> Outcome:
        """Thank that person, or ask; what is wrong instead. The same form again changes nothing."""
        word, person = form.text("word"), form.text("person")
        if word not in WORDS or not is_fresh(form) or customer.standing.dossier.person(person) is None:
            return Outcome("wrong_form_old", status=422)
        if not view.staff.listed:
            return UNLISTED
        deed = our_deed(view, form, customer.now)
        writing = asyncio.to_thread(self._door.write_to, customer.id, person, word, deed)
        channels, outcome = await outcome_of(writing, what=f"adoption {word}")
        await woken(*(partial(self._pages.desk.parts.wake, channel) for channel in channels or ()))
        return outcome

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        outcome: Outcome = DONE,
    ) -> Response:
        seen, rows = await asyncio.to_thread(self._read, customer)
        teams = await asyncio.to_thread(self._teams.of, customer.standing.dossier)
        named = seen is not None and seen.by_person and view.may(LEAST)
        return self._pages.show(
            view,
            customer,
            "adoption.html",
            part="adoption",
            told=told,
            status=outcome.status,
            seen=seen,
            rule=customer.standing.dossier.playbook.adoption,
            named=named,
            groups={word: _shown(customer, seen, word, rows) for word in WORDS} if seen and named else {},
            teams=teams,
            called=lambda trait, word: role_title(word, view.language) if trait == "role" else word,
            once=once_of(form),
            problem="adoption_refused" if outcome.problem == REFUSED else outcome.problem,
            reason=_reason(view, customer, outcome, form.text("person") if form else ""),
        )

    def _read(self, customer: Customer) -> tuple[AdoptionSeen | None, Sequence[JournalEntry]]:
        """What was seen, None where nobody is looked for or was seen; and who was written to because of it."""
        try:
            seen = self._door.of(customer.id)
        except Refused:
            return None, ()
        return seen, reads.journal(self._pages.engine, customer.id, kinds=_kinds())


def _kinds() -> Collection[str]:
    return [kind for _, _, kind in WORDS.values()]


def _shown(customer: Customer, seen: AdoptionSeen, word: Word, rows: Sequence[JournalEntry]) -> Sequence[UserShown]:
    """Those for whom that word is, in the order of their ids."""
    habit, _, kind = WORDS[word]
    last = {row.about: row for row in rows if row.kind == kind}
    return [
        _user(customer, use.person, last.get(use.person), since=seen.since)
        for use in seen.of_habit(habit)
        if customer.standing.dossier.person(use.person) is not None
    ]


def _user(customer: Customer, id: str, last: JournalEntry | None, *, since: date) -> UserShown:
    return UserShown(
        id=id,
        champion=id == customer.standing.dossier.deal.champion,
        written_on=customer.day_of(last.at) if last else None,
        written_by=customer.name(last.by) if last and last.by else "",
        again=last is None or not tells_of(last.key, since),
    )


def _reason(view: DeskView, customer: Customer, outcome: Outcome, person: str) -> str:
    """The door's own reason; what is said of a person begins with their name."""
    reason = reason_in(view.language, outcome.reason, customer.called)
    if view.language == "en" and outcome.field == "person":
        return f"{customer.name(person)} {reason}"
    return reason
