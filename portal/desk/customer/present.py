"""How is that which a form changes now? A task, a risk, somebody's details, or a message that waits, field by field."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.record import RegisterRow
from portal.desk.customer.customer import Customer
from portal.desk.customer.fields import CHANGED
from starter.doors.drafts import DraftShown

OF_TASKS = ("due", "owner")
OF_RISKS = ("probability", "impact", "mitigation", "owner", "review_on")
OF_ITS_STATE = ("closed", "came_true")
SAYS_WHOSE = frozenset({("edit_draft", "language"), ("edit_draft", "reader")})
"""Fields that say whose message is meant, and change nothing by themselves."""
OF_CONTACTS = ("name", "email", "role", "title", "language", "time_zone", "country", "company")


def present(
    kind: str, customer: Customer, key: str, drafts: Sequence[DraftShown], given: Mapping[str, str]
) -> dict[str, str]:
    """What the fields of that form hold as it stands now, as forms have it; empty where there is no such thing.

    Of what the link has `given`, `reader` or `language` say whose message of a draft is meant; else the first counts.
    """
    match kind:
        case "change_task":
            return _row(_find(customer.rows("task", "open"), key), OF_TASKS)
        case "record_risk":
            row = _find(customer.risks, key)
            return {**_risk(row), "title": customer.risk_title(row)} if row else {}
        case "correct_contact":
            return _contact(customer, key)
        case "edit_draft":
            return _draft(drafts, key, given)
    return {}


def without_what_stays(kind: str, raw: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
    """The news without the fields that say what is so already: nobody is told of what stays as it is."""
    key = CHANGED.get(kind)
    same = {name for name, value in raw.items() if name in now and str(value) == now[name] and name != key}
    told = {name: value for name, value in raw.items() if name not in same or (kind, name) in SAYS_WHOSE}
    return {**told, **_state(raw, now)} if kind == "record_risk" else told


def _find(rows: Sequence[RegisterRow], key: str) -> RegisterRow | None:
    return next((row for row in rows if row.key == key), None)


def _row(row: RegisterRow | None, names: Sequence[str]) -> dict[str, str]:
    if row is None:
        return {}
    values = {name: row.data.get(name) for name in names}
    return {"title": row.title or "", **{name: str(value) for name, value in values.items() if value not in (None, "")}}


def _risk(row: RegisterRow) -> dict[str, str]:
    """Fields of a risk. That it is over, or has come true, holds until the form says otherwise."""
    over = {"closed": str(True)} if row.status == "closed" else {}
    became = {"came_true": str(row.data["came_true"])} if row.status == "came_true" else {}
    return {**_row(row, OF_RISKS), **over, **became}


def _state(raw: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
    """Whether a risk is over or has come true, said anew with every change: else it would count as open again."""
    state = {name: raw[name] for name in OF_ITS_STATE if name in raw}
    is_open_again = not state and any(name in now for name in OF_ITS_STATE)
    return {"closed": False} if is_open_again else state


def _contact(customer: Customer, key: str) -> dict[str, str]:
    person = next((one for one in customer.standing.dossier.deal.stakeholders if one.id == key), None)
    if person is None:
        return {}
    values = {name: str(getattr(person, name) or "") for name in OF_CONTACTS}
    return {**values, "included": "true" if person.in_rollout else "false"}


def _draft(drafts: Sequence[DraftShown], key: str, given: Mapping[str, str]) -> dict[str, str]:
    draft = next((one for one in drafts if one.draft == key), None)
    if draft is None:
        return {}
    reader, language = given.get("reader", ""), given.get("language", "")
    meant = [one for one in draft.messages if (one.to == reader if reader else one.language == language)]
    message = meant[0] if meant else draft.messages[0]
    revision = {} if draft.revision is None else {"revision": str(draft.revision)}
    return {"subject": message.subject, "text": message.body, "language": message.language, **revision}
