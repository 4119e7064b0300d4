"""What is a row of somebody's day? Something to do, or what somebody of the customer's has written to us."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_

from store.tables import put_aside

MESSAGE = "message"
"""The kind of a row that is a message somebody has written to us."""
QUESTION = "question"
"""The kind of a row that is a question of the customer's for whose answer they wait."""
MOST_SHOWN = 50
"""Rows of one heading: more are on no list for a day."""


class WorkLine(NamedTuple):
    """Something to do, of a customer: a row of `domain.attention.OpenWork`, or what asks for an answer.

    Of a `message`, `key` is its number and `title` its kind; of a `question`, `key` is its number in the onboarding.
    `text` is what somebody has asked, `name` that of the customer's person whose work or word it is.
    """

    onboarding: str
    account: str
    kind: str
    key: str
    person: str
    side: str
    owner: str
    due: datetime
    since: datetime | None
    title: str
    holds_up: int
    optional: bool
    playbook_hash: str | None
    name: str = ""
    text: str = ""


def is_aside(
    onboarding: ColumnElement[str], kind: ColumnElement[str] | str, key: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether `:person` has put that row aside, and its time has not come back by `:now`."""
    same = (put_aside.c.onboarding == onboarding, put_aside.c.kind == kind, put_aside.c.key == key)
    still = or_(put_aside.c.until.is_(None), put_aside.c.until > bindparam("now"))
    return exists().where(put_aside.c.person == bindparam("person"), *same, still)
