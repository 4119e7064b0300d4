"""Are renewals kept, put right and counted alike on both databases?"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from domain.measure.foretold import foretold
from domain.measure.renewals import RenewalGiven, retention
from domain.record import Writing
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.trouble import UnknownOnboarding
from store.endings import lifetimes, renewed_between
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.renewals import SqlRenewals, has_renewed
from store.tables import evaluation_weeks, journal, renewals
from tests.support import databases
from tests.support.databases import NOON, deal, dossier, standing

database, engine = databases.database, databases.engine

A_DAY = timedelta(days=1)
AT = NOON + 400 * A_DAY
FIRST = date(2027, 9, 1)


def handed_over(engine: Engine, number: str = "1", *, ending: str | None = "handed_over") -> str:
    """An onboarding that was sold for 40 a year, handed over on its day 100."""
    ledger, of = SqlLedger(engine), dossier(deal(number, account=f"Account {number}", yearly_value=Decimal(40)))
    ledger.admit(of, run=f"run-{number}")
    ended: dict[str, Any] = {"ending": ending, "ended_at": NOON + 100 * A_DAY} if ending else {}
    ledger.write(Writing(onboarding=of.onboarding, standing=standing(**ended)))
    return of.onboarding


def record(engine: Engine, onboarding: str, on: date = FIRST, *, key: str = "", by_deal: str = "", **more: Any) -> bool:
    given = RenewalGiven.model_validate({"on": on, "outcome": "renewed", **more})
    deed = Deed(key or f"{on}{more}", "vendor", "mika", AT, "desk", proved=True)
    return SqlRenewals(engine).record(onboarding, given, deed, deal=by_deal)


def test_a_renewal_is_kept_once_with_its_row_of_the_journal(engine: Engine) -> None:
    """The same said again, by another way too, changes nothing."""
    onboarding = handed_over(engine)

    recorded = [record(engine, onboarding, yearly_value="50.25", key=key) for key in ("a", "a", "b")]

    assert [True, False, False] == recorded
    [one] = SqlRenewals(engine).of(onboarding)
    assert (FIRST, Decimal(40), Decimal("50.25"), "mika", "desk") == (one.on, one.before, one.after, one.by, one.via)
    with engine.connect() as connection:
        [row] = connection.execute(select(journal.c.kind, journal.c.about, journal.c.data)).all()
    assert ("renewal_recorded", "renewed", {"on": "2027-09-01", "yearly_value": "50.25"}) == tuple(row)


def test_a_deal_that_brought_a_renewal_is_known_by_it(engine: Engine) -> None:
    """Also where people have said since that it was mistaken."""
    onboarding = handed_over(engine)

    record(engine, onboarding, by_deal="hubspot-77")
    record(engine, onboarding, outcome="mistaken")

    assert (True, False) == (has_renewed(engine, "hubspot-77"), has_renewed(engine, "hubspot-7"))


def test_of_a_day_the_last_word_counts_and_all_of_it_stays(engine: Engine) -> None:
    onboarding = handed_over(engine)

    record(engine, onboarding, outcome="left", why="price")
    record(engine, onboarding, yearly_value=50)
    record(engine, onboarding, outcome="mistaken")

    assert [] == SqlRenewals(engine).of(onboarding)
    with engine.connect() as connection:
        said = connection.scalars(select(renewals.c.outcome).order_by(renewals.c.revision)).all()
    assert ["left", "renewed", "mistaken"] == said


def test_a_deal_whose_day_moves_brings_one_renewal(engine: Engine) -> None:
    onboarding, later = handed_over(engine), FIRST + 30 * A_DAY

    record(engine, onboarding, yearly_value=50, by_deal="hubspot-8")
    record(engine, onboarding, later, yearly_value=50, by_deal="hubspot-8")
    again = record(engine, onboarding, later, yearly_value=50, by_deal="hubspot-8")

    assert (False, [later]) == (again, [one.on for one in SqlRenewals(engine).of(onboarding)])


def test_a_deal_that_goes_back_to_what_it_said_before_is_heard(engine: Engine) -> None:
    """Won, lost by a slip of somebody in the CRM, and won again: that is the last word, and not the same once more."""
    onboarding = handed_over(engine)
    won = {"yearly_value": 50, "key": "8-won", "by_deal": "hubspot-8"}
    lost = {"outcome": "left", "key": "8-lost", "by_deal": "hubspot-8"}

    new = [record(engine, onboarding, **said) for said in (won, lost, lost, won, won, lost, won)]

    assert [True, True, False, True, False, True, True] == new
    assert ["renewed"] == [one.outcome for one in SqlRenewals(engine).of(onboarding)]


def test_a_deal_that_comes_again_unchanged_leaves_what_a_person_has_said_since(engine: Engine) -> None:
    onboarding = handed_over(engine)

    record(engine, onboarding, yearly_value=50, key="8", by_deal="hubspot-8")
    record(engine, onboarding, yearly_value=55, key="desk")
    again = record(engine, onboarding, yearly_value=50, key="8", by_deal="hubspot-8")

    assert (False, [Decimal(55)]) == (again, [one.after for one in SqlRenewals(engine).of(onboarding)])


def test_a_deal_whose_day_moves_takes_back_no_contrary_word_of_a_person(engine: Engine) -> None:
    """A CSM who was told that the customer leaves is not made mistaken by a date of the CRM."""
    onboarding, later = handed_over(engine), FIRST + 30 * A_DAY
    record(engine, onboarding, yearly_value=50, by_deal="hubspot-8")
    record(engine, onboarding, outcome="left", why="price", key="desk")

    with pytest.raises(Refused, match="has left on"):
        record(engine, onboarding, later, yearly_value=50, by_deal="hubspot-8")

    assert [("left", FIRST)] == [(one.outcome, one.on) for one in SqlRenewals(engine).of(onboarding)]


def test_who_is_not_handed_over_has_no_renewal(engine: Engine) -> None:
    under_way = handed_over(engine, ending=None)

    with pytest.raises(Refused, match="comes after the hand-off"):
        record(engine, under_way)
    with pytest.raises(UnknownOnboarding):
        record(engine, "onboarding-file-nobody")
    with pytest.raises(UnknownOnboarding):
        SqlRenewals(engine).of("onboarding-file-nobody")
    assert [] == SqlRenewals(engine).of(under_way)


def test_a_quarter_has_the_renewals_of_its_days_with_what_the_score_had_said(engine: Engine) -> None:
    """One who left and one who renewed; who renewed in another quarter is not among them."""
    gone, stays, other = (handed_over(engine, number) for number in ("1", "2", "3"))
    record(engine, gone, outcome="left", why="value")
    record(engine, stays, FIRST + A_DAY, yearly_value=60)
    record(engine, other, FIRST + 60 * A_DAY, yearly_value=60)
    before = datetime.combine(FIRST - 62 * A_DAY, NOON.timetz())
    with write_transaction(engine) as connection:
        for onboarding, score, band in ((gone, 40.0, "red"), (stays, 90.0, "green")):
            row = {"onboarding": onboarding, "week": before.date(), "at": before, "day": 300, "playbook_hash": "1"}
            row |= {"score": score, "band": band, "known": 1.0, "alarm": False, "flags": []}
            connection.execute(insert(evaluation_weeks).values(row))

    seen = renewed_between(engine, date(2027, 7, 1), date(2027, 10, 1), today=AT.date())

    of_both = retention(seen.renewals)
    assert (2, 1, 0.5, 0.75) == (of_both.due, of_both.kept, of_both.gross, of_both.net)
    assert [("red", 1, 0), ("amber", 0, 0), ("green", 0, 1)] == [
        (band.band, band.left, band.stayed) for band in foretold(seen.ended, days=60).bands
    ]
    assert [] == renewed_between(engine, date(2026, 1, 1), date(2026, 4, 1), today=AT.date()).renewals


def test_who_renewed_is_watched_until_then_and_who_left_has_ended(engine: Engine) -> None:
    """What is agreed for a day ahead has not come yet."""
    gone, stays, ahead = (handed_over(engine, number) for number in ("1", "2", "3"))
    record(engine, gone, FIRST - 65 * A_DAY, outcome="left")
    record(engine, stays)
    record(engine, ahead, FIRST + 300 * A_DAY, outcome="left")

    watched = sorted(lifetimes(engine, now=AT))

    assert [(100, False), (300, True), (365, False)] == [tuple(one) for one in watched]
