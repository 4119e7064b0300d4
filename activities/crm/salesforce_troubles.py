"""What does an error of Salesforce mean, and who must act? The codes of its REST API, in our words.

Of Salesforce's own words only names of fields are repeated: the rest may hold data.

Shape: a list of `{"errorCode": …, "message": …, "fields": […]}`; REST API Developer Guide, "Status Codes and Error
Responses".
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import httpx2

from activities.crm.calls import SHORTEST_WAIT, asked_to_wait, json_of, raise_if_astray, raise_if_away
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

NAME = "Salesforce"
USER = "the user that the app runs as"
PASSES = {
    "UNABLE_TO_LOCK_ROW": "somebody else is changing the opportunity at this moment",
    "QUERY_TIMEOUT": "the question takes Salesforce too long",
    "SERVER_UNAVAILABLE": "Salesforce is not available",
    "INVALID_QUERY_LOCATOR": "the rest of what it found has gone stale",
    "REQUEST_LIMIT_EXCEEDED": "the organisation's limit of API requests is reached; it counts 24 hours (Setup, Company"
    " Information)",
    "API_CURRENTLY_DISABLED": "the organisation's API is switched off for now",
    "API_DISABLED_FOR_ORG": f"the organisation's edition has no API, or {USER} lacks the permission API Enabled",
    "INVALID_SESSION_ID": f"Salesforce does not take the token that it has just given: {USER} needs the permission API"
    " Enabled, and to be let in from the addresses of the workers (Login IP Ranges)",
}
"""Codes of what passes by itself, or once an administrator has acted: everything waits and then goes on."""
REFUSES = {
    "INVALID_FIELD_FOR_INSERT_UPDATE": f"Salesforce does not let {USER} edit {{fields}}: make the field editable for"
    " it (Field-Level Security)",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": f"a validation rule or trigger of opportunities refuses the change{{about}}:"
    f" exempt {USER} from it, or mend the opportunity",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "a trigger on opportunities fails: have it mended",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "a flow on opportunities fails: have it mended",
    "INSUFFICIENT_ACCESS_OR_READONLY": f"{USER} may not edit this opportunity: give it Modify All, or share it",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": f"{USER} may not edit what belongs to this opportunity: share it",
    "ENTITY_IS_LOCKED": "the opportunity is locked, as during an approval: unlock it, or wait for its end",
    "STRING_TOO_LONG": "what we write is too long for {fields}: make it Text(255)",
    "JSON_PARSER_ERROR": "Salesforce does not take the kind of what we write: it should be Text(255), a Date for the"
    " go-live, a URL for the link",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": "Salesforce does not take what we write into {fields}: it should be Text(255),"
    " a Date for the go-live, a URL for the link",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "{fields} takes its own list of values alone: make it Text(255)",
}
"""Codes of what a person has to mend first, for this one deal or for all."""
MOST_NAMED = 5
API_NAME = re.compile(r"[A-Za-z]\w{0,79}", re.ASCII)


class Error(NamedTuple):
    """One error of an answer; `fields` are the API names of the fields it is about."""

    code: str
    message: str
    fields: tuple[str, ...]


class NoSuchField(NotReachable):
    """A query names a field that the organisation does not have, or does not show to our user."""

    def __init__(self, field: str, of: str) -> None:
        super().__init__(
            f"Salesforce has no field {field} of {of}, or does not show it to {USER}: let it be seen (Field-Level"
            " Security), or take it out of the mapping file"
        )
        self.field, self.of = field, of


def wait_of(answer: httpx2.Response) -> float | None:
    """The seconds that the answer asks us to wait; None when it does not."""
    if answer.status_code == 429 or (answer.status_code == 503 and "retry-after" in answer.headers):
        return asked_to_wait(answer)
    if answer.status_code >= 400 and "UNABLE_TO_LOCK_ROW" in _codes(json_of(answer)):
        return SHORTEST_WAIT
    return None


def answer_in(answer: httpx2.Response) -> Mapping[str, Any]:
    """The JSON that answers a query. Raises NoSuchField, Refused, NotReachable."""
    errors = _raise_what_all_have(answer)
    for error in errors:
        if error.code == "INVALID_FIELD":
            raise _no_such_field(error)
        if error.code == "INVALID_TYPE":
            raise NotReachable(f"{USER} may not read opportunities with their accounts and contacts: let it")
    status = answer.status_code
    if status == 403:
        raise NotReachable(f"{USER} may not do that: {_codes_in_words(errors) or 'it needs more permissions'}")
    if status == 404:
        raise NotReachable("Salesforce answers 404 to a question: is DAY90_SALESFORCE_URL right?")
    if status >= 300:
        raise Refused(f"Salesforce refuses the request: {status} {_codes_in_words(errors)}".strip(), field="crm")
    body = json_of(answer)
    if not isinstance(body, dict):
        raise NotReachable("Salesforce answers something else than JSON: is DAY90_SALESFORCE_URL right?")
    return body


def raise_if_not_written(answer: httpx2.Response, names: Collection[str]) -> None:
    """Raise NotFound, Refused with what a person has to do, or NotReachable. `names` are the fields written."""
    errors = _raise_what_all_have(answer)
    for error in errors:
        if error.code == "ENTITY_IS_DELETED":
            raise NotFound("the opportunity was deleted")
        if error.code == "INVALID_FIELD":
            lacking = [name for name in names if re.search(rf"\W{re.escape(name)}\W", error.message)]
            raise Refused(_create(lacking or list(error.fields or names)), field="crm")
        if error.code in REFUSES:
            raise Refused(_worded(REFUSES[error.code], error.fields), field="crm")
    status = answer.status_code
    if status == 404:
        raise Refused(unseen(), field="crm")
    if status >= 300:
        raise Refused(f"Salesforce refuses the change: {status} {_codes_in_words(errors)}".strip(), field="crm")
    if status != 204:
        raise NotReachable("Salesforce does not answer as documented: is DAY90_SALESFORCE_URL right?")


def token_in(answer: httpx2.Response) -> str:
    """The access token in the answer. Raises NotReachable, saying what the app in Salesforce lacks."""
    raise_if_away(NAME, answer)
    body = json_of(answer)
    if not isinstance(body, dict):
        raise NotReachable("what answers does not give tokens as Salesforce does: is DAY90_SALESFORCE_URL right?")
    if answer.status_code == 200 and isinstance(token := body.get("access_token"), str) and token.isascii():
        return token
    error = str(body.get("error", ""))
    why = f" ({error})" if API_NAME.fullmatch(error) else ""
    if error in ("invalid_client", "invalid_client_id"):
        raise NotReachable(
            f"Salesforce does not know the app{why}: DAY90_SALESFORCE_CLIENT_ID and _CLIENT_SECRET are its consumer key"
            " and secret"
        )
    raise NotReachable(
        f"Salesforce gives no token{why}: the app needs the client credentials flow with a user to run as and the scope"
        " api, and DAY90_SALESFORCE_URL is the organisation's My Domain"
    )


def unseen() -> str:
    """Why an opportunity that was not deleted is not found."""
    return (
        f"Salesforce shows {USER} no such opportunity: give it View All for opportunities; or it was deleted for good"
    )


def _raise_what_all_have(answer: httpx2.Response) -> Sequence[Error]:
    """The errors in the answer. Raises NotReachable for those that pass, and for an answer that is not Salesforce's."""
    errors = _errors(json_of(answer)) if answer.status_code >= 300 else ()
    for error in errors:
        if error.code in PASSES:
            raise NotReachable(PASSES[error.code])
    raise_if_away(NAME, answer)
    if answer.status_code == 401:
        raise NotReachable(PASSES["INVALID_SESSION_ID"])
    raise_if_astray(NAME, answer, own=bool(errors), setting="DAY90_SALESFORCE_URL")
    return errors


