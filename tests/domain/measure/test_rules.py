"""Is the rule of a red flag read as it is written?"""

from datetime import timedelta

import pytest

from domain.measure.figures import FIGURES
from domain.measure.rules import Clause, Rule, read_rule
from playbooks.library import Library

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("attendance_pct < 70", Rule((Clause("attendance_pct", "<", 70, None, None),))),
        ("missed_meetings >= 2 in 21 days", Rule((Clause("missed_meetings", ">=", 2, None, 21 * DAY),))),
        ("complaints rising for 3 weeks", Rule((Clause("complaints", None, None, "rising", 21 * DAY),))),
        ("complaints not rising for 1 month", Rule((Clause("complaints", None, None, "not rising", 30 * DAY),))),
        ("wins_shown < 1 in 60 days from day 60", Rule((Clause("wins_shown", "<", 1, None, 60 * DAY),), day=60)),
        ("nps < -20 from go_live", Rule((Clause("nps", "<", -20, None, None),), role="go_live")),
        (
            "tickets_per_week >= 5 and tickets_per_week not falling for 3 weeks from kickoff",
            Rule(
                (
                    Clause("tickets_per_week", ">=", 5, None, None),
                    Clause("tickets_per_week", None, None, "not falling", 21 * DAY),
                ),
                role="kickoff",
            ),
        ),
    ],
)  # fmt: skip
def test_a_rule_is_read(text: str, rule: Rule) -> None:
    assert rule == read_rule(text)


@pytest.mark.parametrize(
    "text",
    ["", "attendance low", "x < ", "x < 1 or y < 2", "x < 1 and", "x < 1 from monday", "x < 1 from day 0"],
)
def test_what_is_no_rule_is_none(text: str) -> None:
    assert read_rule(text) is None


@pytest.mark.parametrize("key", ["high-touch", "low-touch", "tech-touch"])
def test_shipped_rules_name_figures_that_there_are(key: str) -> None:
    """A flag that asks for what nobody reports would never wave."""
    rules = [read_rule(flag.rule) for flag in Library(None).get(key).red_flags if flag.rule]

    assert {clause.figure for rule in rules if rule for clause in rule.clauses} <= FIGURES.keys()
    assert None not in rules
