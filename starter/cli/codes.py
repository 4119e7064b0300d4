"""Which exit code does an error have? Programs decide by it."""

from domain.refusal import InvalidDeal, Refused, WrongAddress
from domain.trouble import CannotSeal, UnknownOnboarding
from playbooks.complaint import BadPlaybook, UnknownPlaybook
from runtime.settings import BadSetting
from starter.trouble import (
    CannotStart,
    Fell,
    InvalidNews,
    NotFound,
    NotReachable,
    ScenarioFailed,
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
    (WrongAddress, USAGE),
    (Refused, REFUSED),
    (BadSetting, USAGE),
    (CannotSeal, USAGE),
    (BadPlaybook, USAGE),
    (CannotStart, USAGE),
    (ScenarioFailed, USAGE),
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
    """The exit code of an error; 1 for an error that nobody foresaw. The first kind in CODES that fits counts."""
    code = next((code for kind, code in CODES if isinstance(trouble, kind)), None)
    return code if code is not None else _of_connections(trouble)


def reason_of(trouble: Exception) -> str:
    """What to say of an error in one line."""
    if code_of(trouble) == UNEXPECTED:
        return f"unexpected: {type(trouble).__name__}: {trouble}"
    # SQLAlchemy adds the statement and a link for programmers; the database's own error is in `orig`.
    original = getattr(trouble, "orig", None)
    return f"the database does not answer as it should: {original}" if original else str(trouble)


def _of_connections(trouble: Exception) -> int:
    """The exit code of errors of Temporal and the database.

    Importing these kinds takes half a second; whoever raises one has imported it already.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from runtime.connection import BadTemporalProfile, CannotReachTemporal, SearchAttributesMissing
    from store.engine import CannotMigrate

    kinds = (CannotReachTemporal, BadTemporalProfile, SearchAttributesMissing, CannotMigrate, SQLAlchemyError)
    return NOT_REACHABLE if isinstance(trouble, kinds) else UNEXPECTED
