"""What goes along when an onboarding is given to somebody else, and what stays in the name of its owner until then?

What is the owner's because they are the owner goes along: milestones, sign-offs to ask for, drafts, issues, decisions,
questions, corrections that nobody was named for. What is in their own name stays theirs: tasks, and replies by mail
that came to them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, BindParameter, Engine, bindparam, select, type_coerce

from store.asked_of_us import open_messages, open_questions
from store.engine import read_connection
from store.tables import onboardings, open_work, registers
from store.work_lines import WorkLine

MOST = 200
"""Onboardings that are asked about at once."""
OWN_NAME = ("task", "correction")
"""Kinds of rows of the registers that may be given to somebody by name."""


class Along(NamedTuple):
    """Open work of an onboarding's owner: what `goes` to the next one, and what `stays` with them."""

    goes: Sequence[WorkLine] = ()
    stays: Sequence[WorkLine] = ()


def going_along(engine: Engine, wanted: Collection[str], *, asked_after: datetime) -> Mapping[str, Along]:
    """Of each of those onboardings; of replies by mail, those that came after that moment of the wall's clock."""
    given = {"onboardings": list(wanted)[:MOST]}
    with read_connection(engine) as connection:
        work = [WorkLine(*row) for row in connection.execute(WORK, given)]
        named = {tuple(row) for row in connection.execute(NAMED, given)}
        questions = open_questions(connection, wanted)
        messages = open_messages(connection, wanted, asked_after=asked_after)
    goes: defaultdict[str, list[WorkLine]] = defaultdict(list)
    stays: defaultdict[str, list[WorkLine]] = defaultdict(list)
    for line in (*work, *questions):
        own = (line.onboarding, line.key, line.person) in named
        (stays if own else goes)[line.onboarding].append(line)
    for line in messages:
        stays[line.onboarding].append(line)
    return {one: Along(_in_order(goes[one]), _in_order(stays[one])) for one in wanted}


def _in_order(lines: Iterable[WorkLine]) -> Sequence[WorkLine]:
    """By their dates; milestones, which stand in the plan anyway, after what nobody else would know of."""
    return sorted(lines, key=lambda line: (line.kind == "milestone", line.due))


def _columns() -> list[Any]:
    beside = {"account": onboardings.c.account, "playbook_hash": onboardings.c.playbook_hash}
    names = [name for name in WorkLine._fields if name not in ("name", "text")]
    return [beside[name] if name in beside else open_work.c[name] for name in names]


ONES: BindParameter[Sequence[str]] = bindparam("onboardings", expanding=True)
WORK = (
    select(*_columns())
    .join(onboardings, onboardings.c.onboarding == open_work.c.onboarding)
    .where(
        open_work.c.onboarding.in_(ONES),
        open_work.c.person == onboardings.c.owner,
        # To a meeting people are invited by name; it is agreed anew.
        open_work.c.kind != "meeting",
    )
)
NAMED = select(registers.c.onboarding, registers.c.key, type_coerce(registers.c.data, JSON)["owner"].as_string()).where(
    registers.c.onboarding.in_(ONES), registers.c.kind.in_(OWN_NAME), registers.c.status == "open"
)
"""Tasks that somebody was given by name, with their handle."""