def _errors(body: Any) -> tuple[Error, ...]:
    rows = body if isinstance(body, list) else []
    return tuple(
        Error(str(row.get("errorCode", "")), str(row.get("message", "")), _api_names(row.get("fields")))
        for row in rows
        if isinstance(row, dict)
    )


def _api_names(fields: Any) -> tuple[str, ...]:
    names = fields if isinstance(fields, list) else []
    return tuple(name for name in names if isinstance(name, str) and API_NAME.fullmatch(name))[:MOST_NAMED]


def _codes(body: Any) -> tuple[str, ...]:
    return tuple(error.code for error in _errors(body))


def _codes_in_words(errors: Sequence[Error]) -> str:
    return ", ".join(error.code for error in errors if API_NAME.fullmatch(error.code))


def _no_such_field(error: Error) -> NotReachable:
    """The error for a column or a relation that the organisation does not have."""
    if match := re.search(r"No such column '(\w{1,80})' on (?:entity|sobject of type) '?(\w{1,80})", error.message):
        return NoSuchField(match[1], match[2])
    if match := re.search(r"[Rr]elationship '?(\w{1,80})", error.message):
        return NoSuchField(match[1], "that object")
    return NotReachable("Salesforce has no field that the mapping file reads, or does not show it to our user")


def _create(names: Sequence[str]) -> str:
    return (
        f"Salesforce has no field {', '.join(names)} of opportunities, or does not show it to {USER}: create it there"
        " (Text(255), a Date for the go-live, a URL for the link) and let it be edited, or take it out of write_back in"
        " the mapping file"
    )


def _worded(words: str, fields: Sequence[str]) -> str:
    named = ", ".join(fields)
    return words.format(fields=named or "a field", about=f" (it is about {named})" if named else "")
