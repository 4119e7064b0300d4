"""Is this change of a customer's contacts possible? Asked at the door, where everybody who takes part is known."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from domain.news import KINDS
from domain.record import Dossier
from domain.refusal import Refused
from domain.rules.contacts import changed
from domain.rules.retelling import CONTACTS
from domain.team import Team
from starter.doors.people import person
from starter.trouble import InvalidNews

FACTS: Mapping[str, str] = {update: fact for fact, update in CONTACTS.items()}
"""The fact that each update about contacts leaves."""
NEW_ID = {"add_contact": "person", "replace_contact": "to"}
"""The field that names somebody who has no id yet, by the update."""


def about_contacts(kind: str, news: Mapping[str, Any], *, dossier: Dossier, team: Team) -> dict[str, Any]:
    """The news with people by their ids, and an id for a new one. Raises InvalidNews for what cannot be.

    Who already takes part under one id and takes over another part gets a second id for that: they are written to once.
    """
    told = dict(news)
    if kind != "add_contact" and isinstance(told.get("person"), str):
        told["person"] = person(
            told["person"], team=team, dossier=dossier, onboarding=dossier.onboarding, field="person"
        )
    if kind == "replace_contact":
        told = _by_somebody_who_is_there(told, dossier)
    if (field := NEW_ID.get(kind)) and told.get(field) is None:
        role = told.get("role") if kind == "add_contact" else _role_of(str(told.get("person")), dossier)
        if isinstance(role, str):
            told[field] = next(id for id in _ids(role) if _is_free(id, dossier, team))
    _refuse_impossible(kind, told, dossier=dossier, team=team)
    return told


def _by_somebody_who_is_there(news: dict[str, Any], dossier: Dossier) -> dict[str, Any]:
    """Where a contact who takes part takes over, what is known of them, under an id of its own."""
    to = next((one for one in dossier.deal.contacts if one.id == news.get("to")), None)
    if to is None or to.id == news.get("person"):
        return news
    known = to.model_dump(mode="json", exclude_none=True, include=set(KINDS["replace_contact"].model_fields))
    return {**known, **{name: value for name, value in news.items() if name != "to"}}


def _role_of(id: str, dossier: Dossier) -> str | None:
    return next((one.role for one in dossier.deal.stakeholders if one.id == id), None)


def _ids(role: str) -> Iterator[str]:
    yield role
    yield from (f"{role}-{number}" for number in range(2, 1_000))


def _is_free(id: str, dossier: Dossier, team: Team) -> bool:
    return dossier.person(id) is None and team.member(id) is None


def _refuse_impossible(kind: str, news: Mapping[str, Any], *, dossier: Dossier, team: Team) -> None:
    """Try it on the deal as it is; what the model itself finds wrong is left to that."""
    named = news.get("person")
    if not isinstance(named, str) or (kind == "replace_contact" and not isinstance(news.get("to"), str)):
        return
    today = dossier.calendar.day_of(datetime.now(UTC))
    try:
        changed(dossier.deal, FACTS[kind], named, {**news, "since": _day(news)}, team=team, on=today)
    except Refused as refusal:
        raise InvalidNews(refusal.reason, field=refusal.field) from None


def _day(news: Mapping[str, Any]) -> str | None:
    """The day that the news names, where it is one."""
    try:
        return date.fromisoformat(str(news.get("since"))).isoformat()
    except ValueError:
        return None
