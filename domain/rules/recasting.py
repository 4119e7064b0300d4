"""What follows in a turn in which the customer's people change? Who signs from then on, and who hears of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.agenda.contacts import OF_A_PERSON, adopt
from domain.agenda.state import Consequences, Fact, State
from domain.notice import Notice, Person
from domain.playbook import Role
from domain.record import Dossier, HandedOver, JournalRow, RegisterRow
from domain.refusal import Refused
from domain.rules.briefing import Briefing
from domain.rules.casting import cast_customer, people_of, playing
from domain.rules.contact_notices import Change, newly_asked, tell_of
from domain.rules.contacts import KINDS, PRIVATE, REFUSED, carried_out, changed, contacts_of, on_their_day
from domain.rules.telling import ask_newcomers
from domain.team import Team


class Recasting(NamedTuple):
    """What a turn changes about the customer's people, and what follows; in most turns nothing.

    `dossier` is the one after it, `before` that before it. `signing`, `overruling` and `took_over` are for the agenda;
    `asked_before` is who signed each milestone until now, `tasks` are those that somebody else has from now on.
    """

    before: Dossier
    dossier: Dossier
    changes: Sequence[Change]
    signing: Mapping[str, list[str]]
    overruling: list[str] | None
    took_over: Mapping[str, str]
    asked_before: Mapping[str, Sequence[str]]
    tasks: Sequence[RegisterRow]

    def consequences(self) -> dict[str, Any]:
        """The fields of `Consequences` that say it to the agenda."""
        return {
            "signers": dict(self.signing), "overrulers": self.overruling, "took_over": dict(self.took_over)
        }  # fmt: skip

    def writing(self) -> dict[str, Any]:
        """The fields of `Writing` that write it down; messages that wait are handed over once."""
        return {
            "contacts": contacts_of(self.dossier.deal) if self.dossier.deal != self.before.deal else None,
            "handed_over": tuple(_handed_over([one for one in self.changes if not one.again], self.dossier)),
        }

    def people(self) -> list[Person]:
        """The customer's people who are not on record as they are now."""
        if self.dossier is self.before:
            return []
        return [person for person in self.dossier.people if self.before.person(person.id) != person]

    def rows(self) -> list[JournalRow]:
        """Rows about changes that cannot be made, which a workflow cannot know."""
        return [
            JournalRow(
                key=f"{change.fact.key}/refused",
                at=change.fact.at,
                kind=REFUSED,
                about=change.fact.about,
                by=change.fact.by,
                data={"reason": change.refused},
            )
            for change in self.changes
            if change.refused
        ]

    def told_by_ids(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts as the journal has them: ids of people, and which fields have changed, but none of the words."""
        by_key = {change.fact.key: change for change in self.changes}
        return [_by_ids(fact, by_key[fact.key]) if fact.key in by_key else fact for fact in facts]

    def on_their_day(self) -> dict[str, dict[str, Any]]:
        """What the journal says of entries by which changes count: who takes over from whom, by the entry's key."""
        return {one.fact.key: {"to": to} for one in self.changes if one.on_its_day and (to := one.fact.data.get("to"))}

    def notices(self, briefing: Briefing) -> list[Notice]:
        """What people hear of changes of contacts, once."""
        changes = [one for one in self.changes if not (one.again or one.refused)]
        told = [notice for change in changes for notice in tell_of(briefing, change)]
        asked = newly_asked(briefing, self.asked_before)
        return told + (ask_newcomers(briefing, asked, changes[-1].fact) if changes else [])

    def to_those_who_stay(self, notices: Iterable[Notice]) -> list[Notice]:
        """The notices without those to contacts who have left, or join on a day ahead."""
        gone = {person.id for person in self.dossier.deal.stakeholders if not person.takes_part}
        return [notice for notice in notices if notice.to not in gone]


def recast(
    state: State,
    dossier: Dossier,
    team: Team,
    *,
    now: datetime,
    done_before: Mapping[str, datetime],
    known: Sequence[RegisterRow],
) -> Recasting:
    """What the state's pending facts change about contacts, and what was told before and counts from today.

    Sets in the state who signs from now on.
    """
    asked_before = {one.key: list(one.signers) for one in state.milestones}
    after, changes = _applied(dossier, state, team, now=now, done_before=done_before)
    if not changes:
        return Recasting(dossier, dossier, (), {}, None, {}, asked_before, ())
    took_over = _successors(changes)
    recasting = Recasting(
        before=dossier,
        dossier=after,
        changes=changes,
        signing=_signers(state, after),
        overruling=_playing(state, after, after.playbook.overruled_by),
        took_over=took_over,
        asked_before=asked_before,
        tasks=_tasks_handed_over(took_over, known, state.owner),
    )
    adopt(state, Consequences(**recasting.consequences()))
    return recasting


def _applied(
    dossier: Dossier, state: State, team: Team, *, now: datetime, done_before: Mapping[str, datetime]
) -> tuple[Dossier, list[Change]]:
    """The dossier after what is due and the pending facts, and what each changed.

    What was written before changes nothing again.
    """
    changes: list[Change] = []
    deal = dossier.deal
    for come in on_their_day(deal, (entry for entry in state.entries if entry.due <= now)):
        after = carried_out(deal, come)
        data = {"since": str(come.on)} | ({"to": come.joins} if come.person and come.joins else {})
        fact = Fact(seq=0, key=come.key, kind=come.kind, at=now, about=come.person or come.joins, data=data)
        changes.append(Change(fact, deal, after, on_its_day=True, again=come.key in done_before))
        deal = after
    for fact in state.pending:
        if fact.kind not in KINDS:
            continue
        refused = ""
        try:
            on = dossier.calendar.day_of(now)
            after = changed(deal, fact.kind, fact.about, fact.data, team=team, on=on)
        except Refused as refusal:
            after, refused = deal, str(refusal)
        again = fact.key in done_before
        changes.append(Change(fact, deal, after, "" if again else refused, again=again))
        deal = after
    if deal == dossier.deal:
        return dossier, changes
    return dossier.with_contacts(contacts_of(deal), people_of(deal)), changes


def _successors(changes: Iterable[Change]) -> dict[str, str]:
    """Who stands in the place of whom now, by id; empty for nobody."""
    took_over: dict[str, str] = {}
    for change in changes:
        left = all(person.id != change.fact.about for person in change.after.contacts)
        if change.refused or not left or change.fact.kind not in ("contact_replaced", "contact_left"):
            continue
        to = str(change.fact.data.get("to") or "")
        took_over = {old: to if now == change.fact.about else now for old, now in took_over.items()}
        took_over[change.fact.about] = to
    return took_over


def _signers(state: State, dossier: Dossier) -> dict[str, list[str]]:
    """Who signs each open milestone, as roles are played now, where that is somebody else than before."""
    signing: dict[str, list[str]] = {}
    for milestone in state.milestones:
        definition = dossier.playbook.milestone(milestone.key)
        if milestone.settled or not milestone.signers or definition is None or definition.sign_off is None:
            continue
        now = _playing(state, dossier, definition.sign_off.by)
        if now != milestone.signers:
            signing[milestone.key] = now
    return signing


def _handed_over(changes: Iterable[Change], dossier: Dossier) -> list[HandedOver]:
    """What becomes of the messages that wait for those who have changed."""
    orders: list[HandedOver] = []
    for change in changes:
        if change.refused or change.ahead or change.fact.kind == "contact_added":
            continue
        person, to = change.fact.about, change.fact.data.get("to")
        if change.fact.kind == "contact_corrected":
            to = person
        before, after = dossier.person(person), dossier.person(to) if to else None
        orders.append(
            HandedOver(
                person=person,
                to=to,
                name=after.name if after else "",
                channel=after.channel if after else "",
                rewritten=bool(to != person and before and after and before.language != after.language),
            )
        )
    return orders


def _by_ids(fact: Fact, change: Change) -> Fact:
    data = {name: value for name, value in fact.data.items() if name not in PRIVATE}
    fields = [name for name in OF_A_PERSON if name in fact.data]
    before = next((person for person in change.before.stakeholders if person.id == fact.about), None)
    if fields:
        data["fields"] = fields
    if before is not None and fact.kind == "contact_corrected":
        data["was"] = {"role": before.role, "included": before.in_rollout}
    if change.ahead:
        data["ahead"] = True
    return fact.model_copy(update={"data": data})


def _tasks_handed_over(took_over: Mapping[str, str], known: Iterable[RegisterRow], owner: str) -> list[RegisterRow]:
    """The open tasks of those who have left, with who has them now: the successor, or the onboarding's owner."""
    return [
        row.model_copy(update={"data": {**row.data, "owner": took_over[had] or owner}})
        for row in known
        if row.kind == "task" and row.status == "open" and (had := str(row.data.get("owner") or "")) in took_over
    ]


def _playing(state: State, dossier: Dossier, roles: Sequence[Role]) -> list[str]:
    """Ids of the people in those roles, each once."""
    customer = cast_customer(dossier.deal)
    return list(dict.fromkeys(id for role in roles for id in playing(role, vendor=state.cast, customer=customer)))
