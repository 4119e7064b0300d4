"""Are renewals held to what can be, and does retention equal published examples?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from domain.measure.renewals import Renewal, RenewalGiven, checked_renewal, retention, same_as, with_values_before
from domain.measure.statistics import Lifetime, kaplan_meier
from domain.refusal import Refused

CLOSED, TODAY = date(2026, 9, 1), date(2027, 10, 1)
AT = datetime(2027, 10, 1, 12, tzinfo=UTC)


def renewal(
    on: date = TODAY, outcome: Any = "renewed", *, before: int | None = None, after: int | None = None
) -> Renewal:
    value = None if after is None else Decimal(after)
    paid = None if before is None else Decimal(before)
    return Renewal(onboarding="o", on=on, outcome=outcome, yearly_value=value, before=paid, at=AT)


def left(before: int) -> Renewal:
    return renewal(outcome="left", before=before)


def test_gross_revenue_retention_is_that_of_the_published_example() -> None:
    """SuperLeap, "Gross Revenue Retention": of 100,000, 6,000 by downgrades and 8,000 by churn are lost: 86 %.

    Expansion of 8,000 leaves it as it is and lifts net retention.
    """
    lost = [left(8_000), renewal(before=20_000, after=14_000), renewal(before=72_000, after=72_000)]
    with_more = [*lost[:2], renewal(before=72_000, after=80_000)]

    assert (0.86, 0.86) == (retention(lost).gross, retention(lost).net)
    assert (0.86, 0.94) == (retention(with_more).gross, retention(with_more).net)


def test_net_revenue_retention_is_that_of_the_published_example() -> None:
    """ChurnZero, Churnopedia, "Net Revenue Retention": 27,000 grow to 35,000 and 5,000 are lost: 30,000, or 111 %."""
    of_all = retention([left(5_000), renewal(before=22_000, after=30_000)])

    assert of_all.net is not None
    assert (111, Decimal(27_000)) == (round(100 * of_all.net), of_all.before)


# Fader and Hardie, "How to Project Customer Retention", Journal of Interactive Marketing 21 (2007): the share of a
# cohort that is left after so many years, in %, and the retention rates of each year.
HIGH_END = (100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1)
REGULAR = (100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1)


@pytest.mark.parametrize(
    ("shares", "rates"),
    [
        (HIGH_END, (0.869, 0.855, 0.879, 0.908, 0.929, 0.938, 0.950)),
        (REGULAR, (0.631, 0.742, 0.816, 0.853, 0.887, 0.907, 0.920)),
    ],
)
def test_retention_of_customers_is_that_of_the_published_cohorts(
    shares: Sequence[float], rates: Sequence[float]
) -> None:
    """A thousand customers, renewal by renewal; and survival of the same customers is the cohort's share."""
    there = [round(10 * share) for share in shares]
    years = list(pairwise(there))

    kept = [retention([renewal()] * now + [left(1)] * (before - now)).customers.share for before, now in years]
    lives = [
        *(Lifetime(year, ended=True) for year, (before, now) in enumerate(years, 1) for _ in range(before - now)),
        *([Lifetime(len(years), ended=False)] * there[-1]),
    ]

    assert list(rates) == pytest.approx(kept, abs=0.0011)
    assert [share / 100 for share in shares[1:]] == pytest.approx([step.share for step in kaplan_meier(lives)])


def test_without_a_value_a_customer_counts_and_the_money_does_not() -> None:
    of_all = retention([renewal(before=100), renewal(after=100), renewal(before=50, after=40)])

    assert (3, 3, 1, 0.8) == (of_all.due, of_all.kept, of_all.valued, of_all.gross)
    assert (None, None, 0.0) == (retention([]).gross, retention([]).net, retention([]).customers.least)


def test_a_renewal_is_held_against_the_one_before_and_the_first_against_the_deal() -> None:
    """What was mistaken counts for nothing; a renewal whose value nobody knows leaves the one before."""
    years = [date(2027 + year, 9, 1) for year in range(4)]
    said = [
        renewal(years[2], after=70),
        renewal(years[0], after=50),
        renewal(years[1], "mistaken"),
        renewal(years[3], after=None),
    ]

    known = with_values_before(said, sold_for=Decimal(40))

    paid = [(one.on, one.before, one.after) for one in known]
    assert paid == [
        (years[0], Decimal(40), Decimal(50)),
        (years[2], Decimal(50), Decimal(70)),
        (years[3], Decimal(70), None),
    ]


HANDED = "handed_over"
THEN = date(2027, 9, 1)
REFUSED: list[tuple[dict[str, Any], Sequence[Renewal], str | None, str, str]] = [
    ({"outcome": "renewed"}, (), None, "outcome", "after the hand-off"),
    ({"outcome": "left"}, (), "churned", "outcome", "after the hand-off"),
    ({"outcome": "renewed", "on": CLOSED}, (), HANDED, "on", "before the contract"),
    ({"outcome": "renewed", "on": date(2028, 11, 1)}, (), HANDED, "on", "more than a year ahead"),
    ({"outcome": "left", "yearly_value": 5}, (), HANDED, "yearly_value", "pays nothing"),
    ({"outcome": "renewed", "why": "price"}, (), HANDED, "why", "customers who leave"),
    ({"outcome": "mistaken"}, (), HANDED, "on", "no renewal"),
    ({"outcome": "renewed"}, (renewal(THEN, "left"),), HANDED, "outcome", "has left on 2027-09-01"),
    ({"outcome": "left"}, (renewal(THEN, "left"),), HANDED, "outcome", "has left on 2027-09-01"),
    ({"outcome": "left"}, (renewal(date(2027, 12, 1)),), HANDED, "on", "was renewed on 2027-12-01"),
]


@pytest.mark.parametrize(("given", "recorded", "ending", "field", "reason"), REFUSED)
def test_what_cannot_be_is_refused_by_its_field(
    given: dict[str, Any], recorded: Sequence[Renewal], ending: str | None, field: str, reason: str
) -> None:
    one = RenewalGiven.model_validate({"on": TODAY, **given})

    with pytest.raises(Refused, match=reason) as refused:
        checked_renewal(one, recorded, ending=ending, closed_on=CLOSED, today=TODAY)

    assert field == refused.value.field


def test_what_was_wrong_is_put_right_in_its_place_and_notice_is_given_ahead() -> None:
    """A customer who has not left after all renews on that day."""
    renewed = RenewalGiven(on=THEN, outcome="renewed", yearly_value=Decimal("50.00"))
    notice = RenewalGiven(on=date(2028, 9, 1), outcome="left", why="price")

    for given, before in ((renewed, renewal(THEN, "left")), (notice, renewal(THEN))):
        assert given == checked_renewal(given, [before], ending=HANDED, closed_on=CLOSED, today=TODAY)

    assert same_as(renewed, renewal(THEN, after=50))
    assert not same_as(renewed, renewal(THEN, after=60))
