"""Which exit code does an error have? Programs branch on it."""

from domain.refusal import InvalidDeal, Refused
from domain.trouble import UnknownOnboarding
from playbooks.complaint import BadPlaybook, UnknownPlaybook
from runtime.settings import BadSetting
from starter.trouble import (
    CannotStart,
    Fell,
    InvalidNews,
    NotFound,
    NotReachable,
    UnreadableFile,
    WrongOption,
    WrongSetting,
)

OK, UNEXPECTED, USAGE, REFUSED, NOT_FOUND, NOT_REACHABLE, FOUND = 0, 1, 2, 3, 4, 5, 6

EXPLAINED = (
    "Exit codes: 0 done; 1 unexpected; 2 wrong usage or input; 3 refused by the business; 4 not found;"
    " 5 Temporal, its workers or the database not reachable; 6 a check found something; 130 ended by Ctrl-C."
)

CODES: tuple[tuple[type[Exception], int], ...] = (
    (InvalidDeal, USAGE),
    (InvalidNews, USAGE),
    (Refused, REFUSED),
    (BadSetting, USAGE),
    (BadPlaybook, USAGE),
    (CannotStart, USAGE),
    (UnreadableFile, USAGE),
    (WrongOption, USAGE),
    (NotFound, NOT_FOUND),
    (UnknownOnboarding, NOT_FOUND),
    (UnknownPlaybook, NOT_FOUND),
    (NotReachable, NOT_REACHABLE),
    (WrongSetting, USAGE),
    (Fell, NOT_REACHABLE),
)


def code_of(trouble: Exception) -> int:
    """The first kind that fits counts; what nobody foresaw is 1."""
    found = next((code for kind, code in CODES if isinstance(trouble, kind)), None)
    return found if found is not None else _of_connections(trouble)


def reason_of(trouble: Exception) -> str:
    """What to say of it in one line."""
    if code_of(trouble) == UNEXPECTED:
        return f"unexpected: {type(trouble).__name__}: {trouble}"
    # SQLAlchemy adds the statement and a link for programmers; what the database said stands in `orig`.
    said = getattr(trouble, "orig", None)
    return f"the database does not answer as it should: {said}" if said else str(trouble)


def _of_connections(trouble: Exception) -> int:
    """Those kinds cost half a second to import, and whoever raises one has imported it already."""
    from sqlalchemy.exc import SQLAlchemyError

    from runtime.connection import BadTemporalProfile, CannotReachTemporal, SearchAttributesMissing
    from store.engine import CannotMigrate

    kinds = (CannotReachTemporal, BadTemporalProfile, SearchAttributesMissing, CannotMigrate, SQLAlchemyError)
    return NOT_REACHABLE if isinstance(trouble, kinds) else UNEXPECTED
