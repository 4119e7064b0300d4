"""What does the rule of a red flag say? Read from its words; domain/playbook.py has how it is written."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from domain.playbook import RULE

Sign = Literal["<", "<=", ">", ">="]
Way = Literal["rising", "falling", "not rising", "not falling"]

DAYS = {"day": 1, "week": 7, "month": 30}
READ = re.compile(
    r"(?P<figure>\S+) (?:(?P<sign><=|>=|<|>) (?P<threshold>\S+)|(?P<way>(?:not )?(?:rising|falling)))"
    r"(?: (?P<within>in|for) (?P<number>\d+) (?P<unit>day|week|month)s?)?"
)


class Clause(NamedTuple):
    """A figure, held to a threshold (`sign` and `threshold`) or followed over time (`way`); `span` is what counts.

    `each` says that the threshold is held to each week of the span: "for 3 weeks", and not "in 3 weeks".
    """

    figure: str
    sign: Sign | None
    threshold: float | None
    way: Way | None
    span: timedelta | None
    each: bool = False


class Rule(NamedTuple):
    """All clauses have to hold; it is looked at from `day` after the close on, or once `role` is reached, or always."""

    clauses: tuple[Clause, ...]
    day: int | None = None
    role: str | None = None


@lru_cache(maxsize=1024)
def read_rule(text: str) -> Rule | None:
    """The rule in those words; None where they are none."""
    if not re.fullmatch(RULE, text):
        return None
    said, _, start = text.partition(" from ")
    day = int(start.removeprefix("day ")) if start.startswith("day ") else None
    clauses = tuple(_clause(match) for match in map(READ.fullmatch, said.split(" and ")) if match)
    return Rule(clauses, day=day, role=start if start and day is None else None)


def _clause(match: re.Match[str]) -> Clause:
    threshold, number = match["threshold"], match["number"]
    return Clause(
        figure=match["figure"],
        sign=cast(Sign | None, match["sign"]),
        threshold=float(threshold) if threshold else None,
        way=cast(Way | None, match["way"]),
        span=timedelta(days=int(number) * DAYS[match["unit"]]) if number else None,
        each=bool(threshold) and match["within"] == "for",
    )
