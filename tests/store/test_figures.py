"""What was measured last about an onboarding, reported and counted, on both databases?"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.reported import Measurement
from domain.trouble import UnknownOnboarding
from domain.usage import UsageEvent, milliseconds, number_of
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from tests.support import databases
from tests.support.databases import NOON, deal, dossier

empty_database, database, engine = databases.empty_database, databases.database, databases.engine
ONE = "onboarding-file-1"
A_DAY = timedelta(days=1)


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    """The ledger ten days after the close of a deal of four seats."""
    ledger = SqlLedger(engine, clock=lambda: NOON + 10 * A_DAY)
    ledger.admit(dossier(deal(seats=4, custom={"usage_group": "acme"})), run="run")
    return ledger


def used(engine: Engine, *users: tuple[str, int]) -> None:
    """Each user did something that many days after the close."""
    events = []
    for number, (user, days) in enumerate(users):
        at = milliseconds(NOON + days * A_DAY)
        events.append(UsageEvent(bytes([number]) * 16, at // 86_400_000, "acme", number_of(user), "Created", at))
    SqlUsage(engine).write(events)
    books = SqlUsageBooks(engine)
    books.link(most=10)
    books.counted(books.count(after=("", 0), most=100))


def test_seats_in_use_are_counted_since_the_close_and_of_the_week(ledger: SqlLedger, engine: Engine) -> None:
    used(engine, ("before", -3), ("early", 1), ("now", 9), ("now", 1), ("today", 10))

    figures = ledger.figures(ONE)

    of_use = {name: one.value for name, one in figures.items() if one.origin == "usage"}
    assert {"activation_rate": 75.0, "weekly_use_rate": 50.0, "active_users": 2.0} == of_use
    assert (4, "deal") == (figures["licensed_users"].value, figures["licensed_users"].origin)


def test_what_was_reported_last_counts_before_what_is_counted(ledger: SqlLedger, engine: Engine) -> None:
    used(engine, ("now", 9))
    reported = SqlMeasurements(engine)
    for key, days, value in (("b", 5, 80.0), ("a", 2, 40.0)):
        measured = Measurement(metric="activation_rate", at=NOON + days * A_DAY, value=value)
        reported.keep(ONE, [measured], key=key)

    figure = ledger.figures(ONE)["activation_rate"]

    assert (80.0, NOON + 5 * A_DAY, "reported") == (figure.value, figure.at, figure.origin)


def test_without_use_or_seats_no_share_is_measured(ledger: SqlLedger, engine: Engine) -> None:
    """A product that sends no usage is not one that nobody uses."""
    seatless = dossier(deal("2", seats=None, custom={"usage_group": "acme"}))
    ledger.admit(seatless.model_copy(update={"onboarding": "onboarding-file-2"}), run="run")

    assert {"licensed_users"} == ledger.figures(ONE).keys()
    used(engine, ("now", 9))
    assert {"active_users"} == ledger.figures("onboarding-file-2").keys()


def test_of_no_onboarding_there_are_no_figures(ledger: SqlLedger) -> None:
    with pytest.raises(UnknownOnboarding):
        ledger.figures("onboarding-file-9")


def test_a_figure_that_is_reported_all_the_time_displaces_no_other(ledger: SqlLedger, engine: Engine) -> None:
    """The last of each count, newest first; what nobody has reported is left out."""
    reported = SqlMeasurements(engine)
    reported.keep(ONE, [Measurement(metric="nps", at=NOON, value=40)], key="once")
    for number in range(5):
        often = Measurement(metric="tickets_open", at=NOON + number * A_DAY, value=number)
        reported.keep(ONE, [often], key=f"often-{number}")

    found = reported.of_each(ONE, ["nps", "tickets_open", "complaints"], most=2)

    assert {"nps": [40], "tickets_open": [4, 3]} == {name: [one.value for one in of] for name, of in found.items()}
